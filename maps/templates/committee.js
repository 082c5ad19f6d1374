/* The committee's page: choices, legend, table. */
const WHOLE = ["risk", "frequent", "severe", "hazards", "device", "completeness", "use"];  // of no tier
const KINDS = ["response", "cover", "arrival", "lanes", "depth", ...WHOLE];
const state = { kind: KINDS[0], tier: content.tiers[0].code, areas: "", uncovered: false };

function styleOf(kind, tier) { return WHOLE.includes(kind) ? kind : kind + "_" + tier; }
function offered(kind, tier) { return styleOf(kind, tier) in layers.buildings.styles; }

// Colour the buildings; uncovered ones are marked for the tier that is chosen
function recolour() {
  const marks = [content.covers.indexOf("uncovered"), content.covers.indexOf("doubtful")];
  layers.buildings.style = styleOf(state.kind, state.tier);
  layers.buildings.setAccent(state.uncovered ? { style: "cover_" + state.tier, classes: marks, colour: "#111111" } : null);
  legend();
}

function legend() {
  const box = byId("legend").querySelector("div"), buildings = layers.buildings;
  box.replaceChildren(legendPart(buildings.styles[buildings.style], "polygon"));
  if (state.uncovered) {
    const list = make("ul"), item = make("li");
    item.append(weizhan.swatch({ fill: "#d9822b", line: "#111111" }, "polygon"), make("span", say("legend.uncovered")));
    list.append(item);
    box.append(list);
  }
  if (visible("lanes") && layers.lanes.style !== "lanes") box.append(laneLegend());
  if (visible("areas")) box.append(legendPart(layers.areas.styles.areas, "polygon"));
  for (const name of ["stations", "water", "barriers"])
    if (visible(name) && layers[name].features.count)
      box.append(legendPart(layers[name].styles[name], "point", new Set(layers[name].features.classes(name))));
}

// What to look at, and for which tier; what a tier has no figures for cannot be chosen
function paints() {
  const kinds = KINDS.filter((kind) => content.tiers.some((tier) => offered(kind, tier.code)));
  const kindLine = selection("kind", say("paint.kind"), [{ entries: kinds.map((kind) => ({ code: kind, label: say("paint." + kind) })) }],
    (kind) => { state.kind = kind; limit(); recolour(); });
  const tierLine = selection("tier", say("paint.tier"), [{ entries: content.tiers }],
    (tier) => { state.tier = tier; recolour(); });
  const limit = () => {
    const select = tierLine.querySelector("select");
    for (const entry of select.options) entry.disabled = !offered(state.kind, entry.value);
    select.disabled = WHOLE.includes(state.kind);
    if (select.selectedOptions[0].disabled) state.tier = select.value = [...select.options].find((entry) => !entry.disabled).value;
  };
  byId("paints").append(kindLine, tierLine);
}

function choices() {
  paints();
  const overlay = (name) => {
    const empty = !layers[name].features.count;
    const label = say("overlay." + name) + (empty ? say("overlay.empty") : "");
    const line = option("checkbox", label, !empty && visible(name), (input) => {
      if (input.checked) map.addLayer(layers[name]); else map.removeLayer(layers[name]);
      if (name === "communities" || name === "stations") places();
      legend();
    });
    line.firstChild.value = name;
    line.firstChild.disabled = empty;
    line.classList.toggle("off", empty);
    byId("overlays").append(line);
    return line.firstChild;
  };
  const lanes = overlay("lanes");
  const groups = lanePaints();
  if (groups.length > 1)
    byId("overlays").append(selection("lane-paint", say("overlay.lane_paint"), groups, (style) => {
      layers.lanes.setStyle(style);
      if (!lanes.checked) lanes.click();
      legend();
    }));
  areaChoice();
  ["stations", "water", "barriers", "communities"].forEach(overlay);
  const mark = option("checkbox", say("overlay.uncovered"), false, (input) => { state.uncovered = input.checked; recolour(); });
  mark.firstChild.value = "uncovered";
  byId("overlays").append(mark);
}

function lanePaints() {
  const { styles } = layers.lanes, known = (entries) => entries.filter(({ code }) => code in styles);
  return [
    { entries: [{ code: "lanes", label: say("overlay.lane_plain") }] },
    { label: say("overlay.group_state"), entries: known([{ code: "state", label: say("overlay.state") }]) },
    { label: say("overlay.group_loss"), entries: known([{ code: "rank", label: say("overlay.rank") },
      ...content.tiers.map((tier) => ({ code: "loss_" + tier.code, label: say("overlay.loss", { tier: tier.label, standard: tier.standard }) }))]) },
    { label: say("overlay.group_limit"), entries: known(content.vehicles.map(({ code, label }) => ({ code: "limit_" + code, label }))) },
  ].filter((group) => group.entries.length);
}

// Service areas: those of the chosen tier, or while a station is chosen its own
function areaChoice() {
  const { features } = layers.areas, has = new Set();
  for (let f = 0; f < features.count; f++) has.add(features.text("tier", f));
  if (!has.size) return;
  const entries = [{ code: "", label: say("overlay.areas_none") }, ...content.tiers.filter((tier) => has.has(tier.code))];
  byId("overlays").append(selection("areas", say("overlay.areas"), [{ entries }], (tier) => { state.areas = tier; areas(""); }));
}

function areas(station) {
  const layer = layers.areas, { features } = layer, own = [];
  for (let f = 0; station && f < features.count; f++) if (features.text("station", f) === station) own.push(f);
  const tiers = own.map((f) => features.text("tier", f));
  const tier = tiers.find((code) => code === state.areas) || tiers.find((code) => code === state.tier) || tiers[0];
  layer.filter = own.length ? (f) => own.includes(f) && features.text("tier", f) === tier
    : (f) => !features.text("station", f) && features.text("tier", f) === state.areas;
  if (own.length || state.areas) map.addLayer(layer); else map.removeLayer(layer);
  layer.repaint();
  legend();
}
let shownStation = "";
weizhan.onchoose = (name, f) => {
  const station = name === "stations" ? layers.stations.features.text("id", f) : "";
  if (station !== shownStation) areas(shownStation = station);
};

function figures() {
  for (const { label, value, note } of content.figures) {
    const box = make("div");
    box.append(make("dt", label), make("dd", value, "value"), make("dd", note, "small"));
    byId("figures").querySelector("dl").append(box);
  }
  byId("notes").hidden = !content.notes.length;
  for (const note of content.notes) byId("notes").querySelector("ul").append(make("li", note));
}

function table() {
  const box = byId("communities"), headings = make("tr");
  if (!content.communities.length) {
    box.querySelector("table").remove();
    box.querySelector("p").textContent = say("page.no_communities");
    return;
  }
  headings.append(make("th", say("page.community")));
  for (const tier of content.told) headings.append(make("th", tier.label + " " + tier.standard));
  box.querySelector("thead").append(headings);
  for (const community of content.communities) {
    const row = make("tr"), first = make("td"), button = make("button", community.name);
    button.type = "button";
    row.dataset.id = community.id;
    first.append(button, make("span", say("page.inhabitants", community), "small"));
    row.append(first);
    for (const tier of content.told) {
      const share = community.shares[tier.code], cell = make("td");
      cell.append(make("strong", share.value));
      if (share.range) cell.append(make("span", say("verdict.detail", { parts: share.range }), "range"));
      cell.append(make("span", share.detail, "small"));
      row.append(cell);
    }
    row.addEventListener("click", () => visit(community.id, row));
    box.querySelector("tbody").append(row);
  }
}

function visit(id, row) {
  const layer = layers.communities, at = layer.features.find("id", id);
  document.querySelectorAll("tr.chosen").forEach((other) => other.classList.remove("chosen"));
  row.classList.add("chosen");
  if (at < 0 || !layer.bounds(at)) return;
  if (narrow.matches) panel(false);
  map.fitBounds(layer.bounds(at), { animate: false, padding: [12, 12] });
  choose("communities", at, layer.bounds(at).getCenter());
}

function panel(open) {
  document.body.classList.toggle("closed", !open);
  byId("toggle").setAttribute("aria-expanded", String(open));
  map.invalidateSize({ pan: false });
  if (open && narrow.matches) byId("close").focus();
}

// Names of communities, moved aside from stations; left out at this zoom if they meet another
const labels = L.layerGroup().addTo(map);
function places() {
  labels.clearLayers();
  if (!visible("communities")) return;
  const { features } = layers.communities, stations = layers.stations, taken = [];
  for (let f = 0; visible("stations") && f < stations.features.count; f++)
    if (stations.bounds(f))
      taken.push({ ...map.latLngToLayerPoint(stations.bounds(f).getCenter()), half: 14, high: 26 });
  for (let f = 0; f < features.count; f++) {
    const name = features.text("name", f), bounds = layers.communities.bounds(f);
    if (!name || !bounds) continue;
    const centre = map.latLngToLayerPoint(bounds.getCenter());
    const half = Math.min(12, [...name].length) * 6.5 + 10;
    const free = (shift) => !taken.some((other) => Math.abs(other.y - centre.y - shift) < other.high &&
      Math.abs(other.x - centre.x) < half + other.half);
    const shift = [0, 26, -26].find(free);
    if (shift === undefined) continue;
    taken.push({ x: centre.x, y: centre.y + shift, half, high: 20 });
    const icon = L.divIcon({ className: "place", html: make("span", name), iconSize: null, iconAnchor: [0, -shift] });
    L.marker(bounds.getCenter(), { icon, interactive: false, keyboard: false }).addTo(labels);
  }
}

map.on("zoomend", places);

byId("toggle").addEventListener("click", () => panel(document.body.classList.contains("closed")));
byId("close").addEventListener("click", () => { panel(false); byId("toggle").focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && narrow.matches) panel(false);
});
figures();
choices();
table();
byId("legend").addEventListener("toggle", () => map.invalidateSize({ pan: false }));
if (narrow.matches) { panel(false); byId("legend").open = false; }
map.invalidateSize({ pan: false });
recolour();
home();
places();
weizhan.ready = true;
