/* The committee's page: the tree of layers, moments, legend, table. */
const WHOLE = ["risk", "frequent", "severe", "hazards", "device", "monitored", "completeness", "use"]; // of no tier
const TREE = [
  { name: "arrival", kinds: ["response", "cover", "arrival", "lanes", "depth", "change"] },
  { name: "risk", kinds: ["risk", "frequent", "severe"] },
  { name: "care", kinds: ["hazards", "device", "monitored"] },
  { name: "about", kinds: ["completeness", "use"] },
];
const MOVING = ["response", "cover", "arrival", "lanes", "depth"]; // these change with the moment
const KINDS = TREE.flatMap(({ kinds }) => kinds);
const LATE_LINE = "#d4008f"; // a hue of no class
const state = { kind: KINDS[0], tier: (content.tiers.find((tier) => !tier.no_answer) || content.tiers[0]).code, areas: "", uncovered: false, outline: "communities" };

const bare = (kind, tier) => (WHOLE.includes(kind) ? kind : kind + "_" + tier);
// The style of a kind at the moment shown; what does not change with the moment is the same at all
function styleOf(kind, tier) { return bare(kind, tier) + (MOVING.includes(kind) ? moment.at : ""); }
function offered(kind, tier) { return styleOf(kind, tier) in layers.buildings.styles; }
const kindLabel = (kind) => (("paint." + kind) in content.texts ? say("paint." + kind) : say("tree.kind_" + kind));

// Colour the buildings; uncovered ones are marked for the tier that is chosen
function recolour() {
  const marks = [content.covers.indexOf("uncovered"), content.covers.indexOf("doubtful")];
  const tiers = (kind) => content.tiers.filter((tier) => offered(kind, tier.code)).map((tier) => tier.code);
  if (!tiers(state.kind).length) state.kind = KINDS.find((kind) => tiers(kind).length);
  if (!offered(state.kind, state.tier)) state.tier = tiers(state.kind)[0];
  layers.buildings.style = styleOf(state.kind, state.tier);
  sift();
  layers.buildings.setAccent(state.uncovered ? { style: "cover_" + state.tier + moment.at, classes: marks, colour: LATE_LINE } : null);
  const select = byId("tier");
  for (const entry of select.options) entry.disabled = !offered(state.kind, entry.value);
  select.value = state.tier;
  select.disabled = WHOLE.includes(state.kind);
  for (const input of byId("tree").querySelectorAll("input[name=kind]")) {
    const there = tiers(input.value).length > 0, own = content.tiers.map((tier) => bare(input.value, tier.code));
    const never = !own.some((style) => style in layers.buildings.styles);
    input.checked = input.value === state.kind;
    input.disabled = !there;
    input.parentElement.classList.toggle("off", !there);
    input.nextSibling.textContent = kindLabel(input.value) + (there ? "" : say(never ? "tree.no_data" : "tree.not_now"));
  }
  legend();
  listSoon();
}

function legend() {
  const box = byId("legend").querySelector("div"), buildings = layers.buildings;
  box.replaceChildren();
  if (sieving()) box.append(sieveLegend());
  if (visible("buildings") && buildings.features.count && !heatOn()) box.append(legendPart(buildings.styles[buildings.style], "polygon"));
  if (swiped() && !heatOn()) box.append(make("h3", "▶ " + say("tree.swipe_right")), legendPart(rightStyle(), "polygon"));
  if (state.uncovered) {
    const list = make("ul"), item = make("li");
    item.append(weizhan.swatch({ fill: "#d9822b", line: LATE_LINE }, "polygon"), make("span", say("legend.uncovered")));
    list.append(item);
    box.append(list);
  }
  if (heatOn()) box.append(heatLegend());
  if (visible("communities") && layers.communities.style !== "communities")
    box.append(legendPart(layers.communities.styles[layers.communities.style], "polygon"));
  if (visible("lanes") && layers.lanes.style !== "lanes") box.append(laneLegend());
  if (visible("areas")) box.append(legendPart(layers.areas.styles.areas, "polygon"));
  for (const name of ["estates", "grids", "hazard_areas"]) if (visible(name)) box.append(legendPart(layers[name].styles[name], "polygon", new Set(layers[name].features.classes(name))));
  for (const name of ["proposed", "stations", "offices", "devices", "water", "barriers", "crossings"])
    if (name in layers && visible(name) && layers[name].features.count)
      box.append(legendPart(layers[name].styles[layers[name].style], "point", new Set(layers[name].features.classes(layers[name].style))));
}

function branch(name, open) {
  const part = make("details"), summary = make("summary", say("tree." + name)), box = make("div");
  part.open = open;
  part.dataset.branch = name;
  part.append(summary, box);
  byId("tree").append(part);
  return box;
}

// Moments and tiers, then the tree; what has no data says so
function choices() {
  const head = byId("moment");
  if (content.moments.length > 1)
    head.append(selection("scene", say("tree.scene"), [{ entries: content.moments.map(({ code, label }) => ({ code, label })) }], setMoment));
  head.append(selection("tier", say("tree.tier"), [{ entries: content.tiers }], (tier) => { state.tier = tier; recolour(); }));
  for (const { name, kinds } of TREE) {
    const box = branch(name, name === "arrival" || name === "risk");
    if (name === "arrival") box.id = "kind";
    for (const kind of kinds) {
      if (kind === "change" && !content.moments.some(({ code }) => code === "before")) continue;
      const line = option("radio", kindLabel(kind), false, () => { state.kind = kind; if (!visible("buildings")) map.addLayer(layers.buildings); recolour(); });
      line.firstChild.name = "kind";
      line.firstChild.value = kind;
      box.append(line);
    }
    if (name === "arrival") {
      areaChoice(box);
      const mark = option("checkbox", say("overlay.uncovered"), false, (input) => { state.uncovered = input.checked; recolour(); });
      mark.firstChild.value = "uncovered";
      box.append(mark);
    }
    if (name === "risk") heatChoice(box);
  }
  const overlay = (box, name) => {
    const empty = !layers[name].features.count;
    const label = (("overlay." + name) in content.texts ? say("overlay." + name) : say("tree." + name)) + (empty ? say("overlay.empty") : "");
    const line = option("checkbox", label, !empty && visible(name), (input) => {
      if (input.checked) map.addLayer(layers[name]); else map.removeLayer(layers[name]);
      legend();
    });
    line.firstChild.value = name;
    line.firstChild.disabled = empty;
    line.classList.toggle("off", empty);
    box.append(line);
    return line.firstChild;
  };
  const lanes = branch("lanes", false), shown = overlay(lanes, "lanes"), groups = lanePaints();
  if (groups.length > 1)
    lanes.append(selection("lane-paint", say("overlay.lane_paint"), groups, (style) => {
      layers.lanes.setStyle(style);
      if (!shown.checked) shown.click();
      legend();
    }));
  const objects = branch("objects", false);
  ["stations", "proposed", "offices", "devices", "water", "barriers", "crossings", "communities", "grids", "estates", "hazard_areas"].filter((name) => name in layers).forEach((name) => overlay(objects, name));
  hillsChoice(objects);
  branch("communities", false).append(selection("choropleth", say("page.community"), [{ entries: communityPaints() }], (style) => {
    state.outline = style;
    outline();
    pressed();
    legend();
  }));
}
function communityPaints() {
  const there = ({ code }) => code in layers.communities.styles;
  return [{ code: "communities", label: say("tree.outline") },
    ...["late", "harm", "hazards"].map((what) => ({ code: "against_" + what, label: say("opening.view_" + what) })),
    ...content.told.map((tier) => ({ code: "share_" + tier.code, label: say("tree.share", { tier: tier.label }) }))].filter(there);
}
function outline() {
  const then = state.outline + moment.at;
  layers.communities.setStyle(then in layers.communities.styles ? then : state.outline);
}

function setMoment(code) {
  moment.at = code ? "@" + code : "";
  const then = "stations" + moment.at;
  layers.stations.setStyle(then in layers.stations.styles ? then : "stations");
  map.closePopup();
  outline();
  recolour();
  if (typeof repaintRight === "function") repaintRight();
  if (heatOn()) heat.redraw();
  figures();
  table();
  if (!byId("community").hidden) openCommunity(byId("community").dataset.id);
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
function areaChoice(box) {
  const { features } = layers.areas, has = new Set();
  for (let f = 0; f < features.count; f++) has.add(features.text("tier", f));
  if (!has.size) return;
  const entries = [{ code: "", label: say("overlay.areas_none") }, ...content.tiers.filter((tier) => has.has(tier.code))];
  box.append(selection("areas", say("overlay.areas"), [{ entries }], (tier) => { state.areas = tier; areas(""); }));
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

const facts = byId("facts").textContent;
function figures() {
  const at = moment.at.slice(1), { label: said } = content.moments.find(({ code }) => code === at);
  byId("facts").textContent = facts.replace(content.moments[0].label, () => said);
  byId("figures").querySelector("dl").replaceChildren(...content.figures[at].map(({ label, value, note }) => {
    const box = make("div");
    box.append(make("dt", label), make("dd", value, "value"), make("dd", note, "small"));
    return box;
  }));
}
function notes() {
  byId("notes").hidden = !content.notes.length;
  for (const note of content.notes) byId("notes").querySelector("ul").append(make("li", note));
}

// The sentence and the table stand in the page already; here they follow the moment and sort
const rowsOf = () => [...document.querySelectorAll("#communities tbody tr")];
function fill(cell, { value, range, note }) {
  cell.replaceChildren(make("strong", value));
  if (range) cell.append(make("span", range, "range"));
  if (note) cell.append(make("span", note, "small"));
}
function table() {
  const opening = content.openings[moment.at.slice(1)], late = new Map(Object.entries(opening.late));
  byId("message").textContent = opening.said;
  for (const row of rowsOf()) {
    const found = late.get(row.dataset.id);
    if (!found) continue;
    fill(row.cells[1], found);
    row.dataset.late = found.order;
  }
  sort();
}
const sorting = { by: "late", down: true };
function sort() {
  const rows = rowsOf(), way = sorting.down ? 1 : -1;
  if (!rows.length) return;
  const value = (row) => (sorting.by === "name" ? row.cells[0].firstChild.textContent : Number(row.dataset[sorting.by]));
  const compare = (one, two) => (sorting.by === "name" ? value(one).localeCompare(value(two), document.documentElement.lang) : value(one) - value(two));
  rows[0].parentNode.append(...rows.sort((one, two) => way * compare(one, two)));
  for (const head of document.querySelectorAll("#communities th"))
    head.setAttribute("aria-sort", head.dataset.by === sorting.by ? (sorting.down ? "descending" : "ascending") : "none");
}
for (const row of rowsOf()) row.addEventListener("click", () => visit(row.dataset.id, row));
for (const head of document.querySelectorAll("#communities th"))
  head.addEventListener("click", () => {
    sorting.down = head.dataset.by === sorting.by ? !sorting.down : true;
    sorting.by = head.dataset.by;
    sort();
  });

// What to do next: a click leads to the place
const spot = L.circleMarker([0, 0], { radius: 16, color: "#111", weight: 4, fill: false, interactive: false });
byId("next").hidden = !document.querySelector("#next ol");
byId("next").addEventListener("click", (event) => {
  const { lon, lat, lane, community } = event.target.dataset;
  spot.remove();
  if (community) return openCommunity(community);
  const f = lane ? layers.lanes.features.find("id", lane) : -1;
  if (f >= 0) return goTo("lanes", f);
  if (lon === undefined) return;
  if (narrow.matches) panel(false);
  map.closePopup();
  map.setView([Number(lat), Number(lon)], 17.5, { animate: false });
  spot.setLatLng([Number(lat), Number(lon)]).addTo(map);
});

// Ways to see the communities at once: a click colours them, the legend says how
function views() {
  const box = byId("views");
  for (const { code, label } of communityPaints()) {
    const button = make("button", code === "communities" ? say("opening.view_none") : label);
    button.type = "button";
    button.dataset.style = code;
    button.addEventListener("click", () => {
      byId("choropleth").value = code;
      byId("choropleth").dispatchEvent(new Event("change"));
    });
    if (!code.startsWith("share_")) box.append(button);
  }
  box.hidden = box.children.length < 2;
  pressed();
}
function pressed() {
  for (const button of byId("views").children) button.setAttribute("aria-pressed", String(button.dataset.style === state.outline));
}

function visit(id, row) {
  document.querySelectorAll("tr.chosen").forEach((other) => other.classList.remove("chosen"));
  row.classList.add("chosen");
  openCommunity(id);
}

// Three tabs; arrow keys move between them
function tab(name) {
  for (const button of byId("tabs").children) {
    const on = button.id === "to-" + name;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    byId(button.getAttribute("aria-controls")).hidden = !on;
  }
  byId("panel").scrollTop = 0;
  list();
}
byId("tabs").addEventListener("click", (event) => { if (event.target.id) tab(event.target.id.slice(3)); });
byId("tabs").addEventListener("keydown", (event) => {
  const next = event.target[{ ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key]];
  if (next) { next.focus(); next.click(); }
});

function panel(open) {
  document.body.classList.toggle("closed", !open);
  byId("toggle").setAttribute("aria-expanded", String(open));
  map.invalidateSize({ pan: false });
  if (open && narrow.matches) byId("close").focus();
}


byId("toggle").addEventListener("click", () => panel(document.body.classList.contains("closed")));
byId("close").addEventListener("click", () => { panel(false); byId("toggle").focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && narrow.matches) panel(false);
});
figures();
notes();
choices();
sieveChoices();
views();
table();
if (content.home) {
  const back = make("a", say("tree.city_home"), "home");
  back.href = content.home;
  byId("tabs").before(back);
}
if (Object.keys(content.pages).length) { // an overview: communities by class instead of buildings
  const select = byId("choropleth"), first = select.options[Math.min(1, select.options.length - 1)];
  select.value = first.value;
  select.dispatchEvent(new Event("change"));
  byId("tree").querySelector("[data-branch=communities]").open = true;
}
if (narrow.matches) panel(Boolean(byId("differences"))); // first what forbids a comparison
map.invalidateSize({ pan: false });
recolour();
home();
weizhan.ready = true;
