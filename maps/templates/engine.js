/* Response times in the page: the search of coverage/travel.py and coverage/response.py again, in
   whole milliseconds, with equal answers. A plan is what weizhan.planOf makes (plans.js). */
(function () {
"use strict";

const FAR = 536870911, NOBODY = -1; // geo/passability.IMPASSABLE
const READINGS = ["typical", "fast", "slow"], FOOT = "foot";
const COVERS = ["covered", "likely", "doubtful", "uncovered", "unknown"];
const rint = weizhan.rint;
const seconds = (s) => rint(s * 1000);

// Milliseconds for a part of a lane, rounded half up
function share(part, whole) { return Math.floor(part / weizhan.PARTS * whole + 0.5); }

class Engine {
  constructor(data, pack) {
    this.data = data;
    this.pack = pack;
    this.nodes = data.nodes;
    const lanes = data.from[1], from = this.from = pack.integers(data.from, Int32Array), to = this.to = pack.integers(data.to, Int32Array);
    for (let lane = 0; lane < lanes; lane++) {
      if (lane) from[lane] += from[lane - 1];
      to[lane] += from[lane];
    }
    this.laneClass = pack.integers(data.lane_class, Uint8Array);
    this.arcs();
    this.times = [];
    this.leaves = [];
    const at = data.buildings;
    this.buildings = { lane: pack.integers(at.lane, Int32Array), part: pack.integers(at.part, Int32Array),
      access_mm: pack.integers(at.access_mm, Int32Array), community: pack.integers(at.community, Int32Array) };
    this.count = this.buildings.lane.length;
    for (let b = 0; b < this.count; b++) this.buildings.lane[b]--;
    this.people = {};
    for (const shift in at.people) this.people[shift] = this.inhabitants(at.people[shift]);
    const s = data.stations, lane = pack.integers(s.lane), part = pack.integers(s.part), access = pack.integers(s.access_mm);
    this.present = s.id.map((id, row) => ({ station_id: id, name: s.name[row], lon: s.lon[row], lat: s.lat[row], tier: s.tier[row],
      vehicle: s.vehicle[row], host_type: s.host_type[row], crew_day: s.crew_day[row], crew_night: s.crew_night[row],
      turnout_s: s.turnout_s[row], lane: lane[row] - 1, part: part[row], access_mm: access[row] }));
    this.passages = new Map();
    this.answers = new Map();
  }

  // People of each building, NaN where unknown; few are counted as what few are on average
  inhabitants({ values, few }) {
    const out = this.pack.integers(values);
    for (let b = 0; b < out.length; b++) out[b] = out[b] === 0 ? NaN : out[b] === 1 ? few : out[b] - 1;
    return out;
  }

  // CSR over arcs, two a lane
  arcs() {
    const { from, to, nodes } = this, lanes = from.length, first = this.first = new Int32Array(nodes + 1);
    for (let lane = 0; lane < lanes; lane++) { first[from[lane] + 1]++; first[to[lane] + 1]++; }
    for (let node = 0; node < nodes; node++) first[node + 1] += first[node];
    const next = first.slice(), head = this.head = new Int32Array(2 * lanes);
    this.arcLane = new Int32Array(2 * lanes); // lane, or minus lane minus one against its geometry
    for (let lane = 0; lane < lanes; lane++) {
      const ahead = next[from[lane]]++;
      head[ahead] = to[lane]; this.arcLane[ahead] = lane;
      const back = next[to[lane]]++;
      head[back] = from[lane]; this.arcLane[back] = -lane - 1;
    }
  }

  // A column of milliseconds by lane: a guess from another column and what is left
  time(number) {
    if (this.times[number]) return this.times[number];
    const stored = this.data.times[number], rest = this.pack.integers(stored.values);
    if (stored.factors) {
      const other = this.time(stored.from), out = new Int32Array(rest.length);
      for (let lane = 0; lane < out.length; lane++) {
        const code = rest[lane] - 1;
        if (code < 0) { out[lane] = FAR; continue; }
        const difference = code % 2 ? -(code + 1) / 2 : code / 2;
        out[lane] = Math.floor(other[lane] * stored.factors[this.laneClass[lane]] + 0.5) + difference;
      }
      return this.times[number] = out;
    }
    return this.times[number] = rest;
  }

  // How a vehicle passes the lanes and nodes under a plan
  passage(plan, scenario, reading, vehicle) {
    const key = [scenario, reading, vehicle, plan.lanesKey].join("|");
    if (this.passages.has(key)) return this.passages.get(key);
    if (this.passages.size > 60) this.passages.clear();
    const number = this.data.vehicles.indexOf(vehicle);
    const [ahead, back, marks, gates] = this.data.moments[scenario][reading][number];
    const stopped = this.pack.integers(marks, Uint8Array), forward = this.time(ahead).slice(), backward = this.time(back).slice();
    const shut = (lane) => { forward[lane] = backward[lane] = FAR; };
    for (let lane = 0; lane < stopped.length; lane++) if (stopped[lane] && !plan.opened.has(lane)) shut(lane);
    if (this.data.carried[number]) plan.closed.forEach(shut);
    const kept = this.leaves[gates] = this.leaves[gates] || this.pack.integers(this.data.leaves[gates], Int32Array);
    const leave = plan.ungated ? new Int32Array(kept.length) : kept;
    const { first, arcLane } = this, cost = new Int32Array(arcLane.length);
    let total = 0, many = 0;
    for (let node = 0; node < this.nodes; node++)
      for (let arc = first[node]; arc < first[node + 1]; arc++) {
        const lane = arcLane[arc], along = lane >= 0 ? forward[lane] : backward[-lane - 1];
        cost[arc] = along < FAR && leave[node] < FAR ? along + leave[node] : FAR;
        if (cost[arc] < FAR) { total += cost[arc]; many++; }
      }
    const made = { forward, backward, leave, cost, width: many ? 4 * total / many + 1 : 1 };
    this.passages.set(key, made);
    return made;
  }

  onDuty(station, scenario) {
    const crew = station["crew_" + this.scenario(scenario).shift];
    return crew === null || crew > 0;
  }

  scenario(name) { return this.data.scenarios.find((scenario) => scenario.name === name); }

  // Milliseconds and row of the first crew at every building; {ms, crew}
  arrivals(plan, scenario, tier, reading) {
    const { layers, found, near, walk } = this.run(plan, scenario, tier, reading);
    return this.atWalls(layers, found, near, walk);
  }

  // The search behind them, for whoever asks by which way
  run(plan, scenario, tier, reading) {
    const rule = this.data.tiers[tier], walk = this.data.walk_m_s[reading], dismount = seconds(this.data.dismount_s[reading]);
    const crews = plan.stations.map((station, row) => ({ ...station, row })).filter((station) =>
      rule.station_tiers.includes(station.tier) && this.onDuty(station, scenario) && station.lane >= 0);
    const vehicles = [...new Set(crews.map((crew) => crew.vehicle))].filter((vehicle) => vehicle !== FOOT).sort();
    const layers = [...vehicles, FOOT].map((vehicle) => this.passage(plan, scenario, reading, vehicle));
    const foot = layers.length - 1, seeds = [], near = new Map();
    for (const crew of crews) {
      const turnout = crew.turnout_s === null ? rule.turnout_s[reading] : crew.turnout_s;
      const start = seconds(turnout + crew.access_mm / 1000 / walk), layer = vehicles.indexOf(crew.vehicle);
      const ways = layer < 0 ? [[foot, start]] : [[layer, start], [foot, start + dismount]];
      for (const [way, begin] of ways) {
        const { forward, backward } = layers[way], ahead = forward[crew.lane], back = backward[crew.lane];
        if (ahead < FAR) seeds.push([way * this.nodes + this.to[crew.lane], begin + share(weizhan.PARTS - crew.part, ahead), crew.row]);
        if (back < FAR) seeds.push([way * this.nodes + this.from[crew.lane], begin + share(crew.part, back), crew.row]);
        if (!near.has(crew.lane)) near.set(crew.lane, []);
        near.get(crew.lane).push({ ahead, back, begin, part: crew.part, row: crew.row, layer: way });
      }
    }
    return { layers, vehicles: [...vehicles, FOOT], found: this.search(layers, dismount, seeds), near, walk, dismount };
  }

  /* Two piles: states nearer than a threshold wait in a ring and are relaxed, again if their label
     improves; the others wait unsorted until the threshold moves past them. Of equal times the
     lower row wins, so labels do not depend on the order of the work. */
  search(layers, dismount, seeds) {
    const { nodes, first, head } = this, states = nodes * layers.length, foot = states - nodes;
    const ms = new Int32Array(states).fill(FAR), crew = new Int32Array(states).fill(NOBODY);
    const waits = new Uint8Array(states), ring = new Int32Array(states + 1);
    let later = new Int32Array(states), many = 0, threshold = 0, last = 0;
    const width = Math.max(...layers.map((layer) => layer.width));
    for (const [state, time, row] of seeds)
      if (time < ms[state] || (time === ms[state] && row < crew[state])) {
        ms[state] = time; crew[state] = row;
        if (!waits[state]) { waits[state] = 1; later[many++] = state; }
      }
    while (many > 0) {
      let nearest = FAR, left = 0;
      for (let k = 0; k < many; k++) if (ms[later[k]] < nearest) nearest = ms[later[k]];
      threshold = nearest + width;
      last = 0;
      for (let k = 0; k < many; k++) {
        const state = later[k];
        if (ms[state] < threshold) ring[last++] = state; else later[left++] = state;
      }
      many = left;
      for (let at = 0; at !== last;) {
        const state = ring[at], time = ms[state], row = crew[state];
        at = at < states ? at + 1 : 0;
        waits[state] = 0;
        const base = state - state % nodes, node = state - base, { cost } = layers[base / nodes];
        const visit = (next, then) => {
          if (then > ms[next] || (then === ms[next] && row >= crew[next])) return;
          ms[next] = then; crew[next] = row;
          if (waits[next]) return;
          waits[next] = 1;
          if (then < threshold) { ring[last] = next; last = last < states ? last + 1 : 0; } else later[many++] = next;
        };
        for (let arc = first[node]; arc < first[node + 1]; arc++)
          if (cost[arc] < FAR) visit(base + head[arc], time + cost[arc]);
        if (base !== foot) visit(foot + node, time + dismount);
      }
    }
    return { ms, crew };
  }

  atWalls(layers, found, near, walk) {
    const { from, to, nodes, count } = this, { lane, part, access_mm } = this.buildings;
    const ms = new Int32Array(count).fill(FAR), crew = new Int32Array(count).fill(NOBODY);
    for (let b = 0; b < count; b++) {
      const on = lane[b];
      if (on < 0) continue;
      let best = FAR, who = NOBODY;
      const keep = (time, row) => { if (time < best || (time === best && row < who)) { best = time; who = row; } };
      for (let k = 0; k < layers.length; k++) {
        const { forward, backward, leave } = layers[k], one = k * nodes + from[on], two = k * nodes + to[on];
        if (found.ms[one] < FAR && forward[on] < FAR && leave[from[on]] < FAR)
          keep(found.ms[one] + leave[from[on]] + share(part[b], forward[on]), found.crew[one]);
        if (found.ms[two] < FAR && backward[on] < FAR && leave[to[on]] < FAR)
          keep(found.ms[two] + leave[to[on]] + share(weizhan.PARTS - part[b], backward[on]), found.crew[two]);
      }
      for (const { ahead, back, begin, part: at, row } of near.get(on) || []) {
        const gap = part[b] - at, along = gap >= 0 ? ahead : back;
        if (along < FAR) keep(begin + share(Math.abs(gap), along), row);
      }
      if (best < FAR) { ms[b] = best + rint(access_mm[b] / 1000 / walk * 1000); crew[b] = who; }
    }
    return { ms, crew };
  }

  // All that is shown of a tier: arrivals by reading, cover, figures; the same question is answered once
  answer(plan, scenario, tier, standard = plan.standards[tier]) {
    const key = [plan.key, scenario, tier, standard].join("|");
    if (this.answers.has(key)) return this.answers.get(key);
    if (this.answers.size > 24) this.answers.delete(this.answers.keys().next().value);
    const times = {};
    for (const reading of READINGS) times[reading] = this.arrivals(plan, scenario, tier, reading);
    const serving = this.data.tiers[tier].station_tiers;
    // A plan that takes the last station away leaves a tier of which it is known that nobody comes
    const known = [...plan.stations, ...this.present].some((station) => serving.includes(station.tier) && station.lane >= 0);
    const within = (reading, b) => times[reading].ms[b] < FAR && times[reading].ms[b] / 1000 <= standard;
    const cover = new Uint8Array(this.count);
    for (let b = 0; b < this.count; b++)
      cover[b] = !known || this.buildings.lane[b] < 0 ? 4 : within("slow", b) ? 0 : within("typical", b) ? 1 : within("fast", b) ? 2 : 3;
    const made = { times, cover, standard, ...this.figures(cover, this.people[this.scenario(scenario).shift]) };
    this.answers.set(key, made);
    return made;
  }

  // Counts as coverage/summary.py tells them, of all buildings and by community
  figures(cover, people) {
    const blank = () => ({ buildings: 0, known: 0, covered: 0, sure: 0, hopeful: 0, people: 0, answered: 0, reached: 0, uncounted: 0 });
    const all = blank(), groups = Array.from({ length: this.data.communities.length + 1 }, blank);
    for (let b = 0; b < this.count; b++) {
      const code = cover[b];
      for (const sum of [all, groups[this.buildings.community[b]]]) {
        sum.buildings++;
        if (code < 4) sum.known++;
        if (code < 1) sum.sure++;
        if (code < 2) sum.covered++;
        if (code < 3 || code === 4) sum.hopeful++;
        if (Number.isNaN(people[b])) { sum.uncounted++; continue; }
        sum.people += people[b];
        if (code === 4) continue;
        sum.answered += people[b];
        if (code < 2) sum.reached += people[b];
      }
    }
    return { all, groups };
  }

  // How many buildings are reached by each moment: shares at every step of a few seconds
  curve({ times, cover }, reading, until, step) {
    const bins = new Float64Array(Math.floor(until / step) + 1), ms = times[reading].ms;
    let known = 0;
    for (let b = 0; b < this.count; b++) {
      if (cover[b] === 4) continue;
      known++;
      const bin = Math.ceil(ms[b] / 1000 / step);
      if (bin < bins.length) bins[bin]++;
    }
    for (let bin = 1; bin < bins.length; bin++) bins[bin] += bins[bin - 1];
    return Array.from(bins, (value) => (known ? value / known : 0));
  }
}

Object.assign(weizhan, { Engine, FAR, COVERS, READINGS });
})();
