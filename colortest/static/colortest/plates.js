/**
 * The plates of the colour-vision screening one at a time. Without this script they stand below each other.
 *
 * A key with a digit, or a click, chooses and goes on to the next; so does the button once something is chosen. What is not
 * loaded yet cannot be answered: on a slow line nobody must say that they see no digit.
 */

const RETRY_MS = 1000;

const form = document.querySelector("[data-plates]");
const plates = [...form.querySelectorAll("[data-plate]")];
const back = form.querySelector('[data-part="back"]');
let current = 0;

form.noValidate = true; // a browser cannot point at what is hidden
back.addEventListener("click", () => show(current - 1));
form.addEventListener("submit", goOn);
addEventListener("keydown", chooseByKey);
for (const label of form.querySelectorAll("label")) label.addEventListener("click", chooseByPointer);
plates.forEach(waitForPicture);
show(Math.max(0, plates.findIndex(unanswered)));

function show(number) {
  current = number;
  plates.forEach((plate, at) => (plate.hidden = at !== number));
  back.hidden = number === 0;
  if (number > 0) plates[number].scrollIntoView({ block: "nearest" });
}

function waitForPicture(plate) {
  const image = plate.querySelector("img");
  const again = () => setTimeout(() => (image.src = image.src), RETRY_MS);
  plate.disabled = !(image.complete && image.naturalWidth > 0);
  image.addEventListener("load", () => (plate.disabled = false));
  image.addEventListener("error", again);
  if (image.complete && plate.disabled) again();
}

function goOn(event) {
  if (unanswered(plates[current])) {
    event.preventDefault();
    plates[current].querySelector("input").reportValidity();
  } else if (current < plates.length - 1) {
    event.preventDefault();
    show(current + 1);
    plates[current].querySelector("input").focus();
  }
}

function chooseByKey(event) {
  if (event.repeat || event.altKey || event.ctrlKey || event.metaKey || !/^\d$/.test(event.key)) return;
  const input = plates[current].querySelector(`input[value="${event.key}"]`);
  if (input) choose(input);
}

/** Arrow keys click on inputs too; they must be free to pass over what is not meant. */
function chooseByPointer(event) {
  if (event.target.matches("input")) return;
  event.preventDefault();
  choose(event.currentTarget.control);
}

function choose(input) {
  if (plates[current].disabled) return;
  input.checked = true;
  form.requestSubmit();
}

function unanswered(plate) {
  return plate.querySelector(":checked") === null;
}
