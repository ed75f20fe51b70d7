/**
 * Whether the stimuli fit, and what the screen is like: measured, sent and gone on by itself.
 *
 * Too small a window is told with what helps, and waited for; nothing is lost meanwhile.
 */

import { Refused, postJson } from "./api.js";

const INTERVALS = 60; // between frames, for their median
const GAMUTS = ["rec2020", "p3", "srgb"];

const root = document.querySelector("[data-screen-url]");
const least = { width: Number(root.dataset.width), height: Number(root.dataset.height) };

check().catch(refuse);

async function check() {
  const measuring = refreshInterval();
  await enoughRoom();
  const refreshMs = await measuring;
  await enoughRoom(); // it may have shrunk meanwhile
  const measured = { ...size(), pixelRatio: devicePixelRatio, refreshMs, gamut: gamut() };
  const offline = () => show("offline", true);
  const reply = await postJson(root.dataset.screenUrl, measured, root.dataset.csrf, offline);
  location.replace(reply.continueUrl);
}

/** Resolves as soon as the window is large enough; until then it says what to do. */
async function enoughRoom() {
  while (!fits()) {
    tell(true);
    await new Promise((resolve) => addEventListener("resize", resolve, { once: true }));
  }
  tell(false);
}

function tell(small) {
  const { width, height } = size();
  part("size").textContent = `${width} × ${height}`;
  show("small", small);
  show("measuring", !small);
  show("no-room", small);
}

function fits() {
  const { width, height } = size();
  return width >= least.width && height >= least.height;
}

function size() {
  return { width: innerWidth, height: innerHeight };
}

/**
 * The median time between two frames, milliseconds, and 1 where the browser's clock is too coarse to tell. A page that
 * nobody looks at has no frames: then it waits.
 */
async function refreshInterval() {
  const gaps = [];
  let last = await nextFrame();
  while (gaps.length < INTERVALS) {
    const now = await nextFrame();
    gaps.push(now - last);
    last = now;
  }
  return Math.max(1, gaps.sort((a, b) => a - b)[INTERVALS / 2]);
}

function nextFrame() {
  return new Promise(requestAnimationFrame);
}

function gamut() {
  return GAMUTS.find((name) => matchMedia(`(color-gamut: ${name})`).matches) ?? "";
}

/** What trying again would not mend. */
function refuse(problem) {
  if (!(problem instanceof Refused)) throw problem;
  part("sentence").textContent = problem.message;
  show("measuring", false);
  show("refused", true);
}

function show(name, shown) {
  part(name).hidden = !shown;
}

function part(name) {
  return document.querySelector(`[data-part="${name}"]`);
}
