/* The planner's page: plans by hand, what they change, two of them side by side. */
const tell = (key, values) => say("planner." + key, values);
const enginePack = new weizhan.Pack("engine-pack");
const engine = new weizhan.Engine(content.engine, enginePack);
const laneFeatures = layers.lanes.features;
const planner = new weizhan.Planner(engine, new weizhan.Snapper(content.engine, enginePack),
  Array.from({ length: laneFeatures.count }, (_, lane) => ({ id: laneFeatures.text("id", lane), drawn: laneFeatures.text("drawn", lane) })),
  content.plan_table, (id) => layers.buildings.features.find("id", id));
const tierOf = (code) => content.tiers.find((tier) => tier.code === code);
const labelOf = (list, code) => (list.find((entry) => entry.code === code) || { label: UNKNOWN }).label;
const state = {
  plans: [{ name: tell("present"), states: [weizhan.noChanges()], at: 0 }, { name: tell("plan", { count: 1 }), states: [weizhan.noChanges()], at: 0 }],
  shown: 1, other: -1, tool: "look", moving: null, scenario: content.scenario, tier: content.tiers[0].code, paint: "response",
  station: { tier: "micro_station", host_type: null, vehicle: null, crew_day: null, crew_night: null, turnout_s: null },
};
const resolved = new Map();
function planAt(number) {
  const changes = state.plans[number].states[state.plans[number].at], key = JSON.stringify(changes);
  if (!resolved.has(key)) {
    if (resolved.size > 100) resolved.clear();
    resolved.set(key, planner.resolve(changes));
  }
  return resolved.get(key);
}
const changesNow = () => planAt(state.shown).changes;
// Two plans are compared by one standard: that of the plan shown
const answerOf = (number) => engine.answer(planAt(number), state.scenario, state.tier, planAt(state.shown).standards[state.tier]);

// Make a change in the plan shown; what is cannot be changed, so that makes a new plan
function change(changes, word) {
  let plan = state.plans[state.shown];
  if (state.shown === 0) {
    plan = newPlan();
    word = word || tell("present_fixed");
  }
  plan.states = [...plan.states.slice(0, plan.at + 1), changes];
  plan.at++;
  note(word || "");
  refresh();
}
function newPlan(changes = weizhan.noChanges(), name = "") {
  const plan = { name: name || tell("plan", { count: state.plans.length }), states: [changes], at: 0 };
  state.plans.push(plan);
  state.shown = state.plans.length - 1;
  return plan;
}
byId("more").textContent = "+ " + tell("new_plan");
byId("more").title = tell("copy_note");
byId("more").addEventListener("click", () => { newPlan(changesNow()); refresh(); });
function step(by) {
  const plan = state.plans[state.shown], to = plan.at + by;
  if (to < 0 || to >= plan.states.length) return;
  plan.at = to;
  note("");
  refresh();
}
function note(word) { byId("said").textContent = word; byId("said").hidden = !word; }

/* Plans stay in the browser; where they cannot, and are not exported, leaving is warned of */
const kept = new weizhan.Kept(content.town, [byId("engine-pack").textContent, JSON.stringify(content.engine)]);
const exported = new Set([JSON.stringify(weizhan.noChanges())]);
const STATES_KEPT = 200;
function keep() {
  const plans = state.plans.slice(1).map(({ name, states, at }) => {
    const first = Math.max(0, at + 1 - STATES_KEPT);
    return { name, states: states.slice(first, first + STATES_KEPT), at: at - first };
  });
  const { shown, scenario, tier, paint } = state;
  byId("unkept").hidden = kept.save({ plans, shown, scenario, tier, paint });
  byId("unkept").textContent = tell(kept.elsewhere ? "elsewhere" : "unkept");
}
// What was kept is read like a file: what this town cannot take is left out
function takeKept(said) {
  const plans = [];
  for (const { name, states, at } of Array.isArray(said && said.plans) ? said.plans : []) {
    const read = states.map((changes) => planner.read(planner.write(changes, content.town, null), content.town).changes);
    if (read.every(Boolean) && Number.isInteger(at) && read[at]) plans.push({ name: String(name), states: read, at });
  }
  if (!plans.some(({ states }) => states.length > 1 || JSON.stringify(states[0]) !== JSON.stringify(weizhan.noChanges()))) return;
  state.plans = [state.plans[0], ...plans];
  state.shown = state.plans[said.shown] ? said.shown : 1;
  if (engine.scenario(said.scenario)) state.scenario = said.scenario;
  if (tierOf(said.tier)) state.tier = said.tier;
  if (Object.keys(KINDS).includes(said.paint)) state.paint = said.paint;
  note(tell("restored", { count: plans.length }));
}
const atRisk = () => !kept.works && state.plans.some(({ states, at }) => !exported.has(JSON.stringify(states[at])));
window.addEventListener("beforeunload", (event) => { if (atRisk()) { event.preventDefault(); event.returnValue = ""; } });

/* Colours, from the answers of a plan */
const KINDS = { response: 7, cover: 5, change: 6 };
function responseClasses({ times, cover, standard }) {
  const edges = content.bands.map((band) => band * standard), ms = times.typical.ms, out = new Uint8Array(engine.count);
  for (let b = 0; b < out.length; b++) {
    const time = ms[b] / 1000;
    if (ms[b] >= weizhan.FAR) out[b] = cover[b] === 4 ? edges.length + 2 : edges.length + 1;
    else for (const edge of edges) if (edge < time) out[b]++;
  }
  return out;
}
const CHANGE_MS = 10000;
function changeClasses(now, before) {
  const out = new Uint8Array(engine.count), one = now.times.typical.ms, two = before.times.typical.ms;
  for (let b = 0; b < out.length; b++) {
    const after = now.cover[b], had = before.cover[b];
    out[b] = after === 4 || had === 4 ? (after === had ? 5 : after === 4 ? 4 : after < 2 ? 0 : 2) : after < 2 && had >= 2 ? 0 : after >= 2 && had < 2 ? 4
      : one[b] <= two[b] - CHANGE_MS ? 1 : one[b] >= two[b] + CHANGE_MS ? 3 : 2;
  }
  return out;
}
// The style of the buildings: labels follow the standard of the plan
function buildingStyle(number) {
  const answer = answerOf(number), { styles } = layers.buildings, standard = answer.standard;
  if (state.paint === "change") {
    const names = ["gained", "faster", "same", "slower", "lost"].map((name) => tell("change_" + name));
    return { title: tell("paint_change") + " · " + tierOf(state.tier).label, note: "",
      classes: content.change_looks.map((look, at) => ({ ...look, label: names[at] || say("legend.unknown") })) };
  }
  const style = styles[state.paint + "_" + state.tier];
  if (state.paint === "cover") return { ...style, title: say("legend.cover", { tier: tierOf(state.tier).label, standard: say("verdict.seconds", { count: standard }) }),
    classes: style.classes.map((look) => ({ ...look, ends_standard: look.ends_standard && say("legend.standard", { seconds: standard }) })) };
  const edges = content.bands.map((band) => Math.round(band * standard));
  const said = [say("legend.up_to", { high: edges[0] }), ...edges.slice(1).map((high, at) => say("legend.between", { low: edges[at], high })),
    say("legend.above", { low: edges[edges.length - 1] })];
  return { ...style, classes: style.classes.map((look, at) => ({ ...look, label: said[at] || look.label,
    ends_standard: look.ends_standard && say("legend.standard", { seconds: standard }) })) };
}
function paintBuildings(layer, number) {
  const answer = answerOf(number), name = "plan " + number;
  const classes = state.paint === "cover" ? answer.cover : state.paint === "change" ? changeClasses(answer, answerOf(0)) : responseClasses(answer);
  layer.features.columns["class " + name] = classes;
  layer.styles[name] = buildingStyle(number);
  layer.setStyle(name);
}
const laneLooks = layers.lanes.styles.lanes.classes, laneKinds = laneFeatures.classes("lanes");
function paintLanes(layer, number) {
  const plan = planAt(number), name = "plan " + number, key = "class " + name;
  if (layer.style === name && layer.lanesKey === plan.lanesKey) return;
  const classes = laneKinds.slice();
  plan.closed.forEach((lane) => { classes[lane] = laneLooks.length; });
  plan.opened.forEach((lane) => { classes[lane] = laneLooks.length + 1; });
  layer.features.columns[key] = classes;
  layer.styles[name] = { ...layer.styles.lanes, classes: [...laneLooks, ...content.lane_marks] };
  layer.lanesKey = plan.lanesKey;
  layer.setStyle(name);
}

/* Stations as markers, which can be dragged and reached by keyboard */
const station_looks = content.station_style.classes, TIERS = content.station_tiers.map(({ code }) => code);
function mark(station, gone) {
  const at = TIERS.indexOf(station.tier), duty = engine.onDuty(station, state.scenario);
  const look = station_looks[at < 0 ? 2 * TIERS.length : at + (duty ? 0 : TIERS.length)];
  const canvas = make("canvas"), ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = 30 * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  if (station.added || station.moved) {
    pen.beginPath(); pen.arc(15, 15, 14.5, 0, 7); pen.fillStyle = station.added ? "#ffd23f" : "#9fd0ef"; pen.fill();
    pen.lineWidth = 1; pen.strokeStyle = "#22282d"; pen.stroke();
  }
  weizhan.symbol(pen, look, 15, 15, 0.95);
  if (gone) { pen.beginPath(); pen.moveTo(3, 3); pen.lineTo(27, 27); pen.moveTo(27, 3); pen.lineTo(3, 27); pen.lineWidth = 3; pen.strokeStyle = "#000"; pen.stroke(); }
  return L.divIcon({ className: "station-mark" + (gone ? " gone" : ""), html: canvas, iconSize: [30, 30], iconAnchor: [15, 15] });
}
const nameOfStation = (station) => station.name || station.station_id;
function paintStations(group, number, live) {
  group.clearLayers();
  const plan = planAt(number), gone = engine.present.filter((station) => plan.changes.remove.includes(station.station_id));
  for (const station of [...plan.stations, ...gone]) {
    const removed = gone.includes(station);
    const marker = L.marker([station.lat, station.lon], { icon: mark(station, removed), draggable: live && !removed, keyboard: live, title: nameOfStation(station), alt: nameOfStation(station), interactive: live });
    marker.stationId = station.station_id;
    if (live) {
      marker.on("click", () => aboutStation(station, removed));
      marker.on("dragend", () => moveStation(station, marker.getLatLng()));
    }
    marker.addTo(group);
  }
  const names = live ? weizhan.nameLayer : second.names;
  if (names._map) names.place(); // round the markers
}
function moveStation(station, place) {
  const to = { lon: Number(place.lng.toFixed(7)), lat: Number(place.lat.toFixed(7)) };
  if (!planner.snap(to.lon, to.lat)) { note(tell("off_lanes", { metres: content.engine.attach_m })); return refresh(); }
  change(planner.moved(changesNow(), station.station_id, to.lon, to.lat));
}
function placeStation(place) {
  const lon = Number(place.lng.toFixed(7)), lat = Number(place.lat.toFixed(7));
  if (!planner.snap(lon, lat)) return note(tell("off_lanes", { metres: content.engine.attach_m }));
  const name = tell("new_station_name", { count: changesNow().add.length + 1 });
  change(planner.added(changesNow(), { ...state.station, name }, lon, lat));
}
// What is told of a station holds for the plan and the moment it was told of
let toldOf = "";
const tellingOf = () => [state.shown, state.scenario, planAt(state.shown).key].join("|");
function popupFollows() {
  if (!map.hasLayer(popup)) return;
  if (chosen === layers.buildings) choose("buildings", chosen.selected, popup.getLatLng());
  else if (toldOf !== tellingOf()) map.closePopup();
}
function aboutStation(station, removed) {
  map.closePopup();
  toldOf = tellingOf();
  const box = make("div"), row = make("div", undefined, "row");
  const duty = engine.onDuty(station, state.scenario), count = (value) => (value === null ? UNKNOWN : value);
  box.append(head("station", nameOfStation(station)), rows([
    ["id", station.station_id], ["tier", labelOf(content.station_tiers, station.tier)], ["host", labelOf(content.host_types, station.host_type)],
    ["vehicle", labelOf(content.vehicles, station.vehicle)],
    ["crew", say("popup.crew_value", { day: count(station.crew_day), night: count(station.crew_night) })],
    ["turnout", station.turnout_s === null ? tell("by_rule") : say("popup.seconds", { count: station.turnout_s })],
    ["duty", say(duty ? "popup.on_duty" : "popup.off_duty")],
  ]));
  const action = (key, todo) => {
    const button = make("button", tell(key));
    button.type = "button";
    button.addEventListener("click", () => { map.closePopup(); todo(); });
    row.append(button);
  };
  const id = station.station_id;
  if (!removed) action("move", () => { state.moving = id; useTool("move"); map.getContainer().focus(); });
  if (removed) action("restore", () => change(planner.restored(changesNow(), id)));
  else action("remove", () => change(planner.removed(changesNow(), id)));
  if (station.moved) action("take_home", () => change(planner.takenHome(changesNow(), id)));
  if (station.added) {
    const form = stationForm({ ...changesNow().add.find((other) => other.station_id === id) });
    box.append(form.box);
    action("edit", () => change(planner.changed(changesNow(), id, form.values)));
  }
  box.append(row);
  popup.setLatLng([station.lat, station.lon]).setContent(box).openOn(map);
}

// What is asked of a station: {box, values}
function stationForm(values) {
  const box = make("div", undefined, "form"), none = (key) => [{ code: "", label: tell(key) }];
  const choose = (name, key, entries) => {
    const line = selection("", tell(key), [{ entries }], (value) => { values[name] = value || null; });
    line.querySelector("select").value = values[name] || "";
    line.querySelector("select").removeAttribute("id");
    line.querySelector("select").dataset.name = name;
    box.append(line);
  };
  const number = (name, key, most, blank) => {
    const line = make("label"), input = make("input");
    Object.assign(input, { type: "number", min: 0, max: most, placeholder: tell(blank), value: values[name] === null ? "" : values[name] });
    input.dataset.name = name;
    input.addEventListener("input", () => { values[name] = input.value === "" || !input.checkValidity() ? null : Number(input.value); });
    line.append(make("span", tell(key)), input);
    box.append(line);
  };
  choose("tier", "tier_of", content.station_tiers);
  choose("host_type", "host", [...none("unstated"), ...content.host_types]);
  choose("vehicle", "vehicle", [...none("usual"), ...content.vehicles]);
  number("crew_day", "crew_day", 500, "unstated");
  number("crew_night", "crew_night", 500, "unstated");
  number("turnout_s", "turnout", 3600, "by_rule");
  return { box, values };
}

/* Figures */
const percentOf = (part, whole) => {
  if (!whole) return UNKNOWN;
  const share = part / whole, rounded = Math.round(share * 1000) / 10;
  return rounded === 0 && share > 0 ? "<0.1%" : rounded === 100 && share < 1 ? ">99.9%" : rounded.toFixed(1) + "%";
};
const number = (value) => (value < 5 && value > 0 ? "<5" : grouped(Math.round(value)));
const inOrder = new WeakMap(); // of an answer, the known times from early to late
function quantile(answer, share) {
  const { times, cover } = answer;
  if (!inOrder.has(answer)) inOrder.set(answer, times.typical.ms.filter((_, b) => cover[b] !== 4).sort());
  const ms = inOrder.get(answer), at = Math.ceil(share * ms.length) - 1;
  if (at < 0) return UNKNOWN;
  return ms[at] >= weizhan.FAR ? tell("never") : say("popup.seconds", { count: Math.ceil(ms[at] / 1000) });
}
function difference(value) {
  return make("span", value === 0 ? "±0" : (value > 0 ? "+" : "−") + grouped(Math.abs(value)), value > 0 ? "up" : value < 0 ? "down" : "");
}
const columnsShown = () => [...new Set([0, state.other, state.shown].filter((plan) => plan >= 0))];
function figures() {
  const box = byId("numbers"), table = make("table"), headRow = make("tr"), plans = columnsShown(), base = answerOf(0);
  headRow.append(make("th", tierOf(state.tier).label + " " + say("verdict.seconds", { count: answerOf(state.shown).standard })));
  for (const plan of plans) headRow.append(make("th", state.plans[plan].name));
  const thead = make("thead"), tbody = make("tbody");
  thead.append(headRow);
  const line = (key, fill) => {
    const row = make("tr");
    row.append(make("td", tell(key)));
    for (const plan of plans) { const cell = make("td"); fill(cell, answerOf(plan), plan); row.append(cell); }
    tbody.append(row);
  };
  line("covered", (cell, answer, plan) => {
    const { all } = answer;
    if (!all.known) return cell.append(make("strong", UNKNOWN), make("span", tierOf(state.tier).no_answer || say("verdict.no_answer"), "small"));
    cell.append(make("strong", percentOf(all.covered, all.known)), make("span", tell("denominator", { covered: grouped(all.covered), known: grouped(all.known),
      low: percentOf(all.sure, all.buildings), high: percentOf(all.hopeful, all.buildings) }), "small"));
    if (!plan || !base.all.known) return;
    let gained = 0, lost = 0;
    for (let b = 0; b < engine.count; b++) {
      const now = answer.cover[b] < 2, had = base.cover[b] < 2;
      if (now && !had) gained++;
      if (had && !now) lost++;
    }
    const said = make("span", "", "small");
    said.append(difference(all.covered - base.all.covered), " · " + tell("change_covered", { gained: grouped(gained), lost: grouped(lost) }));
    cell.append(said);
  });
  line("people", (cell, { all }, plan) => {
    const shift = tell(engine.scenario(state.scenario).shift);
    const without = all.uncounted ? say("page.people_unknown", { count: grouped(all.uncounted) }) : "";
    if (!all.answered) return cell.append(make("strong", UNKNOWN), make("span", without, "small"));
    const value = tell("people_value", { reached: number(all.reached), people: number(all.answered), shift });
    cell.append(make("strong", percentOf(all.reached, all.answered)), make("span", [value, without].filter(Boolean).join(say("popup.joiner")), "small"));
    if (plan && base.all.answered) cell.append(difference(Math.round(all.reached - base.all.reached)));
  });
  line("median", (cell, answer) => cell.append(quantile(answer, 0.5)));
  line("ninety", (cell, answer) => cell.append(quantile(answer, 0.9)));
  line("worst", (cell, answer) => fillWorst(cell, answer));
  line("crew", (cell, answer, plan) => fillCrew(cell, plan));
  line("cost", (cell, answer, plan) => fillCost(cell, plan));
  tbody.append(notHere(plans.length));
  table.append(thead, tbody);
  box.replaceChildren(table);
  const own = plans.filter((plan) => planAt(plan).standards[state.tier] !== answerOf(state.shown).standard);
  if (own.length) box.append(make("p", tell("one_standard", { standard: answerOf(state.shown).standard,
    others: own.map((plan) => tell("own_standard", { plan: state.plans[plan].name, standard: planAt(plan).standards[state.tier] })).join(say("popup.joiner")) }), "small"));
}

// The figure that matters, over the map
function score() {
  const now = answerOf(state.shown), base = answerOf(0), box = byId("score");
  box.replaceChildren(make("span", tierOf(state.tier).label + " " + say("verdict.seconds", { count: now.standard })), make("strong", percentOf(now.all.covered, now.all.known)));
  if (state.shown) box.append(make("span", tell("present") + " " + percentOf(base.all.covered, base.all.known) + " "), base.all.known && now.all.known ? difference(now.all.covered - base.all.covered) : "");
}

const LINES = ["#8a8a8a", "#1b6ec2", "#b5341f"];
function curve() {
  const svg = document.querySelector("#curve svg"), NS = "http" + "://www.w3.org/2000/svg", plans = columnsShown();
  const standard = answerOf(state.shown).standard, until = Math.ceil(standard * 3 / 60) * 60, step = until / 120;
  const draw = (tag, attributes, text) => {
    const element = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    svg.append(element);
  };
  const x = (s) => 34 + s / until * 316, y = (share) => 140 - share * 128;
  svg.replaceChildren();
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    draw("line", { x1: 34, x2: 350, y1: y(share), y2: y(share), stroke: "#e2ddd2" });
    draw("text", { x: 30, y: y(share) + 4, "text-anchor": "end" }, share * 100 + "%");
  }
  for (let s = 0; s <= until; s += until / 4) draw("text", { x: x(s), y: 154, "text-anchor": "middle" }, Math.round(s) + (s ? "" : " " + tell("curve_axis")));
  draw("line", { x1: x(standard), x2: x(standard), y1: 8, y2: 140, stroke: "#22282d", "stroke-dasharray": "4 3" });
  draw("text", { x: x(standard) + 4, y: 18 }, say("legend.standard", { seconds: standard }));
  plans.forEach((plan, at) => {
    const answer = answerOf(plan), path = (reading) => engine.curve(answer, reading, until, step).map((share, bin) => x(bin * step).toFixed(1) + "," + y(share).toFixed(1));
    const colour = LINES[plans.length === 2 && at === 1 ? 1 : at];
    if (plan === state.shown) draw("polygon", { points: [...path("fast"), ...path("slow").reverse()].join(" "), fill: colour, opacity: 0.13 });
    draw("polyline", { points: path("typical").join(" "), fill: "none", stroke: colour, "stroke-width": plan ? 2.4 : 2, ...(plan ? {} : { "stroke-dasharray": "6 3" }) });
    draw("text", { x: 40 + at * 104, y: 167, style: "fill:" + colour + ";font-weight:700" }, "— " + [...state.plans[plan].name].slice(0, 8).join(""));
  });
}

function communities() {
  const now = answerOf(state.shown), base = answerOf(0), box = byId("communities"), headRow = make("tr");
  const entries = content.engine.communities.map((community, at) => ({ name: community.name, id: community.id, group: at + 1 }));
  entries.push({ name: tell("none_community"), id: "", group: 0 });
  headRow.append(make("th", tell("community")), make("th", tell("present")), make("th", state.plans[state.shown].name), make("th", tell("change")));
  box.querySelector("thead").replaceChildren(headRow);
  const lines = entries.filter(({ group }) => now.groups[group].buildings).map(({ name, id, group }) => {
    const one = base.groups[group], two = now.groups[group], row = make("tr"), cells = [0, 1, 2, 3].map(() => make("td"));
    cells[0].textContent = name;
    [one, two].forEach((sum, at) => cells[at + 1].append(make("strong", percentOf(sum.covered, sum.known)), make("span", sum.known ? sum.covered + "/" + sum.known : "", "small")));
    cells[3].append(one.known && two.known ? difference(two.covered - one.covered) : UNKNOWN);
    row.append(...cells);
    row.addEventListener("click", () => {
      const at = id ? layers.communities.features.find("id", id) : -1;
      if (at >= 0 && layers.communities.bounds(at)) { if (narrow.matches) panel(false); map.fitBounds(layers.communities.bounds(at), { animate: false }); }
    });
    return { row, worth: Math.abs(two.covered - one.covered), share: two.known ? two.covered / two.known : 2 };
  });
  lines.sort((a, b) => b.worth - a.worth || a.share - b.share);
  box.querySelector("tbody").replaceChildren(...lines.map(({ row }) => row));
  box.hidden = !lines.length;
}

// What a plan changes: [in words, the changes without it]
function told(now) {
  const lines = [], line = (key, name, back) => lines.push([tell(key, name), back]);
  const stationName = (id) => nameOfStation([...engine.present, ...now.add].find((station) => station.station_id === id));
  const laneName = (id) => (laneFeatures.text("name", planner.laneAt.get(id)[0]) || "") + " " + id;
  for (const { station_id } of now.add) line("did_add", { name: stationName(station_id) }, () => planner.removed(now, station_id));
  for (const { station_id } of now.move) line("did_move", { name: stationName(station_id) }, () => planner.takenHome(now, station_id));
  for (const { station_id } of now.equip) line("did_equip", { name: stationName(station_id) }, () => ({ ...now, equip: now.equip.filter((other) => other.station_id !== station_id) }));
  for (const id of now.remove) line("did_remove", { name: stationName(id) }, () => planner.restored(now, id));
  for (const kind of ["close", "open"])
    for (const id of now[kind]) line("did_" + kind, { name: laneName(id) }, () => planner.lane(now, kind, id));
  for (const [tier, value] of Object.entries(now.standard_s)) line("did_standard", { tier: tierOf(tier).label, value }, () => planner.standard(now, tier, engine.data.tiers[tier].standard_s));
  for (const [part, entries] of Object.entries(now.kept)) {
    const left = Object.fromEntries(Object.entries(now.kept).filter(([other]) => other !== part));
    line("did_kept", { part: tell("part_" + part.replace(".", "_")), count: entries.length }, () => ({ ...now, kept: left }));
  }
  return lines;
}
function changes() {
  const now = changesNow(), lines = told(now).map(([word, back]) => {
    const item = make("li"), button = make("button", tell("take_back"));
    button.type = "button";
    button.addEventListener("click", () => change(back()));
    item.append(make("span", word), button);
    return item;
  });
  if (!lines.length) lines.push(make("li", tell("no_changes")));
  document.querySelector("#changes ul").replaceChildren(...lines);
  byId("kept").hidden = !Object.keys(now.kept).length;
  if (document.activeElement !== byId("note")) byId("note").value = now.note;
  byId("note").disabled = state.shown === 0;
}

function legend() {
  const box = byId("legend").querySelector("div");
  box.replaceChildren(legendPart(buildingStyle(state.shown), "polygon"));
  const plan = planAt(state.shown), marks = content.lane_marks.map((look, at) => ({ ...look, label: tell(at ? "legend_opened" : "legend_closed") }));
  if (plan.closed.size || plan.opened.size) box.append(legendPart({ title: tell("legend_lanes"), classes: marks }, "line"));
  const used = new Set(plan.stations.map((station) => { const at = TIERS.indexOf(station.tier); return at < 0 ? 2 * TIERS.length : at + (engine.onDuty(station, state.scenario) ? 0 : TIERS.length); }));
  box.append(legendPart(content.station_style, "point", used));
}

/* Two plans side by side: a second map that follows the first */
let second = null;
function sideBySide() {
  const two = state.other >= 0 && state.other !== state.shown, turned = document.body.classList.contains("two") !== two, where = map.getBounds();
  document.body.classList.toggle("two", two);
  byId("second").hidden = byId("captions").hidden = !two;
  if (turned) {
    map.invalidateSize({ pan: false });
    map.fitBounds(where, { animate: false });
  }
  if (!two) return;
  if (!second) {
    const other = L.map("second", { zoomControl: false, attributionControl: false, maxZoom: 21, zoomSnap: 0.5, fadeAnimation: false, zoomAnimation: false });
    other.setView(map.getCenter(), map.getZoom(), { animate: false });
    second = { map: other, lanes: weizhan.twin(layers.lanes).addTo(other), buildings: weizhan.twin(layers.buildings).addTo(other),
      communities: weizhan.twin(layers.communities).addTo(other), stations: L.layerGroup().addTo(other), names: new weizhan.Names().addTo(other) };
    let following = false;
    const follow = (from, to) => from.on("move", () => {
      if (following || byId("second").hidden) return;
      following = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      following = false;
    });
    follow(map, other); follow(other, map);
  }
  second.map.invalidateSize({ pan: false });
  second.map.setView(map.getCenter(), map.getZoom(), { animate: false });
  paintLanes(second.lanes, state.other);
  paintBuildings(second.buildings, state.other);
  paintStations(second.stations, state.other, false);
  const [one, other] = byId("captions").children;
  one.textContent = state.plans[state.shown].name;
  other.textContent = state.plans[state.other].name;
}

/* Controls */
const stationGroup = L.layerGroup().addTo(map);
function tabs() {
  const buttons = state.plans.map((plan, at) => {
    const button = make("button", plan.name);
    button.type = "button";
    button.setAttribute("role", "tab");
    button.setAttribute("aria-selected", String(at === state.shown));
    button.addEventListener("click", () => { state.shown = at; note(""); refresh(); });
    return button;
  });
  byId("tabs").replaceChildren(...buttons);
  const plan = state.plans[state.shown];
  byId("drop").disabled = state.shown === 0;
  byId("undo").disabled = plan.at === 0;
  byId("redo").disabled = plan.at === plan.states.length - 1;
  const entries = [{ code: "-1", label: tell("compare_none") }, ...state.plans.map(({ name }, at) => ({ code: String(at), label: name, disabled: at === state.shown }))];
  if (state.other === state.shown) state.other = -1;
  const line = selection("other", tell("compare"), [{ entries }], (value) => { state.other = Number(value); refresh(); });
  line.querySelector("select").value = String(state.other);
  byId("against").replaceChildren(line);
}
const KEYED = ["add", "move", "close", "open"];
function useTool(tool) {
  state.tool = tool;
  for (const button of document.querySelector("#tools .row").children) button.setAttribute("aria-checked", String(button.value === tool));
  if (tool !== "move") state.moving = null;
  const moved = planAt(state.shown).stations.find(({ station_id }) => station_id === state.moving);
  byId("hint").textContent = tell("hint_" + tool, { name: moved ? nameOfStation(moved) : "" });
  byId("station").hidden = tool !== "add";
  document.body.classList.toggle("adding", tool !== "look");
  document.body.classList.toggle("drawing", tool === "area");
  document.body.classList.toggle("placing", KEYED.includes(tool));
}
function toolbar() {
  const box = document.querySelector("#tools .row");
  const use = (tool) => {
    useTool(tool);
    if (narrow.matches && tool !== "look") panel(false);
  };
  for (const tool of ["look", "add", "close", "open", "area"]) {
    const button = make("button", tell("tool_" + tool));
    Object.assign(button, { type: "button", value: tool });
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => use(tool));
    box.append(button);
  }
  document.querySelector("#station .form").append(stationForm(state.station).box);
  use("look");
}
function momentForm() {
  const box = document.querySelector("#moment .form"), line = make("label"), input = make("input");
  const scenarios = engine.data.scenarios.map(({ name, label }) => ({ code: name, label }));
  const pick = (id, key, entries, value, todo) => {
    const row = selection(id, tell(key), [{ entries }], todo);
    row.querySelector("select").value = value;
    box.append(row);
  };
  pick("scenario", "scenario", scenarios, state.scenario, (value) => { state.scenario = value; refresh(); });
  pick("tier", "tier", content.tiers, state.tier, (value) => { state.tier = value; refresh(); });
  pick("paint", "paint", ["response", "cover", "change"].map((code) => ({ code, label: tell("paint_" + code) })), state.paint, (value) => { state.paint = value; refresh(); });
  Object.assign(input, { type: "number", id: "standard", min: 1, max: 36000, required: true });
  input.addEventListener("change", () => { if (input.checkValidity()) change(planner.standard(changesNow(), state.tier, Number(input.value))); });
  line.append(make("span", tell("standard")), input);
  box.append(line);
}
function panel(open) {
  document.body.classList.toggle("closed", !open);
  byId("toggle").setAttribute("aria-expanded", String(open));
  map.invalidateSize({ pan: false });
  if (second) second.map.invalidateSize({ pan: false });
  if (open && narrow.matches) byId("close").focus();
}
byId("toggle").addEventListener("click", () => panel(document.body.classList.contains("closed")));
byId("close").addEventListener("click", () => { panel(false); byId("toggle").focus(); });
byId("undo").addEventListener("click", () => step(-1));
byId("drop").addEventListener("click", () => {
  if (!state.shown || !window.confirm(tell("drop_sure", { plan: state.plans[state.shown].name }))) return;
  state.plans.splice(state.shown, 1);
  if (state.plans.length === 1) newPlan();
  state.shown = Math.min(state.shown, state.plans.length - 1);
  state.other = -1;
  note("");
  refresh();
});
byId("redo").addEventListener("click", () => step(1));
byId("print").addEventListener("click", () => window.print());
// On paper a plan stands beside what it is compared with: the map before, and the map after
let compared = -1; // on screen
figureOnPaper([byId("second"), byId("captions")], (on) => {
  if (on) compared = state.other;
  state.other = !on || compared >= 0 ? compared : state.shown ? 0 : -1;
  sideBySide();
  return state.other < 0 ? [] : [second.map];
});
byId("note").addEventListener("change", () => change({ ...changesNow(), note: byId("note").value }));
document.addEventListener("keydown", (event) => {
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "z" || key === "y") { event.preventDefault(); step(key === "y" || event.shiftKey ? 1 : -1); }
});
weizhan.planNow = () => planner.write(changesNow(), content.town, state.scenario); // for the window's bar too
byId("export").addEventListener("click", () => {
  const link = make("a"), text = weizhan.planNow();
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = (content.town + "-" + state.plans[state.shown].name).replace(/[\\/:*?"<>|\s]+/g, "_").slice(0, 80) + ".plan.json";
  link.click();
  exported.add(JSON.stringify(changesNow()));
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
function take(text, name) {
  const { changes: read, problems, scenario, other } = planner.read(text, content.town);
  if (problems) {
    const lines = problems.slice(0, 12).map(([key, values]) => "· " + tell(key === "off_lanes" ? "bad_off_lanes" : key, values));
    return note([tell("not_read"), ...lines].join("\n"));
  }
  newPlan(read, name.replace(/\.plan\.json$|\.json$/, ""));
  if (scenario) { state.scenario = scenario; byId("scenario").value = scenario; }
  note(tell("imported") + (other ? " " + tell("other_town", { town: other }) : ""));
  refresh();
}
byId("import").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", () => {
  const file = byId("file").files[0], reader = new FileReader();
  if (!file) return;
  reader.onload = () => {
    let text = "";
    try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(reader.result); } catch { /* no text: no plan */ }
    take(text, file.name);
    byId("file").value = "";
  };
  reader.readAsArrayBuffer(file);
});

describe.buildings = (f) => {
  const text = (name) => layers.buildings.features.text(name, f), answer = answerOf(state.shown), base = answerOf(0);
  const time = ({ times }, reading) => (times[reading].ms[f] < weizhan.FAR ? Math.ceil(times[reading].ms[f] / 1000) : tell("never"));
  const range = (a) => a.cover[f] === 4 ? UNKNOWN : tell("seconds_range", { typical: time(a, "typical"), low: time(a, "fast"), high: time(a, "slow") });
  const row = answer.times.typical.crew[f], list = rows([["id", text("id")], ["address", text("address")]]);
  const line = make("p", say("verdict.headline", { standard: say("verdict.seconds", { count: answer.standard }), cover: say("verdict." + content.covers[answer.cover[f]]) }), "verdict");
  line.style.setProperty("--fill", layers.buildings.styles["cover_" + state.tier].classes[answer.cover[f]].fill);
  list.append(make("dt", state.plans[state.shown].name), make("dd", range(answer)));
  if (state.shown) list.append(make("dt", tell("before")), make("dd", range(base)));
  if (row >= 0) list.append(make("dt", tell("first")), make("dd", nameOfStation(planAt(state.shown).stations[row])));
  return [head("building", text("name") || text("address") || text("id")), make("h4", tierOf(state.tier).label), line, list];
};
weizhan.onmap = (place) => {
  if (state.tool === "add") { placeStation(place); return true; }
  if (state.tool === "move") {
    const moved = planAt(state.shown).stations.find(({ station_id }) => station_id === state.moving);
    useTool("look");
    if (moved) moveStation(moved, place);
    return true;
  }
  if (state.tool === "area") { setCorners([...area.corners, place]); return true; }
  if (state.tool !== "close" && state.tool !== "open") return false;
  const lane = layers.lanes.pick(place, map.getZoom());
  if (lane >= 0) change(planner.lane(changesNow(), state.tool, laneFeatures.text("id", lane)));
  return true;
};

// By keyboard: arrows move the map under the cross, Enter does there what a click does, Escape leaves
map.getContainer().addEventListener("keydown", (event) => {
  if (event.target !== map.getContainer() || !KEYED.includes(state.tool)) return;
  if (event.key === "Escape") return useTool("look");
  if (event.key !== "Enter") return;
  const before = JSON.stringify(changesNow());
  weizhan.onmap(map.getCenter());
  if (JSON.stringify(changesNow()) !== before && byId("said").hidden) note(latest(JSON.parse(before)));
});
// In words, the change that a state has and the one before had not
function latest(before) {
  const words = told(changesNow()), had = new Set(told(before).map(([word]) => word));
  return (words.find(([word]) => !had.has(word)) || [tell("changed")])[0];
}

let spent = 0;
function refresh() {
  const begin = performance.now();
  paintLanes(layers.lanes, state.shown);
  paintBuildings(layers.buildings, state.shown);
  paintStations(stationGroup, state.shown, true);
  tabs();
  sideBySide();
  score();
  figures();
  curve();
  communities();
  changes();
  legend();
  popupFollows();
  askArea();
  keep();
  const standard = byId("standard");
  if (document.activeElement !== standard) standard.value = planAt(state.shown).standards[state.tier];
  spent = performance.now() - begin;
  byId("curve").title = tell("computed", { ms: Math.round(spent) });
}
if (narrow.matches) panel(false);
map.invalidateSize({ pan: false });
try { takeKept(kept.load()); } catch { /* nothing of ours */ }
if (content.plan) {
  const { changes: given } = planner.read(content.plan, content.town), at = state.plans.findIndex(({ states, at }) => given && JSON.stringify(states[at]) === JSON.stringify(given));
  const name = given && ([...given.note].slice(0, 12).join("") || tell("plan", { count: 1 }));
  if (at > 0) state.shown = at;
  else if (given && state.plans.length === 2 && state.plans[1].states.length === 1) state.plans[1] = { name, states: [given], at: 0 };
  else if (given) newPlan(given, name);
  if (given) exported.add(JSON.stringify(given));
}
toolbar();
momentForm();
areaForm();
home();
refresh();
weizhan.ready = true;
