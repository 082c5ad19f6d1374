/* The map as a sheet of paper: title, legend, north, scale, date and rules round it. */
const MARGIN_MM = 8, SHEETS = { A4: [297, 210], A3: [420, 297] };
const sheetStyle = make("style");
document.head.append(sheetStyle);
let once = false; // the sheet is there for one print only
function sheet(on) {
  const [wide, high] = SHEETS[byId("paper").value].map((mm) => mm - 2 * MARGIN_MM), sides = swiped() && byId("right-kind").value;
  mapOnPaper(on, (there) => {
    if (there && sides) swipe(false);
    for (const part of [document.documentElement, document.body]) part.classList.toggle("sheet", there);
    document.body.classList.toggle("grey", there && byId("grey").checked);
    byId("sheet").hidden = !there;
    document.body.style.setProperty("--wide", wide + "mm");
    document.body.style.setProperty("--high", high + "mm");
    sheetStyle.textContent = there ? `@page { size: ${byId("paper").value} landscape; margin: ${MARGIN_MM}mm; }` : "";
    if (there || !sides) return;
    swipe(true);
    byId("right-kind").value = sides;
    byId("right-kind").dispatchEvent(new Event("change"));
  }, byId("grey").checked);
}
byId("printing").addEventListener("click", () => sheet(true));
byId("print-back").addEventListener("click", () => sheet(false));
byId("print-now").addEventListener("click", () => window.print());
for (const id of ["paper", "grey"]) byId(id).addEventListener("change", () => sheet(true));
window.addEventListener("beforeprint", () => { if (!offPaper && !byId("guide-paper")) { sheet(true); once = true; } });
window.addEventListener("afterprint", () => { if (once) sheet(false); once = false; });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && offPaper) sheet(false); });
