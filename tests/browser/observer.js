/**
 * Looks at the page once in every animation frame, as a camera before the screen would, and writes down what changes.
 * It shares nothing with the site's own measurement: it reads what the browser computed, not what a script reports.
 *
 * window.observed = {
 *   pairs: [{ at, late, sides: [left, right] }], late is the longest of the last three times between two frames; a
 *     side is null while nothing is visible there, {noise: n} for the nth noise,
 *   said: [texts of the line below the stimuli], phases: [{ name, at }], frames: [milliseconds between two frames]
 * }
 */
window.observed = { pairs: [], said: [], phases: [], frames: [] };

(() => {
  const { pairs, said, phases, frames } = window.observed;
  const canvases = new WeakMap();
  let count = 0;
  let before = null;

  function look(now) {
    if (before !== null) frames.push(now - before);
    before = now;
    const stage = document.querySelector(".stage");
    if (stage) write(stage, now, Math.max(0, ...frames.slice(-3)));
    requestAnimationFrame(look);
  }

  function write(stage, now, late) {
    const sides = [...stage.querySelectorAll("[data-side]")].map(visibleImage);
    const before = pairs.at(-1)?.sides ?? sides.map(() => null);
    if (looks(sides) !== looks(before)) pairs.push({ at: now, late, sides });
    const phase = stage.dataset.phase;
    if (phase && phases.at(-1)?.name !== phase) phases.push({ name: phase, at: now });
    note(said, stage.querySelector("[role=status]").textContent);
  }

  /** Whether something is visible on each side, and which noise. */
  function looks(sides) {
    return sides.map((side) => side?.noise ?? Boolean(side)).join();
  }

  function visibleImage(side) {
    const image = [...side.querySelectorAll("img, canvas")].find(isVisible);
    if (!image) return null;
    if (image.localName === "canvas") return { noise: numberOf(image) };
    const { width, height } = image.getBoundingClientRect();
    const { complete, naturalWidth, naturalHeight } = image;
    return { complete, naturalWidth, naturalHeight, width, height };
  }

  function isVisible(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  function numberOf(canvas) {
    if (!canvases.has(canvas)) canvases.set(canvas, (count += 1));
    return canvases.get(canvas);
  }

  function note(list, value) {
    if (value && list.at(-1) !== value) list.push(value);
  }

  requestAnimationFrame(look);
})();
