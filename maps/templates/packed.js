/* Packed features: a grid index, geometry. The format is told in packed.py. */
(function () {
"use strict";

function running(counts) {
  const starts = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

// Features in web Mercator, the whole world being 0..1 on both axes
class Features {
  constructor(data, pack) {
    this.data = data;
    this.pack = pack;
    this.count = data.count;
    this.paths = running(pack.integers(data.paths)); // feature -> its first path
    this.points = running(pack.integers(data.points)); // path -> its first point
    this.columns = {};
    this.place(pack.integers(data.steps));
    this.index();
  }

  place(steps) {
    const n = steps.length / 2, { origin, grid, square } = this.data, xy = this.xy = new Float64Array(2 * n);
    if (square)
      for (let path = 0; path + 1 < this.points.length; path++)
        for (let p = this.points[path] + 3; p < this.points[path + 1]; p++) {
          steps[p] -= steps[p - 2];
          steps[n + p] -= steps[n + p - 2];
        }
    for (let p = 0, lon = 0, lat = 0; p < n; p++) {
      lon += steps[p]; lat += steps[n + p];
      xy[2 * p] = (origin[0] + lon * grid + 180) / 360;
      const angle = Math.max(-85.05, Math.min(85.05, origin[1] + lat * grid));
      xy[2 * p + 1] = 0.5 - Math.asinh(Math.tan(angle * Math.PI / 180)) / (2 * Math.PI);
    }
  }

  // Boxes, and a grid of cells that lists the features touching each
  index() {
    const n = this.count, box = this.box = new Float64Array(4 * n);
    const all = this.all = [Infinity, Infinity, -Infinity, -Infinity];
    for (let f = 0; f < n; f++) {
      let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let p = this.points[this.paths[f]]; p < this.points[this.paths[f + 1]]; p++) {
        const x = this.xy[2 * p], y = this.xy[2 * p + 1];
        if (x < x0) x0 = x;
        if (x > x1) x1 = x;
        if (y < y0) y0 = y;
        if (y > y1) y1 = y;
      }
      box.set([x0, y0, x1, y1], 4 * f);
      all[0] = Math.min(all[0], x0); all[1] = Math.min(all[1], y0);
      all[2] = Math.max(all[2], x1); all[3] = Math.max(all[3], y1);
    }
    const side = this.side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(n / 4))));
    this.cell = Math.max(all[2] - all[0], all[3] - all[1], 1e-9) / side * (1 + 1e-9);
    const counts = new Uint32Array(side * side);
    const visit = (todo) => {
      for (let f = 0; f < n; f++) {
        if (box[4 * f] > box[4 * f + 2]) continue; // no geometry
        this.cells(box[4 * f], box[4 * f + 1], box[4 * f + 2], box[4 * f + 3], todo, f);
      }
    };
    visit((cell) => counts[cell]++);
    this.starts = running(counts);
    this.members = new Uint32Array(this.starts[side * side]);
    const next = this.starts.slice();
    visit((cell, f) => { this.members[next[cell]++] = f; });
    this.seen = new Uint32Array(n);
    this.stamp = 0;
  }

  cells(x0, y0, x1, y1, todo, f) {
    const clamp = (v) => Math.max(0, Math.min(this.side - 1, Math.floor(v / this.cell)));
    const right = clamp(x1 - this.all[0]), bottom = clamp(y1 - this.all[1]);
    for (let row = clamp(y0 - this.all[1]); row <= bottom; row++)
      for (let col = clamp(x0 - this.all[0]); col <= right; col++)
        todo(row * this.side + col, f);
  }

  // Features whose box meets the given one, in their own order
  query(x0, y0, x1, y1) {
    const found = [], stamp = ++this.stamp, box = this.box;
    if (!(x0 <= this.all[2] && x1 >= this.all[0] && y0 <= this.all[3] && y1 >= this.all[1]))
      return found;
    this.cells(x0, y0, x1, y1, (cell) => {
      for (let m = this.starts[cell]; m < this.starts[cell + 1]; m++) {
        const f = this.members[m];
        if (this.seen[f] === stamp) continue;
        this.seen[f] = stamp;
        if (box[4 * f] <= x1 && box[4 * f + 2] >= x0 && box[4 * f + 1] <= y1 && box[4 * f + 3] >= y0)
          found.push(f);
      }
    });
    return found.sort((a, b) => a - b);
  }

  number(name, f) {
    const packed = this.data.numbers[name];
    if (!packed) return NaN;
    const own = (this.columns[name] = this.columns[name] || this.pack.numbers(packed))[f];
    return packed.near === undefined ? own : Math.round((own + (this.number(packed.near, f) || 0)) * packed.scale) / packed.scale;
  }

  // A column of texts: of each feature the place in the table of different texts, from 1; 0 is missing
  told(name) {
    const packed = this.data.texts[name], key = "text " + name;
    if (!packed) return null;
    return this.columns[key] = this.columns[key] ||
      { codes: this.pack.integers(packed.codes, Uint32Array), table: this.pack.table(packed.table) };
  }

  text(name, f) {
    const told = this.told(name);
    return told && told.codes[f] ? told.table[told.codes[f] - 1] : "";
  }

  classes(style) {
    const key = "class " + style;
    return this.columns[key] = this.columns[key] || this.pack.integers(this.data.classes[style], Uint8Array);
  }

  // The feature with that text in a column, or -1
  find(name, value) {
    const key = "find " + name;
    if (!this.columns[key]) {
      this.columns[key] = new Map();
      for (let f = this.count - 1; f >= 0; f--) this.columns[key].set(this.text(name, f), f);
    }
    return value && this.columns[key].has(value) ? this.columns[key].get(value) : -1;
  }

  // The even-odd rule over all rings
  contains(f, x, y) {
    const xy = this.xy;
    let inside = false;
    for (let path = this.paths[f]; path < this.paths[f + 1]; path++) {
      const start = this.points[path], end = this.points[path + 1];
      for (let i = start, j = end - 1; i < end; j = i++) {
        const yi = xy[2 * i + 1], yj = xy[2 * j + 1];
        if (yi > y !== yj > y && x < (xy[2 * j] - xy[2 * i]) * (y - yi) / (yj - yi) + xy[2 * i])
          inside = !inside;
      }
    }
    return inside;
  }

  // Distance to the nearest segment (or point) of a feature
  distance(f, x, y) {
    const xy = this.xy;
    let best = Infinity;
    for (let path = this.paths[f]; path < this.paths[f + 1]; path++) {
      const start = this.points[path], end = this.points[path + 1];
      for (let i = start; i < end; i++) {
        const j = Math.min(i + 1, end - 1), ax = xy[2 * i], ay = xy[2 * i + 1];
        const dx = xy[2 * j] - ax, dy = xy[2 * j + 1] - ay, long = dx * dx + dy * dy;
        const t = long ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / long)) : 0;
        best = Math.min(best, Math.hypot(ax + t * dx - x, ay + t * dy - y));
      }
    }
    return best;
  }
}

weizhan.Features = Features;
})();
