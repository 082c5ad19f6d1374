/* The committee's page: choices, legend, table, clicks. */
const map = weizhan.map, byId = (id) => document.getElementById(id);
const narrow = window.matchMedia("(max-width: 700px)");
const ABOVE = ["stations", "barriers", "water", "buildings", "lanes", "communities"]; // clicks, in this order
const state = { paint: content.paints[0], vehicle: "", uncovered: false };

const corner = narrow.matches ? "bottomleft" : "topright"; // a popup may need the top of a phone
L.control.scale({ metric: true, imperial: false, maxWidth: 140 }).addTo(map);
const whole = new (L.Control.extend({
  onAdd() {
    const box = make("div", undefined, "leaflet-bar"), button = make("button", say("page.whole_town"), "whole");
    button.type = "button";
    button.addEventListener("click", home);
    L.DomEvent.disableClickPropagation(box);
    box.append(button);
    return box;
  },
}))({ position: corner });
if (narrow.matches) whole.addTo(map);
L.control.zoom({ position: corner, zoomInTitle: say("page.zoom_in"), zoomOutTitle: say("page.zoom_out") }).addTo(map);
if (!narrow.matches) whole.addTo(map);
map.getContainer().setAttribute("aria-label", say("page.map"));

function visible(name) { return map.hasLayer(layers[name]); }

function home() {
  const all = layers.buildings.bounds() || layers.lanes.bounds() || layers.communities.bounds();
  const beside = narrow.matches ? 12 : byId("legend").offsetWidth + 20; // keep clear of the legend
  if (all) map.fitBounds(all, { animate: false, paddingTopLeft: [12, 12], paddingBottomRight: [beside, 12] });
}

// Colour the buildings; the tier chosen last is the one whose uncovered buildings are marked
function recolour() {
  const tier = state.paint.tier || state.tier || content.tiers[0].code;
  state.tier = tier;
  const marks = [content.covers.indexOf("uncovered"), content.covers.indexOf("doubtful")];
  layers.buildings.style = state.paint.style;
  layers.buildings.setAccent(state.uncovered ? { style: "cover_" + tier, classes: marks, colour: "#111111" } : null);
  legend();
}

function legendPart(style, shape, used) {
  const part = document.createDocumentFragment(), list = make("ul");
  part.append(make("h3", style.title));
  style.classes.forEach((look, at) => {
    if (used && !used.has(at)) return;
    const item = make("li");
    item.append(weizhan.swatch(look, shape), make("span", look.label));
    list.append(item);
    if (look.ends_standard) list.append(make("li", look.ends_standard, "standard"));
  });
  part.append(list);
  if (style.note) part.append(make("p", style.note));
  return part;
}

function legend() {
  const box = byId("legend").querySelector("div"), buildings = layers.buildings;
  box.replaceChildren(legendPart(buildings.styles[state.paint.style], "polygon"));
  if (state.uncovered) {
    const list = make("ul"), item = make("li");
    item.append(weizhan.swatch({ fill: "#d9822b", line: "#111111" }, "polygon"), make("span", say("legend.uncovered")));
    list.append(item);
    box.append(list);
  }
  if (visible("lanes") && state.vehicle) {
    const name = "limit_" + state.vehicle;
    box.append(legendPart(layers.lanes.styles[name], "line", new Set(layers.lanes.features.classes(name))));
  }
  for (const name of ["stations", "water", "barriers"])
    if (visible(name) && layers[name].features.count)
      box.append(legendPart(layers[name].styles[name], "point", new Set(layers[name].features.classes(name))));
}

function option(type, label, checked, change) {
  const line = make("label"), input = make("input");
  input.type = type;
  input.checked = checked;
  input.addEventListener("change", () => change(input));
  line.append(input, make("span", label));
  return line;
}

function choices() {
  for (const paint of content.paints) {
    const line = option("radio", paint.label, paint === state.paint, () => { state.paint = paint; recolour(); });
    line.firstChild.name = "paint";
    line.firstChild.value = paint.style;
    byId("paints").append(line);
  }
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
  };
  overlay("lanes");
  vehicles();
  ["stations", "water", "barriers", "communities"].forEach(overlay);
  const mark = option("checkbox", say("overlay.uncovered"), false, (input) => { state.uncovered = input.checked; recolour(); });
  mark.firstChild.value = "uncovered";
  byId("overlays").append(mark);
}

function vehicles() {
  const offered = content.vehicles.filter((vehicle) => layers.lanes.styles["limit_" + vehicle.code]);
  if (!offered.length) return;
  const line = make("label"), select = make("select");
  select.id = "vehicle";
  for (const { code, label } of [{ code: "", label: say("overlay.limit_none") }, ...offered]) {
    const entry = make("option", label);
    entry.value = code;
    select.append(entry);
  }
  select.addEventListener("change", () => {
    state.vehicle = select.value;
    layers.lanes.setStyle(select.value ? "limit_" + select.value : "lanes");
    legend();
  });
  line.append(make("span", say("overlay.limit")), select);
  byId("overlays").append(line);
}

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
  for (const tier of content.tiers) headings.append(make("th", tier.label + " " + tier.standard));
  box.querySelector("thead").append(headings);
  for (const community of content.communities) {
    const row = make("tr"), first = make("td"), button = make("button", community.name);
    button.type = "button";
    row.dataset.id = community.id;
    first.append(button, make("span", say("page.inhabitants", community), "small"));
    row.append(first);
    for (const tier of content.tiers) {
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

const popup = L.popup({ maxWidth: 330, minWidth: 230, autoPanPadding: [12, 12] });
let chosen = null;
function choose(name, f, place) {
  if (chosen) chosen.select(-1);
  chosen = layers[name];
  chosen.select(f);
  const box = make("div");
  box.append(...describe[name](f));
  if (narrow.matches) byId("legend").open = false;
  popup.setLatLng(place).setContent(box).openOn(map);
  const close = document.querySelector(".leaflet-popup-close-button");
  if (close) close.setAttribute("aria-label", say("page.close_popup"));
}
function under(place) {
  for (const name of ABOVE) {
    const f = visible(name) ? layers[name].pick(place, map.getZoom()) : -1;
    if (f >= 0) return [name, f];
  }
  return null;
}
map.on("click", (event) => {
  const hit = under(event.latlng);
  if (hit) choose(...hit, event.latlng);
});
map.on("popupclose", () => { if (chosen) chosen.select(-1); chosen = null; });
map.on("mousemove", (event) => { map.getContainer().style.cursor = under(event.latlng) ? "pointer" : ""; });
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
