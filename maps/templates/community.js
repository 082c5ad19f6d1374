/* One community: its figures, its own map, the buildings to look at first. */
const WORST = 10;
const membersOf = new Map();
function members(id) {
  if (!membersOf.size) {
    const { features } = layers.buildings;
    for (let f = 0; f < features.count; f++) {
      const own = features.text("community_id", f);
      if (!membersOf.has(own)) membersOf.set(own, []);
      membersOf.get(own).push(f);
    }
  }
  return membersOf.get(id) || [];
}

// The ten to look at first: by rank of risk where there is one, else the latest, unreachable first
function worst(id) {
  const { features } = layers.buildings, byRisk = "risk_rank" in features.data.numbers, tier = state.tier;
  const cover = "cover_" + tier + moment.at in layers.buildings.styles ? features.classes("cover_" + tier + moment.at) : null;
  const value = (f) => {
    if (byRisk) return -features.number("risk_rank", f);
    const time = features.number(tier + "_typical" + moment.at, f);
    return known(time) ? time : cover && cover[f] === 3 ? Infinity : -Infinity;
  };
  const rated = members(id).map((f) => [value(f), f]).filter(([rate]) => rate > -Infinity && !Number.isNaN(rate));
  return { byRisk, list: rated.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, WORST).map(([, f]) => f) };
}

function smallMap(at) {
  const canvas = make("canvas"), ratio = window.devicePixelRatio || 1, [wide, high] = [364, 240];
  canvas.width = wide * ratio; canvas.height = high * ratio;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("tree.community_map"));
  const box = layers.communities.features.box.subarray(4 * at, 4 * at + 4), context = canvas.getContext("2d");
  const world = Math.min((wide - 16) / (box[2] - box[0]), (high - 16) / (box[3] - box[1]));
  const x = (box[0] + box[2]) / 2 * world - wide / 2, y = (box[1] + box[3]) / 2 * world - high / 2;
  context.scale(ratio, ratio);
  context.lineJoin = context.lineCap = "round";
  for (const name of ["communities", "lanes", "buildings", "stations"]) {
    const layer = layers[name], style = layer.style;
    if (name === "communities") layer.style = "communities";
    const view = { context, ratio, world, x, y, zoom: Math.log2(world / 256),
      found: layer.features.query(x / world, y / world, (x + wide) / world, (y + high) / world) };
    if (name === "communities") view.found = view.found.filter((f) => f === at);
    layer["draw_" + layer.shape](view);
    layer.style = style;
  }
  return canvas;
}

function openCommunity(id) {
  const box = byId("community"), row = content.communities.find((entry) => entry.id === id), at = layers.communities.features.find("id", id);
  if (!row) return;
  if (content.pages && Object.keys(content.pages).includes(id)) { location.href = content.pages[id]; return; }
  const back = make("button", say("tree.community_back"), "back");
  back.type = "button";
  back.addEventListener("click", () => { box.hidden = true; byId("whole").hidden = false; });
  const parts = [back, make("h2", row.name), make("p", say("page.inhabitants", row), "note")];
  for (const tier of content.told) {
    const share = row.shares[moment.at.slice(1)][tier.code], block = make("div", undefined, "figure");
    block.append(make("h3", tier.label + " · " + tier.standard), make("strong", share.value));
    if (share.range) block.append(make("span", say("verdict.detail", { parts: share.range }), "range"));
    for (const said of [share.detail, share.people, share.rank]) if (said) block.append(make("span", said, "small"));
    if (row.shares.before) block.append(make("span", say("tree.community_trend", { tier: tier.label, before: row.shares.before[tier.code].value, now: row.shares[""][tier.code].value }), "small"));
    parts.push(block);
  }
  if (!row.shares.before) parts.push(make("p", say("tree.community_no_trend"), "note"));
  if (row.risk.length) parts.push(make("h3", say("tree.community_risk")), ...row.risk.map((line) => make("p", line, "line")));
  if (row.work.length) {
    const list = make("dl", undefined, "work");
    for (const [what, value] of row.work) list.append(make("dt", what), make("dd", value));
    parts.push(make("h3", say("tree.community_work")), list);
  }
  if (at >= 0 && layers.communities.bounds(at)) parts.push(make("h3", say("tree.community_map")), smallMap(at));
  const { byRisk, list } = worst(id), lines = make("ol");
  for (const f of list) {
    const { features } = layers.buildings, text = (name) => features.text(name, f), item = make("li"), button = make("button", text("name") || text("address") || text("id"));
    button.type = "button";
    button.addEventListener("click", () => goTo("buildings", f));
    item.append(button, make("span", text("use"), "small"));
    const tier = content.tiers.find((entry) => entry.code === state.tier), why = byRisk ? riskReasons(f) : "";
    if (byRisk) item.append(make("span", say("popup.risk_when", { when: text("risk_moment"), share: Math.round(features.number("risk_moment_share", f) * 100) + "%" }), "small"));
    if (why) item.append(make("span", say("popup.risk_why", { reasons: why }), "small"));
    item.append(make("span", verdict(tier, f).line.textContent, "small"));
    lines.append(item);
  }
  if (list.length) parts.push(make("h3", say("tree.community_worst") + " · " + say(byRisk ? "tree.community_worst_risk" : "tree.community_worst_late")), lines);
  box.replaceChildren(...parts);
  box.dataset.id = id;
  box.hidden = false;
  byId("whole").hidden = true;
  byId("panel").scrollTop = 0;
  if (at < 0 || !layers.communities.bounds(at)) return;
  if (!narrow.matches) map.fitBounds(layers.communities.bounds(at), { animate: false, padding: [12, 12] });
  chosen && chosen.select(-1);
  (chosen = layers.communities).select(at);
}
