/* Search: by name, address, id, use and community, in characters, pinyin or initials. */
const FOUND_AT_ONCE = 50, LONGEST_WORD = 40;
const SEARCHED = ["communities", "stations", "proposed", "offices", "estates", "grids", "buildings", "lanes", "water"];
const KIND_OF = { communities: "community", stations: "station", proposed: "station", offices: "office", estates: "estate", grids: "grid", buildings: "building", lanes: "lane", water: "water" };
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s"'“”‘’「」《》()、，。,·]+/g, "");
const readingsOf = new Map(Object.entries(content.readings).map(([sign, said]) => [sign, said.split(" ")]));

// Whether a text holds the word, each character by itself, by one of its readings or by an initial
function holds(text, word) {
  if (text.includes(word)) return true;
  if (!/[a-z]/.test(word)) return false;
  for (let start = 0; start < text.length; start++) {
    let at = new Set([0]);
    for (let i = start; i < text.length && at.size; i++) {
      const next = new Set(), said = readingsOf.get(text[i]) || [];
      for (const j of at) {
        if (word[j] === text[i]) next.add(j + 1);
        for (const one of said) {
          if (one[0] !== word[j]) continue;
          next.add(j + 1);
          if (/^[zcs]h/.test(one) && word[j + 1] === "h") next.add(j + 2);
          if (word.startsWith(one, j)) next.add(j + one.length);
          else if (one.startsWith(word.slice(j))) return true; // typed so far
        }
      }
      if (next.has(word.length)) return true;
      at = next;
    }
  }
  return false;
}

// The texts of a column as they are compared, kept; words of a use and names of communities with them
const comparedOf = new Map();
function compared(layer, column) {
  const key = layer + " " + column;
  if (!comparedOf.has(key)) {
    const told = layers[layer].features.told(column), more = (said) => (column !== "use" ? "" : (content.uses[said] || []).join("\n"));
    const named = (said) => (column === "community_id" ? nameOf("communities", said) : said);
    comparedOf.set(key, told && { codes: told.codes, table: told.table.map((said) => [named(said), ...more(said).split("\n")].filter(Boolean).map(plain)) });
  }
  return comparedOf.get(key);
}

// Features that hold every word: [{layer, f, exact, title, detail}], communities first
function search(words) {
  const wanted = words.split(/\s+/).map((word) => plain(word).slice(0, LONGEST_WORD)).filter(Boolean), whole = plain(words), hits = [];
  if (!wanted.length) return hits;
  SEARCHED.filter((layer) => layer in layers).forEach((layer) => {
    const { features } = layers[layer], columns = ["id", "name", "address", "use", "community_id"].map((name) => layer === "communities" && name === "community_id" ? null : compared(layer, name)).filter(Boolean);
    const held = wanted.map((word) => columns.map(({ table }) => table.map((texts) => texts.some((text) => holds(text, word)))));
    for (let f = 0; f < features.count; f++) {
      const codes = columns.map(({ codes: own }) => own[f]);
      if (!held.every((byColumn) => byColumn.some((marks, c) => codes[c] && marks[codes[c] - 1]))) continue;
      const [id, name, address, use] = ["id", "name", "address", "use"].map((column) => features.text(column, f)), title = name || address || id;
      const exact = [id, name, address].some((text) => text && plain(text) === whole), own = [name, id, address].some((text) => text && holds(plain(text), wanted[0]));
      hits.push({ layer, f, rate: (layer === "communities" ? 4 : 0) + (exact ? 2 : 0) + (own ? 1 : 0), title, detail: [...new Set([use, address, id])].filter((text) => text && text !== title).join(" · ") });
    }
  });
  return hits.sort((a, b) => b.rate - a.rate);
}

function goTo(layer, f) {
  const where = layers[layer].bounds(f);
  if (!where) return;
  if (narrow.matches) panel(false);
  if (!visible(layer)) map.addLayer(layers[layer]);
  map.fitBounds(where, { animate: false, maxZoom: 19, padding: [60, 60] });
  choose(layer, f, where.getCenter());
}

function foundLine({ layer, f, title, detail }) {
  const item = make("li"), button = make("button");
  button.type = "button";
  button.append(make("small", say("popup." + KIND_OF[layer])), make("b", title), make("span", detail, "small"));
  button.addEventListener("click", () => {
    if (layer === "communities") openCommunity(layers.communities.features.text("id", f)); else goTo(layer, f);
  });
  item.append(button);
  return item;
}
function find() {
  const hits = search(byId("search").value), list = byId("found"), typed = byId("search").value.trim();
  byId("found-count").textContent = !typed ? "" : hits.length ? say("find.count", { count: grouped(hits.length) }) : say("find.none");
  const more = make("li"), button = make("button", say("find.more"));
  button.type = "button";
  more.append(button);
  const extend = () => {
    more.remove();
    const shown = list.children.length;
    list.append(...hits.slice(shown, shown + FOUND_AT_ONCE).map(foundLine));
    if (list.children.length < hits.length) list.append(more);
  };
  button.addEventListener("click", () => { const shown = list.children.length - 1; extend(); list.children[shown].querySelector("button").focus(); });
  list.replaceChildren();
  extend();
  list.scrollTop = 0;
  list.hidden = !hits.length;
}
byId("search").addEventListener("input", find);
byId("search").addEventListener("keydown", (event) => {
  const first = byId("found").querySelector("button");
  if (event.key === "Enter" && first) first.click();
  if (event.key === "Escape") { byId("search").value = ""; find(); }
  if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
});
byId("found").addEventListener("keydown", (event) => {
  const move = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const item = move && document.activeElement.closest("li")[move];
  if (!move) return;
  event.preventDefault();
  (item && item.querySelector("button") || byId("search")).focus();
});
