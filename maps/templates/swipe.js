/* Two ways to see the buildings, one each side of a border that can be moved. */
const right = { layer: null, kind: "cover", at: "", share: 0.5 };
function swiped() { return Boolean(right.layer); }
function rightStyle() { return right.layer.styles[right.layer.style]; }

function clipSides() {
  const size = map.getSize(), border = right.share * size.x, corner = map.containerPointToLayerPoint([0, 0]), end = map.containerPointToLayerPoint(size);
  const clip = (layer, from, to) => {
    const box = layer.getContainer && layer.getContainer();
    if (box) box.style.clip = swiped() ? `rect(${corner.y}px, ${corner.x + to}px, ${end.y}px, ${corner.x + from}px)` : "";
  };
  clip(layers.buildings, 0, border);
  if (swiped()) clip(right.layer, border, size.x);
  byId("divide").style.setProperty("--at", right.share * 100 + "%");
}
function repaintRight() {
  if (!swiped()) return;
  const wanted = WHOLE.includes(right.kind) ? right.kind : right.kind + "_" + state.tier, then = wanted + right.at;
  right.layer.setStyle([then, wanted, layers.buildings.style].find((style) => style in layers.buildings.styles));
  legend();
}
function swipe(on) {
  if (on === swiped()) return;
  if (on) {
    right.layer = weizhan.twin(layers.buildings);
    right.layer.passes = layers.buildings.passes;
    right.layer.addTo(map);
    rightChoice();
  } else {
    right.layer.remove();
    right.layer = null;
  }
  byId("swipe").setAttribute("aria-pressed", String(on));
  byId("divide").hidden = byId("right").hidden = !on;
  clipSides();
  if (on) repaintRight(); else legend();
}
// What the right side shows: a kind at a moment
function rightChoice() {
  const { styles } = layers.buildings, entries = [];
  const there = (kind, at) => (WHOLE.includes(kind) ? kind : kind + "_" + state.tier) + at in styles;
  const kinds = ["response", "cover", "arrival", "lanes", "depth", "change", ...WHOLE].filter((kind) => there(kind, ""));
  entries.push({ label: content.moments[0].label, entries: kinds.map((kind) => ({ code: kind + " ", label: kindLabel(kind) })) });
  for (const { code, label } of content.moments.slice(1))
    entries.push({ label, entries: kinds.filter((kind) => there(kind, "@" + code)).map((kind) => ({ code: kind + " @" + code, label: kindLabel(kind) + " · " + label })) });
  const line = selection("right-kind", say("tree.swipe_right"), entries, (value) => {
    [right.kind, right.at] = value.split(" ");
    repaintRight();
  });
  const first = [...line.querySelectorAll("option")].find((entry) => entry.value !== state.kind + " " + moment.at && entry.value.startsWith("cover")) || line.querySelector("option");
  line.querySelector("select").value = first.value;
  [right.kind, right.at] = first.value.split(" ");
  byId("right").replaceChildren(line);
}
byId("swipe").addEventListener("click", () => swipe(!swiped()));
byId("divide").addEventListener("input", () => { right.share = byId("divide").value / 1000; clipSides(); });
map.on("move zoom zoomend moveend resize viewreset", () => { if (swiped()) clipSides(); });
