/* What the pages of plans share: what colours the buildings, rows that go to places, print. */
describe.buildings = (f) => {
  const { features, styles } = layers.buildings, text = (name) => features.text(name, f);
  const look = styles.change.classes[features.classes("change")[f]];
  const line = make("p", look.label, "verdict");
  line.style.setProperty("--fill", look.fill);
  const list = rows([["id", text("id")], ["address", text("address")], ["use", text("use")]]);
  for (const name of ["before", "after"])
    list.append(make("dt", say("site_head." + name)), make("dd", measure("popup.seconds", features.number(name, f))));
  return [head("building", text("name") || text("address") || text("id")), line, list];
};

function paints() {
  const entries = ["change", "before", "after"].map((code) => ({ code, label: say("site.paint_" + code) }));
  byId("colour").append(selection("paint", say("site.paint"), [{ entries }], (style) => {
    layers.buildings.setStyle(style);
    legend();
  }));
}

function visit(row) {
  const layer = layers[row.dataset.layer], at = layer.features.find("id", row.dataset.id);
  document.querySelectorAll("tr.chosen").forEach((other) => other.classList.remove("chosen"));
  row.classList.add("chosen");
  if (at < 0 || !layer.bounds(at)) return;
  map.setView(layer.bounds(at).getCenter(), 17.5, { animate: false });
  if (!narrow.matches) return choose(row.dataset.layer, at, layer.bounds(at).getCenter());
  if (chosen) chosen.select(-1); // a phone has no room for a popup beside the list
  (chosen = layer).select(at);
}

document.querySelectorAll("tr[data-layer]").forEach((row) => row.addEventListener("click", () => visit(row)));
byId("print").addEventListener("click", () => window.print());
figureOnPaper();
window.addEventListener("beforeprint", () => document.querySelectorAll("#panel details").forEach((part) => { part.open = true; }));
