/* The page about lanes: what colours them, rows that go there, print. */
describe.buildings = (f) => {
  const text = (name) => layers.buildings.features.text(name, f);
  return [head("building", text("name") || text("address") || text("id")),
    rows([["id", text("id")], ["address", text("address")], ["use", text("use")]])];
};

function legend() {
  const box = byId("legend").querySelector("div");
  box.replaceChildren();
  if (layers.lanes.style !== "lanes") box.append(laneLegend());
  if (layers.stations.features.count)
    box.append(legendPart(layers.stations.styles.stations, "point", new Set(layers.stations.features.classes("stations"))));
}

function colours() {
  const known = [
    { code: "rank", label: say("overlay.rank") },
    { code: "state", label: say("overlay.state") },
    ...content.tiers.map((tier) => ({ code: "loss_" + tier.code, label: say("overlay.loss", { tier: tier.label, standard: tier.standard }) })),
  ].filter(({ code }) => code in layers.lanes.styles);
  byId("colour").hidden = !known.length;
  const paint = (style) => { layers.lanes.setStyle(style); legend(); };
  byId("colour").append(selection("lane-paint", say("colour"), [{ entries: known }], paint));
  paint(known.length ? known[0].code : "lanes");
}

function visit(row) {
  const layer = layers[row.dataset.layer], at = layer.features.find("id", row.dataset.id);
  document.querySelectorAll("tr.chosen").forEach((other) => other.classList.remove("chosen"));
  row.classList.add("chosen");
  if (at < 0 || !layer.bounds(at)) return;
  map.fitBounds(layer.bounds(at), { animate: false, maxZoom: 18, padding: [40, 40] });
  if (!narrow.matches) return choose(row.dataset.layer, at, layer.bounds(at).getCenter());
  if (chosen) chosen.select(-1); // a phone has no room for a popup beside the list
  (chosen = layer).select(at);
}

document.querySelectorAll("tr[data-layer]").forEach((row) => row.addEventListener("click", () => visit(row)));
byId("print").addEventListener("click", () => window.print());
figureOnPaper();
window.addEventListener("beforeprint", () => document.querySelectorAll("#findings details").forEach((part) => { part.open = true; }));
map.invalidateSize({ pan: false });
colours();
home();
weizhan.ready = true;
