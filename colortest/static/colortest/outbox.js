/** A response stays here until the server has it: a reload, or a phone without network, loses nothing. */

import { Refused, postJson } from "./api.js";

const KEPT = "colortest-unsent-response";
const JUDGED = [400, 404, 409]; // by the server; any other refusal may be one of somebody in between, or of an old page

export class Outbox {
  #csrf;
  #onTrouble;

  constructor(csrf, onTrouble) {
    this.#csrf = csrf;
    this.#onTrouble = onTrouble;
  }

  /** Send one response until it is acknowledged; returns the reply. Throws Refused when the server says no. */
  async deliver(url, body) {
    sessionStorage.setItem(KEPT, JSON.stringify({ url, body }));
    try {
      const reply = await postJson(url, body, this.#csrf, this.#onTrouble);
      sessionStorage.removeItem(KEPT);
      return reply;
    } catch (problem) {
      if (isJudged(problem)) sessionStorage.removeItem(KEPT);
      throw problem;
    }
  }

  /** Send what a reload left behind; returns the reply, if there is one. What the server refuses now it has judged:
   * there is nothing more to do. */
  async deliverKept() {
    const kept = sessionStorage.getItem(KEPT);
    if (kept === null) return null;
    const { url, body } = JSON.parse(kept);
    try {
      return await this.deliver(url, body);
    } catch (problem) {
      if (!isJudged(problem)) throw problem;
      return null;
    }
  }
}

function isJudged(problem) {
  return problem instanceof Refused && JUDGED.includes(problem.status);
}
