/* Ask of an area: drawn by clicks, or one with a name: who is late there, why, what would mend it. */
const area = { named: -1, corners: [], asked: 0, done: true, shape: null, causes: null, remedies: [] };
const SITES_TRIED = 24, LANES_TRIED = 12, LATE_SHOWN = 8, REMEDIES_SHOWN = 8;
function once(make) { let kept = null; return () => (kept = kept || make()); }
const gridOf = once(() => enginePack.integers(content.area.grid));
const middles = once(() => Array.from({ length: engine.count }, (_, b) => {
  const bounds = layers.buildings.bounds(b);
  return bounds ? bounds.getCenter() : null;
}));

// Even and odd: whether a place lies within a ring of places
function inside(place, ring) {
  let within = false;
  for (let k = 0, j = ring.length - 1; k < ring.length; j = k++) {
    const a = ring[k], b = ring[j];
    if (a.lat > place.lat !== b.lat > place.lat && place.lng < (b.lng - a.lng) * (place.lat - a.lat) / (b.lat - a.lat) + a.lng) within = !within;
  }
  return within;
}
function membersOf() {
  const named = content.area.areas[area.named], rows = [];
  if (named && named.buildings) return named.buildings;
  if (named) { gridOf().forEach((grid, b) => { if (grid === area.named + 1) rows.push(b); }); return rows; }
  if (area.corners.length < 3) return null;
  middles().forEach((place, b) => { if (place && inside(place, area.corners)) rows.push(b); });
  return rows;
}

function drawArea() {
  if (area.shape) area.shape.remove();
  const named = content.area.areas[area.named], look = { color: "#5a1d8c", weight: 3, dashArray: "7 5", fillOpacity: 0.06, interactive: false };
  const open = !named && area.corners.length < 3;
  area.shape = L.layerGroup(named ? named.rings.map((ring) => L.polygon(ring, look)) : [open ? L.polyline(area.corners, look) : L.polygon(area.corners, look),
    ...area.corners.map((corner) => L.circleMarker(corner, { radius: 5, color: "#5a1d8c", fillColor: "#fff", fillOpacity: 1, interactive: false }))]).addTo(map);
}
function setCorners(corners) {
  area.named = -1;
  byId("named").value = "-1";
  area.corners = corners;
  drawArea();
  askArea();
}
function nameArea(at) {
  area.named = at;
  area.corners = [];
  drawArea();
  const named = content.area.areas[at];
  if (named && named.rings.length) map.fitBounds(L.latLngBounds([].concat(...named.rings)), { animate: false, maxZoom: 18, padding: [30, 30] });
  askArea();
}

function areaForm() {
  const kinds = new Map();
  content.area.areas.forEach(({ kind, label }, at) => {
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push({ code: String(at), label });
  });
  const groups = [{ entries: [{ code: "-1", label: tell(kinds.size ? "area_drawn" : "area_unnamed") }] }, ...[...kinds].map(([label, entries]) => ({ label, entries }))];
  document.querySelector("#area .form").append(selection("named", tell("area_named"), groups, (value) => nameArea(Number(value))));
  const row = document.querySelector("#area .row"), button = (id, key, todo) => {
    const made = make("button", tell(key));
    Object.assign(made, { type: "button", id });
    made.addEventListener("click", todo);
    row.append(made);
  };
  button("corner", "area_corner", () => { useTool("area"); setCorners([...area.corners, map.getCenter()]); });
  button("corner_back", "area_back", () => setCorners(area.corners.slice(0, -1)));
  button("area_clear", "area_clear", () => setCorners([]));
}

// Few people are on the page as their mean, and where there are few such houses not at all: so none is told as few
const aboutPeople = (rows) => {
  const people = engine.people[engine.scenario(state.scenario).shift];
  let sum = 0, untold = 0;
  for (const b of rows) if (Number.isNaN(people[b])) untold++; else sum += people[b];
  return { sum, untold };
};
const peopleSaid = ({ sum, untold }, rows) => (untold === rows.length && rows.length ? UNKNOWN
  : tell("area_people", { people: sum < 5 ? "<5" : grouped(Math.round(sum)) })) + (untold && untold < rows.length ? tell("area_untold", { count: grouped(untold) }) : "");
const buildingName = (b) => { const text = (name) => layers.buildings.features.text(name, b); return text("name") || text("address") || text("id"); };
const yuanSaid = (yuan) => tell("area_yuan", { count: grouped(Math.round(yuan / 100) * 100) });

// Answers at once who is late and why; remedies are tried one after the other, so that the page stays awake
function askArea() {
  const rows = membersOf(), said = byId("area-said"), turn = ++area.asked;
  byId("area").classList.toggle("asked", rows !== null);
  area.remedies = [];
  area.done = true;
  if (!rows) return said.replaceChildren(make("p", tell(area.corners.length ? "area_more" : "area_none"), "note"));
  const plan = planAt(state.shown), answer = answerOf(state.shown);
  const late = rows.filter((b) => answer.cover[b] === 2 || answer.cover[b] === 3), unknown = rows.filter((b) => answer.cover[b] === 4);
  const tier = tierOf(state.tier).label, parts = [make("p", tell("area_all", { count: grouped(rows.length) }) + peopleSaid(aboutPeople(rows), rows))];
  if (unknown.length) parts.push(make("p", tell("area_unknown", { count: grouped(unknown.length), why: unknown.length === rows.length ? tierOf(state.tier).no_answer || "" : "" })));
  const known = rows.length - unknown.length;
  if (known) parts.push(make("p", late.length ? tell("area_late", { tier, standard: answer.standard, count: grouped(late.length), known: grouped(known) }) + peopleSaid(aboutPeople(late), late)
    : tell("area_in_time", { tier, standard: answer.standard }), "verdict"));
  if (!late.length) return said.replaceChildren(...parts);
  const why = new weizhan.Why(engine, plan, state.scenario, state.tier, answer.standard);
  area.causes = why.causes(late);
  parts.push(make("h3", tell("area_why")), causeTable(late), lateList(late, answer), make("h3", tell("area_remedies")));
  const list = make("ul", undefined, "remedies"), progress = make("p", "", "note");
  progress.setAttribute("role", "status");
  said.replaceChildren(...parts, list, progress);
  tryAll(turn, why, late, list, progress);
}

function causeTable(late) {
  const counts = new Map(), table = make("table"), body = make("tbody");
  for (const b of late) counts.set(area.causes.cause.get(b), (counts.get(area.causes.cause.get(b)) || 0) + 1);
  for (const [cause, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const row = make("tr");
    row.append(make("td", tell("cause_" + cause)), make("td", tell("area_houses", { count: grouped(count) })));
    body.append(row);
  }
  table.append(body);
  return table;
}
function lateList(late, answer) {
  const box = make("details"), list = make("ul"), ms = answer.times.typical.ms, last = [...late].sort((a, b) => ms[b] - ms[a]);
  box.append(make("summary", tell("area_who", { shown: Math.min(LATE_SHOWN, last.length), count: grouped(last.length) })));
  for (const b of last.slice(0, LATE_SHOWN)) {
    const item = make("li"), button = make("button", buildingName(b)), time = ms[b] < weizhan.FAR ? say("popup.seconds", { count: Math.ceil(ms[b] / 1000) }) : tell("never");
    button.type = "button";
    button.addEventListener("click", () => { const place = middles()[b]; if (!place) return; if (narrow.matches) panel(false); map.setView(place, Math.max(map.getZoom(), 18), { animate: false }); choose("buildings", b, place); });
    item.append(button, make("span", time + " · " + tell("cause_" + area.causes.cause.get(b))));
    list.append(item);
  }
  box.append(list);
  return box;
}

/* Remedies: lanes that stop crews on the way there, all of them together, and sites for a station */
function laneRemedies(why) {
  const drawn = new Map(), name = (id) => laneFeatures.text("name", planner.laneAt.get(id)[0]) || id;
  for (const [lane, { code, houses }] of area.causes.lanes) {
    const id = planner.lanes[lane].drawn || planner.lanes[lane].id, one = drawn.get(id) || { id, houses: 0, codes: new Set(), metres: [0, 0, 0] };
    one.houses = Math.max(one.houses, houses);
    one.codes.add(code);
    one.metres[code] += engine.time(0)[lane] / 100000;
    drawn.set(id, one);
  }
  const all = [...drawn.values()].sort((a, b) => b.houses - a.houses);
  const made = (ids, said) => ({ said, yuan: ids.reduce((sum, { codes, metres }) => sum + [...codes].reduce((more, code) => more + content.area.opening_yuan[code - 1].base + content.area.opening_yuan[code - 1].metre * metres[code], 0), 0),
    plan: planner.resolve({ ...changesNow(), open: [...new Set([...changesNow().open, ...ids.map(({ id }) => id)])], close: changesNow().close.filter((id) => !ids.some((other) => other.id === id)) }) });
  const found = all.slice(0, LANES_TRIED).map((one) => made([one], tell("remedy_lane", { name: name(one.id), why: [...one.codes].map((code) => tell("cause_" + ["", "width", "blockage"][code])).join(say("popup.joiner")),
    metres: grouped(Math.round(one.metres[1] + one.metres[2])) })));
  if (all.length > 1) found.push(made(all, tell("remedy_lanes", { count: grouped(all.length) })));
  return found;
}
function siteRemedies(late) {
  const serves = engine.data.tiers[state.tier].station_tiers, places = late.map((b) => middles()[b]).filter(Boolean);
  if (!places.length) return [];
  const middle = L.latLng(places.reduce((sum, { lat }) => sum + lat, 0) / places.length, places.reduce((sum, { lng }) => sum + lng, 0) / places.length);
  const near = content.area.sites.filter((site) => serves.includes(site.tier)).map((site) => ({ site, away: middle.distanceTo(L.latLng(site.lat, site.lon)) }));
  return near.sort((a, b) => a.away - b.away).slice(0, SITES_TRIED).map(({ site }) => ({ said: tell("remedy_site", { name: site.name }), yuan: site.yuan,
    plan: planner.resolve(planner.added(changesNow(), site, site.lon, site.lat)) }));
}
function tryAll(turn, why, late, list, progress) {
  const { alone } = area.causes, waiting = [...laneRemedies(why), ...siteRemedies(late)], all = waiting.length;
  area.done = false;
  const next = () => {
    if (turn !== area.asked) return;
    const one = waiting.shift();
    if (one) {
      one.mended = why.mended(one.plan, late);
      if (one.mended) area.remedies.push(one);
      progress.textContent = tell("area_trying", { done: all - waiting.length, count: all });
      return setTimeout(next, 0);
    }
    area.remedies.sort((a, b) => a.yuan / a.mended - b.yuan / b.mended || b.mended - a.mended);
    const lines = area.remedies.slice(0, REMEDIES_SHOWN).map(remedyLine);
    for (const kind of ["gate", "off_duty"]) if (alone[kind]) lines.push(make("li", tell("remedy_" + kind, { count: grouped(alone[kind]) })));
    if (!lines.length) lines.push(make("li", tell("area_no_remedy")));
    list.replaceChildren(...lines);
    progress.textContent = tell("area_tried", { count: all, years: content.area.years });
    area.done = true;
  };
  next();
}
function remedyLine(one) {
  const item = make("li"), button = make("button", tell("area_try"));
  button.type = "button";
  button.setAttribute("aria-label", tell("area_try") + " " + one.said);
  button.addEventListener("click", () => change(one.plan.changes));
  item.append(make("span", tell("remedy", { what: one.said, count: grouped(one.mended), yuan: yuanSaid(one.yuan) })), button);
  return item;
}
