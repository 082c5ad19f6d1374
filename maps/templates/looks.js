/* How classes look on paper, "colour" or "grey", where a copier may come after: what it would make
   alike is told apart, areas by patterns, lines by dashes, marks by shape. In grey, areas without
   a pattern are spread from light to dark. */
(function () {
"use strict";
weizhan.paper = "";
const ALIKE = 20; // difference in lightness, of 100, below which greys look alike
const DASHES = [[9, 3], [3, 3], [9, 3, 2, 3], [1, 2], [5, 2], [14, 3, 3, 3, 3, 3]];
const WIDER = 1.25; // roads that much wider are told by their width
const MARKS = ["diamond", "square", "circle", "triangle", "round", "cross"];
const INK = "#1d1d1d";
const solid = (colour) => /^#[0-9a-f]{6}([89a-f][0-9a-f])?$/i.test(colour || ""); // or hardly seen through

function lightness(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92));
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}
const greyOf = (light) => {
  const y = light > 8 ? ((light + 16) / 116) ** 3 : light / 903.3, c = y > 0.0031308 ? 1.055 * y ** (1 / 2.4) - 0.055 : 12.92 * y;
  return "#" + Math.round(c * 255).toString(16).padStart(2, "0").repeat(3);
};
const near = (one, two) => Math.abs(lightness(one) - lightness(two)) < ALIKE;

function areas(looks) {
  const taken = looks.filter((look) => look.pattern && solid(look.fill));
  if (weizhan.paper === "grey") {
    const plain = looks.filter((look) => solid(look.fill) && !look.pattern), [first, last] = [plain[0], plain[plain.length - 1]];
    const down = plain.length > 1 && lightness(first.fill) > lightness(last.fill), steps = Math.max(1, plain.length - 1);
    plain.forEach((look, at) => { look.fill = greyOf(94 - 74 * (down ? at : steps - at) / steps) + look.fill.slice(7); });
  }
  for (const look of looks) {
    if (!solid(look.fill) || look.pattern) continue;
    look.pattern = ["", "hatch", "dots", "back", "level", "cross"].find((kind) => !taken.some((other) => other.pattern === kind && near(other.fill, look.fill))) || "";
    look.ink = lightness(look.fill) > 50 ? INK : "#ffffff";
    taken.push(look);
  }
  apart(looks.filter((look) => !solid(look.fill) && solid(look.line)), (look) => look.line);
}

// Each as it is, or changed in the first way that makes it like none before it
function differ(looks, alike, changes) {
  const taken = [];
  for (const look of looks) {
    const ways = [{}, ...changes(look)];
    Object.assign(look, ways.find((way) => !taken.some((other) => alike(other, { ...look, ...way }))));
    taken.push(look);
  }
}
function apart(looks, colour) {
  const told = (one, two) => one.casing && two.casing && Math.max(one.pixels, two.pixels) >= WIDER * Math.min(one.pixels, two.pixels);
  differ(looks, (one, two) => String(one.dash) === String(two.dash) && !one.casing === !two.casing && near(colour(one), colour(two)) && !told(one, two),
    () => DASHES.map((dash) => ({ dash })));
}
function marks(looks) {
  differ(looks, (one, two) => one.symbol === two.symbol && one.letter === two.letter && near(one.fill, two.fill), (look) => {
    const turned = lightness(look.fill) > 50 ? { fill: INK, line: "#ffffff" } : { fill: "#ffffff", line: INK };
    return [turned, ...MARKS.flatMap((symbol) => [{ symbol }, { symbol, ...turned }])];
  });
}

weizhan.looks = function (style, shape) {
  if (!weizhan.paper) return style.classes;
  const looks = style.classes.map((look) => ({ ...look }));
  if (shape === "polygon") areas(looks);
  else if (shape === "line") apart(looks.filter((look) => solid(look.fill)), (look) => look.fill);
  else marks(looks.filter((look) => solid(look.fill)));
  return looks;
};
})();
