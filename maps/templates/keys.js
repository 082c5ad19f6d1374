/* Stations by keyboard: invisible marks over the symbols, Tab goes from one to the next, Enter opens, Escape closes. */
const MOST_MARKS = 200, marks = L.layerGroup();
function stationMarks() {
  marks.clearLayers();
  if (!visible("stations")) return;
  const { features } = layers.stations;
  for (let f = 0; f < Math.min(features.count, MOST_MARKS); f++) {
    const bounds = layers.stations.bounds(f);
    if (!bounds) continue;
    const name = features.text("name", f) || features.text("id", f);
    const mark = L.marker(bounds.getCenter(), { icon: L.divIcon({ className: "key-mark", iconSize: [30, 30] }), interactive: false, keyboard: false }).addTo(marks), element = mark.getElement();
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", say("popup.station") + " " + name);
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); choose("stations", f, bounds.getCenter()); }
      if (event.key === "Escape") { map.closePopup(); element.focus(); }
    });
  }
}
marks.addTo(map);
map.on("layeradd layerremove", (event) => { if (event.layer === layers.stations) stationMarks(); });
if (layers.stations) stationMarks();
