/* The guide: few steps that tell the town's story, each with its own look of the map; all of them on paper. */
const guide = { at: -1, before: null, opens: Object.fromEntries(Object.keys(layers).map((name) => [name, visible(name)])) };

// All of the look that a step may change, so that the guide can give it back
function lookNow() {
  const on = {};
  for (const name in layers) on[name] = visible(name);
  return { kind: state.kind, tier: state.tier, uncovered: state.uncovered, choropleth: state.outline, scene: moment.at.slice(1), lanes: layers.lanes.style,
    heat: byId("heat") ? byId("heat").value : "", right: swiped() ? byId("right-kind").value : "", on, view: [map.getCenter(), map.getZoom()],
    closed: document.body.classList.contains("closed"), legend: byId("legend").open };
}
function putLook(look) {
  const put = (id, value) => {
    const select = byId(id);
    if (!select || select.value === value) return;
    select.value = value;
    select.dispatchEvent(new Event("change"));
  };
  map.closePopup();
  put("scene", look.scene);
  put("heat", look.heat);
  layers.lanes.setStyle(look.lanes);
  if (byId("lane-paint")) byId("lane-paint").value = look.lanes;
  for (const name in layers) {
    if (look.on[name] !== visible(name)) { if (look.on[name]) map.addLayer(layers[name]); else map.removeLayer(layers[name]); }
    const box = byId("tree").querySelector(`input[type=checkbox][value=${name}]`);
    if (box) box.checked = look.on[name];
  }
  Object.assign(state, { kind: look.kind, tier: look.tier, uncovered: look.uncovered });
  put("choropleth", look.choropleth);
  const mark = byId("tree").querySelector("input[value=uncovered]");
  if (mark) mark.checked = look.uncovered;
  recolour();
}

function guideLook({ kind, tier, choropleth, layers: on = {} }) {
  const base = guide.before, wanted = kind && offered(kind, tier || base.tier) ? kind : KINDS.find((own) => offered(own, tier || base.tier)) || base.kind;
  const style = choropleth && choropleth in layers.communities.styles ? choropleth : "communities", shown = { ...guide.opens, ...(choropleth ? { communities: true } : {}) };
  for (const name in on) if (name in layers && (!on[name] || layers[name].features.count)) shown[name] = on[name];
  putLook({ kind: wanted, tier: tier || base.tier, uncovered: false, choropleth: style, scene: "", heat: "", lanes: "lanes", on: shown });
}

// Where a step leads: a community, a lane, a point, else the whole town; clear of the card
function guidePlace({ community, lane, lon, lat }) {
  spot.remove();
  if (chosen) chosen.select(-1);
  chosen = null;
  const name = community ? "communities" : "lanes", f = community || lane ? layers[name].features.find("id", community || lane) : -1;
  let bounds = f >= 0 ? layers[name].bounds(f) : null;
  if (bounds) (chosen = layers[name]).select(f);
  if (lon !== undefined) {
    bounds = L.latLngBounds([[lat, lon]]);
    spot.setLatLng([lat, lon]).addTo(map);
  }
  bounds = bounds || layers.buildings.bounds() || layers.lanes.bounds() || layers.communities.bounds();
  if (bounds) map.fitBounds(bounds, { animate: false, maxZoom: lon !== undefined || lane ? 17.5 : 20, paddingTopLeft: [12, 12], paddingBottomRight: [12, 12 + (guide.paper ? 0 : byId("guide").offsetHeight)] });
}

function guideTo(at) {
  const step = content.guide[at], [where, title, said] = byId("guide-said").children;
  guide.at = at;
  where.textContent = say("guide.at", { at: at + 1, count: content.guide.length });
  title.textContent = step.title;
  said.textContent = step.said;
  byId("guide-next").textContent = at + 1 < content.guide.length ? say("guide.next") + " →" : say("guide.done");
  if (!at && document.activeElement === byId("guide-back")) byId("guide-next").focus();
  byId("guide-back").disabled = !at;
  guideLook(step.show);
  guidePlace(step.show);
}
function guiding(on) {
  if (on === guide.at >= 0) return;
  byId("guide").hidden = !on;
  byId("guide-open").setAttribute("aria-expanded", String(on));
  document.body.classList.toggle("guided", on);
  if (on) {
    guide.before = lookNow();
    if (guide.before.right) swipe(false);
    measuring(false);
    if (narrow.matches) { panel(false); byId("legend").open = false; }
    guideTo(0);
    byId("guide-next").focus();
    return;
  }
  const { view, right, closed, legend: open } = guide.before;
  guide.at = -1;
  spot.remove();
  if (chosen) chosen.select(-1);
  chosen = null;
  putLook(guide.before);
  if (right) { swipe(true); byId("right-kind").value = right; byId("right-kind").dispatchEvent(new Event("change")); }
  if (narrow.matches) { panel(!closed); byId("legend").open = open; }
  map.setView(...view, { animate: false });
  byId("guide-open").focus();
}
function guideOn(by) {
  const to = guide.at + by;
  if (to >= content.guide.length) guiding(false); else if (to >= 0) guideTo(to);
}

// Every step with its picture and its legend, on sheets of A4
function guidePaper(on) {
  const old = byId("guide-paper"), root = document.documentElement;
  if (old) old.remove();
  root.classList.toggle("guide-sheet", on);
  sheetStyle.textContent = on ? "@page { size: A4 portrait; margin: 12mm; }" : "";
  if (!on) return;
  const paper = make("div"), head = make("header"), { zoomSnap } = map.options;
  paper.id = "guide-paper";
  head.append(make("h1", document.querySelector("#bar h1").textContent), make("p", [document.querySelector("#bar .badge"), byId("facts")].filter(Boolean).map((part) => part.textContent).join(" · ")));
  paper.append(head);
  root.classList.add("guide-painting");
  map.options.zoomSnap = 0.1;
  map.invalidateSize({ pan: false, animate: false });
  guide.paper = true;
  content.guide.forEach(({ title, said, show }, at) => {
    guideLook(show);
    guidePlace(show);
    const canvas = picture(), part = make("section"), figure = make("figure"), key = make("div"), pen = canvas.getContext("2d");
    canvas.remove();
    canvas.removeAttribute("style");
    canvas.className = "";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title);
    if (show.lon !== undefined) { // the ring is none of the layers
      const { x, y } = map.latLngToContainerPoint([show.lat, show.lon]);
      pen.lineWidth = 4;
      pen.strokeStyle = "#111";
      pen.beginPath();
      pen.arc(x, y, 16, 0, 2 * Math.PI);
      pen.stroke();
    }
    key.append(...byId("legend").querySelector("div").childNodes);
    figure.append(canvas, key);
    part.append(make("h2", at + 1 + ". " + title), make("p", said), figure);
    paper.append(part);
  });
  guide.paper = false;
  root.classList.remove("guide-painting");
  map.options.zoomSnap = zoomSnap;
  map.invalidateSize({ pan: false, animate: false });
  document.body.append(paper);
  guideTo(guide.at);
}
byId("guide-open").addEventListener("click", () => guiding(guide.at < 0));
byId("guide-close").addEventListener("click", () => guiding(false));
byId("guide-back").addEventListener("click", () => guideOn(-1));
byId("guide-next").addEventListener("click", () => guideOn(1));
byId("guide-print").addEventListener("click", () => { guidePaper(true); window.print(); });
window.addEventListener("afterprint", () => { if (byId("guide-paper")) guidePaper(false); });
document.addEventListener("keydown", (event) => {
  if (guide.at < 0 || offPaper) return;
  if (event.key === "Escape") return guiding(false);
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || event.target.closest("input, select, textarea, [role=tab], .leaflet-container")) return;
  event.preventDefault();
  if (guide.at + by < content.guide.length) guideOn(by); // a key too many does not end it
});
byId("guide-open").hidden = !content.guide.length;
