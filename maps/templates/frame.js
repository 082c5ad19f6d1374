/* What every page with a map has: controls, legend, popups. */
const map = weizhan.map, byId = (id) => document.getElementById(id);
const narrow = window.matchMedia("(max-width: 700px)");

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

// The legend: beside the map where there is room, else folded, so that it covers nothing unasked
const roomy = window.matchMedia("(min-width: 1100px)");
function dock() {
  if (document.documentElement.classList.contains("paper")) return; // a sheet is narrow, too, and has its own place for it
  document.body.classList.toggle("keyed", roomy.matches && byId("legend").open);
  map.invalidateSize({ pan: false });
}
byId("legend").open = roomy.matches;
byId("legend").addEventListener("toggle", dock);
roomy.addListener(dock);
dock();

function visible(name) { return name in layers && map.hasLayer(layers[name]); }

function home() {
  const all = layers.buildings.bounds() || layers.lanes.bounds() || layers.communities.bounds();
  const beside = byId("legend").open && !roomy.matches && !narrow.matches ? byId("legend").offsetWidth + 20 : 12; // keep clear of the legend
  if (all) map.fitBounds(all, { animate: false, paddingTopLeft: [12, 12], paddingBottomRight: [beside, 12] });
}

function legendPart(style, shape, used) {
  const part = document.createDocumentFragment(), list = make("ul");
  part.append(make("h3", style.title));
  weizhan.looks(style, shape).forEach((look, at) => {
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

// The legend of lanes coloured by something; classes without a lane are left out
function laneLegend() {
  const { style, styles, features } = layers.lanes;
  return legendPart(styles[style], "line", new Set(features.classes(style)));
}

function option(type, label, checked, change) {
  const line = make("label"), input = make("input");
  input.type = type;
  input.checked = checked;
  input.addEventListener("change", () => change(input));
  line.append(input, make("span", label));
  return line;
}

// A choice with a label before it; groups of {label, entries: [{code, label, disabled}]}
function selection(id, label, groups, change) {
  const line = make("label", undefined, "choice"), select = make("select");
  select.id = id;
  for (const group of groups) {
    const box = group.label ? make("optgroup") : select;
    if (group.label) { box.label = group.label; select.append(box); }
    for (const { code, label: said, disabled } of group.entries) {
      const entry = make("option", said);
      entry.value = code;
      entry.disabled = Boolean(disabled);
      box.append(entry);
    }
  }
  select.addEventListener("change", () => change(select.value));
  line.append(make("span", label), select);
  return line;
}

const popup = L.popup({ maxWidth: 330, minWidth: 230, autoPanPaddingTopLeft: [12, byId("tools") ? 54 : 12], autoPanPaddingBottomRight: [12, 12] });
let chosen = null;
function choose(name, f, place) {
  if (chosen) chosen.select(-1);
  chosen = layers[name];
  chosen.select(f);
  const box = make("div");
  box.append(...describe[name](f));
  if (narrow.matches) byId("legend").open = false;
  if (weizhan.onchoose) weizhan.onchoose(name, f);
  popup.setLatLng(place).setContent(box).openOn(map);
  document.querySelector(".leaflet-popup-content").tabIndex = 0; // it may have to be scrolled by keys
  const close = document.querySelector(".leaflet-popup-close-button");
  if (close) close.setAttribute("aria-label", say("page.close_popup"));
}
function under(place) {
  for (const name of content.clicks) {
    const f = visible(name) ? layers[name].pick(place, map.getZoom()) : -1;
    if (f >= 0) return [name, f];
  }
  return null;
}
map.on("click", (event) => {
  if (weizhan.onmap && weizhan.onmap(event.latlng)) return;
  const hit = under(event.latlng);
  if (hit) choose(...hit, event.latlng);
});
// A popup leaves with its subject
map.on("layerremove", ({ layer }) => { if (chosen && layer === chosen) map.closePopup(); });
map.on("popupclose", () => { if (chosen) chosen.select(-1); chosen = null; if (weizhan.onchoose) weizhan.onchoose("", -1); });
map.on("mousemove", (event) => {
  const hit = under(event.latlng);
  map.getContainer().style.cursor = hit ? "pointer" : "";
  if (weizhan.onhover) weizhan.onhover(hit, event);
});

// Letters on symbols may need the page's own font; canvases do not wait for it by themselves
if (document.fonts && document.fonts.load)
  document.fonts.load("bold 12px weizhan", "\u6d88").then(() => { for (const name in layers) if (layers[name].shape === "point") layers[name].repaint(); }, () => {});
