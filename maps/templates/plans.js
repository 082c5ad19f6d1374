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
  constructor(engine, snapper, lanes) {
    Object.assign(this, { engine, snapper, lanes });
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
    const { engine } = this, problems = [], wrong = (key, value) => problems.push([key, { value: String(value).slice(0, 80) }]);
    const { data } = engine, known = new Set(engine.present.map((station) => station.station_id));
    const list = (value) => (Array.isArray(value) ? value : []);
    const place = (entry) => Number.isFinite(entry.lon) && Number.isFinite(entry.lat) && Math.abs(entry.lon) <= 180 && Math.abs(entry.lat) <= 84;
    const changes = blank(), stations = said.stations || {}, lanes = said.lanes || {};
    for (const entry of list(stations.add)) {
      if (!entry || !entry.station_id || !place(entry)) { wrong("bad_station", entry && entry.station_id); continue; }
      const station = Object.fromEntries(STATION.map((name) => [name, name in entry ? entry[name] : null]));
      station.tier = station.tier || "micro_station";
      if (station.vehicle && !data.vehicles.includes(station.vehicle)) wrong("bad_station", entry.vehicle);
      if (!(station.tier in data.default_vehicle)) wrong("bad_station", entry.tier);
      if (changes.add.some((other) => other.station_id === station.station_id)) wrong("station_twice", entry.station_id);
      changes.add.push(station);
    }
    for (const entry of list(stations.move)) {
      if (!entry || !known.has(entry.station_id)) wrong("station_unknown", entry && entry.station_id);
      else if (!place(entry)) wrong("bad_station", entry.station_id);
      else if (changes.move.some((other) => other.station_id === entry.station_id) || list(stations.remove).includes(entry.station_id)) wrong("station_twice", entry.station_id);
      else changes.move.push({ station_id: entry.station_id, lon: entry.lon, lat: entry.lat });
    }
    for (const entry of list(stations.equip)) {
      if (!entry || !known.has(entry.station_id)) wrong("station_unknown", entry && entry.station_id);
      else if (!Object.keys(equipped(entry)).length || (entry.vehicle && !data.vehicles.includes(entry.vehicle))) wrong("bad_station", entry.station_id);
      else if (changes.equip.some((other) => other.station_id === entry.station_id) || list(stations.remove).includes(entry.station_id)) wrong("station_twice", entry.station_id);
      else changes.equip.push({ station_id: entry.station_id, ...equipped(entry) });
    }
    for (const [part, names] of Object.entries(KEPT))
      for (const name of names) {
        const entries = list(part ? (said[part] || {})[name] : said[name]);
        if (entries.length) changes.kept[part ? part + "." + name : name] = entries;
      }
    for (const id of list(stations.remove)) if (known.has(id)) changes.remove.push(id); else wrong("station_unknown", id);
    for (const { station_id } of changes.add)
      if (known.has(station_id) && !changes.remove.includes(station_id)) wrong("station_twice", station_id);
    for (const [name, ids] of [["close", list(lanes.close)], ["open", list(lanes.open)]])
      for (const id of ids) if (this.laneAt.has(id)) changes[name].push(id); else wrong("lane_unknown", id);
    for (const id of changes.close) if (changes.open.includes(id)) wrong("lane_both", id);
    for (const [tier, value] of Object.entries(said.standard_s || {}))
      if (tier in data.tiers && value > 0 && value <= 36000) changes.standard_s[tier] = value; else wrong("standard_unknown", tier);
    for (const { station_id, lon, lat } of [...changes.add, ...changes.move])
      if (!this.snap(lon, lat)) wrong("off_lanes", station_id);
    changes.note = typeof said.note === "string" ? said.note : "";
    if (problems.length) return { problems };
    const scenario = data.scenarios.some(({ name }) => name === said.scenario) ? said.scenario : null;
    return { changes, scenario, other: said.town && said.town !== town ? said.town : "" };
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
