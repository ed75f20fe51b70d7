/**
 * Takes part without help: goes on from every panel, and chooses left a while after the choice is offered. What
 * observer.js saw outlives the page in sessionStorage.observed: written at each choice, when nothing is on screen, for
 * what a page writes as it goes the next one may not find yet.
 */
(() => {
  const THINKS_MS = 150;
  let last = null;

  setInterval(() => {
    const stage = document.querySelector(".stage");
    if (!stage) return;
    const panel = stage.querySelector("[data-part=panel]:not([hidden]) button");
    if (panel) panel.click();
    if (stage.dataset.phase === "choice" && last !== "choice") setTimeout(choose, THINKS_MS);
    last = stage.dataset.phase;
  }, 20);

  function choose() {
    sessionStorage.setItem("observed", JSON.stringify(window.observed));
    dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  }
})();
