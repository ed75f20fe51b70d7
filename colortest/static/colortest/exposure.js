/**
 * How long something is on screen, in whole frames of this screen.
 *
 * All times are milliseconds on the clock of performance.now(); those of frames are what the browser hands to
 * requestAnimationFrame, so that onset and offset carry the same delay to the glass and it cancels out.
 */

const USUAL_REFRESH_MS = 1000 / 60;

/**
 * Wait `ms`, to the nearest frame, from `since`, or from `at` (the time of a frame that has just begun), or from the next
 * frame, and measure this screen meanwhile: resolves with start, end (the time of a frame that has just begun) and
 * refreshMs, the median.
 */
export async function blank(ms, { at, since } = {}) {
  let now = at ?? (await nextFrame());
  const start = since ?? now;
  const gaps = [];
  while (now - start + (median(gaps) ?? 0) / 2 < ms) {
    const next = await nextFrame();
    gaps.push(next - now);
    now = next;
  }
  return { start, end: now, refreshMs: median(gaps) ?? USUAL_REFRESH_MS };
}

/**
 * Call `show` in one frame and `hide` in the later frame that comes closest to `askedMs` after it; where that is 0, in
 * the first frame after `ended` says so. With `at`, the time of a frame that has just begun, it begins in that one.
 *
 * When the participant leaves (see watchForLeaving), it hides at once: a stimulus that comes back later would have been
 * seen twice; and it shows nothing to who has left already. Resolves with onset, exposureMs (achieved), frames (begun while visible), longestGapMs (between two of
 * them) and offset (when it was taken off).
 */
export async function expose({ show, hide, askedMs, refreshMs, leaving, ended, at }) {
  const onset = at ?? (await nextFrame());
  // Who left during the stimulus before, or the blank after it, is not there to see this one.
  if (leaving.happened()) return { onset, exposureMs: 0, frames: 0, longestGapMs: 0, offset: onset };
  show();
  let now = onset;
  let frames = 0;
  let longestGapMs = 0;
  const over = askedMs > 0 ? () => now - onset + refreshMs / 2 >= askedMs : ended;
  do {
    const next = await Promise.race([nextFrame(), leaving.at]);
    frames += 1;
    longestGapMs = Math.max(longestGapMs, next - now);
    now = next;
  } while (!leaving.happened() && !over());
  hide();
  return { onset, exposureMs: now - onset, frames, longestGapMs, offset: now };
}

/**
 * Tells when the page is hidden, or `room` (a MediaQueryList) stops or starts matching: `at` resolves with the time,
 * `happened` remembers it. Counts changes of visibility and of focus until `stop`.
 */
export function watchForLeaving(room) {
  const listening = new AbortController();
  const watch = { visibilityChanges: 0, focusChanges: 0, happened: () => happened, stop: () => listening.abort() };
  let happened = false;
  const on = (target, name, heard) => target.addEventListener(name, heard, { signal: listening.signal });
  watch.at = new Promise((resolve) => {
    const left = () => {
      happened = true;
      resolve(performance.now());
    };
    on(document, "visibilitychange", () => {
      watch.visibilityChanges += 1;
      left();
    });
    on(room, "change", left);
  });
  for (const name of ["blur", "focus"]) on(window, name, () => (watch.focusChanges += 1));
  return watch;
}

/** Resolves in the next animation frame with its time, early enough to change what that frame shows. */
function nextFrame() {
  return new Promise(requestAnimationFrame);
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
