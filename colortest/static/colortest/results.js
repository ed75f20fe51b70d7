/* New results appear at once and whole: charts that were on screen are fetched and decoded first, tables that are open
   stay open, and whoever is at a link stays at it. Without this script the page updates all the same, and its charts
   come after it. */

const PATIENCE = 8000; // ms for the charts; then the new numbers appear without waiting any longer

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, shouldSwap } = event.detail;
  if (target.id !== "results" || !shouldSwap) return;
  event.detail.shouldSwap = false;
  const fresh = new DOMParser().parseFromString(xhr.responseText, "text/html").getElementById("results");
  if (!fresh) return;
  const tooLate = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const seen = [...target.querySelectorAll("img.chart")].filter((image) => image.naturalWidth > 0).map((image) => image.id);
  const pictures = [...fresh.querySelectorAll("picture")].filter((picture) => seen.includes(picture.querySelector("img").id));
  Promise.race([Promise.allSettled(pictures.map(drawn)), tooLate]).then(() => {
    if (target.isConnected) replace(target, fresh);
  });
});

/* Put a decoded image in the place of a picture, with the source that fits this window. */
async function drawn(picture) {
  const source = picture.querySelector("source");
  const image = picture.querySelector("img");
  const ready = new Image();
  for (const { name, value } of image.attributes) {
    if (name !== "src" && name !== "loading") ready.setAttribute(name, value);
  }
  ready.src = matchMedia(source.media).matches ? source.srcset : image.getAttribute("src");
  await ready.decode();
  picture.replaceWith(ready);
}

function replace(target, fresh) {
  for (const { id } of target.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  }
  const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
  target.replaceWith(document.adoptNode(fresh));
  htmx.process(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
