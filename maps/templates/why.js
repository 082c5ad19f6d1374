/* Why buildings are late, and what would mend it: the same town with one thing taken away after the
   other, each computed by the engine at typical values. */
(function () {
"use strict";

const FAR = weizhan.FAR;
const OPENING = ["width", "blockage"]; // coverage/what_if.OPENING
const all = { has: () => true };
const keyOf = (plan, more) => [...plan.closed].sort().join() + ";" + (plan.opened === all ? "all" : [...plan.opened].sort().join()) + more;
const keyed = (plan) => ({ ...plan, lanesKey: keyOf(plan, plan.ungated ? ";ungated" : "") });
const opening = (plan) => keyed({ ...plan, opened: all });
const ungated = (plan) => keyed({ ...plan, ungated: true });
const reopened = (plan) => keyed({ ...plan, closed: new Set() });
const manned = (plan) => ({ ...plan, stations: plan.stations.map((station) => ({ ...station, crew_day: null, crew_night: null })) });

class Why {
  constructor(engine, plan, scenario, tier, standard) {
    Object.assign(this, { engine, plan, scenario, tier, standard });
  }

  // Milliseconds at every building under another plan
  under(plan) { return this.engine.arrivals(plan, this.scenario, this.tier, "typical").ms; }

  inTime(ms) { return ms < FAR && ms / 1000 <= this.standard; }

  mended(plan, late) {
    const ms = this.under(plan);
    return late.filter((b) => this.inTime(ms[b])).length;
  }

  // What alone would do for each late building, the first of these: {cause: Map, alone: {cause: count}}
  causes(late) {
    const { plan } = this, cause = new Map(), alone = {};
    const tries = [["closed", reopened(plan)], ["gate", ungated(plan)], ["lane", opening(plan)], ["off_duty", manned(plan)],
      ["several", ungated(opening(reopened(manned(plan))))]];
    for (const [name, other] of tries) {
      if (name === "closed" && !plan.closed.size) continue;
      const ms = this.under(other);
      alone[name] = 0;
      for (const b of late) {
        if (!this.inTime(ms[b])) continue;
        alone[name]++;
        if (!cause.has(b)) cause.set(b, name);
      }
    }
    const lanes = this.stops(late.filter((b) => cause.get(b) === "lane"), cause);
    for (const b of late) if (!cause.has(b)) cause.set(b, "far");
    return { cause, alone, lanes };
  }

  marks(vehicle) {
    const { data, pack } = this.engine, number = data.vehicles.indexOf(vehicle);
    return pack.integers(data.moments[this.scenario].typical[number][2], Uint8Array);
  }

  /* The lanes that stop vehicles on the way that would be in time if all were open: rows with how
     many buildings each serves; a building is late for what stops the crew first. */
  stops(late, cause) {
    const { engine, plan } = this, run = engine.run(opening(plan), this.scenario, this.tier, "typical");
    const marks = run.vehicles.map((vehicle) => this.marks(vehicle)), found = new Map();
    for (const b of late) {
      let first = 0;
      for (const { lane, layer } of this.way(run, b)) { // from the building back to the crew
        const code = plan.opened.has(lane) ? 0 : marks[layer][lane];
        if (!code) continue;
        first = code;
        if (!found.has(lane)) found.set(lane, { code, houses: 0 });
        found.get(lane).houses++;
      }
      if (first) cause.set(b, OPENING[first - 1]);
    }
    return found;
  }

  // Lanes of the earliest way to a building, backwards: [{lane, layer}]
  way({ layers, found, near, dismount }, b) {
    const { engine } = this, { nodes, from, to, first, head, arcLane } = engine, { lane, part } = engine.buildings, on = lane[b];
    const share = (piece, whole) => Math.floor(piece / weizhan.PARTS * whole + 0.5);
    let best = FAR, state = -1, own = -1;
    layers.forEach(({ forward, backward, leave }, k) => {
      for (const [node, along, piece] of [[from[on], forward[on], part[b]], [to[on], backward[on], weizhan.PARTS - part[b]]]) {
        const at = k * nodes + node, time = found.ms[at] < FAR && along < FAR && leave[node] < FAR ? found.ms[at] + leave[node] + share(piece, along) : FAR;
        if (time < best) { best = time; state = at; own = k; }
      }
    });
    for (const { ahead, back, begin, part: at, layer } of near.get(on) || []) {
      const gap = part[b] - at, along = gap >= 0 ? ahead : back;
      if (along < FAR && begin + share(Math.abs(gap), along) <= best) { best = begin + share(Math.abs(gap), along); state = -1; own = layer; }
    }
    if (best >= FAR) return [];
    const way = [{ lane: on, layer: own }], seen = new Set();
    const foot = layers.length - 1;
    let start = state < 0 ? null : found.crew[state];
    while (state >= 0 && !seen.has(state)) {
      seen.add(state);
      const layer = Math.floor(state / nodes), node = state % nodes, time = found.ms[state];
      let next = -1;
      const same = (other, cost) => found.crew[other] === found.crew[state] && found.ms[other] < FAR && found.ms[other] + cost === time && !seen.has(other);
      for (let arc = first[node]; arc < first[node + 1] && next < 0; arc++) {
        const row = arcLane[arc] >= 0 ? arcLane[arc] : -arcLane[arc] - 1, other = layer * nodes + head[arc];
        const along = arcLane[arc] >= 0 ? layers[layer].backward[row] : layers[layer].forward[row], leave = layers[layer].leave[head[arc]];
        if (along < FAR && leave < FAR && same(other, along + leave)) { next = other; way.push({ lane: row, layer }); }
      }
      if (next < 0 && layer === foot)
        for (let k = 0; k < foot && next < 0; k++) if (same(k * nodes + node, dismount)) next = k * nodes + node;
      if (next < 0) { // where the crew came onto the network: its own lane
        const crew = this.plan.stations[start];
        if (crew && crew.lane >= 0) way.push({ lane: crew.lane, layer });
      }
      state = next;
    }
    return way;
  }
}

Object.assign(weizhan, { Why });
})();
