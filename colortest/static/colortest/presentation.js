/**
 * One trial on the screen, as its protocol asks: a blank, the stimuli side by side, one after the other or a single
 * one, noise after them, and a blank before the question. Onsets count from the beginning of the first blank.
 */

import { blank, expose, watchForLeaving } from "./exposure.js";

const BOTH = ["left", "right"];

/**
 * `pause` is the blank before: {ms, since}, where `since` is the moment of the choice before, if nothing came after it.
 *
 * Resolves with what was achieved: onsetMs and exposureMs by side, frames, longestGapMs, refreshMs, hidden,
 * visibilityChanges, focusChanges; with `offered`, when the choice was offered, and `choice`, if it is made already.
 */
export async function present(stage, images, trial, state, pause) {
  stage.mount(images);
  stage.enter("blank");
  const { start, end, refreshMs } = await blank(pause.ms, { since: unlessLate(pause) });
  stage.enter("exposure");
  const leaving = watchForLeaving(stage.room);
  const common = { askedMs: state.exposureMs, refreshMs, leaving };
  const showings = [];
  let choosing = null;
  let at = end;
  for (const sides of showingsOf(state.presentation, trial.first)) {
    if (showings.length > 0) ({ end: at } = await blank(state.gapMs, { at }));
    const lasting = state.exposureMs > 0 ? {} : { ended: () => choosing.made };
    const show = () => {
      stage.showStimuli(sides);
      if (state.exposureMs === 0) choosing = offerMeanwhile(stage, state.question);
    };
    const shown = await expose({ ...common, ...lasting, at, show, hide: () => stage.hideStimuli() });
    showings.push({ sides, ...shown });
    at = shown.offset;
  }
  at = await mask(stage, state, { refreshMs, leaving, at });
  leaving.stop();
  if (state.delayMs > 0) await blank(state.delayMs, { at });
  return {
    ...bySide(showings, start),
    frames: showings.reduce((sum, shown) => sum + shown.frames, 0),
    longestGapMs: Math.max(...showings.map((shown) => shown.longestGapMs)),
    refreshMs,
    hidden: leaving.happened(),
    visibilityChanges: leaving.visibilityChanges,
    focusChanges: leaving.focusChanges,
    choice: choosing?.choice,
    offered: choosing ? showings[0].onset : state.delayMs > 0 ? performance.now() : at,
  };
}

/** A blank counts from the choice before it, so that sending takes no time of its own; after a slow reply it is whole. */
function unlessLate({ ms, since }) {
  return performance.now() - since < ms / 2 ? since : undefined;
}

/** Which sides are on the screen together, in order. */
function showingsOf(presentation, first) {
  if (presentation === "single") return [["left"]];
  if (presentation === "side-by-side") return [BOTH];
  return first === "left" ? [["left"], ["right"]] : [["right"], ["left"]];
}

/** The choice while the stimuli stay. */
function offerMeanwhile(stage, question) {
  stage.enter("choice");
  stage.say(`question-${question}`);
  const choosing = { made: false, choice: stage.choice(performance.now()) };
  choosing.choice.then(() => (choosing.made = true));
  return choosing;
}

/** Noise from the frame on that took the stimulus away, one after the other; resolves with the frame that ended it. */
async function mask(stage, state, { refreshMs, leaving, at }) {
  for (let number = 0; number < state.masks && !leaving.happened(); number += 1) {
    const noise = stage.mountNoise();
    const show = () => stage.showStimuli(["left"]);
    const hide = () => stage.hideStimuli();
    ({ offset: at } = await expose({ show, hide, askedMs: state.maskMs, refreshMs, leaving, at }));
    noise.remove();
  }
  return at;
}

function bySide(showings, start) {
  const achieved = { onsetMs: {}, exposureMs: {} };
  for (const { sides, onset, exposureMs } of showings) {
    for (const side of sides) {
      achieved.onsetMs[side] = onset - start;
      achieved.exposureMs[side] = exposureMs;
    }
  }
  return achieved;
}
