/* Plans kept in the browser, by town and by what the page computes with, so that a reload brings
   them back with what was undone. A browser may refuse, and then the page says so. Of two tabs
   the one opened last keeps plans: neither writes over what the other does not know. */
(function () {
"use strict";

// FNV-1a over a text: another town, rule or day is another page, and has other plans
function digest(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

class Kept {
  constructor(name, texts) { this.key = ["weizhan-plans", name, ...texts.map(digest)].join("|"); this.works = null; this.elsewhere = false; this.tab = ""; }

  // What was kept, or null; whatever is there that is none of ours is nothing
  load() {
    try { return JSON.parse(window.localStorage.getItem(this.key)); } catch { return null; }
  }

  save(said) {
    const there = this.tab && this.load();
    this.elsewhere = Boolean(there && there.tab !== this.tab);
    this.tab = this.tab || Math.random().toString(36).slice(2);
    try {
      if (!this.elsewhere) window.localStorage.setItem(this.key, JSON.stringify({ ...said, tab: this.tab }));
      this.works = !this.elsewhere;
    } catch { this.works = false; }
    return this.works;
  }
}

weizhan.Kept = Kept;
})();
