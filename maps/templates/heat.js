/* Heat: what each building counts, spread over the ground about it; by area or a building. */
const HEATS = { late: null, people: "people", harm: "harm", hazards: "open_hazards", fires: "past_fires" };
// Purple, which no class of buildings or communities has; worse is darker
const HEAT_FILLS = [[236, 224, 244, 190], [208, 172, 229, 200], [168, 110, 206, 210], [122, 56, 172, 220], [70, 16, 112, 230]];
const heat = { weight: "", kind: "density", metres: 200, edges: [], unknown: 0 };
function heatOn() { return Boolean(heat.weight); }

// What each building counts; NaN where its cover, or the number asked for, is not known
function heatWeights() {
  const { features } = layers.buildings, out = new Float64Array(features.count), column = HEATS[heat.weight];
  const unsaid = content.covers.indexOf("unknown"), cover = "cover_" + state.tier + moment.at in layers.buildings.styles ? features.classes("cover_" + state.tier + moment.at) : null;
  for (let f = 0; f < out.length; f++) {
    const value = column ? features.number(heat.weight === "people" ? "people" + moment.at : column, f) : 1;
    if (heat.weight !== "late" && heat.weight !== "people") out[f] = value;
    else out[f] = !cover || cover[f] >= unsaid ? NaN : cover[f] === 2 || cover[f] === 3 ? value : 0;
  }
  return out;
}

// Densities on a grid of a third of the spread, per square kilometre or per building
function heatGrid() {
  const { features } = layers.buildings, { all, box } = features, middle = (all[1] + all[3]) / 2;
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * middle))), metre = 1 / (40075016.7 * Math.cos(latitude)), cell = heat.metres / 3 * metre;
  const pad = 3 * heat.metres * metre, x0 = all[0] - pad, y0 = all[1] - pad;
  const wide = Math.ceil((all[2] + pad - x0) / cell), high = Math.ceil((all[3] + pad - y0) / cell);
  const weights = heatWeights();
  heat.unknown = weights.filter(Number.isNaN).length;
  const sums = [new Float64Array(wide * high), new Float64Array(wide * high)];
  for (let f = 0; f < features.count; f++) {
    if (!(box[4 * f] <= box[4 * f + 2]) || Number.isNaN(weights[f])) continue;
    const at = Math.floor(((box[4 * f + 1] + box[4 * f + 3]) / 2 - y0) / cell) * wide + Math.floor(((box[4 * f] + box[4 * f + 2]) / 2 - x0) / cell);
    sums[0][at] += weights[f];
    sums[1][at]++;
  }
  const bell = Array.from({ length: 19 }, (_, k) => Math.exp(-0.5 * ((k - 9) / 3) ** 2)), flat = Array(3).fill(1);
  const blur = (from, across, kernel) => {
    const reach = (kernel.length - 1) / 2, whole = kernel.reduce((a, b) => a + b);
    const out = new Float64Array(from.length), step = across ? 1 : wide, limit = across ? wide : high;
    for (let row = 0; row < high; row++)
      for (let col = 0; col < wide; col++) {
        const place = across ? col : row, here = row * wide + col;
        let sum = 0;
        for (let k = Math.max(-reach, -place); k <= Math.min(reach, limit - 1 - place); k++) sum += from[here + k * step] * kernel[k + reach];
        out[here] = sum / whole;
      }
    return out;
  };
  const smooth = (sum, kernel) => blur(blur(sum, true, kernel), false, kernel), near = smooth(sums[1], flat);
  const [weight, count] = sums.map((sum) => smooth(sum, bell)), area = (heat.metres / 3 / 1000) ** 2;
  const least = 0.02; // buildings a cell below which a ratio says nothing
  const values = weight.map((value, at) => (heat.kind === "density" ? value / area : !near[at] || count[at] < least ? 0 : value / count[at]));
  return { values, near, wide, high, x0, y0, cell };
}

const heatLayer = new (L.Layer.extend({
  onAdd() { this.image = null; map.getContainer().classList.add("heated"); heat.redraw(); },
  onRemove() { if (this.image) this.image.remove(); this.image = null; map.getContainer().classList.remove("heated"); },
}))();
map.on("layeradd", () => { if (heatLayer.image) heatLayer.image.bringToFront(); }); // over buildings that come later
heat.redraw = () => {
  if (heatLayer.image) heatLayer.image.remove();
  const { values, near, wide, high, x0, y0, cell } = heatGrid(), top = values.reduce((a, b) => Math.max(a, b), 0);
  const nice = (value) => { const power = 10 ** Math.floor(Math.log10(value)); return Math.round(value / power * 10) / 10 * power; };
  heat.edges = top > 0 ? [0.1, 0.3, 0.55, 0.8].map((part) => nice(top * part)) : [];
  const canvas = make("canvas");
  canvas.width = wide; canvas.height = high;
  const pen = canvas.getContext("2d"), image = pen.createImageData(wide, high);
  for (let at = 0; at < values.length; at++) if (near[at]) image.data.set(HEAT_FILLS[heat.edges.filter((edge) => values[at] >= edge).length], 4 * at); // built land only
  pen.putImageData(image, 0, 0);
  const place = (x, y) => L.CRS.EPSG3857.pointToLatLng(L.point(x * 256, y * 256), 0);
  heat.values = values;
  heatLayer.image = L.imageOverlay(canvas.toDataURL(), L.latLngBounds(place(x0, y0 + high * cell), place(x0 + wide * cell, y0)), { interactive: false, className: "heat", pane: "tilePane", zIndex: 3 }).addTo(map);
};
function heatLegend() {
  const said = (value) => (value >= 100 ? grouped(Math.round(value)) : String(Number(value.toPrecision(2)))), { edges } = heat;
  const names = edges.length ? [say("tree.heat_below", { value: said(edges[0]) })] : ["0"];
  edges.forEach((edge, at) => names.push(at + 1 < edges.length ? said(edge) + "–" + said(edges[at + 1]) : "≥ " + said(edge)));
  const classes = names.map((label, at) => { const [r, g, b, a] = HEAT_FILLS[at]; return { label, fill: `rgba(${r},${g},${b},${a / 255})`, line: "#8a8a8a", pattern: "", dash: [], pixels: 0 }; });
  const spread = say("tree.heat_spread", { metres: heat.metres, most: 3 * heat.metres });
  return legendPart({ title: say("tree.heat_" + heat.weight + "_" + heat.kind), classes,
    note: heat.unknown ? spread + say("tree.heat_unknown", { count: grouped(heat.unknown) }) : spread }, "polygon");
}
function heatChoice(box) {
  const has = (name) => !HEATS[name] || HEATS[name] in layers.buildings.features.data.numbers;
  const entries = [{ code: "", label: say("tree.heat_off") }, ...Object.keys(HEATS).flatMap((name) => ["density", "ratio"].map((kind) => ({
    code: name + " " + kind, label: say("tree.heat_what", { weight: say("tree.weight_" + name), kind: say("tree.heat_" + kind) }) + (has(name) ? "" : say("tree.no_data")), disabled: !has(name) })))];
  box.append(selection("heat", say("tree.heat_title"), [{ entries }], (value) => {
    const [weight, kind] = value.split(" ");
    Object.assign(heat, { weight, kind: kind || "density" });
    if (!weight) heatLayer.remove(); else if (map.hasLayer(heatLayer)) heat.redraw(); else heatLayer.addTo(map);
    legend();
  }));
  box.append(selection("heat-metres", say("tree.heat_band"), [{ entries: [100, 200, 400, 800].map((metres) => ({ code: String(metres), label: say("popup.metres", { count: metres }) })) }], (value) => {
    heat.metres = Number(value);
    if (heatOn()) { heat.redraw(); legend(); }
  }));
  box.querySelector("#heat-metres").value = "200";
}
