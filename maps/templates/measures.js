/* The page of a study of measures: what each measure is, and the legend. */
describe.measures = (f) => {
  const { features, styles } = layers.measures, text = (name) => features.text(name, f), list = make("dl");
  const look = styles.measures.classes[features.classes("measures")[f]];
  for (const key of ["id", "decided_by", "once", "yearly", "gain", "draws"])
    list.append(make("dt", say("measures_head." + key)), make("dd", text(key) || UNKNOWN));
  return [head("measure", text("name")), make("p", look.label), list];
};

function legend() {
  const box = byId("legend").querySelector("div"), { buildings, stations, measures } = layers;
  const used = buildings.style === "change" ? new Set(buildings.features.classes("change")) : undefined;
  box.replaceChildren(legendPart(buildings.styles[buildings.style], "polygon", used));
  if (measures.features.count)
    box.append(legendPart(measures.styles.measures, "point", new Set(measures.features.classes("measures"))));
  if (stations.features.count)
    box.append(legendPart(stations.styles.stations, "point", new Set(stations.features.classes("stations"))));
}

map.invalidateSize({ pan: false });
paints();
legend();
home();
weizhan.ready = true;
