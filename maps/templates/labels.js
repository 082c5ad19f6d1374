/* Names on the map: communities, landmarks, roads along their lines; by zoom, none over another.
   What could be named is found once; after each move what is in view is placed, the weighty first. */
(function () {
"use strict";
const ROAD_FROM = [13, 13, 13.5, 14, 15.5, 16, 16.5], SMALL_FROM = 17; // zoom from which a class of lanes is named, the widest first
const MARKERS_FROM = 13, MARK = 17; // zoom from which markers are named, and half their size
const NEAR = 420; // pixels within which a road is not named again
const FONT = "px system-ui, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', weizhan, sans-serif";
const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();
function wide(text, size, bold) {
  const key = size + (bold ? "b" : "") + text;
  if (!widths.has(key)) {
    pen.font = (bold ? "bold " : "") + size + FONT;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}
const short = (text) => { const letters = [...text]; return letters.length > 16 ? letters.slice(0, 15).join("") + "…" : text; };

// The straightest long part of a lane: its ends if it hardly bends, else its longest piece
function straight(features, f) {
  const { paths, points, xy } = features;
  let best = null;
  for (let path = paths[f]; path < paths[f + 1]; path++) {
    const start = points[path], end = points[path + 1] - 1;
    if (end <= start) continue;
    let length = 0, longest = 0, at = start;
    for (let p = start; p < end; p++) {
      const piece = Math.hypot(xy[2 * p + 2] - xy[2 * p], xy[2 * p + 3] - xy[2 * p + 1]);
      length += piece;
      if (piece > longest) { longest = piece; at = p; }
    }
    const chord = Math.hypot(xy[2 * end] - xy[2 * start], xy[2 * end + 1] - xy[2 * start + 1]), bends = chord < 0.97 * length;
    const [a, b] = bends ? [at, at + 1] : [start, end], own = bends ? longest : chord;
    if (best && best.length >= own) continue;
    let angle = Math.atan2(xy[2 * b + 1] - xy[2 * a + 1], xy[2 * b] - xy[2 * a]);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle <= -Math.PI / 2) angle += Math.PI;
    best = { x: (xy[2 * a] + xy[2 * b]) / 2, y: (xy[2 * a + 1] + xy[2 * b + 1]) / 2, length: own, angle };
  }
  return best;
}

let roads = null;
function named() {
  if (roads) return roads;
  roads = [];
  const { features } = layers.lanes, classes = "lanes" in layers.lanes.styles ? features.classes("lanes") : null;
  for (let f = 0; f < features.count; f++) {
    const text = features.text("name", f), where = text && straight(features, f);
    if (where) roads.push({ f, text: short(text), level: classes ? classes[f] : 6, ...where });
  }
  return roads.sort((a, b) => a.level - b.level || b.length - a.length);
}

// Boxes that are taken, in cells of 64 pixels
function Taken() {
  const cells = new Map();
  const each = (box, todo) => {
    for (let i = Math.floor(box[0] / 64); i <= Math.floor(box[2] / 64); i++)
      for (let j = Math.floor(box[1] / 64); j <= Math.floor(box[3] / 64); j++) todo(i + ":" + j);
  };
  this.free = (box) => {
    let free = true;
    each(box, (key) => {
      for (const other of cells.get(key) || [])
        if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) free = false;
    });
    return free;
  };
  this.take = (box) => each(box, (key) => { if (!cells.has(key)) cells.set(key, []); cells.get(key).push(box); });
}

// Small boxes along a turned text, so that slanting names keep clear of each other, too
function along(x, y, angle, length, high) {
  const count = Math.max(1, Math.ceil(length / high)), boxes = [];
  for (let k = 0; k < count; k++) {
    const part = (k + 0.5) / count - 0.5, cx = x + Math.cos(angle) * length * part, cy = y + Math.sin(angle) * length * part, half = high / 2 + 1;
    boxes.push([cx - half, cy - half, cx + half, cy + half]);
  }
  return boxes;
}

function write(context, label) {
  context.save();
  context.translate(label.x, label.y);
  context.rotate(label.angle || 0);
  context.font = (label.bold ? "bold " : "") + label.size + FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = "rgba(255,255,255,.92)";
  context.lineWidth = label.bold ? 4 : 3;
  context.strokeText(label.text, 0, 0);
  context.fillStyle = label.colour;
  context.fillText(label.text, 0, 0);
  if (label.dot) { context.beginPath(); context.arc(0, -label.size, 2.6, 0, 7); context.fill(); }
  context.restore();
}

// The names of a view {world, x, y, wide, high, zoom}: what is written where, in pixels of the view
weizhan.names = function (view) {
  const taken = new Taken(), placed = [], { world, x, y } = view;
  const inside = (box) => box[0] >= 0 && box[1] >= 0 && box[2] <= view.wide && box[3] <= view.high;
  const put = (label, boxes) => {
    if (!boxes.every((box) => inside(box) && taken.free(box))) return false;
    boxes.forEach(taken.take);
    placed.push(label);
    return true;
  };
  const flat = (text, cx, cy, more) => {
    const air = more.apart || 2, half = wide(text, more.size, more.bold) / 2 + air + 1, high = more.size * 0.62 + air;
    return put({ text, x: cx, y: cy, ...more }, [[cx - half, cy - high - (more.dot ? more.size : 0), cx + half, cy + high]]);
  };
  const spots = "stations" in layers && visible("stations") ? layers.stations.features : null;
  for (let f = 0; spots && f < spots.count; f++) {
    const p = spots.points[spots.paths[f]], cx = spots.xy[2 * p] * world - x, cy = spots.xy[2 * p + 1] * world - y;
    taken.take([cx - 10, cy - 10, cx + 10, cy + 10]);
  }
  for (const { x: cx, y: cy } of view.markers || []) taken.take([cx - MARK, cy - MARK, cx + MARK, cy + MARK]);
  if ("communities" in layers && visible("communities")) {
    const { features } = layers.communities, all = [];
    for (let f = 0; f < features.count; f++) {
      const { box } = features, cx = (box[4 * f] + box[4 * f + 2]) / 2 * world - x, cy = (box[4 * f + 1] + box[4 * f + 3]) / 2 * world - y;
      if (features.text("name", f) && cx > 0 && cy > 0 && cx < view.wide && cy < view.high)
        all.push({ text: short(features.text("name", f)), cx, cy, weight: features.number("people", f) || 0 });
    }
    for (const { text, cx, cy } of all.sort((a, b) => b.weight - a.weight)) {
      const look = { size: 13, bold: true, colour: "#1f3a2a", apart: 8 }; // with air, or a city would be all names
      [0, 26, -26].some((shift) => flat(text, cx, cy + shift, look));
    }
  }
  for (const { x: cx, y: cy, name } of view.markers || []) {
    if (!name || view.zoom < MARKERS_FROM) continue;
    const look = { size: 12, bold: true, colour: "#22282d" }, aside = MARK + 4 + wide(short(name), 12, true) / 2, below = MARK + 10;
    [[0, below], [aside, 0], [-aside, 0], [0, -below]].some(([dx, dy]) => flat(short(name), cx + dx, cy + dy, look));
  }
  for (const { name, x: px, y: py, from } of content.landmarks || []) {
    if (view.zoom < from) continue;
    const cx = px * world - x, cy = py * world - y;
    if (cx < 0 || cy < 0 || cx > view.wide || cy > view.high) continue;
    flat(short(name), cx, cy + 9, { size: 11, colour: "#5b2a86", dot: true });
  }
  const last = new Map();
  for (const { f, text, level, x: px, y: py, length, angle } of visible("lanes") ? named() : []) {
    if (view.zoom < (level < ROAD_FROM.length ? ROAD_FROM[level] : SMALL_FROM)) continue;
    const cx = px * world - x, cy = py * world - y;
    if (cx < 0 || cy < 0 || cx > view.wide || cy > view.high) continue;
    const size = level < 4 ? 12 : 11, need = wide(text, size, false);
    if (length * world < need + 6) continue;
    const others = last.get(text) || [];
    if (others.some(([ox, oy]) => Math.hypot(ox - cx, oy - cy) < NEAR)) continue;
    if (put({ text, x: cx, y: cy, angle, size, colour: "#4b453d", lane: f }, along(cx, cy, angle, need, size + 2))) last.set(text, [...others, [cx, cy]]);
  }
  return placed;
};
// The markers of a map: where they stand in its view, and their names
weizhan.markers = (on) => [...on.getPane("markerPane").children].map((element) => {
  const { x, y } = on.layerPointToContainerPoint(L.DomUtil.getPosition(element));
  return { x, y, name: element.title };
});
weizhan.drawNames = (context, view) => { for (const label of weizhan.names(view)) write(context, label); };

const Names = L.Layer.extend({
  onAdd(on) {
    this.canvas = L.DomUtil.create("canvas", "names leaflet-zoom-hide", on.getPane("shadowPane"));
    this.canvas.setAttribute("aria-hidden", "true");
    on.on("moveend zoomend resize viewreset", this.place, this);
    this.place();
  },
  onRemove(on) {
    on.off("moveend zoomend resize viewreset", this.place, this);
    this.canvas.remove();
  },
  place() {
    const on = this._map, { x: wide, y: high } = on.getSize(), ratio = Math.max(window.devicePixelRatio || 1, weizhan.ratio || 1), { canvas } = this;
    canvas.width = Math.round(wide * ratio); canvas.height = Math.round(high * ratio);
    canvas.style.width = wide + "px"; canvas.style.height = high + "px";
    L.DomUtil.setPosition(canvas, on.containerPointToLayerPoint([0, 0]));
    const world = 256 * 2 ** on.getZoom(), origin = on.getPixelBounds().min, context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, high);
    this.view = { markers: weizhan.markers(on), world, x: origin.x, y: origin.y, wide, high, zoom: on.getZoom() };
    weizhan.drawNames(context, this.view);
  },
});
weizhan.Names = Names;
const names = weizhan.nameLayer = new Names();
map.whenReady(() => names.addTo(map));
map.on("layeradd layerremove", ({ layer }) => { if (layer instanceof L.GridLayer && names._map) names.place(); });
})();
