/* The way as a drawing: lanes, houses, the way, the stops, and oneself where the phone says where. */
(function () {
"use strict";
const SVG = "http://www.w3.org/2000/svg";

function shape(tag, values, inside) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  if (inside !== undefined) made.textContent = inside;
  return made;
}
// Flat numbers, the first absolute and the others steps, as a path; north is up
function path(flat, closed) {
  let x = 0, y = 0, made = "";
  for (let at = 0; at < flat.length; at += 2) {
    x += flat[at]; y += flat[at + 1];
    made += (at ? "L" : "M") + x + " " + -y;
  }
  return closed ? made + "Z" : made;
}
function ends(flat) {
  let x = 0, y = 0;
  const xs = [], ys = [];
  for (let at = 0; at < flat.length; at += 2) { x += flat[at]; y += flat[at + 1]; xs.push(x); ys.push(y); }
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

class RouteMap {
  constructor(box, { ground, stops, place }, said) { Object.assign(this, { box, ground, stops, place, said, me: null, at: 0, whole: false }); }

  // Draw the way to one stop, or all of it
  draw(at = this.at, whole = this.whole) {
    Object.assign(this, { at, whole });
    const stop = this.stops[at], shown = whole ? this.stops : [stop], all = [];
    for (const one of shown) { all.push([one.x, one.y, one.x, one.y]); [...one.line, ...one.looked].forEach((part) => all.push(ends(part))); if (whole && one.back) one.back.forEach((part) => all.push(ends(part))); }
    let [west, south, east, north] = [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...all.map((b) => b[side])));
    const edge = Math.max(30, 0.12 * Math.max(east - west, north - south)), wide = 340, high = 250;
    const metres = Math.max(120 / wide, (east - west + 2 * edge) / wide, (north - south + 2 * edge) / high); // to a pixel
    const x = (west + east) / 2 - wide * metres / 2, y = -(north + south) / 2 - high * metres / 2;
    const svg = shape("svg", { viewBox: [x, y, wide * metres, high * metres].map((n) => n.toFixed(1)).join(" "), role: "img", "aria-label": this.said("phone.map") });
    const line = (flat, colour, width, more = {}) => svg.append(shape("path", { d: path(flat), fill: "none", stroke: colour, "stroke-width": (width * metres).toFixed(2), "stroke-linecap": "round", "stroke-linejoin": "round", ...more }));
    for (const house of this.ground.houses) svg.append(shape("path", { d: path(house, true), fill: "#e3ded4", stroke: "#b9b2a4", "stroke-width": (0.7 * metres).toFixed(2) }));
    for (const lane of this.ground.lanes) line(lane, "#a8a8a8", 4);
    for (const lane of this.ground.lanes) line(lane, "#fff", 2.6);
    shown.forEach((one) => one.looked.forEach((part) => line(part, "#e8a33d", 9)));
    shown.forEach((one) => {
      const way = [...one.line, ...(whole && one.back ? one.back : [])];
      way.forEach((part) => line(part, "#fff", 7));
      way.forEach((part) => line(part, "#0b5cad", 4));
    });
    const written = [];
    for (const [name, lx, ly, turn] of this.ground.names) {
      if (written.some(([a, b]) => Math.abs(a - lx) < 55 * metres && Math.abs(b - ly) < 22 * metres)) continue;
      written.push([lx, ly]);
      svg.append(shape("text", { x: lx, y: -ly, transform: `rotate(${turn} ${lx} ${-ly})`, "font-size": 11 * metres, "text-anchor": "middle", "dominant-baseline": "central", fill: "#333", stroke: "#fff", "stroke-width": 2.5 * metres, "paint-order": "stroke" }, name));
    }
    if (!whole && stop.line.length) { // where the way begins
      const [bx, by] = stop.line[0];
      svg.append(shape("circle", { cx: bx, cy: -by, r: 5 * metres, fill: "#fff", stroke: "#0b5cad", "stroke-width": 2.5 * metres }));
    }
    const numbered = (one, mine) => svg.append(
      shape("circle", { cx: one.x, cy: -one.y, r: (mine ? 11 : 8) * metres, fill: mine ? "#a8200d" : "#555", stroke: "#fff", "stroke-width": 1.5 * metres }),
      shape("text", { x: one.x, y: -one.y, "font-size": (mine ? 13 : 10) * metres, "font-weight": "bold", fill: "#fff", "text-anchor": "middle", "dominant-baseline": "central" }, one.number));
    this.stops.forEach((one) => { if (one !== stop) numbered(one, false); });
    numbered(stop, true);
    if (this.me) svg.append(
      shape("circle", { cx: this.me.x, cy: -this.me.y, r: this.me.spread, fill: "#1b7f3b", "fill-opacity": 0.15, stroke: "#1b7f3b", "stroke-width": metres }),
      shape("circle", { cx: this.me.x, cy: -this.me.y, r: 7 * metres, fill: "#1b7f3b", stroke: "#fff", "stroke-width": 2 * metres }));
    this.box.replaceChildren(svg);
  }

  // Where the phone says that it is, in metres of the drawing
  here({ longitude, latitude, accuracy }) {
    const { lon, lat, x, y } = this.place, east = longitude - lon, north = latitude - lat;
    this.me = { x: x[0] * east + x[1] * north, y: y[0] * east + y[1] * north, spread: Math.min(accuracy || 0, 2000) };
    this.draw();
    const stop = this.stops[this.at];
    return Math.hypot(this.me.x - stop.x, this.me.y - stop.y);
  }
}

weizhan.RouteMap = RouteMap;
})();
