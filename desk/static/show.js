'use strict';
// The planner's page lies in a frame of this very window; its plan goes with the form.
(() => {
  const form = document.getElementById('another');
  if (!form) return;
  form.addEventListener('submit', event => {
    const page = document.querySelector('iframe').contentWindow.weizhan;
    if (!page || !page.ready || !page.planNow) {
      event.preventDefault();
      form.querySelector('[role=status]').textContent = form.dataset.waiting;
      return;
    }
    form.elements.plan.value = page.planNow();
  });
})();
