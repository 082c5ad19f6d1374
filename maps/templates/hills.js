/* Hills beneath everything that is packed. */
const hillsLayer = content.hills && L.imageOverlay(content.hills.picture, content.hills.bounds, { interactive: false, className: "hills", pane: "tilePane", zIndex: 0 }).addTo(map);
function hillsChoice(box) {
  if (!hillsLayer) return;
  const line = option("checkbox", say("tree.hills"), true, (input) => { if (input.checked) hillsLayer.addTo(map); else hillsLayer.remove(); });
  line.firstChild.value = "hills";
  box.append(line);
}
