/* What the popups say. Every text is set as text, never as markup. */
const content = JSON.parse(document.getElementById("content").textContent);
const layers = weizhan.layers;
const moment = { at: "" }; // which moment is shown: what its columns end in, "@night"

// A sentence of the catalogue with its values put in; {n:row|rows} is the number and its word
function say(key, values) {
  return content.texts[key].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, one, more) => {
    if (!values || !(name in values)) return whole;
    const told = String(values[name]);
    return one === undefined ? told : told + " " + (told === "1" ? one : more);
  });
}

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

const UNKNOWN = say("popup.unknown");
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const known = (value) => Number.isFinite(value);
const measure = (key, value) => (known(value) ? say(key, { count: value }) : UNKNOWN);

function head(kind, name) {
  const title = make("h3");
  title.append(make("small", say("popup." + kind)), name || say("popup.unnamed"));
  return title;
}

// Rows of label and value; a missing value reads as unknown
function rows(pairs) {
  const list = make("dl");
  for (const [key, value] of pairs) list.append(make("dt", say("popup." + key)), make("dd", value || UNKNOWN));
  return list;
}

function nameOf(layer, id) {
  const at = layer in layers ? layers[layer].features.find("id", id) : -1;
  return (at >= 0 && layers[layer].features.text("name", at)) || id;
}

function peopleOf(value) {
  if (!known(value)) return UNKNOWN;
  return say("popup.people_value", { count: value < 5 ? "<5" : grouped(value) });
}

// "3 分钟内到达：可能（按典型速度 172 秒，按慢速 240 秒）"
function verdict(tier, f) {
  const features = layers.buildings.features;
  const code = content.covers[features.classes("cover_" + tier.code + moment.at)[f]];
  const times = {};
  for (const end of ["typical", "low", "high"]) times[end] = features.number(tier.code + "_" + end + moment.at, f);
  const part = (key, value, never) => known(value) ? say("verdict." + key, { seconds: value }) : never ? say("verdict." + never) : "";
  let parts;
  if (code === "unknown")
    parts = [tier.no_answer || say("verdict." + (features.text("lane", f) ? "no_answer" : "unattached"))];
  else if (code === "covered" || code === "likely")
    parts = [part("typical", times.typical), part("slow", times.high, "slow_never")];
  else if (known(times.typical) || known(times.low))
    parts = [part("typical", times.typical, "typical_never"), part("fast", times.low)];
  else parts = [say("verdict.no_way")];
  const line = make("p", say("verdict.headline", { standard: tier.standard, cover: say("verdict." + code) }) +
    say("verdict.detail", { parts: parts.filter(Boolean).join(say("popup.joiner")) }), "verdict");
  const look = layers.buildings.styles["cover_" + tier.code].classes[content.covers.indexOf(code)];
  line.style.setProperty("--fill", look.fill);
  return { line, code, times };
}

function tierPart(tier, f) {
  const features = layers.buildings.features, pairs = [];
  const { line, code, times } = verdict(tier, f), { typical, low, high } = times;
  if (known(typical)) {
    const key = known(high) ? "time_range" : known(low) ? "time_open" : "seconds";
    pairs.push(["time", say("popup." + key, { count: typical, low, high })]);
  }
  const first = features.text(tier.code + "_station" + moment.at, f), second = moment.at ? "" : features.text(tier.code + "_second", f);
  if (first) pairs.push(["first", nameOf("stations", first)]);
  if (second) {
    const station = nameOf("stations", second), count = features.number(tier.code + "_second_time", f);
    pairs.push(["second", known(count) ? say("popup.second_value", { station, count }) : station]);
  }
  if ((code === "uncovered" || code === "doubtful") && typical > tier.standard_s)
    pairs.push(["beyond", say("popup.seconds", { count: Math.ceil(typical - tier.standard_s) })]);
  const more = moment.at ? [[], []] : [chances(tier, f, code), certainty(tier, f)];
  return [make("h4", tier.label), line, ...more[0], rows([...pairs, ...more[1]])];
}

// "按典型车道状况，3 分钟内到达的概率约 78%"
function chances(tier, f, code) {
  const { features, styles } = layers.buildings, said = [];
  for (const kind of code === "unknown" ? [] : ["arrival", "lanes"]) {
    if (!(kind + "_" + tier.code in styles)) continue;
    const chance = features.text(kind + "_" + tier.code, f), values = { standard: tier.standard, chance };
    if (chance) said.push(make("p", say("popup." + kind, values), "chance"));
    else if (kind === "arrival") said.push(make("p", say("popup.chance_unknown", values), "chance"));
  }
  if (said.length === 2) said.push(make("p", say("popup.two_chances"), "small"));
  return said;
}

// How many stations come in time, what hinders the first most, how long to the top
function certainty(tier, f) {
  const { features, styles } = layers.buildings, number = (name) => features.number(tier.code + name, f), pairs = [];
  if ("depth_" + tier.code in styles) pairs.push(["depth", measure("popup.depth_value", number("_depth"))]);
  if (number("_depth") && known(number("_free_crew"))) pairs.push(["free_crew", Math.floor(number("_free_crew") * 100) / 100 + "%"]);
  const limit = features.text(tier.code + "_limit", f), count = number("_limit_cost");
  if (limit) pairs.push(["main_limit", known(count) ? say("popup.main_limit_value", { limit, count }) : limit]);
  if (known(number("_top_floor"))) pairs.push(["top_floor", say("popup.seconds", { count: number("_top_floor") })]);
  return pairs;
}

// What a lane lets through: [label, sentence, stops] a vehicle
function passage(f) {
  const { features, styles } = layers.lanes;
  return content.vehicles.filter((vehicle) => styles["limit_" + vehicle.code]).map((vehicle) => {
    const at = features.classes("limit_" + vehicle.code)[f], limit = features.text("limit_" + vehicle.code, f);
    const key = ["passes", "passes_guess", "stops_guess", "stops"][at];
    return { vehicle: vehicle.label, stops: at === 2 || at === 3, guess: at === 2, limit: limit || UNKNOWN,
      said: key ? say("popup." + key, { limit: limit || UNKNOWN }) : UNKNOWN };
  });
}

function beside(id) {
  const features = layers.lanes.features, at = features.find("id", id);
  if (at < 0) return id;
  const width = features.number("width_m", at);
  const said = [features.text("name", at) || id,
    say(known(width) ? "popup.beside_width" : "popup.beside_width_unknown", { count: width })];
  for (const { vehicle, stops, guess, limit } of passage(at))
    if (stops) said.push(say(guess ? "popup.beside_stop_guess" : "popup.beside_stop", { vehicle, limit }));
  return said.join(say("popup.joiner"));
}

// "2026-03-02 报告：堵塞"; no report is unknown, not clear
function stateOf(f) {
  const features = layers.lanes.features, state = features.text("state", f), date = features.text("observed", f);
  if (!state) return say("lane.no_report");
  return say(date ? "lane.reported" : "lane.reported_undated", { state, date });
}

// What is known of a lane beyond its measures: state, how likely blocked, what its closure costs
function laneParts(f) {
  const { features, styles } = layers.lanes, parts = [], pairs = [];
  if (styles.state) {
    const chance = features.text("blocked", f), remaining = features.number("remaining", f);
    pairs.push(["state", stateOf(f)]);
    if (known(remaining)) pairs.push(["remaining", say("popup.metres", { count: remaining })]);
    pairs.push(["blocked", chance && say("popup.about_percent", { chance })]);
  }
  const rank = features.number("rank", f);
  if (known(rank)) pairs.push(["keep_clear", say("popup.keep_clear_value", { count: rank })]);
  if (pairs.length) parts.push(rows(pairs));
  const reason = features.text("reason", f);
  if (reason) parts.push(make("p", reason, "chance"));
  const lost = content.tiers.filter((tier) => "loss_" + tier.code in styles);
  if (lost.length) parts.push(make("h4", say("popup.closure")));
  const list = make("dl");
  for (const tier of lost) list.append(make("dt", tier.label), make("dd", lossOf(tier, f)));
  parts.push(list);
  return parts;
}

function lossOf(tier, f) {
  const features = layers.lanes.features, number = (name) => features.number(tier.code + name, f);
  const buildings = number("_lost_buildings"), added = number("_added"), unreached = number("_unreached");
  if (!known(buildings)) return UNKNOWN;
  // Where some of the buildings do not tell their people, the number is a least one
  const few = (name) => {
    const value = number(name), some = number(name + "_unknown") > 0;
    if (!known(value) || (some && value < 5)) return UNKNOWN;
    const told = value < 5 ? "<5" : grouped(value);
    return some ? say("lane.at_least", { people: told }) : told;
  };
  const said = [buildings ? say("popup.loss_value", { standard: tier.standard, buildings: grouped(buildings),
    people: few("_lost_people"), vulnerable: few("_lost_vulnerable") }) : say("popup.loss_none")];
  if (unreached > 0) said.push(say("popup.loss_unreached", { count: grouped(unreached) }));
  if (added > 0) said.push(say("popup.loss_added", { count: grouped(added) }));
  return said.join(say("popup.joiner"));
}

// The strongest reasons for a risk, each with its factor
function riskReasons(f) {
  const { features } = layers.buildings, why = [];
  for (let k = 1; k <= 3; k++)
    if (features.text("risk_reason_" + k, f))
      why.push(say("popup.risk_reason", { reason: features.text("risk_reason_" + k, f), factor: features.number("risk_reason_" + k + "_factor", f) }));
  return why.join(say("popup.joiner"));
}

// Together, why, how often, how bad, what is open; nothing where no risk was computed
function riskPart(f) {
  const features = layers.buildings.features, number = (name) => features.number(name, f);
  const band = features.text("risk_band", f), never = say("popup.risk_never");
  if (!band) return [];
  const share = (name) => Math.round(number(name) * 100) + "%";
  const line = (name, values) => make("p", say("popup.risk_" + name, values), name === "together" ? "verdict plain" : "chance");
  return [make("h4", say("popup.risk")),
    line("together", { band, rank: number("risk_rank"), low: number("risk_rank_low"), high: number("risk_rank_high"),
      count: features.count, share: share("risk_band_share") }),
    line("when", { when: features.text("risk_moment", f), share: share("risk_moment_share") }),
    line("why", { reasons: riskReasons(f) || say("popup.risk_no_reason") }),
    "years" in features.data.numbers
      ? line("often", { years: grouped(number("years")), least: grouped(number("years_high")), most: grouped(number("years_low")) })
      : line("ratio", { ratio: number("times"), least: number("times_low"), most: number("times_high") }),
    line("bad", { band: features.text("severe_band", f) }),
    line("cases", { open: number("open_hazards"), late: number("overdue_hazards"), listed: number("listed_hazards"),
      seen: features.text("inspected_on", f) || never, due: features.text("inspection_due_on", f) || never }),
    line("known", { share: share("risk_completeness") })];
}

const describe = {
  buildings(f) {
    const features = layers.buildings.features, text = (name) => features.text(name, f);
    const lane = text("lane");
    return [
      head("building", text("name") || text("address") || text("id")),
      ...content.tiers.filter((tier) => "cover_" + tier.code + moment.at in layers.buildings.styles).flatMap((tier) => tierPart(tier, f)),
      ...riskPart(f),
      make("h4", say("popup.about")),
      rows([
        ["id", text("id")], ["address", text("address")], ["use", text("use")],
        ["floors", measure("popup.floors_value", features.number("floors", f))],
        ["people", peopleOf(features.number("people" + moment.at, f))],
        ["community", text("community_id") && nameOf("communities", text("community_id"))],
        ["access", measure("popup.metres", features.number("access_m", f))],
        ["beside", lane ? beside(lane) : say("verdict.unattached")],
      ]),
    ];
  },
  lanes(f) {
    const features = layers.lanes.features, steps = features.number("step_count", f);
    const list = rows([
      ["id", features.text("id", f)], ["class", features.text("lane_class", f)],
      ["width", measure("popup.metres", features.number("width_m", f))],
      ["height_limit", measure("popup.metres", features.number("height_limit_m", f))],
      ["slope", measure("popup.percent", features.number("slope_pct", f))],
      ["steps", steps === 0 ? say("popup.none") : measure("popup.steps_value", steps)],
      ["oneway", features.text("oneway", f)],
    ]);
    for (const { vehicle, said } of passage(f)) list.append(make("dt", vehicle), make("dd", said));
    return [head("lane", features.text("name", f)), ...laneParts(f), make("h4", say("popup.measures")), list];
  },
  stations(f) {
    const features = layers.stations.features, text = (name) => features.text(name, f);
    const number = (name) => features.number(name, f), duty = number("on_duty");
    const count = (value) => (known(value) ? value : UNKNOWN);
    return [head("station", text("name")), rows([
      ["id", text("id")], ["tier", text("tier")], ["host", text("host_type")], ["address", text("address")],
      ["community", text("community_id") && nameOf("communities", text("community_id"))],
      ["vehicle", text("vehicle")],
      ["crew", say("popup.crew_value", { day: count(number("crew_day")), night: count(number("crew_night")) })],
      ["turnout", measure("popup.seconds", number("turnout_s"))],
      ["duty", known(duty) && say(duty ? "popup.on_duty" : "popup.off_duty")],
      ["calls_a_year", duty && count(number("calls_a_year"))],
      ["chance_out", duty && (known(number("chance_out")) ? Number((number("chance_out") * 100).toPrecision(2)) + "%" : UNKNOWN)],
      ["only", duty && measure("popup.only_value", number("only"))],
    ])];
  },
  water(f) {
    const features = layers.water.features;
    return [head("water", features.text("name", f)), rows([
      ["id", features.text("id", f)], ["kind", features.text("kind", f)],
      ["water_state", features.text("state", f)],
      ["flow", measure("popup.flow_value", features.number("flow_l_s", f))]])];
  },
  barriers(f) {
    const features = layers.barriers.features;
    return [head("barrier", features.text("name", f)), rows([
      ["id", features.text("id", f)], ["kind", features.text("kind", f)],
      ["width", measure("popup.metres", features.number("width_m", f))],
      ["height_limit", measure("popup.metres", features.number("height_limit_m", f))],
      ["open_hours", features.text("open_hours", f)]])];
  },
  crossings(f) {
    const features = layers.crossings.features;
    return [head("crossing", features.text("id", f)), make("p", features.text("counted", f), "chance")];
  },
  estates(f) {
    const features = layers.estates.features, text = (name) => features.text(name, f), number = (name) => features.number(name, f);
    const year = number("year_built"), count = (name) => (known(number(name)) ? number(name) : UNKNOWN);
    return [head("estate", text("name") || text("id")), rows([
      ["id", text("id")], ["year_built", known(year) && String(year)], ["property_manager", text("property_manager")],
      ["three_none", text("three_none")], ["houses", count("buildings")], ["red_houses", count("red_buildings")],
      ["open_hazards", count("open_hazards")], ["engine", text("engine")],
      ["community", text("community_id") && nameOf("communities", text("community_id"))]])];
  },
  grids(f) {
    const features = layers.grids.features, text = (name) => features.text(name, f), number = (name) => features.number(name, f);
    const count = (name) => (known(number(name)) ? number(name) : UNKNOWN);
    return [head("grid", text("name") || text("id")), rows([
      ["id", text("id")], ["houses", count("buildings")],
      ["grid_covered", number("known") > 0 && number("covered") + "/" + number("known")],
      ["red_houses", count("red_buildings")], ["open_hazards", count("open_hazards")],
      ["community", text("community_id") && nameOf("communities", text("community_id"))]])];
  },
  hazard_areas(f) {
    const features = layers.hazard_areas.features, text = (name) => features.text(name, f);
    return [head("hazard_area", text("code")), rows([
      ["id", text("id")], ["hazard_state", text("state")], ["area", text("area")]])];
  },
  offices(f) {
    const features = layers.offices.features, text = (name) => features.text(name, f);
    return [head("office", text("name") || text("id")), rows([
      ["id", text("id")], ["elements_missing", text("missing")], ["elements_unknown", text("untold")],
      ["community", text("community_id") && nameOf("communities", text("community_id"))]]),
      make("p", say("popup.office_note"), "chance")];
  },
  devices(f) {
    const features = layers.devices.features, number = (name) => features.number(name, f);
    return [head("device_point", features.text("device", f)), rows([
      ["device_at", nameOf("buildings", features.text("building", f))], ["installed", String(number("installed"))],
      ["failing", String(number("failing"))]])];
  },
  proposed(f) {
    const features = layers.proposed.features;
    return [head("station", features.text("name", f)), rows([["id", features.text("id", f)], ["tier", features.text("tier", f)]])];
  },
  communities(f) {
    const features = layers.communities.features, id = features.text("id", f);
    const row = content.communities.find((community) => community.id === id);
    const parts = [head("community", features.text("name", f) || id),
      rows([["inhabitants", row ? row.people : peopleOf(features.number("people", f))]])];
    for (const tier of row ? content.told : []) {
      const share = row.shares[moment.at.slice(1)][tier.code];
      const value = share.value + (share.range ? say("verdict.detail", { parts: share.range }) : "");
      const line = make("p", say("popup.covered_buildings", tier) + " " + value, "verdict plain");
      parts.push(make("h4", tier.label), line, make("div", share.detail), make("div", share.people));
    }
    return parts;
  },
};
