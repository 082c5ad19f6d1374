/* The canvas layer over packed features: symbols, patterns, tiles, picking. */
(function () {
"use strict";

const patterns = {};
// A pattern of 8 x 8 pixels, which 256-pixel tiles repeat without a seam; finer on paper
function pattern(context, kind, colour, ratio) {
  const step = weizhan.paper ? 4 : 8, thin = step / 8, key = kind + colour + ratio + step;
  if (patterns[key]) return patterns[key];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(step * ratio);
  const pen = canvas.getContext("2d"), size = canvas.width;
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = 1.3 * thin * ratio;
  pen.beginPath();
  if (kind === "dots") {
    pen.arc(size / 2, size / 2, 1.2 * thin * ratio, 0, 7);
    pen.fill();
  } else if (kind === "level") {
    pen.fillRect(0, size / 2, size, pen.lineWidth);
  } else {
    if (kind === "back") { pen.translate(size, 0); pen.scale(-1, 1); }
    for (let shift = -size; shift <= size; shift += size) {
      pen.moveTo(shift - 1, size + 1); pen.lineTo(shift + size + 1, -1);
      if (kind === "cross") { pen.moveTo(shift - 1, -1); pen.lineTo(shift + size + 1, size + 1); }
    }
    pen.stroke();
  }
  const made = context.createPattern(canvas, "repeat");
  made.setTransform(new DOMMatrix().scale(1 / ratio));
  return patterns[key] = made;
}

function rounded(context, x, y, side, radius) {
  const corners = [x, y, x + side, y, x + side, y + side, x, y + side];
  context.moveTo(x + side / 2, y);
  for (let i = 2; i < 10; i += 2)
    context.arcTo(corners[i % 8], corners[i % 8 + 1], corners[(i + 2) % 8], corners[(i + 2) % 8 + 1], radius);
  context.closePath();
}

function outline(context, shape, x, y, half) {
  context.beginPath();
  if (shape === "round") rounded(context, x - half, y - half, 2 * half, half * 0.4);
  else if (shape === "square") context.rect(x - half * 0.85, y - half * 0.85, half * 1.7, half * 1.7);
  else if (shape === "circle") context.arc(x, y, half, 0, 7);
  else {
    const corners = {
      triangle: [0, -1, 1, 0.8, -1, 0.8],
      diamond: [0, -1.1, 1.1, 0, 0, 1.1, -1.1, 0],
      cross: [-1, -0.4, -0.4, -0.4, -0.4, -1, 0.4, -1, 0.4, -0.4, 1, -0.4,
        1, 0.4, 0.4, 0.4, 0.4, 1, -0.4, 1, -0.4, 0.4, -1, 0.4],
    }[shape];
    for (let i = 0; i < corners.length; i += 2)
      context.lineTo(x + corners[i] * half, y + corners[i + 1] * half);
    context.closePath();
  }
}

weizhan.symbol = function (context, look, x, y, scale) {
  const half = look.pixels * scale / 2;
  outline(context, look.symbol, x, y, half);
  context.fillStyle = look.fill;
  context.fill();
  context.strokeStyle = look.line;
  context.lineWidth = look.letter ? 1.8 : 1.4;
  context.stroke();
  if (!look.letter || half < 6) return;
  context.fillStyle = look.line;
  context.font = "bold " + Math.round(half * 1.25) + "px system-ui, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', weizhan, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(look.letter, x, y + half * 0.08);
};

// The sample of a class for a legend, drawn by the same means as the map
weizhan.swatch = function (look, shape) {
  const canvas = document.createElement("canvas"), ratio = weizhan.paper ? 4 : window.devicePixelRatio || 1;
  canvas.width = 26 * ratio; canvas.height = 18 * ratio;
  canvas.className = "swatch";
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  if (shape === "point") weizhan.symbol(context, { ...look, pixels: Math.min(look.pixels, 16) }, 13, 9, 1);
  else if (shape === "line") {
    context.beginPath(); context.moveTo(1, 9); context.lineTo(25, 9);
    if (look.casing) { context.strokeStyle = look.casing; context.lineWidth = look.pixels + 1.6; context.stroke(); }
    context.setLineDash(look.dash || []); context.strokeStyle = look.fill || look.line;
    context.lineWidth = look.pixels; context.stroke();
  } else {
    context.beginPath(); context.rect(1.5, 2.5, 23, 13);
    paint(context, look, ratio);
    context.strokeStyle = look.line; context.lineWidth = 1; context.setLineDash(look.dash || []); context.stroke();
  }
  return canvas;
};

function paint(context, look, ratio) {
  if (!look.fill) return;
  context.fillStyle = look.fill;
  context.fill("evenodd");
  if (!look.pattern) return;
  context.fillStyle = pattern(context, look.pattern, look.ink || look.line, ratio);
  context.fill("evenodd");
}

const MUTED = { fill: "#dedacf", line: "#c4bfb3", pattern: "", dash: [], pixels: 0 };
const Packed = L.GridLayer.extend({
  options: { updateWhenZooming: false, keepBuffer: 1, maxZoom: 22 },

  initialize: function (data, features, options) {
    L.GridLayer.prototype.initialize.call(this, { zIndex: data.zIndex, className: "packed-" + data.name, ...options });
    this.features = features;
    this.shape = data.shape;
    this.styles = { ...data.styles };
    this.style = Object.keys(data.styles)[0];
    this.selected = -1;
    this.filter = null; // which features to draw, as a function of their number
    this.passes = null; // which features keep their colours, one number each; the others are muted
    this.accent = null; // {style, classes, colour}: features to outline strongly
  },

  setStyle: function (name) { this.style = name; this.repaint(); },
  setAccent: function (accent) { this.accent = accent; this.repaint(); },
  select: function (f) { this.selected = f; this.repaint(); },
  repaint: function () {
    for (const key in this._tiles || {}) this.paintTile(this._tiles[key].el, this._tiles[key].coords);
  },

  createTile: function (coords) {
    const tile = document.createElement("canvas"), ratio = window.devicePixelRatio || 1;
    tile.width = tile.height = Math.round(256 * ratio);
    this.paintTile(tile, coords);
    return tile;
  },

  paintTile: function (tile, coords) {
    const context = tile.getContext("2d"), ratio = tile.width / 256;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, 256, 256);
    this.paintOn({ context, ratio, world: 256 * 2 ** coords.z, x: coords.x * 256, y: coords.y * 256, zoom: coords.z, wide: 256, high: 256 });
  },

  paintOn: function (view) {
    const { context, world, x, y, wide, high } = view, pad = 24;
    context.lineJoin = context.lineCap = "round";
    view.found = this.features.query(
      (x - pad) / world, (y - pad) / world, (x + wide + pad) / world, (y + high + pad) / world);
    if (this.filter) view.found = view.found.filter(this.filter);
    if (view.found.length) this["draw_" + this.shape](view);
  },

  trace: function (view, f) {
    const { context, world, x, y } = view, { paths, points, xy } = this.features;
    for (let path = paths[f]; path < paths[f + 1]; path++) {
      const start = points[path], end = points[path + 1];
      for (let p = start; p < end; p++) {
        if (p === start) context.moveTo(xy[2 * p] * world - x, xy[2 * p + 1] * world - y);
        else context.lineTo(xy[2 * p] * world - x, xy[2 * p + 1] * world - y);
      }
      if (this.shape === "polygon") context.closePath();
    }
  },

  outlines: function (view, list, colour, width, dash) {
    const { context } = view;
    context.beginPath();
    for (const f of list) this.trace(view, f);
    context.setLineDash(dash || []);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
    context.setLineDash([]);
  },

  draw_polygon: function (view) {
    const { context, world, found } = view, box = this.features.box;
    const passes = this.passes, all = weizhan.looks(this.styles[this.style], "polygon"), looks = passes ? [...all, MUTED] : all;
    const own = this.features.classes(this.style), classes = (f) => (passes && !passes[f] ? all.length : own[f]);
    const lined = looks.map(() => []);
    for (const f of found) {
      const look = looks[classes(f)];
      const wide = (box[4 * f + 2] - box[4 * f]) * world, high = (box[4 * f + 3] - box[4 * f + 1]) * world;
      if (look.fill && wide < 2 && high < 2) { // a speck
        context.fillStyle = look.fill;
        context.fillRect(box[4 * f] * world - view.x, box[4 * f + 1] * world - view.y,
          Math.max(1, wide), Math.max(1, high));
        continue;
      }
      if (look.fill) {
        context.beginPath();
        this.trace(view, f);
        paint(context, look, view.ratio);
      }
      lined[classes(f)].push(f);
    }
    lined.forEach((list, at) => {
      const look = looks[at], width = look.pixels || (view.zoom >= 16 ? 0.8 : view.zoom >= 15 ? 0.4 : 0);
      if (list.length && width) this.outlines(view, list, look.line, width, look.dash);
    });
    if (this.accent) {
      const marked = this.features.classes(this.accent.style), accent = this.accent;
      const list = found.filter((f) => accent.classes.includes(marked[f]) && (!passes || passes[f]));
      this.outlines(view, list, accent.colour, view.zoom >= 17.5 ? 2.4 : view.zoom >= 16 ? 1.2 : 0.6); // thin from afar, or quarters would turn into one blot
    }
    this.drawSelected(view);
  },

  draw_line: function (view) {
    const { found, world } = view, looks = weizhan.looks(this.styles[this.style], "line");
    const classes = this.features.classes(this.style), lists = looks.map(() => []);
    const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * (view.y + 128) / world)));
    const pixels = world / (40075016.7 * Math.cos(latitude)); // of a metre
    for (const f of found) lists[classes[f]].push(f);
    for (const casing of [true, false])
      for (let at = looks.length - 1; at >= 0; at--) {
        const look = looks[at], width = Math.max(look.pixels, look.metres * pixels);
        if (!lists[at].length || (casing && !look.casing)) continue;
        if (casing) this.outlines(view, lists[at], look.casing, width + (width > 3 ? 1.6 : 1));
        else this.outlines(view, lists[at], look.fill, width, look.dash);
      }
    this.drawSelected(view);
  },

  draw_point: function (view) {
    const looks = weizhan.looks(this.styles[this.style], "point"), classes = this.features.classes(this.style);
    const { xy, points, paths } = this.features, scale = symbolScale(view.zoom);
    for (const f of view.found) {
      const p = points[paths[f]], look = looks[classes[f]];
      const x = xy[2 * p] * view.world - view.x, y = xy[2 * p + 1] * view.world - view.y;
      if (f === this.selected) {
        view.context.beginPath();
        view.context.arc(x, y, look.pixels * scale * 0.8 + 2, 0, 7);
        view.context.fillStyle = "#ffd23f";
        view.context.fill();
      }
      weizhan.symbol(view.context, look, x, y, scale);
    }
  },

  drawSelected: function (view) {
    if (!view.found.includes(this.selected)) return;
    this.outlines(view, [this.selected], "#111111", 5);
    this.outlines(view, [this.selected], "#ffd23f", 2.4);
  },

  // The feature under a place, or -1; the one drawn last wins, among lines the nearest
  pick: function (latlng, zoom) {
    const world = 256 * 2 ** zoom, place = L.CRS.EPSG3857.latLngToPoint(latlng, 0);
    const x = place.x / 256, y = place.y / 256;
    if (this.shape === "polygon") {
      const hits = this.features.query(x, y, x, y).filter((f) => this.features.contains(f, x, y));
      return hits.length ? hits[hits.length - 1] : -1;
    }
    const reach = (this.shape === "line" ? 6 : 13) / world;
    let best = -1, least = reach;
    for (const f of this.features.query(x - reach, y - reach, x + reach, y + reach)) {
      const far = this.features.distance(f, x, y);
      if (far <= least) { least = far; best = f; }
    }
    return best;
  },

  bounds: function (f) {
    const box = f === undefined ? this.features.all : this.features.box.subarray(4 * f, 4 * f + 4);
    if (!(box[0] <= box[2])) return null;
    const place = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(x * 256, y * 256), 0);
    return L.latLngBounds(place(box[0], box[1]), place(box[2], box[3]));
  },
});

function symbolScale(zoom) { return Math.max(0.45, Math.min(1.15, 0.45 + (zoom - 13) * 0.18)); }

weizhan.packed = function (id) {
  const data = JSON.parse(document.getElementById(id).textContent);
  return weizhan.layers[data.name] = new Packed(data, new weizhan.Features(data, new weizhan.Pack(id + "-pack")));
};

// The same features once more, to be coloured in another way or on another map
weizhan.twin = function (layer, options) { return new Packed(layer.features.data, layer.features, options); };
})();
