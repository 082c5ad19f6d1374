/* The town's plane, and places to positions on lanes: as geo/snapping.py does, to the millimetre. */
(function () {
"use strict";

const PARTS = 1048576, MILLIMETRES = 1000; // of a lane; of a metre: see geo/snapping.py

// Round half to even, as numpy does
weizhan.rint = function (value) {
  const floor = Math.floor(value), rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};

// Transverse Mercator by Krueger's series in the third flattening to the sixth order (Karney 2011)
weizhan.toPlane = function (plane, lon, lat) {
  const f = 1 / plane.rf, e = Math.sqrt(f * (2 - f)), n = f / (2 - f), radians = Math.PI / 180;
  const [n2, n3, n4, n5, n6] = [2, 3, 4, 5, 6].map((power) => n ** power);
  const alpha = [
    n / 2 - 2 * n2 / 3 + 5 * n3 / 16 + 41 * n4 / 180 - 127 * n5 / 288 + 7891 * n6 / 37800,
    13 * n2 / 48 - 3 * n3 / 5 + 557 * n4 / 1440 + 281 * n5 / 630 - 1983433 * n6 / 1935360,
    61 * n3 / 240 - 103 * n4 / 140 + 15061 * n5 / 26880 + 167603 * n6 / 181440,
    49561 * n4 / 161280 - 179 * n5 / 168 + 6601661 * n6 / 7257600,
    34729 * n5 / 80640 - 3418889 * n6 / 1995840,
    212378941 * n6 / 319334400,
  ];
  const t = Math.tan(lat * radians), long = (lon - plane.lon_0) * radians, root = Math.hypot(1, t);
  const sigma = Math.sinh(e * Math.atanh(e * t / root));
  const conformal = t * Math.hypot(1, sigma) - sigma * root;
  const xi = Math.atan2(conformal, Math.cos(long));
  const eta = Math.asinh(Math.sin(long) / Math.hypot(conformal, Math.cos(long)));
  let north = xi, east = eta;
  alpha.forEach((factor, at) => {
    const k = 2 * (at + 1);
    north += factor * Math.sin(k * xi) * Math.cosh(k * eta);
    east += factor * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  const radius = plane.k * plane.a / (1 + n) * (1 + n2 / 4 + n4 / 64 + n6 / 256);
  return [plane.x_0 + radius * east, plane.y_0 + radius * north];
};

// The lanes to which places may attach, as segments in a grid of cells
class Snapper {
  constructor(data, pack) {
    this.plane = data.plane;
    this.within = data.attach_m;
    const corners = pack.integers(data.corners), allowed = pack.integers(data.allowed, Uint8Array);
    const steps = pack.integers(data.xy), points = steps.length / 2;
    const xy = this.xy = new Float64Array(2 * points);
    for (let p = 0, x = 0, y = 0; p < points; p++) {
      x += steps[p]; y += steps[points + p];
      xy[2 * p] = x / MILLIMETRES; xy[2 * p + 1] = y / MILLIMETRES;
    }
    this.first = new Uint32Array(corners.length + 1); // lane -> its first point
    for (let lane = 0; lane < corners.length; lane++) this.first[lane + 1] = this.first[lane] + corners[lane];
    this.lane = [];
    this.start = [];
    this.cells = new Map();
    for (let lane = 0; lane < corners.length; lane++)
      for (let p = this.first[lane]; allowed[lane] && p + 1 < this.first[lane + 1]; p++) {
        const [x0, x1] = [xy[2 * p], xy[2 * p + 2]], [y0, y1] = [xy[2 * p + 1], xy[2 * p + 3]];
        this.over(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1), (key) => {
          if (!this.cells.has(key)) this.cells.set(key, []);
          this.cells.get(key).push(this.lane.length);
        });
        this.lane.push(lane);
        this.start.push(p);
      }
  }

  over(x0, y0, x1, y1, todo) {
    const side = 100;
    for (let row = Math.floor(y0 / side); row <= Math.floor(y1 / side); row++)
      for (let col = Math.floor(x0 / side); col <= Math.floor(x1 / side); col++) todo(row * 4194304 + col);
  }

  // {lane, part, access_mm} of the nearest lane, of several equally near the first; null if none is near
  at(lon, lat) {
    const [x, y] = weizhan.toPlane(this.plane, lon, lat), xy = this.xy;
    let best = -1, least = this.within, foot = 0;
    for (let reach = Math.min(25, this.within); ; reach = Math.min(reach * 2, this.within)) {
      const near = new Set();
      this.over(x - reach, y - reach, x + reach, y + reach, (key) => (this.cells.get(key) || []).forEach((s) => near.add(s)));
      for (const s of near) {
        const p = this.start[s], ax = xy[2 * p], ay = xy[2 * p + 1], bx = xy[2 * p + 2], by = xy[2 * p + 3];
        const long = (bx - ax) * (bx - ax) + (by - ay) * (by - ay);
        const r = long ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long : 0;
        const off = r <= 0 ? Math.sqrt((x - ax) * (x - ax) + (y - ay) * (y - ay))
          : r >= 1 ? Math.sqrt((x - bx) * (x - bx) + (y - by) * (y - by))
          : Math.abs(((ay - y) * (bx - ax) - (ax - x) * (by - ay)) / long) * Math.sqrt(long);
        if (off < least || (off === least && (best < 0 || s < best))) { best = s; least = off; foot = Math.max(0, Math.min(1, r)); }
      }
      if ((best >= 0 && least <= reach) || reach >= this.within) break;
    }
    if (best < 0) return null;
    const lane = this.lane[best], begin = this.first[lane], end = this.first[lane + 1] - 1;
    let along = 0, whole = 0;
    for (let p = begin; p < end; p++) {
      const length = Math.hypot(xy[2 * p + 2] - xy[2 * p], xy[2 * p + 3] - xy[2 * p + 1]);
      if (p < this.start[best]) along += length;
      else if (p === this.start[best]) along += length * foot;
      whole += length;
    }
    const part = weizhan.rint(Math.max(0, Math.min(1, along / whole)) * PARTS);
    return { lane, part, access_mm: weizhan.rint(least * MILLIMETRES) };
  }
}

weizhan.Snapper = Snapper;
weizhan.PARTS = PARTS;
})();
