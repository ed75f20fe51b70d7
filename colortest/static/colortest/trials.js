/**
 * A participant's way through the trials of a study.
 *
 * The server knows where the participant stands and which image is real; this page holds only the next addresses.
 * Each reply carries the next state, so a reload, the back button or a second tab come back to the same trial.
 * `data-phase` on the root names the moment: loading, ready, blank, exposure, choice, sending, feedback.
 */

import { Refused, getJson } from "./api.js";
import { blank, expose } from "./exposure.js";
import { Outbox } from "./outbox.js";
import { Preloader, discard } from "./preload.js";
import { Stage, pause } from "./stage.js";

const FEEDBACK_MS = 1000;
const OUT_OF_STEP = 409;
// Outlives a reload: a pair that was on screen before it must not count as seen once.
const SHOWN = "colortest-shown";

const root = document.querySelector("[data-state-url]");
const stage = new Stage(root);
const onTrouble = () => stage.sayTrouble();
const outbox = new Outbox(root.dataset.csrf, onTrouble);
const preloader = new Preloader(onTrouble);

play().catch(giveUp);

async function play() {
  stage.enter("loading");
  stage.say("loading");
  await outbox.deliverKept();
  let state = await currentState();
  let block = null;
  while (state.block !== null) {
    if (state.block !== block) await introduce(state);
    block = state.block;
    state = await runTrial(state);
  }
  location.replace(state.continueUrl);
}

function currentState() {
  return getJson(root.dataset.stateUrl, onTrouble);
}

async function introduce(state) {
  stage.enter("ready");
  stage.showProgress(state.done, state.total);
  prepare(state.upcoming);
  await stage.panel(state.done > 0 ? "resume" : state.block, { done: state.done, total: state.total });
}

/** One trial from the blank to the acknowledged response; resolves with the next state. */
async function runTrial(state) {
  const trial = state.upcoming[0];
  const shown = await present(trial, state);
  prepare(state.upcoming.slice(1));
  stage.enter("choice");
  stage.say(`question-${state.question}`);
  const choice = await stage.choice(shown.offset);
  stage.enter("sending");
  const reply = await send(trial.responseUrl, responseOf(choice, shown));
  if (reply.correct !== null) await giveFeedback(reply.correct, state.question);
  return reply.state;
}

/** Show the pair for as long as asked; resolves with what expose() measured. */
async function present(trial, state) {
  stage.enter("loading");
  stage.showProgress(state.done, state.total);
  const images = await preloader.take(trial.stimuli);
  await stage.enoughRoom();
  stage.mount(images);
  stage.enter("blank");
  const refreshMs = await blank(state.blankMs);
  const repeated = sessionStorage.getItem(SHOWN) === trial.responseUrl;
  sessionStorage.setItem(SHOWN, trial.responseUrl);
  stage.enter("exposure");
  const shown = await expose({
    show: () => stage.showStimuli(),
    hide: () => stage.hideStimuli(),
    askedMs: state.exposureMs,
    refreshMs,
    room: stage.room,
  });
  images.forEach(discard);
  return { ...shown, refreshMs, repeated };
}

/** Fetch ahead while the participant reads or chooses, never while stimuli are on screen. */
function prepare(trials) {
  preloader.prepare(trials.flatMap((trial) => trial.stimuli));
}

function responseOf(choice, shown) {
  return {
    chosen: choice.side,
    rtMs: choice.at - shown.offset,
    leftExposureMs: shown.exposureMs,
    rightExposureMs: shown.exposureMs,
    frames: shown.frames,
    longestGapMs: shown.longestGapMs,
    refreshMs: shown.refreshMs,
    hidden: shown.hidden,
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
  const sentence = problem instanceof Refused ? problem.message : "";
  stage.enter("ready");
  await stage.panel("refused", { sentence });
  location.reload();
}
