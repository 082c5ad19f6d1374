/* Which buildings are looked at: by use, band, verdict of the tier chosen, community; the others are muted. */
const sieve = { use: "", risk_band: "", verdict: "", community_id: "" };
const VERDICTS = { in_time: ["covered", "likely"], late: ["doubtful", "uncovered"], unknown: ["unknown"] };
const UNTOLD = "\n"; // stands for a missing text, as no text holds a line break
let sieveCount = 0; // buildings that pass
const sieving = () => Object.values(sieve).some(Boolean);
const verdictOf = (f) => {
  const style = "cover_" + state.tier + moment.at, code = style in layers.buildings.styles ? content.covers[layers.buildings.features.classes(style)[f]] : "unknown";
  return Object.keys(VERDICTS).find((name) => VERDICTS[name].includes(code));
};

// One mark a building; none while nothing is asked
function sift() {
  const { features } = layers.buildings;
  let passes = null, count = features.count;
  if (sieving()) {
    passes = new Uint8Array(features.count).fill(1);
    for (const name of ["use", "risk_band", "community_id"]) {
      const told = features.told(name);
      if (!sieve[name] || !told) continue;
      const wanted = sieve[name] === UNTOLD ? 0 : told.table.indexOf(sieve[name]) + 1;
      for (let f = 0; f < passes.length; f++) if (told.codes[f] !== wanted) passes[f] = 0;
    }
    if (sieve.verdict) for (let f = 0; f < passes.length; f++) if (passes[f] && verdictOf(f) !== sieve.verdict) passes[f] = 0;
    count = passes.reduce((a, b) => a + b, 0);
  }
  layers.buildings.passes = passes;
  if (swiped()) right.layer.passes = passes;
  sieveCount = count;
  byId("sieved").hidden = byId("sieve-clear").hidden = !passes;
  byId("sieved-said").textContent = byId("sieve-count").textContent = passes ? sieved() : "";
}

// "只看：用途 养老机构，不能按时到达（微型消防站 · 3 分钟）——12 / 3,266 栋，其余淡色"
function sieved() {
  const tier = content.tiers.find(({ code }) => code === state.tier), parts = [];
  const said = (value) => (value === UNTOLD ? UNKNOWN : value);
  if (sieve.use) parts.push(say("find.use") + " " + said(sieve.use));
  if (sieve.risk_band) parts.push(say("find.risk_band") + " " + said(sieve.risk_band));
  if (sieve.verdict) parts.push(say("find." + sieve.verdict) + say("verdict.detail", { parts: tier.label + " " + tier.standard }));
  if (sieve.community_id) parts.push(sieve.community_id === UNTOLD ? say("page.no_community") : nameOf("communities", sieve.community_id));
  return say("find.sieved", { parts: parts.join(say("popup.joiner")), count: grouped(sieveCount), whole: grouped(layers.buildings.features.count) });
}

function sieveChoices() {
  const { features } = layers.buildings, box = byId("sieve");
  if (!features.count) { byId("sieve-part").hidden = true; return; }
  const told = (name, label, order) => {
    const column = features.told(name);
    if (!column || !column.table.length) return;
    const counts = new Uint32Array(column.table.length + 1);
    for (let f = 0; f < features.count; f++) counts[column.codes[f]]++;
    const entries = column.table.map((text, at) => ({ code: text, label: say("find.choice", { name: label(text), count: grouped(counts[at + 1]) }), count: counts[at + 1] })).filter(({ count }) => count);
    if (order) entries.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code)); else entries.sort((a, b) => b.count - a.count);
    if (counts[0]) entries.push({ code: UNTOLD, label: say("find.choice", { name: UNKNOWN, count: grouped(counts[0]) }) });
    return [{ code: "", label: say("find.any") }, ...entries];
  };
  const bands = "risk" in layers.buildings.styles ? layers.buildings.styles.risk.classes.map(({ label }) => label) : [];
  const groups = { verdict: [{ code: "", label: say("find.any") }, ...Object.keys(VERDICTS).map((code) => ({ code, label: say("find." + code) }))],
    use: told("use", (text) => text), risk_band: told("risk_band", (text) => text, bands), community_id: told("community_id", (id) => nameOf("communities", id)) };
  for (const [name, entries] of Object.entries(groups))
    if (entries) box.append(selection("sieve-" + name, say("find." + name), [{ entries }], (value) => { sieve[name] = value; sieveAgain(); }));
}
function sieveAgain() { recolour(); if (swiped()) right.layer.repaint(); }
function sieveLegend() {
  const part = make("div", undefined, "sieved");
  part.append(make("strong", sieved()));
  return part;
}
for (const id of ["sieve-clear", "sieved-clear"])
  byId(id).addEventListener("click", () => {
    for (const name in sieve) { sieve[name] = ""; if (byId("sieve-" + name)) byId("sieve-" + name).value = ""; }
    sieveAgain();
  });
