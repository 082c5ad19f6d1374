/* Plans as people make them, and as files: the format of geo/plan.py. A plan never changes; every
   change makes a new one, so undo is the one before. */
(function () {
"use strict";

const FORMAT = "weizhan-plan", VERSION = 1;
const STATION = ["station_id", "name", "lon", "lat", "tier", "host_type", "vehicle", "crew_day", "crew_night", "turnout_s"];
const EQUIP = ["vehicle", "crew_day", "crew_night"];
const blank = () => ({ add: [], move: [], remove: [], equip: [], close: [], open: [], standard_s: {}, kept: {}, note: "" });
// Parts of a plan file that a page does not compute: they are kept as they are, and told
const KEPT = { lanes: ["clear", "ramp"], gates: ["key_box", "open"], hydrants: ["add"], "": ["devices", "mended", "inspected"] };
const equipped = (equip) => Object.fromEntries(EQUIP.filter((name) => equip[name] !== null && equip[name] !== undefined).map((name) => [name, equip[name]]));
const degrees = (value) => Math.round(value * 1e7) / 1e7;

class Planner {
  // table: of plan_table.py; building(id): its row, or -1
  constructor(engine, snapper, lanes, table, building) {
    Object.assign(this, { engine, snapper, lanes, table, building, columns: {} });
    this.laneAt = new Map(); // id of a lane or of the lane it was cut from -> its rows
    lanes.forEach(({ id, drawn }, lane) => {
      for (const name of new Set([id, drawn])) {
        if (!this.laneAt.has(name)) this.laneAt.set(name, []);
        this.laneAt.get(name).push(lane);
      }
    });
    this.placed = new Map();
  }

  snap(lon, lat) {
    const key = lon + "," + lat;
    if (!this.placed.has(key)) this.placed.set(key, this.snapper.at(lon, lat));
    return this.placed.get(key);
  }

  // A plan as the engine needs it: stations in the order of geo/plan.planned, lanes by row
  resolve(changes) {
    const { engine } = this, moves = new Map(changes.move.map((move) => [move.station_id, move]));
    const put = (station, lon, lat) => ({ ...station, lon, lat, ...(this.snap(lon, lat) || { lane: -1, part: 0, access_mm: 0 }) });
    const stations = engine.present.filter((station) => !changes.remove.includes(station.station_id)).map((station) => {
      const move = moves.get(station.station_id), equip = changes.equip.find(({ station_id }) => station_id === station.station_id);
      const there = move ? { ...put(station, move.lon, move.lat), moved: true } : station;
      return equip ? { ...there, ...equipped(equip) } : there;
    });
    for (const station of changes.add)
      stations.push({ ...put(station, station.lon, station.lat), vehicle: station.vehicle || engine.data.default_vehicle[station.tier], added: true });
    const rows = (ids) => new Set(ids.flatMap((id) => this.laneAt.get(id)));
    const standards = {};
    for (const tier in engine.data.tiers) standards[tier] = changes.standard_s[tier] || engine.data.tiers[tier].standard_s;
    const closed = rows(changes.close), opened = rows(changes.open);
    return { changes, stations, closed, opened, standards, key: JSON.stringify(changes),
      lanesKey: [...closed].sort().join() + ";" + [...opened].sort().join() };
  }

  // What a file says, or what is wrong with it: {changes, scenario} or {problems: [[key, values], …]}
  read(text, town) {
    let said;
    try { said = JSON.parse(text.replace(/^\ufeff/, "")); } catch { return { problems: [["not_plan", {}]] }; }
    if (!said || said.format !== FORMAT || said.version !== VERSION) return { problems: [["not_plan", {}]] };
    const wrongs = weizhan.planWrongs(said, this.table);
    if (wrongs.length) return { problems: wrongs };
    const { stations = {}, lanes = {}, standard_s = {} } = said, once = (ids = []) => [...new Set(ids)];
    const changes = { ...blank(), note: said.note || "", standard_s: { ...standard_s },
      add: (stations.add || []).map((entry) => ({ ...Object.fromEntries(STATION.map((name) => [name, null])), tier: "micro_station", ...entry })),
      move: stations.move || [], remove: once(stations.remove), close: lanes.close || [], open: lanes.open || [],
      equip: (stations.equip || []).map((entry) => ({ station_id: entry.station_id, ...equipped(entry) })) };
    for (const [part, names] of Object.entries(KEPT))
      for (const name of names) {
        const entries = (part ? said[part] || {} : said)[name];
        if (entries && entries.length) changes.kept[part ? part + "." + name : name] = entries;
      }
    const problems = this.problems(changes);
    if (problems.length) return { problems };
    const scenario = this.engine.data.scenarios.some(({ name }) => name === said.scenario) ? said.scenario : null;
    return { changes, scenario, other: said.town && said.town !== town ? said.town : "" };
  }

  // What keeps changes from being carried out in this town, as geo/plan.plan_problems
  problems({ add, move, remove, equip, close, open, standard_s, kept }) {
    const { engine: { data, present, laneClass }, laneAt } = this, { named } = data, problems = [];
    const wrong = (key, value) => problems.push([key, { value: String(value).slice(0, 80) }]);
    const each = (key, values, fails) => values.filter(fails).forEach((value) => wrong(key, value));
    const twice = (values) => new Set(values.filter((value, at) => values.indexOf(value) < at));
    const repeated = (key, values) => twice(values).forEach((value) => wrong(key, value));
    const known = new Set(present.map(({ station_id }) => station_id)), ids = (entries) => entries.map((entry) => entry.station_id);
    const all = (part) => kept[part] || [];
    each("station_unknown", [...remove, ...ids(move), ...ids(equip)], (id) => !known.has(id));
    each("station_twice", ids(add), (id) => known.has(id) && !remove.includes(id));
    for (const entries of [add, move, equip]) repeated("station_twice", ids(entries));
    each("station_twice", [...ids(move), ...ids(equip)], (id) => remove.includes(id));
    each("standard_unknown", Object.keys(standard_s), (tier) => !Object.keys(data.tiers).includes(tier));
    const water = all("hydrants.add");
    for (const entry of [...add, ...move, ...water]) if (!this.snap(entry.lon, entry.lat)) wrong("off_lanes", entry.station_id || entry.water_id);
    const clear = all("lanes.clear"), ramp = all("lanes.ramp"), rows = (id) => laneAt.get(id) || [];
    const closed = new Set(close.flatMap(rows));
    each("lane_unknown", [...close, ...open, ...clear, ...ramp], (id) => !laneAt.has(id));
    each("lane_both", [...open, ...clear, ...ramp], (id) => rows(id).some((row) => closed.has(row)));
    each("no_steps", ramp, (id) => laneAt.has(id) && !rows(id).some((row) => laneClass[row] === data.steps));
    for (const part of [close, open, clear, ramp]) repeated("lane_twice", part);
    const keys = all("gates.key_box"), hours = all("gates.open");
    each("gate_unknown", [...keys, ...hours], (gate) => !named.gates.includes(gate));
    each("gate_wrong", keys, (gate) => hours.includes(gate) || named.gates.every((other, at) => other !== gate || !named.lock[at]));
    each("gate_wrong", hours, (gate) => named.gates.every((other, at) => other !== gate || !named.lock_by_hours[at]));
    for (const part of [keys, hours]) repeated("entry_twice", part);
    const holes = water.map((entry) => entry.water_id);
    each("water_twice", holes, (id) => named.water.includes(id));
    repeated("water_twice", holes);
    const devices = all("devices"), mended = all("mended"), inspected = all("inspected");
    const pair = (entry) => entry.building_id + " · " + (entry.device || entry.code);
    const bit = (column, id, place) => Math.floor(this.packed(column)[this.building(id)] / 2 ** place) % 2;
    each("building_unknown", [...inspected, ...[...devices, ...mended].map((entry) => entry.building_id)], (id) => this.building(id) < 0);
    const there = (entry) => this.building(entry.building_id) >= 0;
    each("device_refused", devices.filter((e) => there(e) && bit("refused", e.building_id, named.devices.indexOf(e.device))).map(pair), () => true);
    each("hazard_absent", mended.filter((e) => there(e) && !bit("hazards", e.building_id, named.codes.indexOf(e.code))).map(pair), () => true);
    for (const part of [devices.map(pair), mended.map(pair), inspected]) repeated("entry_twice", part);
    return problems;
  }

  packed(column) {
    return this.columns[column] = this.columns[column] || this.engine.pack.integers(this.engine.data.named[column]);
  }

  write(changes, town, scenario) {
    const whole = { format: FORMAT, version: VERSION, town, scenario, note: changes.note,
      stations: { add: changes.add, move: changes.move, remove: changes.remove, equip: changes.equip },
      lanes: { close: changes.close, open: changes.open }, standard_s: changes.standard_s };
    for (const [part, names] of Object.entries(KEPT))
      for (const name of names) {
        const entries = changes.kept[part ? part + "." + name : name];
        if (entries && part) whole[part] = { ...whole[part], [name]: entries };
        else if (entries) whole[name] = entries;
      }
    return JSON.stringify(whole, null, 1) + "\n";
  }

  // Changes by hand; each returns new changes
  added(changes, station, lon, lat) {
    const taken = new Set([...this.engine.present, ...changes.add].map(({ station_id }) => station_id));
    let number = 1;
    while (taken.has("P" + number)) number++;
    const made = { ...station, station_id: "P" + number, lon: degrees(lon), lat: degrees(lat) };
    return { ...changes, add: [...changes.add, Object.fromEntries(STATION.map((name) => [name, name in made ? made[name] : null]))] };
  }

  moved(changes, id, lon, lat) {
    const at = { lon: degrees(lon), lat: degrees(lat) };
    if (changes.add.some((station) => station.station_id === id))
      return { ...changes, add: changes.add.map((station) => (station.station_id === id ? { ...station, ...at } : station)) };
    return { ...changes, move: [...changes.move.filter((move) => move.station_id !== id), { station_id: id, ...at }] };
  }

  changed(changes, id, values) {
    return { ...changes, add: changes.add.map((station) => (station.station_id === id ? { ...station, ...values } : station)) };
  }

  removed(changes, id) {
    const own = changes.add.some((station) => station.station_id === id);
    const move = changes.move.filter((other) => other.station_id !== id);
    const equip = changes.equip.filter((other) => other.station_id !== id);
    return own ? { ...changes, add: changes.add.filter((station) => station.station_id !== id) }
      : { ...changes, move, equip, remove: [...changes.remove.filter((other) => other !== id), id] };
  }

  restored(changes, id) { return { ...changes, remove: changes.remove.filter((other) => other !== id) }; }
  takenHome(changes, id) { return { ...changes, move: changes.move.filter((other) => other.station_id !== id) }; }

  // A lane is closed or opened, or is as it was again
  lane(changes, kind, id) {
    const without = (ids) => ids.filter((other) => other !== id), other = kind === "close" ? "open" : "close";
    const has = changes[kind].includes(id);
    return { ...changes, [kind]: has ? without(changes[kind]) : [...changes[kind], id], [other]: without(changes[other]) };
  }

  standard(changes, tier, value) {
    const standard_s = { ...changes.standard_s };
    if (value === this.engine.data.tiers[tier].standard_s) delete standard_s[tier]; else standard_s[tier] = value;
    return { ...changes, standard_s };
  }
}

Object.assign(weizhan, { Planner, noChanges: blank });
})();
