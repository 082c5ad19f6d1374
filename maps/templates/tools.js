/* Full screen, measuring. */
byId("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen();
});
byId("full").hidden = !document.documentElement.requestFullscreen;
document.addEventListener("fullscreenchange", () => map.invalidateSize({ pan: false }));

/* Distances along the points that were clicked */
const ruler = { on: false, points: [], line: L.polyline([], { color: "#111", weight: 3, dashArray: "6 5", interactive: false }), dots: L.layerGroup() };
function measuring(on) {
  ruler.on = on;
  ruler.points = [];
  ruler.dots.clearLayers();
  ruler.line.setLatLngs([]);
  for (const part of [ruler.line, ruler.dots]) if (on) part.addTo(map); else part.remove();
  byId("measure").setAttribute("aria-pressed", String(on));
  byId("measured").hidden = !on;
  byId("measured").textContent = say("tree.measure_hint");
}
weizhan.onmap = (place) => {
  if (!ruler.on) return false;
  ruler.points.push(place);
  ruler.line.setLatLngs(ruler.points);
  L.circleMarker(place, { radius: 4, color: "#111", fillColor: "#ffd23f", fillOpacity: 1, interactive: false }).addTo(ruler.dots);
  let metres = 0;
  for (let i = 1; i < ruler.points.length; i++) metres += map.distance(ruler.points[i - 1], ruler.points[i]);
  if (ruler.points.length > 1) byId("measured").textContent = say("tree.measure_said", { metres: grouped(Math.round(metres)) });
  return true;
};
byId("measure").addEventListener("click", () => measuring(!ruler.on));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && ruler.on) measuring(false); });
