/* The page of a siting study: candidates and the legend. */
describe.candidates = (f) => {
  const { features, styles } = layers.candidates, text = (name) => features.text(name, f);
  const list = make("dl"), cost = features.number("cost_yuan", f);
  const look = styles.candidates.classes[features.classes("candidates")[f]];
  for (const [key, value] of [["id", text("id")], ["host", text("host_type")], ["cost_yuan", known(cost) ? grouped(cost) : ""],
    ["draws", text("draws")], ["certain", text("certain")]])
    list.append(make("dt", say("site_head." + key)), make("dd", value || UNKNOWN));
  return [head("station", text("name") || text("id")), make("p", look.label), list];
};

function legend() {
  const box = byId("legend").querySelector("div"), { buildings, stations, candidates } = layers;
  const used = buildings.style === "change" ? new Set(buildings.features.classes("change")) : undefined;
  box.replaceChildren(legendPart(buildings.styles[buildings.style], "polygon", used),
    legendPart(candidates.styles.candidates, "point", new Set(candidates.features.classes("candidates"))));
  if (stations.features.count)
    box.append(legendPart(stations.styles.stations, "point", new Set(stations.features.classes("stations"))));
}

map.invalidateSize({ pan: false });
paints();
legend();
home();
weizhan.ready = true;
