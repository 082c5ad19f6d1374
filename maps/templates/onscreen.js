/* What is under the pointer, and the table of what is on the screen, to be copied into a spreadsheet. */
const MOST_LISTED = 200; // in the page; a copy has them all
const hover = byId("hover");
let touched = -Infinity; // a finger makes moves of a mouse, too, and has a popup
document.addEventListener("touchstart", (event) => { touched = event.timeStamp; }, { passive: true });
const valueOf = (layer, f) => { const { styles, style, features } = layers[layer]; return styles[style].classes[features.classes(style)[f]].label; };

// Name, and what its colour stands for: [name, value]
function hovered(layer, f) {
  const { features, styles, style } = layers[layer], name = features.text("name", f) || features.text("address", f) || features.text("id", f);
  if (layer === "buildings") {
    if (state.kind !== "response") return [name, styles[style].title + ": " + valueOf(layer, f)];
    const time = features.number(state.tier + "_typical" + moment.at, f), tier = content.tiers.find(({ code }) => code === state.tier);
    return [name, tier.label + ": " + (known(time) ? measure("popup.seconds", time) : valueOf(layer, f))];
  }
  if (layer === "lanes") return [features.text("name", f) || say("popup.unnamed"), style === "lanes" ? features.text("lane_class", f) : styles[style].title + ": " + valueOf(layer, f)];
  if (layer === "communities" && style === "communities") return [name, ""];
  return [name, valueOf(layer, f)];
}
weizhan.onhover = (hit, event) => {
  hover.hidden = !hit || event.originalEvent.timeStamp < touched + 1000 || narrow.matches || ruler.on;
  if (hover.hidden) return;
  const [name, value] = hovered(...hit), { x, y } = event.containerPoint, box = map.getContainer().getBoundingClientRect();
  hover.replaceChildren(make("b", name), make("span", value));
  hover.style.left = Math.min(box.left + x + 14, window.innerWidth - hover.offsetWidth - 8) + "px";
  hover.style.top = Math.min(box.top + y + 16, window.innerHeight - hover.offsetHeight - 8) + "px";
};
map.on("mouseout movestart", () => { hover.hidden = true; });

// Buildings in the view that pass, the latest first, those without a way before them, unknown last
function onScreen() {
  const { features, passes } = layers.buildings, view = map.getBounds(), place = (corner) => L.CRS.EPSG3857.latLngToPoint(corner, 0);
  const from = place(view.getNorthWest()), to = place(view.getSouthEast()), column = state.tier + "_typical" + moment.at;
  const rate = (f) => { const time = features.number(column, f); return known(time) ? time : verdictOf(f) === "unknown" ? -1 : Infinity; };
  return features.query(from.x / 256, from.y / 256, to.x / 256, to.y / 256).filter((f) => !passes || passes[f])
    .map((f) => [rate(f), f]).sort((a, b) => (b[0] === a[0] ? a[1] - b[1] : b[0] - a[0])).map(([, f]) => f);
}
function listHeadings() {
  const tier = content.tiers.find(({ code }) => code === state.tier), band = "risk_band" in layers.buildings.features.data.texts;
  return [say("find.building"), say("popup.id"), say("find.use"), say("find.community_id"), tier.label + say("verdict.detail", { parts: say("find.seconds") }), say("find.in_standard", { standard: tier.standard }),
    ...(band ? [say("find.risk_band")] : []), say("popup.people")];
}
function listRow(f) {
  const { features } = layers.buildings, text = (name) => features.text(name, f), time = features.number(state.tier + "_typical" + moment.at, f), heads = features.number("people" + moment.at, f);
  const there = "people" + moment.at in features.data.numbers ? heads : features.number("people", f), verdict = verdictOf(f);
  return [text("name") || text("address") || text("id"), text("id"), text("use") || UNKNOWN, nameOf("communities", text("community_id")) || say("page.no_community"),
    known(time) ? String(time) : say(verdict === "unknown" ? "popup.unknown" : "legend.no_way"), say("find." + verdict),
    ...("risk_band" in features.data.texts ? [text("risk_band") || UNKNOWN] : []), known(there) ? (there < 5 ? "<5" : String(there)) : UNKNOWN];
}
// A spreadsheet takes a cell that begins so for a formula
function cell(said) {
  const line = said.replace(/[\t\r\n\u2028\u2029]+/g, " "), safe = /^[\s]*[=+\-@]/.test(line) ? "'" + line : line;
  return safe.includes('"') ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}
function listText() { return [listHeadings(), ...onScreen().map(listRow)].map((row) => row.map(cell).join("\t")).join("\r\n"); }

function list() {
  if (byId("tab-find").hidden || !layers.buildings.features.count) return;
  const found = onScreen(), body = [], headings = listHeadings(), brief = (row) => row.filter((_, at) => at !== 1 && at !== 2 && at !== 3 && at !== 5);
  byId("list-count").textContent = found.length > MOST_LISTED ? say("find.list_capped", { count: grouped(found.length), shown: grouped(MOST_LISTED) }) : say("find.list_count", { count: grouped(found.length) });
  const head = make("tr");
  head.append(...brief(headings).map((said) => make("th", said)));
  for (const f of found.slice(0, MOST_LISTED)) {
    const said = listRow(f), row = make("tr"), first = make("td"), button = make("button", said[0]);
    button.type = "button";
    row.dataset.f = f;
    first.append(button, make("span", said[2] + " · " + said[3], "small"));
    row.append(first, ...brief(said).slice(1).map((text) => make("td", text)));
    body.push(row);
  }
  byId("list").querySelector("thead").replaceChildren(head);
  byId("list").querySelector("tbody").replaceChildren(...body);
  byId("list").hidden = !found.length;
}
let listing = 0;
function listSoon() { clearTimeout(listing); listing = setTimeout(list, 120); }
map.on("moveend resize", listSoon);
byId("list").addEventListener("click", (event) => {
  const row = event.target.closest("tbody tr");
  if (row) goTo("buildings", Number(row.dataset.f));
});

// execCommand works where a page from a file may not ask for the clipboard
function copyText(said) {
  const area = make("textarea");
  area.value = said;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done ? Promise.resolve() : navigator.clipboard ? navigator.clipboard.writeText(said) : Promise.reject(new Error());
}
byId("list-copy").addEventListener("click", () => {
  const tell = (key) => { byId("list-said").textContent = say(key, { count: grouped(onScreen().length) }); };
  copyText(listText()).then(() => tell("find.copied"), () => tell("find.not_copied"));
});
