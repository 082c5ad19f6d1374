/* The map as a sheet of paper: title, legend, north, scale, date and rules round it. */
const MARGIN_MM = 8, SHEETS = { A4: [297, 210], A3: [420, 297] };
const sheetStyle = make("style");
document.head.append(sheetStyle);
let beforePrint = null;
function sheet(on) {
  const [wide, high] = SHEETS[byId("paper").value].map((mm) => mm - 2 * MARGIN_MM), where = beforePrint || map.getBounds();
  beforePrint = on ? where : null;
  for (const part of [document.documentElement, document.body]) part.classList.toggle("sheet", on);
  document.body.classList.toggle("grey", on && byId("grey").checked);
  byId("sheet").hidden = !on;
  document.body.style.setProperty("--wide", wide + "mm");
  document.body.style.setProperty("--high", high + "mm");
  sheetStyle.textContent = on ? `@page { size: ${byId("paper").value} landscape; margin: ${MARGIN_MM}mm; }` : "";
  if (on) { map.closePopup(); byId("legend").open = true; if (swiped()) swipe(false); }
  map.options.zoomSnap = on ? 0.1 : 0.5;
  map.invalidateSize({ pan: false });
  const all = layers.buildings.bounds() || layers.communities.bounds();
  map.fitBounds(on && all && where.contains(all) ? all : where, { animate: false, padding: [8, 8] });
}
byId("printing").addEventListener("click", () => sheet(true));
byId("print-back").addEventListener("click", () => sheet(false));
byId("print-now").addEventListener("click", () => window.print());
for (const id of ["paper", "grey"]) byId(id).addEventListener("change", () => sheet(true));
window.addEventListener("beforeprint", () => { if (!document.body.classList.contains("sheet")) { sheet(true); beforePrint.once = true; } });
window.addEventListener("afterprint", () => { if (beforePrint && beforePrint.once) sheet(false); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && beforePrint) sheet(false); });
