/**
 * Looks at the page once in every animation frame, as a camera before the screen would, and writes down what changes.
 * It shares nothing with the site's own measurement: it reads what the browser computed, not what a script reports.
 *
 * window.observed = {
 *   pairs: [{ at, sides: [left, right] }], a side is null while nothing is visible there,
 *   said: [texts of the line below the stimuli], phases: [names], frames: [milliseconds between two frames]
 * }
 */
window.observed = { pairs: [], said: [], phases: [], frames: [] };

(() => {
  const { pairs, said, phases, frames } = window.observed;
  let before = null;

  function look(now) {
    if (before !== null) frames.push(now - before);
    before = now;
    const stage = document.querySelector(".stage");
    if (stage) write(stage, now);
    requestAnimationFrame(look);
  }

  function write(stage, now) {
    const sides = [...stage.querySelectorAll("[data-side]")].map(visibleImage);
    const state = sides.map(Boolean).join();
    if (state !== (pairs.at(-1)?.sides.map(Boolean).join() ?? "false,false")) pairs.push({ at: now, sides });
    note(phases, stage.dataset.phase);
    note(said, stage.querySelector("[role=status]").textContent);
  }

  function visibleImage(side) {
    const image = side.querySelector("img");
    if (!image?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return null;
    const { width, height } = image.getBoundingClientRect();
    const { complete, naturalWidth, naturalHeight } = image;
    return { complete, naturalWidth, naturalHeight, width, height };
  }

  function note(list, value) {
    if (value && list.at(-1) !== value) list.push(value);
  }

  requestAnimationFrame(look);
})();
