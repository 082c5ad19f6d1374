/* Search, full screen, measuring. */
const MOST_FOUND = 12;
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

// Features whose id, name or address holds the words: [layer, f, title, detail]
function search(words) {
  const wanted = plain(words), hits = [];
  if (!wanted) return hits;
  for (const layer of ["communities", "stations", "proposed", "buildings", "lanes", "water"]) {
    if (!(layer in layers)) continue;
    const { features } = layers[layer];
    for (let f = 0; f < features.count; f++) {
      const said = ["id", "name", "address"].map((name) => features.text(name, f));
      const at = said.map((text) => (text ? plain(text).indexOf(wanted) : -1));
      if (at.some((position) => position >= 0)) {
        const exact = said.some((text) => text && plain(text) === wanted);
        hits.push({ layer, f, exact, title: said[1] || said[2] || said[0], detail: [...new Set([said[2], said[0]])].filter((text) => text && text !== (said[1] || said[2] || said[0])).join(" · ") });
      }
    }
  }
  return hits.sort((a, b) => b.exact - a.exact);
}
function goTo(layer, f) {
  const where = layers[layer].bounds(f);
  if (!where) return;
  if (narrow.matches) panel(false);
  if (!visible(layer)) map.addLayer(layers[layer]);
  map.fitBounds(where, { animate: false, maxZoom: 19, padding: [60, 60] });
  choose(layer, f, where.getCenter());
}
function find() {
  const hits = search(byId("search").value), list = byId("found"), lines = [];
  for (const { layer, f, title, detail } of hits.slice(0, MOST_FOUND)) {
    const item = make("li"), button = make("button");
    button.type = "button";
    button.append(make("small", say("popup." + { buildings: "building", lanes: "lane", stations: "station", proposed: "station", water: "water", communities: "community" }[layer])),
      make("b", title), make("span", detail, "small"));
    button.addEventListener("click", () => {
      list.hidden = true;
      if (layer === "communities") openCommunity(layers.communities.features.text("id", f)); else goTo(layer, f);
    });
    item.append(button);
    lines.push(item);
  }
  if (byId("search").value.trim() && !hits.length) lines.push(make("li", say("tree.search_none")));
  if (hits.length > MOST_FOUND) lines.push(make("li", say("tree.search_more", { count: hits.length - MOST_FOUND }), "small"));
  list.replaceChildren(...lines);
  list.hidden = !lines.length;
}
byId("search").addEventListener("input", find);
byId("search").addEventListener("keydown", (event) => {
  const first = byId("found").querySelector("button");
  if (event.key === "Enter" && first) first.click();
  if (event.key === "Escape") { byId("search").value = ""; find(); }
  if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
});
byId("found").addEventListener("keydown", (event) => {
  const move = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const item = move && document.activeElement.closest("li")[move];
  if (!move) return;
  event.preventDefault();
  (item && item.querySelector("button") || byId("search")).focus();
});

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
