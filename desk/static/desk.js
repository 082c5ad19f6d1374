'use strict';
// Everything works without this file; it adds dropping files, words while one waits, copying.
document.querySelectorAll('.drop').forEach(zone => {
  const input = zone.querySelector('input[type=file]');
  const list = zone.querySelector('.chosen');
  const button = zone.closest('form').querySelector('button.main');
  const line = (words, bad) => {
    const item = document.createElement('li');
    item.textContent = words;
    if (bad) item.className = 'bad';
    list.appendChild(item);
  };
  const show = () => {
    list.textContent = '';
    let sum = 0;
    for (const file of input.files) {
      sum += file.size;
      line(file.name + ' · ' + (file.size / 1048576).toFixed(1) + ' MB');
    }
    const large = sum > Number(zone.dataset.most);
    if (large) line(zone.dataset.toolarge, true);
    button.disabled = large;
  };
  input.addEventListener('change', show);
  for (const kind of ['dragenter', 'dragover'])
    zone.addEventListener(kind, event => { event.preventDefault(); zone.classList.add('over'); });
  for (const kind of ['dragleave', 'drop'])
    zone.addEventListener(kind, event => { event.preventDefault(); zone.classList.remove('over'); });
  zone.addEventListener('drop', event => {
    const all = new DataTransfer();  // what was chosen before stays
    for (const file of input.multiple ? input.files : []) all.items.add(file);
    for (const file of event.dataTransfer.files) all.items.add(file);
    input.files = all.files;
    show();
  });
});
// A file dropped beside a zone would replace the page.
for (const kind of ['dragover', 'drop'])
  window.addEventListener(kind, event => event.preventDefault());
document.querySelectorAll('form[data-busy]').forEach(form => form.addEventListener('submit', () => {
  const told = form.querySelector('.busy');
  if (told) told.textContent = form.dataset.busy;
  setTimeout(() => form.querySelectorAll('button').forEach(b => { b.disabled = true; }));
}));
// A page that comes back from the browser's memory is not busy any more.
window.addEventListener('pageshow', event => {
  if (event.persisted) window.location.reload();
});
document.querySelectorAll('[data-copy]').forEach(button => button.addEventListener('click', () => {
  const from = document.getElementById(button.dataset.copy);
  const range = document.createRange();
  const inside = from.closest('details');
  if (inside) inside.open = true;
  range.selectNodeContents(from);
  window.getSelection().removeAllRanges();
  window.getSelection().addRange(range);
  if (document.execCommand('copy')) button.textContent = button.dataset.copied;
}));
document.querySelectorAll('form[data-sure]').forEach(form => form.addEventListener('submit', event => {
  if (!window.confirm(form.dataset.sure)) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true));
