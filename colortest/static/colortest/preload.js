/** Stimuli fetched and decoded ahead, so that showing them costs no time. */

import { persistently } from "./api.js";

export class Preloader {
  #images = new Map(); // address → promise of a decoded image
  #onTrouble;

  constructor(onTrouble) {
    this.#onTrouble = onTrouble;
  }

  /** Have exactly these addresses ready: fetch the new ones, let go of the others. */
  prepare(addresses) {
    for (const address of this.#images.keys()) {
      if (!addresses.includes(address)) this.#drop(address);
    }
    for (const address of addresses) {
      if (!this.#images.has(address)) this.#images.set(address, this.#load(address));
    }
  }

  /** The decoded images of these addresses, in their order. They are the caller's from then on: discard() each. */
  async take(addresses) {
    const images = addresses.map((address) => this.#images.get(address) ?? this.#load(address));
    addresses.forEach((address) => this.#images.delete(address));
    return Promise.all(images);
  }

  #load(address) {
    const image = load(address, this.#onTrouble);
    // A failure belongs to the trial that takes the image, not to the moment in which it was fetched ahead.
    image.catch(() => {});
    return image;
  }

  #drop(address) {
    this.#images.get(address).then(discard, () => {});
    this.#images.delete(address);
  }
}

/** Take an image off the page and free its memory. */
export function discard(image) {
  image.remove();
  URL.revokeObjectURL(image.src);
}

async function load(address, onTrouble) {
  return persistently(address, {}, async (response) => decoded(await response.blob()), onTrouble);
}

/** Rejects what is no picture, such as the page of a network that asks to log in: it is fetched again. */
async function decoded(blob) {
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.src = URL.createObjectURL(blob);
  await image.decode();
  return image;
}
