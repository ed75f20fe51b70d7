/** The site hears every half minute that this page is open: whose page is not heard of gives the places back. */

const EVERY_MS = 30_000;
const { heartbeatUrl } = document.querySelector("[data-heartbeat-url]").dataset;

setInterval(beat, EVERY_MS);

function beat() {
  const timed = document.querySelector("[data-visible]") !== null;
  if (!timed) fetch(heartbeatUrl, { method: "POST" }).catch(() => {}); // without network the next one will do
}
