/* The map on paper: as large as its frame there, painted as one picture of 240 dots an inch. */
const DOTS = 2.5; // of the picture for a pixel of the page
let offPaper = null; // brings back the view as it was

// Everything that Leaflet would draw in tiles, which come too late for a printer
function mapPicture(ratio, on = map) {
  const canvas = make("canvas", undefined, "picture"), size = on.getSize(), corner = on.getPixelBounds().min, zoom = on.getZoom();
  canvas.width = Math.round(size.x * ratio); canvas.height = Math.round(size.y * ratio);
  canvas.style.width = size.x + "px"; canvas.style.height = size.y + "px";
  const context = canvas.getContext("2d"), list = [];
  context.scale(ratio, ratio);
  on.eachLayer((layer) => { if (layer.paintOn || layer instanceof L.ImageOverlay) list.push(layer); });
  for (const layer of list.sort((a, b) => a.options.zIndex - b.options.zIndex)) {
    context.save();
    if (layer.paintOn) painted(layer, { context, ratio, world: 256 * 2 ** zoom, x: corner.x, y: corner.y, zoom, wide: size.x, high: size.y });
    else {
      const from = on.project(layer.getBounds().getNorthWest()).subtract(corner), to = on.project(layer.getBounds().getSouthEast()).subtract(corner);
      context.globalAlpha = layer.options.opacity;
      context.drawImage(layer.getElement(), from.x, from.y, to.x - from.x, to.y - from.y);
    }
    context.restore();
  }
  weizhan.drawNames(context, { markers: weizhan.markers(on), world: 256 * 2 ** zoom, x: corner.x, y: corner.y, zoom, wide: size.x, high: size.y });
  return canvas;
}
function picture(on = map) {
  const canvas = mapPicture(DOTS, on);
  greyed(canvas);
  L.DomUtil.setPosition(canvas, on.containerPointToLayerPoint([0, 0]));
  on.getPanes().tilePane.append(canvas);
  return canvas;
}

// Buildings that are muted under heat are painted apart and put through the same filter
function painted(layer, view) {
  const { context, wide, high } = view;
  if (layer.features.data.name !== "buildings" || !map.getContainer().classList.contains("heated")) return layer.paintOn(view);
  const apart = make("canvas"), pen = apart.getContext("2d");
  apart.width = context.canvas.width; apart.height = context.canvas.height;
  pen.scale(view.ratio, view.ratio);
  layer.paintOn({ ...view, context: pen });
  context.filter = getComputedStyle(layer.getContainer()).filter;
  context.drawImage(apart, 0, 0, wide, high);
}

// A filter of the style sheet would print coarse
function greyed(canvas) {
  if (weizhan.paper !== "grey") return;
  const context = canvas.getContext("2d"), image = context.getImageData(0, 0, canvas.width, canvas.height), { data } = image;
  for (let i = 0; i < data.length; i += 4) data[i] = data[i + 1] = data[i + 2] = 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
  context.putImageData(image, 0, 0);
}

// The whole legend: smaller letters, and where they would be too small two columns
function fitLegend() {
  const box = byId("legend"), root = document.documentElement;
  for (const wide of [false, true]) {
    root.classList.toggle("wide-legend", wide);
    for (let size = 13; size >= (wide ? 7 : 9); size -= 0.5) {
      box.style.fontSize = size + "px";
      if (box.scrollHeight <= box.clientHeight + 1) return;
    }
  }
}

// Put the map on paper, or bring it back; `dress` puts the page round it into its printed form and
// back, and returns the maps that follow it
function mapOnPaper(on, dress, grey) {
  if (offPaper) offPaper();
  offPaper = null;
  if (!on) return;
  const view = [map.getCenter(), map.getZoom()], where = map.getBounds(), { zoomSnap } = map.options, { open } = byId("legend"), root = document.documentElement;
  const put = (there) => {
    root.classList.toggle("paper", there);
    weizhan.paper = there ? (grey ? "grey" : "colour") : "";
    byId("legend").open = there || open;
    const others = dress(there) || [];
    legend();
    if (there) byId("legend").querySelectorAll("canvas").forEach(greyed);
    if (there) fitLegend(); else { root.classList.remove("wide-legend"); byId("legend").style.fontSize = ""; }
    for (const one of [map, ...others]) {
      one.options.zoomSnap = there ? 0.1 : zoomSnap;
      one.invalidateSize({ pan: false, animate: false });
    }
    return [map, ...others];
  };
  const maps = put(true);
  // all the town where all its buildings were seen, else what was seen
  const extents = [layers.buildings, layers.lanes, layers.communities].map((layer) => layer.bounds()).filter(Boolean);
  const town = extents.length && where.contains(extents[0]) ? extents.reduce((sum, bounds) => sum.extend(bounds), L.latLngBounds([])) : where;
  map.fitBounds(town, { animate: false, padding: [8, 8] });
  if (map._renderer) map._renderer._redraw(); // what was measured or drawn, at once
  const painted = maps.map((one) => picture(one));
  offPaper = () => {
    painted.forEach((canvas) => canvas.remove());
    maps.forEach((one) => { one.options.zoomSnap = zoomSnap; });
    put(false);
    map.setView(...view, { animate: false, reset: true });
  };
}

// Pages beside their map: map and legend are a figure before the first section, with what goes
// along; `turn` puts that into its printed form and back, and returns the maps that follow
function figureOnPaper(along = [], turn = () => []) {
  const figure = make("figure", undefined, "on-paper"), parts = [map.getContainer(), byId("legend"), ...along], places = parts.map(() => document.createComment("map"));
  const dress = (on) => {
    if (on) byId("panel").querySelector("section").before(figure); else figure.remove();
    parts.forEach((part, at) => {
      if (on) { part.replaceWith(places[at]); figure.append(part); } else places[at].replaceWith(part);
    });
    return turn(on);
  };
  window.addEventListener("beforeprint", () => mapOnPaper(true, dress));
  window.addEventListener("afterprint", () => mapOnPaper(false));
}
