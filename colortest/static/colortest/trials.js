/**
 * A participant's way through the trials of a study.
 *
 * The server knows where the participant stands and which image is real; this page holds only the next addresses.
 * Each reply carries the next state, so a reload, the back button or a second tab come back to the same trial.
 * `data-phase` on the root names the moment: loading, ready, blank, exposure, choice, sending, feedback.
 */

import { Refused, getJson } from "./api.js";
import { Outbox } from "./outbox.js";
import { Preloader, discard } from "./preload.js";
import { present } from "./presentation.js";
import { Stage, pause } from "./stage.js";

const FEEDBACK_MS = 1000;
const OUT_OF_STEP = 409;
const GONE = 404;
// Both outlive a reload and are known to every tab: a pair that was on screen before must not count as seen once.
const SHOWN = "colortest-shown"; // the trial that was on screen last, here or perhaps on another device
const EXPECTED = "colortest-expected"; // the trial that follows the last response given here

const root = document.querySelector("[data-state-url]");
const stage = new Stage(root);
const onTrouble = () => stage.sayTrouble();
const outbox = new Outbox(root.dataset.csrf, onTrouble);
const preloader = new Preloader(onTrouble);

play().catch(giveUp);

async function play() {
  stage.enter("loading");
  stage.say("loading");
  const kept = await outbox.deliverKept();
  if (kept) expectNext(kept.state);
  let state = await currentState();
  let block = null;
  let since;
  while (state.block !== null) {
    const begins = state.block !== block;
    if (begins) await introduce(state, block);
    block = state.block;
    ({ state, since } = await runTrial(state, begins ? { ms: state.firstBlankMs } : { ms: state.blankMs, since }));
  }
  location.replace(state.continueUrl);
}

/** Where the participant stands. Who has come further on another device may have seen the next pair there. */
async function currentState() {
  const state = await getJson(root.dataset.stateUrl, onTrouble);
  const next = addressOfNext(state);
  if (state.begun && localStorage.getItem(EXPECTED) !== next) localStorage.setItem(SHOWN, next);
  expectNext(state);
  return state;
}

function expectNext(state) {
  localStorage.setItem(EXPECTED, addressOfNext(state));
}

function addressOfNext(state) {
  return state.upcoming[0]?.responseUrl ?? "";
}

/** The panel before a block; `before` is the block that this page showed last. */
async function introduce(state, before) {
  stage.enter("ready");
  stage.showProgress(state.done, state.total);
  prepare(state.upcoming);
  await stage.panel(panelFor(state, before), { done: state.done, total: state.total });
}

function panelFor({ block, done }, before) {
  if (done === 0) return block === "practice" ? "practice" : "test";
  return before === null ? "resume" : "break";
}

/** One trial from the blank to the acknowledged response; resolves with the next state, and since when it is blank. */
async function runTrial(state, pause) {
  const trial = state.upcoming[0];
  stage.enter("loading");
  stage.showProgress(state.done, state.total);
  const images = await preloader.take(trial.stimuli);
  await stage.enoughRoom();
  const repeated = localStorage.getItem(SHOWN) === trial.responseUrl;
  localStorage.setItem(SHOWN, trial.responseUrl);
  const shown = await present(stage, images, trial, state, pause);
  images.forEach(discard);
  prepare(state.upcoming.slice(1));
  const choice = await (shown.choice ?? offer(state, shown));
  stage.enter("sending");
  const reply = await send(trial.responseUrl, responseOf(choice, { ...shown, repeated }));
  expectNext(reply.state);
  if (reply.correct === null) return { state: reply.state, since: choice.at };
  await giveFeedback(reply.correct, state.question);
  return { state: reply.state };
}

function offer(state, shown) {
  stage.enter("choice");
  stage.say(`question-${state.question}`);
  return stage.choice(shown.offered);
}

/** Fetch ahead while the participant reads or chooses, never while stimuli are on screen. */
function prepare(trials) {
  preloader.prepare(trials.flatMap((trial) => trial.stimuli));
}

function responseOf(choice, shown) {
  return {
    chosen: choice.chosen,
    rtMs: choice.at - shown.offered,
    leftOnsetMs: shown.onsetMs.left,
    leftExposureMs: shown.exposureMs.left,
    rightOnsetMs: shown.onsetMs.right ?? null,
    rightExposureMs: shown.exposureMs.right ?? null,
    frames: shown.frames,
    longestGapMs: shown.longestGapMs,
    refreshMs: shown.refreshMs,
    hidden: shown.hidden,
    visibilityChanges: shown.visibilityChanges,
    focusChanges: shown.focusChanges,
    repeated: shown.repeated,
  };
}

/** Deliver a response; when another tab was faster, go on from where the server is. */
async function send(url, response) {
  try {
    return await outbox.deliver(url, response);
  } catch (problem) {
    if (problem instanceof Refused && problem.status === OUT_OF_STEP) {
      return { correct: null, state: await currentState() };
    }
    throw problem;
  }
}

async function giveFeedback(correct, question) {
  stage.enter("feedback");
  stage.say(`${correct ? "right" : "wrong"}-${question}`);
  await pause(FEEDBACK_MS);
}

/** What trying again would not mend: say the server's sentence and offer to load the page anew. */
async function giveUp(problem) {
  console.error(problem);
  // Withdrawn or erased, in another tab perhaps: the page itself now says so.
  if (problem instanceof Refused && problem.status === GONE) return location.reload();
  const sentence = problem instanceof Refused ? problem.message : "";
  stage.enter("ready");
  await stage.panel("refused", { sentence });
  location.reload();
}
