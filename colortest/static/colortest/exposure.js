/**
 * How long something is on screen, in whole frames of this screen.
 *
 * All times are milliseconds on the clock of performance.now(); those of frames are what the browser hands to
 * requestAnimationFrame, so that onset and offset carry the same delay to the glass and it cancels out.
 */

const USUAL_REFRESH_MS = 1000 / 60;

/** Wait at least `ms` and measure this screen meanwhile: resolves with the median time between two frames. */
export async function blank(ms) {
  const start = await nextFrame();
  const gaps = [];
  let now = start;
  while (now - start < ms) {
    const next = await nextFrame();
    gaps.push(next - now);
    now = next;
  }
  return median(gaps) ?? USUAL_REFRESH_MS;
}

/**
 * Call `show` in one frame and `hide` in the later frame that comes closest to `askedMs` after it.
 *
 * When the page is hidden, or `room` (a MediaQueryList) stops or starts matching, it hides at once: a stimulus that
 * comes back later would have been seen twice. Resolves with exposureMs (achieved), frames (begun while visible),
 * longestGapMs (between two of them), hidden (whether that happened) and offset (when it was taken off).
 */
export async function expose({ show, hide, askedMs, refreshMs, room }) {
  const leaving = watchForLeaving(room);
  const onset = await nextFrame();
  show();
  let now = onset;
  let frames = 0;
  let longestGapMs = 0;
  do {
    const next = await Promise.race([nextFrame(), leaving.at]);
    frames += 1;
    longestGapMs = Math.max(longestGapMs, next - now);
    now = next;
  } while (!leaving.happened() && now - onset + refreshMs / 2 < askedMs);
  hide();
  leaving.stop();
  return { exposureMs: now - onset, frames, longestGapMs, hidden: leaving.happened(), offset: now };
}

/** Resolves in the next animation frame with its time, early enough to change what that frame shows. */
function nextFrame() {
  return new Promise(requestAnimationFrame);
}

function watchForLeaving(room) {
  const listening = new AbortController();
  let happened = false;
  const at = new Promise((resolve) => {
    const left = () => {
      happened = true;
      resolve(performance.now());
    };
    document.addEventListener("visibilitychange", left, { signal: listening.signal });
    room.addEventListener("change", left, { signal: listening.signal });
  });
  return { at, happened: () => happened, stop: () => listening.abort() };
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
