/* What a plan file may hold, from the table of maps/page/plan_table.py: the same verdict as Python. */
(function () {
"use strict";

const LONE = /[\ud800-\udfff]/u; // half of a character, which no file can hold
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
const within = (value, { least, most, above }) =>
  (least === undefined || value >= least) && (most === undefined || value <= most) && (above === undefined || value > above);
const CHECKS = {
  text: (value, node) => typeof value === "string" && !LONE.test(value) && within([...value].length, node),
  number: (value, node) => Number.isFinite(value) && within(value, node),
  whole: (value, node) => Number.isInteger(value) && within(value, node),
  code: (value, node) => node.of.includes(value),
};

// What is wrong with a value: [[sentence, {path, value}], …]
function wrongs(value, node, path = "") {
  const wrong = (key, where = path) => [[key, { path: where, value: String(JSON.stringify(value)).slice(0, 80) }]];
  const at = (name) => (path ? path + "." + name : name);
  if (value === null && node.null) return [];
  if (has(CHECKS, node.is)) return CHECKS[node.is](value, node) ? [] : wrong("value_wrong");
  if (node.is === "list") return Array.isArray(value) ? value.flatMap((entry, k) => wrongs(entry, node.of, at(k))) : wrong("value_wrong");
  if (!value || typeof value !== "object" || Array.isArray(value)) return wrong("value_wrong");
  const names = Object.keys(value);
  if (node.is === "map") return names.flatMap((name) => wrongs(value[name], node.of, at(name)));
  return [
    ...names.flatMap((name) => (has(node.fields, name) ? wrongs(value[name], node.fields[name], at(name)) : wrong("field_unknown", at(name)))),
    ...(node.required || []).filter((name) => !has(value, name)).flatMap((name) => wrong("field_missing", at(name))),
    ...(node.some && node.some.every((name) => !has(value, name) || value[name] === null) ? wrong("field_missing", at(node.some.join("/"))) : []),
  ];
}

weizhan.planWrongs = wrongs;
})();
