/** A response stays here until the server has it: a reload, or a phone without network, loses nothing. */

import { Refused, postJson } from "./api.js";

const KEPT = "colortest-unsent-response";

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
      return await postJson(url, body, this.#csrf, this.#onTrouble);
    } finally {
      sessionStorage.removeItem(KEPT);
    }
  }

  /** Send what a reload left behind. What the server refuses now it has judged: there is nothing more to do. */
  async deliverKept() {
    const kept = sessionStorage.getItem(KEPT);
    if (kept === null) return;
    const { url, body } = JSON.parse(kept);
    try {
      await this.deliver(url, body);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
    }
  }
}
