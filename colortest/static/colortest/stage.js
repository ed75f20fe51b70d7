/** What the participant sees and does: the one place that touches the page. */

const ARROWS = ["ArrowLeft", "ArrowRight"]; // of the first choice and of the second
const NOISE_SIDE = 256;

export class Stage {
  /** Matches while the stimuli fit; the page asks to turn the phone otherwise. */
  room;
  #root;
  #texts;

  constructor(root) {
    this.#root = root;
    this.room = matchMedia(root.dataset.room);
    const askForRoom = () => root.toggleAttribute("data-cramped", !this.room.matches);
    this.room.addEventListener("change", askForRoom);
    askForRoom();
    this.#texts = root.querySelector("template").content;
    // A key held down must choose once, not in every trial that follows.
    addEventListener("keydown", (event) => event.repeat && event.preventDefault());
  }

  /** Name what is going on, for the stylesheet and for tests, and empty the line below the stimuli. */
  enter(phase) {
    this.#root.dataset.phase = phase;
    this.#part("line").textContent = "";
  }

  /** Write a text of the page's template into the line, which screen readers speak. */
  say(name) {
    this.#part("line").textContent = this.#text(name);
  }

  /** Tell about a lost connection, but never while something is timed. */
  sayTrouble() {
    if (["loading", "ready", "sending"].includes(this.#root.dataset.phase)) this.say("trouble");
  }

  /** "13 of 40" for the 13th trial, and the bar. */
  showProgress(done, total) {
    this.#part("count").textContent = fill(this.#text("count"), { number: done + 1, total });
    Object.assign(this.#root.querySelector("progress"), { value: done, max: total });
  }

  /** Cover the stage with a heading, a text and a button until the button or Space is pressed. */
  async panel(name, values = {}) {
    const [panel, button] = [this.#part("panel"), this.#part("go")];
    this.#part("heading").textContent = fill(this.#text(`${name}-heading`), values);
    this.#part("text").textContent = fill(this.#text(`${name}-text`), values);
    button.textContent = this.#text(`${name}-button`);
    this.#part("elsewhere").hidden = name !== "resume";
    panel.hidden = false;
    button.focus();
    await pressed(button);
    panel.hidden = true;
  }

  /** Resolves as soon as both stimuli fit on the screen. */
  async enoughRoom() {
    while (!this.room.matches) {
      await new Promise((resolve) => this.room.addEventListener("change", resolve, { once: true }));
    }
  }

  /** Put the decoded images, left and right, in their places without showing them. */
  mount(images) {
    this.#sides().forEach((side, index) => side.append(images[index]));
  }

  /** Put grey noise into the place of a single stimulus, in its stead, without showing it. */
  mountNoise() {
    this.#sides()[0].replaceChildren();
    const noise = document.createElement("canvas");
    noise.width = noise.height = NOISE_SIDE;
    const context = noise.getContext("2d");
    const pixels = context.createImageData(NOISE_SIDE, NOISE_SIDE);
    const values = new Uint32Array(pixels.data.buffer);
    values.forEach((_, at) => (values[at] = (0xff000000 | (Math.floor(Math.random() * 256) * 0x010101)) >>> 0));
    context.putImageData(pixels, 0, 0);
    this.#sides()[0].append(noise);
    return noise;
  }

  /** Show what is mounted on these sides. */
  showStimuli(sides) {
    this.#sides().forEach((side) => side.toggleAttribute("data-shown", sides.includes(side.dataset.side)));
    this.#root.dataset.visible = "yes";
  }

  hideStimuli() {
    delete this.#root.dataset.visible;
  }

  /** What is clicked, tapped or chosen with an arrow key first after `since`: {chosen, at}, at on the same clock. */
  choice(since) {
    return new Promise((resolve) => {
      const listening = new AbortController();
      const buttons = [...this.#root.querySelectorAll("[data-choice]")];
      const take = (button, event) => {
        if (event.timeStamp < since) return;
        listening.abort();
        event.preventDefault();
        resolve({ chosen: button.dataset.choice, at: event.timeStamp });
      };
      const onKey = (event) => {
        const alone = !(event.repeat || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
        if (alone && ARROWS.includes(event.key)) take(buttons[ARROWS.indexOf(event.key)], event);
      };
      addEventListener("keydown", onKey, { signal: listening.signal });
      for (const button of buttons) {
        button.addEventListener("click", (event) => take(button, event), { signal: listening.signal });
      }
    });
  }

  #sides() {
    return [...this.#root.querySelectorAll("[data-side]")];
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  #text(name) {
    return this.#texts.querySelector(`[data-text="${name}"]`).textContent;
  }
}

/** Resolves after `ms`, or sooner with a key. */
export function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    addEventListener("keydown", done);
    function done(event) {
      if (event?.repeat) return;
      clearTimeout(timer);
      removeEventListener("keydown", done);
      resolve();
    }
  });
}

function pressed(button) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const done = (event) => {
      listening.abort();
      event.preventDefault();
      resolve();
    };
    const onKey = (event) => event.key === " " && !event.repeat && done(event);
    button.addEventListener("click", done, { signal: listening.signal });
    addEventListener("keydown", onKey, { signal: listening.signal });
  });
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
