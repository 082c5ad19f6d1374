/* Beside the share of each plan: what it costs, who is on duty, where it is worst, what is not computed. */
const prices = content.prices;
const metresOf = (id) => planner.laneAt.get(id).reduce((sum, lane) => sum + engine.time(0)[lane], 0) / content.length_units;
// Sums of [low, high] once and a year; what the rules have no price for is counted, never free
function costOf(changes) {
  const sum = { once: [0, 0], year: [0, 0], unpriced: 0 };
  const add = ({ once, piece, year }, pieces = 0) => [0, 1].forEach((end) => { sum.once[end] += once[end] + pieces * piece[end]; sum.year[end] += year[end]; });
  for (const station of changes.add) add(Object.keys(prices.hosts).includes(station.host_type) ? prices.hosts[station.host_type] : prices.station);
  for (const id of changes.open) add(prices.lane_open, metresOf(id));
  for (const { vehicle } of changes.equip) if (vehicle === "e_bike") add(prices.e_bike); else sum.unpriced++;
  sum.unpriced += changes.move.length + changes.remove.length + changes.close.length + Object.values(changes.kept).reduce((many, entries) => many + entries.length, 0);
  return sum;
}
const yuan = ([low, high]) => tell("yuan_range", { low: grouped(Math.round(low)), high: grouped(Math.round(high)) });
function fillCost(cell, number) {
  const { changes } = planAt(number), { once, year, unpriced } = costOf(changes);
  if (!number) return cell.append("—");
  if (once[1]) cell.append(make("strong", yuan(once), "plain"), make("span", tell("yuan_year", { range: yuan(year) }), "small"));
  if (unpriced) cell.append(make("span", tell("unpriced", { count: unpriced }), "small"));
  if (!once[1] && !unpriced) cell.append(tell("no_cost"));
}
function fillCrew(cell, number) {
  const { shift } = engine.scenario(state.scenario), crews = planAt(number).stations.map((station) => station["crew_" + shift]);
  const untold = crews.filter((crew) => crew === null).length, people = crews.reduce((sum, crew) => sum + (crew || 0), 0);
  cell.append(untold === crews.length ? UNKNOWN : tell("crew_value", { people, stations: crews.filter(Boolean).length }));
  if (untold) cell.append(make("span", tell("crew_untold", { count: untold }), "small"));
}
function fillWorst(cell, { groups }) {
  let worst = 0;
  for (let group = 1; group < groups.length; group++)
    if (groups[group].known && (!worst || groups[group].covered / groups[group].known < groups[worst].covered / groups[worst].known)) worst = group;
  if (!worst) return cell.append(UNKNOWN);
  cell.append(content.engine.communities[worst - 1].name, make("span", percentOf(groups[worst].covered, groups[worst].known), "small"));
}
function notHere(columns) {
  const rest = make("tr", undefined, "not-here"), cell = make("td", tell("not_here_value"));
  cell.colSpan = columns;
  rest.append(make("td", tell("not_here")), cell);
  return rest;
}
