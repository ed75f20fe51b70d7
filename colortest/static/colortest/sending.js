/** Sending what was chosen in chunks, each until it has arrived; what is there already is compared, and not sent. */

import { Refused, backOff, getJson } from "./api.js";

const SILENCE_MS = 60_000; // without a byte on its way, a connection is taken for lost
const OTHER = "This is another file or folder than the one that was begun: choose the same one, or throw this upload away.";

/**
 * Send `source` to the upload at `url`.
 *
 * onProgress(bytes) is called with what has arrived or was found there, onTrouble(sentence) after each failure.
 * Throws Refused where going on is of no use.
 */
export async function send(source, url, csrf, { onProgress, onTrouble }) {
  const upload = await getJson(url, () => onTrouble(""));
  if (upload.byte_count !== source.size || upload.file_name !== source.name) throw new Refused(409, OTHER);
  let arrived = 0;
  let last = Promise.resolve();
  for await (const { position, bytes } of chunked(source, upload.chunk_bytes)) {
    const sha256 = await digest(bytes); // while the one before is on its way
    await last;
    last = deliver(upload.chunks[position], sha256, bytes, `${url}chunks/${position}/`);
    last.catch(() => {}); // it is heard of where it is waited for
  }
  await last;

  async function deliver(there, sha256, bytes, address) {
    if (there && sha256 && there !== sha256) throw new Refused(409, OTHER);
    if (!there || !sha256) await persistently(() => put(address, bytes, sha256, csrf, (sent) => onProgress(arrived + sent)), onTrouble);
    arrived += bytes.length;
    onProgress(arrived);
  }
}

/** The bytes of a source in chunks of one length, {position, bytes}; the last may be shorter. */
async function* chunked(source, length) {
  const lengthAt = (position) => Math.min(length, source.size - position * length);
  let position = 0;
  let bytes = new Uint8Array(lengthAt(0));
  let filled = 0;
  for await (let piece of source.pieces()) {
    while (piece.length) {
      const part = piece.subarray(0, bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      piece = piece.subarray(part.length);
      if (filled < bytes.length) continue;
      yield { position, bytes };
      position += 1;
      filled = 0;
      bytes = new Uint8Array(Math.max(0, lengthAt(position)));
    }
  }
}

/** SHA-256 in hex; empty where the browser has none because the page is neither https nor of this machine. */
async function digest(bytes) {
  if (!globalThis.crypto?.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function persistently(attempt, onTrouble) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (problem) {
      if (problem instanceof Refused) throw problem;
      onTrouble(problem.message);
    }
    await backOff(failures);
  }
}

/** One attempt; `fetch` would not say how much has left. Rejects with Refused, or with a message where it may be tried again. */
function put(address, bytes, sha256, csrf, onSent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence = setTimeout(() => request.abort(), SILENCE_MS);
    request.upload.onprogress = (event) => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
      onSent(Math.min(event.loaded, bytes.length));
    };
    request.onloadend = () => {
      clearTimeout(silence);
      if (request.status === 204) resolve();
      else if (request.status === 0 || request.status === 429 || request.status >= 500) reject(new Error(sentenceOf(request)));
      else reject(new Refused(request.status, sentenceOf(request) || "The site does not take it any more: open this page again."));
    };
    request.open("PUT", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", csrf);
    if (sha256) request.setRequestHeader("X-Sha256", sha256);
    request.send(bytes);
  });
}

function sentenceOf(request) {
  if (!request.getResponseHeader("Content-Type")?.includes("json")) return "";
  return JSON.parse(request.responseText).error ?? "";
}
