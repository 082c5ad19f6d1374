'use strict';
// A map on which a building is clicked; its data come from this machine, square by square.
(() => {
  const canvas = document.getElementById('map');
  const field = document.getElementById('building');
  const told = document.getElementById('told');
  const pen = canvas.getContext('2d');
  const view = {x: Number(canvas.dataset.x), y: Number(canvas.dataset.y), r: Number(canvas.dataset.r)};
  let shown = {houses: [], lanes: []};
  let asked = 0;
  const ratio = canvas.width / canvas.height;
  const scale = () => canvas.height / (2 * view.r);
  const paper = (x, y) => [canvas.width / 2 + (x - view.x) * scale(), canvas.height / 2 - (y - view.y) * scale()];
  const trace = line => {
    pen.beginPath();
    for (let i = 0; i < line.length; i += 2) {
      const [x, y] = paper(line[i], line[i + 1]);
      if (i) pen.lineTo(x, y); else pen.moveTo(x, y);
    }
  };
  const draw = () => {
    pen.fillStyle = '#fbfaf7';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = '#8a8f94';
    pen.lineWidth = 2;
    for (const lane of shown.lanes) { trace(lane); pen.stroke(); }
    pen.lineWidth = 1;
    for (const house of shown.houses) {
      trace(house.ring);
      pen.fillStyle = house.id === field.value ? '#9b1c1c' : '#cdbfa6';
      pen.fill();
      pen.strokeStyle = '#6d6553';
      pen.stroke();
    }
  };
  const say = () => {
    const house = shown.houses.find(h => h.id === field.value);
    told.textContent = house ? house.said : '';
    canvas.dataset.chosen = field.value;
    draw();
  };
  const load = () => {
    const mine = ++asked;
    const query = 'x=' + view.x + '&y=' + view.y + '&r=' + view.r * Math.max(1, ratio);
    fetch(canvas.dataset.from + '?' + query).then(answer => answer.json()).then(found => {
      if (mine !== asked) return;
      shown = found;
      canvas.dataset.ready = String(found.houses.length);
      say();
    });
  };
  const inside = (ring, x, y) => {
    let odd = false;
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [xi, yi, xj, yj] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
      if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
    }
    return odd;
  };
  let held = null;
  canvas.addEventListener('pointerdown', event => {
    held = {x: event.offsetX, y: event.offsetY, from: {x: view.x, y: view.y}, far: false};
    canvas.setPointerCapture(event.pointerId);
  });
  const across = event => {
    const factor = canvas.width / canvas.clientWidth / scale();
    return [(event.offsetX - held.x) * factor, (event.offsetY - held.y) * factor];
  };
  canvas.addEventListener('pointermove', event => {
    if (!held) return;
    const [dx, dy] = across(event);
    if (Math.abs(event.offsetX - held.x) + Math.abs(event.offsetY - held.y) > 6) held.far = true;
    if (held.far) { view.x = held.from.x - dx; view.y = held.from.y + dy; draw(); }
  });
  canvas.addEventListener('pointerup', event => {
    const was = held;
    held = null;
    if (was.far) { load(); return; }
    const factor = canvas.width / canvas.clientWidth;
    const x = view.x + (event.offsetX * factor - canvas.width / 2) / scale();
    const y = view.y - (event.offsetY * factor - canvas.height / 2) / scale();
    const house = shown.houses.find(h => inside(h.ring, x, y));
    field.value = house ? house.id : '';
    say();
    if (!house) told.textContent = canvas.dataset.none;
  });
  const zoom = factor => { view.r = Math.min(5000, Math.max(40, view.r * factor)); load(); };
  const move = (x, y) => { view.x += x * view.r; view.y += y * view.r; load(); };
  canvas.addEventListener('wheel', event => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.5 : 1 / 1.5); }, {passive: false});
  const keys = {ArrowUp: [0, .5], ArrowDown: [0, -.5], ArrowLeft: [-.5, 0], ArrowRight: [.5, 0]};
  canvas.addEventListener('keydown', event => {
    if (keys[event.key]) { event.preventDefault(); move(...keys[event.key]); }
    if (event.key === '+' || event.key === '=') zoom(.5);
    if (event.key === '-') zoom(2);
  });
  document.querySelectorAll('[data-move]').forEach(button => button.addEventListener('click', () => move(...button.dataset.move.split(',').map(Number))));
  document.querySelectorAll('[data-zoom]').forEach(button => button.addEventListener('click', () => zoom(Number(button.dataset.zoom))));
  document.querySelectorAll('[data-building]').forEach(choice => choice.addEventListener('change', () => { field.value = choice.value; say(); }));
  field.addEventListener('input', say);
  document.getElementById('moves').hidden = false;
  load();
})();
