/** Talking to the server: what fails for a while is tried again, what is refused is said. */

const PATIENCE_MS = 20_000;
const LONGEST_WAIT_MS = 15_000;

/** The server understood and said no; the message is its own sentence. Trying again would not help. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetch and read, again and again until it works.
 *
 * A lost network, a silent server, 429 and 5xx are tried again after 1, 2, 4 … 15 seconds, and at once when the
 * browser says that it is online again. `onTrouble` is called after each failure.
 * Throws Refused for any other status, and SyntaxError when JSON was promised and something else came.
 */
export async function persistently(url, options, read, onTrouble) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await once(url, options, read);
    } catch (problem) {
      if (problem instanceof Refused || problem instanceof SyntaxError) throw problem;
    }
    onTrouble();
    await backOff(failures);
  }
}

/** GET JSON. */
export function getJson(url, onTrouble) {
  const options = { headers: { Accept: "application/json" }, cache: "no-store" };
  return persistently(url, options, (response) => response.json(), onTrouble);
}

/** POST JSON; safe to send again, because the server stores a response once and repeats its reply. */
export function postJson(url, body, csrf, onTrouble) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf };
  const options = { method: "POST", headers, body: JSON.stringify(body) };
  return persistently(url, options, (response) => response.json(), onTrouble);
}

async function once(url, options, read) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (response.ok) return read(response);
  if (response.status === 429 || response.status >= 500) throw new Error(`${url}: ${response.status}`);
  throw new Refused(response.status, await sentenceOf(response));
}

async function sentenceOf(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return "";
  return (await response.json()).error ?? "";
}

/** Wait 1, 2, 4 … 15 seconds after so many failures, or until the browser says that it is online again. */
export function backOff(failures) {
  const wait = Math.min(1000 * 2 ** failures, LONGEST_WAIT_MS);
  return new Promise((resolve) => {
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
  });
}
