/* What was filled in, kept in the browser at every tap. A browser may refuse, or keep nothing in silence:
   so it is read back, and what was not kept stays in memory and is said. */
(function () {
"use strict";

class KeptRound {
  // All files of a phone may share one storage, so the key says whose round this is
  constructor(parts) { this.key = ["weizhan-route", ...parts].join("|"); this.works = null; }

  load() {
    try {
      const said = JSON.parse(window.localStorage.getItem(this.key));
      return said && typeof said === "object" && said.stops && typeof said.stops === "object" ? said : null;
    } catch { return null; }
  }

  save(said) {
    const text = JSON.stringify(said);
    try {
      window.localStorage.setItem(this.key, text);
      this.works = window.localStorage.getItem(this.key) === text;
    } catch { this.works = false; }
    return this.works;
  }
}

weizhan.KeptRound = KeptRound;
})();
