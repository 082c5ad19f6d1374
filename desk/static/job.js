'use strict';
// Asks how a job or a check goes; when it has ended, or the window was closed and is back, shows the
// page anew, unless somebody is filling in a form, whom a link waits for.
(() => {
  const box = document.querySelector('[data-job]');
  if (!box) return;
  const bar = box.querySelector('progress');
  const put = (name, words) => document.querySelectorAll('[data-told="' + name + '"]').forEach(place => {
    if (place.textContent === words) return;
    const atEnd = place.scrollTop + place.clientHeight >= place.scrollHeight - 20;
    place.textContent = words;
    if (atEnd) place.scrollTop = place.scrollHeight;
  });
  let touched = false;
  document.addEventListener('input', () => { touched = true; });
  const ended = () => {
    const link = box.querySelector('[data-job-ended]');
    if (link && touched) link.hidden = false;
    else window.location.replace(window.location.pathname);
  };
  const look = () => fetch(box.dataset.job, { cache: 'no-store' })
    .then(answer => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then(told => {
      if (!told.active) { ended(); return; }
      for (const name of ['said', 'step', 'elapsed', 'left', 'log']) put(name, told[name]);
      if (told.share === null) bar.removeAttribute('value'); else bar.value = told.share;
      window.setTimeout(look, 1000);
    })
    .catch(() => window.setTimeout(look, 3000));
  window.setTimeout(look, 1000);
})();
