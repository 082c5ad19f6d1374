/* A round on a phone: stop after stop, each tap kept at once, and several ways back. */
(function () {
"use strict";
const content = JSON.parse(document.getElementById("content").textContent);
const { stops, texts, round, team, day } = content, byId = (id) => document.getElementById(id);
const lines = new weizhan.Lines(content.format), kept = new weizhan.KeptRound([round, team, day]);
const YES = "yes", NO = "no", NONE = "none";

function say(key, values = {}) {
  return texts[key].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, one, more) => {
    if (!(name in values)) return whole;
    const told = String(values[name]);
    return one === undefined ? told : told + " " + (told === "1" ? one : more);
  });
}
function make(tag, text, more = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, more);
}
function button(text, does, look = "") {
  const made = make("button", text, { type: "button", className: look });
  made.addEventListener("click", does);
  return made;
}
function list(items, tag = "ul") {
  const made = make(tag);
  made.append(...items.map((item) => make("li", item)));
  return made;
}
const two = (number) => String(number).padStart(2, "0");
function now() {
  const at = new Date();
  return { day: [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-"), time: two(at.getHours()) + ":" + two(at.getMinutes()) };
}

// --- what was filled in: {inspector, stops: {id: {day, time, checks, hazards, lanes, note, photos}}, sent: {thing: [values, when]}}
let filled = kept.load() || { inspector: team, stops: {}, sent: {} };
filled.sent = filled.sent || {};

function told(stop) { return filled.stops[stop.id]; }
function fill(stop) {
  const at = now();
  return filled.stops[stop.id] = filled.stops[stop.id] || { day: at.day, time: at.time, checks: {}, hazards: {}, lanes: {}, note: "", photos: "" };
}
function photosSaid(photos) { return photos ? say("phone.photos_said", { photos }) : ""; }
function bracketed(...parts) {
  const there = parts.filter(Boolean);
  return there.length ? say("phone.bracket", { said: there.join(say("phone.comma")) }) : "";
}
// What a no means: the hazard of the line, else its own words
function wrong(check) { return check.code || check.said; }
// Hazards that no line of the checklist asks about
function more(stop) { return (told(stop).more || []).filter((one) => one.code); }
// The checks in words; what was not looked at is said, too
function checksSaid(stop) {
  const mine = told(stop), by = { [YES]: [], [NO]: [], [NONE]: [], open: [] };
  stop.checks.forEach((check, at) => {
    const answer = mine.checks[at] || {};
    by[answer.said || "open"].push(answer.said === NO ? (at + 1) + " " + wrong(check) + bracketed(answer.note, photosSaid(answer.photos)) : String(at + 1));
  });
  const answered = stop.checks.length - by.open.length, others = more(stop).map(({ code, note, photos }) => code + bracketed(note, photosSaid(photos))), parts = [];
  if (answered || others.length) {
    parts.push(say(by[NO].length || others.length ? "phone.failed" : by.open.length ? "phone.unfinished" : "phone.passed"));
    for (const [key, items] of [["no", by[NO]], ["yes", by[YES]], ["none", by[NONE]], ["open", by.open]])
      if (items.length) parts.push(say("phone.said_" + key, { items: items.join(say("phone.and")) }));
  }
  if (others.length) parts.push(say("phone.said_more", { items: others.join(say("phone.and")) }));
  if (mine.note) parts.push(say("phone.said_note", { note: mine.note }));
  if (mine.photos) parts.push(photosSaid(mine.photos));
  return parts.join(say("phone.semicolon"));
}
// New hazards of a stop: one a kind, as the ledger knows one place, kind and day as one case
function newHazards(stop) {
  const mine = told(stop), kinds = new Map();
  const found = (code, words, photos) => {
    const there = kinds.get(code) || { words: [], photos: [] };
    there.words.push(words);
    if (photos) there.photos.push(photos);
    kinds.set(code, there);
  };
  if (!stop.inspections) return [];
  stop.checks.forEach((check, at) => {
    const answer = mine.checks[at] || {};
    if (answer.said === NO) found(answer.code || check.code || content.unclassified, wrong(check) + (answer.note ? say("phone.colon") + answer.note : ""), answer.photos);
  });
  more(stop).forEach(({ code, note, photos }) => found(code, note || code, photos));
  return [...kinds].map(([code, { words, photos }]) => ({
    building_id: stop.inspections.building_id, code, state: content.found, acted_on: mine.day,
    description: words.join(say("phone.semicolon")), evidence: photosSaid(photos.join(say("phone.and"))),
  }));
}
function recordsOf(stop) {
  const mine = told(stop), found = [];
  if (!mine) return found;
  const short = (id) => id.slice(round.length + 1);
  const said = checksSaid(stop), fresh = newHazards(stop);
  if (stop.inspections && said)
    found.push({ letter: "I", at: stop.id, values: { ...picked(stop.inspections, ["building_id", "source"]), inspected_on: mine.day, hazards_found: String(fresh.length), result: said } });
  stop.lanes.forEach((lane, at) => {
    const seen = mine.lanes[lane.report_id] || {};
    if (!seen.state && !seen.width && (at || !said)) return;
    found.push({ letter: "L", at: short(lane.report_id), values: { ...picked(lane, ["lane_id", "source"]), observed_at: mine.day + "T" + mine.time, state: seen.state, remaining_width_m: seen.width, description: said } });
  });
  for (const hazard of stop.hazards) {
    const seen = mine.hazards[hazard.hazard_id] || {};
    if (seen.state || seen.note || seen.photos)
      found.push({ letter: "H", at: stop.id, values: { ...picked(hazard, ["hazard_id", "building_id", "lane_id", "code", "found_on"]), state: seen.state, acted_on: mine.day, description: seen.note, evidence: photosSaid(seen.photos) } });
  }
  fresh.forEach((values) => found.push({ letter: "H", at: stop.id, values }));
  return found;
}
function picked(row, names) { return Object.fromEntries(names.map((name) => [name, row[name]])); }
// When each record was last changed: so that what is copied twice is word for word the same
function stamped(records) {
  const at = now();
  return records.map((record) => {
    const { values } = record, thing = [record.letter, record.at, values.hazard_id || values.code || ""].join("|"), said = JSON.stringify(values), before = filled.sent[thing];
    if (!before || before[0] !== said) filled.sent[thing] = [said, at.day + "T" + at.time + ":" + two(new Date().getSeconds())];
    return { ...record, when: filled.sent[thing][1] };
  });
}
function allRecords() { return stops.flatMap((stop) => stamped(recordsOf(stop))); }
function lineOf({ letter, at, values, when }) {
  return lines.encode({ letter, head: { round_id: round, stop: at, inspector: filled.inspector || team, day, sent_at: when }, values });
}
function copied(only) {
  const records = only ? stamped(recordsOf(only)) : allRecords(), all = records.map(lineOf);
  if (!only && all.length) all.push(lineOf({ letter: "E", at: "", values: { count: String(all.length) }, when: records.map((r) => r.when).sort().pop() }));
  return all;
}

// --- kept at every tap
function save() {
  const count = allRecords().length, works = kept.save(filled);
  byId("kept").textContent = say(works ? "phone.kept" : "phone.not_kept", { count });
  byId("kept").classList.toggle("lost", !works);
}
window.addEventListener("beforeunload", (event) => { if (kept.works === false && allRecords().length) { event.preventDefault(); event.returnValue = ""; } });
window.addEventListener("storage", (event) => { // the same round in another window
  if (event.key !== kept.key) return;
  filled = kept.load() || filled;
  show(at, { still: true });
});

// --- parts of a stop
function choice(name, options, chosen, does) {
  const box = make("div", undefined, { className: "choice" });
  for (const [value, text] of options) {
    const label = make("label", undefined, { className: value === NO ? "bad" : value === NONE ? "none" : "" }), input = make("input", undefined, { type: "radio", name, value, checked: value === chosen });
    input.addEventListener("change", () => does(value));
    label.append(input, make("span", text));
    box.append(label);
  }
  return box;
}
function field(key, value, does, more = {}) {
  const label = make("label", say(key), { className: "field" }), input = make(more.long ? "textarea" : "input", undefined, more.long ? {} : { type: more.type || "text", className: "text" });
  if (more.mode) input.inputMode = more.mode;
  input.value = value || "";
  input.addEventListener("input", () => { does(input.value.trim()); save(); });
  label.append(input);
  return label;
}
function pickOne(key, options, value, does) {
  const label = make("label", say(key), { className: "field" }), select = make("select");
  options.forEach(([code, text]) => select.append(make("option", text, { value: code, selected: code === value })));
  select.addEventListener("change", () => { does(select.value); save(); });
  label.append(select);
  return label;
}
function pair(...parts) { const box = make("div", undefined, { className: "pair" }); box.append(...parts); return box; }
const words = (all, none) => [["", none], ...all.map((word) => [word, word])];

function checkPart(stop, check, at) {
  const box = make("fieldset"), more = make("div");
  const answer = () => fill(stop).checks[at] = fill(stop).checks[at] || {}, known = told(stop) && told(stop).checks[at] || {};
  const unfold = (said) => {
    more.replaceChildren();
    if (said !== NO) return;
    const mine = answer();
    if (stop.inspections) more.append(pickOne("phone.code", content.codes.map((word) => [word, word]), mine.code || check.code || content.unclassified, (value) => { answer().code = value; }));
    more.append(pair(field("phone.what", mine.note, (value) => { answer().note = value; }), field("phone.photos", mine.photos, (value) => { answer().photos = value; })));
  };
  box.append(make("legend", at + 1 + ". " + check.said));
  box.append(choice("check-" + at, [[YES, say("phone.yes")], [NO, say("phone.no")], [NONE, say("phone.none")]], known.said, (value) => { answer().said = value; unfold(value); save(); }), more);
  unfold(known.said);
  return box;
}
function hazardPart(stop, hazard) {
  const box = make("fieldset"), mine = () => { const all = fill(stop).hazards; return all[hazard.hazard_id] = all[hazard.hazard_id] || {}; }, known = told(stop) && told(stop).hazards[hazard.hazard_id] || {};
  box.append(make("legend", hazard.said));
  box.append(pickOne("phone.state_now", words(content.states, say("phone.not_looked")), known.state, (value) => { mine().state = value; }));
  box.append(pair(field("phone.what", known.note, (value) => { mine().note = value; }), field("phone.photos", known.photos, (value) => { mine().photos = value; })));
  return box;
}
function lanePart(stop, lane, at) {
  const box = make("fieldset"), mine = () => { const all = fill(stop).lanes; return all[lane.report_id] = all[lane.report_id] || {}; }, known = told(stop) && told(stop).lanes[lane.report_id] || {};
  box.append(make("legend", lane.name ? lane.name + " " + lane.lane_id : lane.lane_id));
  box.append(choice("lane-" + at, content.laneStates.map((word) => [word, word]), known.state, (value) => { mine().state = value; save(); }));
  box.append(field("phone.width", known.width, (value) => { mine().width = value.replace("，", ".").replace(",", "."); }, { mode: "decimal" }));
  return box;
}
function morePart(stop) {
  const box = make("div"), add = button(say("phone.more_add"), () => { const mine = fill(stop); mine.more = [...(mine.more || []), {}]; draw(); });
  const draw = () => box.replaceChildren(...((told(stop) || {}).more || []).map((one) => {
    const part = make("fieldset");
    part.append(pickOne("phone.code", words(content.codes, say("phone.choose")), one.code || "", (value) => { one.code = value; }),
      pair(field("phone.what", one.note, (value) => { one.note = value; }), field("phone.photos", one.photos, (value) => { one.photos = value; })));
    return part;
  }), add);
  draw();
  return box;
}
let map = null, watch = null;
function mapPart(stop, number) {
  const box = make("div", undefined, { id: "map" }), row = make("div", undefined, { className: "row" }), where = make("p", "", { className: "quiet", id: "where" });
  where.setAttribute("role", "status");
  const me = map && map.me;
  map = new weizhan.RouteMap(box, content, say);
  map.me = me;
  map.draw(number, false);
  const whole = button(say("phone.whole"), () => { map.draw(number, !map.whole); whole.textContent = say(map.whole ? "phone.part" : "phone.whole"); });
  row.append(whole, button(say("phone.here"), () => locate(where)));
  const parts = document.createDocumentFragment();
  parts.append(box, row, where);
  return parts;
}
function locate(where) {
  const none = () => { where.textContent = say("phone.no_place"); };
  if (!navigator.geolocation) return none();
  where.textContent = say("phone.asking_place");
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = navigator.geolocation.watchPosition(({ coords }) => {
    const metres = Math.round(map.here(coords)), spread = Math.round(coords.accuracy || 0), line = byId("where");
    if (line) line.textContent = metres > 20000 ? say("phone.far_place") : say("phone.place", { metres, spread });
  }, none, { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 });
}

// --- views
let at = -1; // -1 the list, -2 the return, else a stop
const views = () => [byId("list"), byId("stop"), byId("return")];
function show(to, { still = false } = {}) {
  at = to;
  const [listed, stop, back] = views();
  listed.hidden = to !== -1; stop.hidden = to < 0; back.hidden = to !== -2;
  if (to === -1) drawList(); else if (to === -2) drawReturn(); else drawStop(stops[to], to);
  const moves = byId("moves"), before = button(say("phone.before"), () => show(at - 1)), next = button(say("phone.next"), () => show(at + 1), "main");
  if (to >= 0) { before.disabled = to === 0; next.disabled = to === stops.length - 1; moves.replaceChildren(before, button(say("phone.list"), () => show(-1)), button(say("phone.back"), () => show(-2)), next); }
  else moves.replaceChildren(button(say("phone.list"), () => show(-1)), button(say("phone.back"), () => show(-2), "main"));
  save();
  if (!still) { window.scrollTo(0, 0); const head = document.querySelector("section:not([hidden]) h2"); if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); } }
}
function stateOf(stop) {
  if (!recordsOf(stop).length) return "open";
  const mine = told(stop), checks = stop.checks.every((_, k) => mine.checks[k] && mine.checks[k].said);
  return checks && stop.lanes.every((lane) => (mine.lanes[lane.report_id] || {}).state) ? "done" : "begun";
}
function drawList() {
  const box = byId("list"), rows = make("ol", undefined, { className: "stops" });
  stops.forEach((stop, number) => {
    const state = stateOf(stop), item = make("li"), go = button("", () => show(number), state), name = make("span", stop.name, { className: "name" });
    name.append(make("small", stop.brief));
    go.append(make("span", stop.number, { className: "number" }), name, make("span", say("phone.state_" + state), { className: "state" }));
    item.append(go);
    rows.append(item);
  });
  const who = field("phone.inspector", filled.inspector, (value) => { filled.inspector = value; });
  box.replaceChildren(make("h2", say("phone.list_title", { count: stops.length })), who, rows, ...content.halves.map((said) => make("p", said, { className: "quiet" })), make("p", content.note, { className: "quiet" }));
}
function drawStop(stop, number) {
  const box = byId("stop"), parts = [make("h2", stop.number + ". " + stop.name), ...stop.facts.map((fact) => make("p", fact))];
  parts.push(make("h3", say("phone.way")), ...[stop.leave].filter(Boolean).map((said) => make("p", said)), mapPart(stop, number), list(stop.way, "ol"));
  if (stop.why.length) parts.push(make("h3", say("phone.why")), list(stop.why));
  if (stop.hazards.length) parts.push(make("h3", say("phone.hazards")), ...stop.hazards.map((hazard) => hazardPart(stop, hazard)));
  if (stop.lanes.length) parts.push(make("h3", say("phone.lane")), ...(stop.lanes.length > 1 ? [button(say("phone.all_clear"), () => {
    const all = fill(stop).lanes;
    for (const lane of stop.lanes) all[lane.report_id] = { ...all[lane.report_id], state: all[lane.report_id] && all[lane.report_id].state || content.clear };
    drawStop(stop, number); save();
  })] : []), ...stop.lanes.map((lane, k) => lanePart(stop, lane, k)));
  parts.push(make("h3", say("phone.checks")), ...stop.checks.map((check, k) => checkPart(stop, check, k)));
  const mine = told(stop) || {};
  if (stop.inspections) parts.push(make("h3", say("phone.more")), morePart(stop));
  parts.push(make("h3", say("phone.rest")), field("phone.note", mine.note, (value) => { fill(stop).note = value; }, { long: true }));
  parts.push(pair(field("phone.photos", mine.photos, (value) => { fill(stop).photos = value; }), field("phone.day", mine.day || now().day, (value) => { if (value) fill(stop).day = value; }, { type: "date" })));
  if (stop.back) parts.push(make("h3", say("phone.way_back")), list(stop.backWay, "ol"), make("p", stop.backSaid));
  const row = make("div", undefined, { className: "row" }), done = make("p", "", { className: "quiet" });
  done.setAttribute("role", "status");
  row.append(button(say("phone.copy_stop"), () => give(copied(stop), done)));
  parts.push(row, done);
  box.replaceChildren(...parts);
}
// Copy where the page may; else the text stands selected, to be copied by hand
function give(all, done) {
  if (!all.length) { done.textContent = say("phone.nothing"); return; }
  let area = byId("lines");
  if (!area) { area = make("textarea", undefined, { id: "lines", readOnly: true }); area.setAttribute("aria-label", say("phone.text")); done.after(area); }
  area.value = all.join("\n");
  const selected = () => { area.focus(); area.select(); area.setSelectionRange(0, area.value.length); };
  const byHand = () => {
    selected();
    let works = false;
    try { works = document.execCommand("copy"); } catch { works = false; }
    done.textContent = say(works ? "phone.copied" : "phone.copy_by_hand", { count: all.length });
  };
  if (!navigator.clipboard || !navigator.clipboard.writeText) return byHand();
  navigator.clipboard.writeText(area.value).then(() => { selected(); done.textContent = say("phone.copied", { count: all.length }); }, byHand);
}
function fileOf(all) {
  const said = JSON.stringify({ format: "weizhan-phone", version: 1, round, inspector: filled.inspector || team, day, lines: all }, null, 1);
  return { name: content.file + ".json", text: said };
}
function lacks() {
  return stops.filter((stop) => told(stop) && recordsOf(stop).some(({ letter, values }) => (letter === "L" && !values.state) || (letter === "H" && !values.state)));
}
function drawReturn() {
  const box = byId("return"), all = copied(), done = make("p", "", { className: "quiet", id: "done" }), row = make("div", undefined, { className: "row" });
  done.setAttribute("role", "status");
  const count = allRecords().length, parts = [make("h2", say("phone.return_title")), make("p", say("phone.return_how", { count, seen: stops.filter((stop) => stateOf(stop) !== "open").length, stops: stops.length }))];
  for (const stop of lacks()) parts.push(make("p", say("phone.lacks", { stop: stop.number + ". " + stop.name }), { className: "notice" }));
  row.append(button(say("phone.copy"), () => give(copied(), done), "main"));
  parts.push(row, done);
  if (all.length) { const area = make("textarea", undefined, { id: "lines", readOnly: true, value: all.join("\n") }); area.setAttribute("aria-label", say("phone.text")); parts.push(area); }
  const others = make("div", undefined, { className: "row" });
  others.append(button(say("phone.download"), () => {
    const { name, text } = fileOf(copied()), link = make("a", undefined, { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: name });
    link.click();
    done.textContent = say("phone.downloaded", { name });
  }));
  if (navigator.share) others.append(button(say("phone.share"), () => navigator.share({ text: copied().join("\n") }).then(() => { done.textContent = say("phone.shared"); }, () => { done.textContent = say("phone.not_shared"); })));
  parts.push(others, make("p", say("phone.by_paper"), { className: "quiet" }), make("p", say("phone.album"), { className: "quiet" }));
  box.replaceChildren(...parts);
}

// Viewers inside chat apps keep nothing once they close, and save no file
const agent = navigator.userAgent, inside = content.viewers.find(([, mark]) => new RegExp(mark, "i").test(agent));
if (inside) {
  const box = byId("viewer");
  box.append(make("strong", say("phone.open_elsewhere")), make("p", say("phone.viewer", { app: say("phone.app_" + inside[0]) })));
  box.hidden = false;
}
weizhan.phone = { content, copied, filled: () => filled, kept };
show(-1, { still: true });
weizhan.ready = true;
})();
