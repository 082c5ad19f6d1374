/* The first script of a page, in words that the oldest browser reads: what fails is told in the page. */
(function () {
  var root = document.documentElement, text = "", old = lacking();
  root.className += " js";

  // What the pages rest on, the newest of it from Chrome 86
  function lacking() {
    var canvas = document.createElement("canvas");
    return !(window.Promise && window.Map && window.TextDecoder && window.Float64Array && window.DOMMatrix && Object.fromEntries &&
      String.prototype.replaceAll && Array.prototype.flatMap && window.Element && Element.prototype.replaceChildren &&
      canvas.getContext && canvas.getContext("2d"));
  }

  function tell() {
    var box = document.getElementById("trouble");
    if (!text || !box) return; // the page is not that far yet
    if (!window.weizhan || !window.weizhan.ready) root.className = root.className.replace(" js", ""); // as without scripts
    document.getElementById(old ? "trouble-old" : "trouble-broken").removeAttribute("hidden");
    document.getElementById("trouble-why").textContent = text;
    document.getElementById("trouble-away").onclick = function () { box.setAttribute("hidden", ""); };
    box.removeAttribute("hidden");
  }

  function fail(message) {
    if (/ResizeObserver/.test(message)) return; // told by browsers, harms nothing
    text = text || String(message).slice(0, 300);
    tell();
  }

  if (old) fail(navigator.userAgent);
  window.onerror = function (message) { fail(message); };
  if (!window.addEventListener) return;
  window.addEventListener("unhandledrejection", function (event) { fail(event.reason); });
  document.addEventListener("DOMContentLoaded", tell);
  window.addEventListener("load", function () {
    tell();
    setTimeout(function () { if (!window.weizhan || !window.weizhan.ready) fail(document.title); }, 5000);
  });
})();
