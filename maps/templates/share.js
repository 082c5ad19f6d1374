/* The long picture to be sent to a phone: sentence, map, legend and table painted on one canvas. */
const SHARE_WIDE = 1080, SHARE_EDGE = 40, SHARE_ROWS = 12;
const SHARE_FONT = "px system-ui, 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', weizhan, sans-serif";

// Lines that fit: broken between Chinese letters and between words
function wrapped(context, text, wide) {
  const lines = [""];
  for (const piece of text.replace(/\s+/g, " ").match(/[\u0021-\u024f]+ ?|[^\u0021-\u024f]/gu) || []) {
    const fits = (more) => context.measureText(lines[lines.length - 1] + more.trimEnd()).width <= wide;
    const closes = "，。；：、）”！？".includes(piece); // these never begin a line
    if (fits(piece) || closes) { lines[lines.length - 1] += piece; continue; }
    if (lines[lines.length - 1]) lines.push("");
    for (const letter of fits(piece) ? [piece] : piece) { if (!fits(letter)) lines.push(""); lines[lines.length - 1] += letter; }
  }
  return lines;
}
// Write text with its upper edge at y; returns the lower edge
function shareText(context, text, x, y, wide, size, { bold = false, colour = "#22282d" } = {}) {
  context.font = (bold ? "bold " : "") + size + SHARE_FONT;
  context.fillStyle = colour;
  context.textBaseline = "top";
  for (const line of wrapped(context, text, wide)) { context.fillText(line, x, y + size * 0.2); y += size * 1.45; }
  return y;
}
function shareLegend(context, top) {
  const parts = [...byId("legend").querySelectorAll("div h3, div li, div p")].filter((part) => part.textContent), columns = parts.length > 6 ? 2 : 1;
  const gap = 30, wide = (SHARE_WIDE - 2 * SHARE_EDGE - gap * (columns - 1)) / columns, half = Math.ceil(parts.length / columns);
  let low = top;
  for (let column = 0; column < columns; column++) {
    let y = top;
    const x = SHARE_EDGE + column * (wide + gap);
    for (const part of parts.slice(column * half, (column + 1) * half)) {
      const swatch = part.querySelector("canvas"), head = part.tagName === "H3";
      if (swatch) context.drawImage(swatch, x, y + 4, 42, 29);
      y = shareText(context, part.textContent, swatch ? x + 54 : x, y + (head ? 10 : 2), swatch ? wide - 54 : wide, head ? 26 : 23, { bold: head, colour: part.tagName === "P" ? "#5c666e" : "#22282d" });
    }
    low = Math.max(low, y);
  }
  return low;
}
function shareTable(context, top) {
  const rows = rowsOf(), columns = [[0, 270], [290, 320], [630, 370]];
  if (!rows.length) return top;
  const said = (cell) => [...cell.children].map((part) => (part.className === "range" && !/[(（]/.test(part.textContent) ? say("verdict.detail", { parts: part.textContent }) : part.textContent)).join(" ");
  const line = (cells, y, look) => {
    const low = Math.max(...cells.map((cell, at) => shareText(context, cell, SHARE_EDGE + columns[at][0], y + 8, columns[at][1], 24, look))) + 8;
    context.fillStyle = "#d9d4ca";
    context.fillRect(SHARE_EDGE, low, SHARE_WIDE - 2 * SHARE_EDGE, 2);
    return low + 2;
  };
  let y = line([...document.querySelectorAll("#communities th")].map((head) => head.textContent), top, { bold: true, colour: "#5c666e" });
  for (const row of rows.slice(0, SHARE_ROWS)) y = line([row.cells[0].firstChild.textContent, said(row.cells[1]), said(row.cells[2])], y);
  if (rows.length > SHARE_ROWS) y = shareText(context, say("share.rest", { count: rows.length - SHARE_ROWS }), SHARE_EDGE, y + 8, SHARE_WIDE - 2 * SHARE_EDGE, 24);
  return y;
}
// Paint once to learn the height, once for good
function sharePicture() {
  const seen = mapPicture(2), wide = SHARE_WIDE - 2 * SHARE_EDGE, high = Math.round(seen.height * wide / seen.width), badge = document.querySelector("#bar .badge");
  const paint = (context) => {
    let y = shareText(context, document.querySelector("#bar h1").textContent, SHARE_EDGE, 30, wide, 40, { bold: true });
    if (badge) {
      context.font = "bold 28" + SHARE_FONT;
      context.fillStyle = "#ffd400";
      context.fillRect(SHARE_EDGE, y + 6, Math.min(wide, context.measureText(badge.textContent).width + 28), 50);
      y = shareText(context, badge.textContent, SHARE_EDGE + 14, y + 11, wide, 28, { bold: true, colour: "#000" }) + 14;
    }
    y = shareText(context, byId("message").textContent, SHARE_EDGE, y + 8, wide, 34, { bold: true });
    if (sieving()) y = shareText(context, sieved(), SHARE_EDGE, y + 8, wide, 26, { colour: "#8a4b00" });
    context.drawImage(seen, SHARE_EDGE, y + 16, wide, high);
    y = shareLegend(context, y + high + 24);
    y = shareTable(context, y + 20);
    y = shareText(context, byId("facts").textContent, SHARE_EDGE, y + 24, wide, 22, { colour: "#5c666e" });
    return shareText(context, say("share.made"), SHARE_EDGE, y, wide, 22, { colour: "#5c666e" }) + 30;
  };
  const canvas = make("canvas"), context = canvas.getContext("2d");
  canvas.width = SHARE_WIDE;
  canvas.height = Math.ceil(paint(context));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  paint(context);
  return canvas;
}
let shareAway = null;
byId("share").addEventListener("click", () => {
  if (shareAway) shareAway();
  const sides = swiped() && byId("right-kind").value;
  if (sides) swipe(false); // one map, one legend
  const painted = sharePicture();
  if (sides) {
    swipe(true);
    byId("right-kind").value = sides;
    byId("right-kind").dispatchEvent(new Event("change"));
  }
  painted.toBlob((blob) => {
    const box = make("div", undefined, "shared"), image = make("img"), link = make("a", say("share.save")), close = make("button", say("share.close")), url = URL.createObjectURL(blob);
    image.src = link.href = url;
    image.alt = byId("message").textContent;
    link.download = (content.share_name + ".png").replace(/[\\/:*?"<>|\s\u0000-\u001f]+/g, "-");
    close.type = "button";
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", byId("share").textContent);
    box.append(link, close, make("p", say("share.hint")), image);
    shareAway = () => { box.remove(); URL.revokeObjectURL(url); shareAway = null; byId("share").focus(); };
    close.addEventListener("click", shareAway);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); shareAway(); }
      if (event.key === "Tab") { event.preventDefault(); (document.activeElement === link ? close : link).focus(); }
    });
    document.body.append(box);
    link.focus();
  });
});
