/**
 * The forms that send photos. Without this script the form sends a zip whole; with it a zip or a folder goes in chunks,
 * and an upload that was interrupted goes on.
 */

import { Refused } from "./api.js";
import { fromDrop, fromFolder, fromZip } from "./chosen.js";
import { send } from "./sending.js";
import { CannotBeRead } from "./zip.js";

const LOST = "The connection is lost, or the site is busy. It goes on by itself.";
const ON_ITS_WAY = "Sending. This page may stay in the background.";

for (const form of document.querySelectorAll("[data-upload-form]")) prepare(form);

function prepare(form) {
  const [zip, folder, drop] = ["#id_upload", "#id_folder", "[data-drop]"].map((one) => form.querySelector(one));
  const dropped = form.querySelector("[data-dropped]");
  const view = sendingView(form);
  let choose = null;
  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;

  zip.addEventListener("change", () => chosen(zip, () => fromZip(zip.files[0])));
  folder.addEventListener("change", () => chosen(folder, () => fromFolder(folder.files)));
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
  drop.addEventListener("dragleave", () => delete drop.dataset.over);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    const source = fromDrop(event.dataTransfer.items); // at once: the list is empty afterwards
    source.then(({ name, size }) => tell(`${name}, ${told(size)}`), view.fail);
    chosen(null, () => source);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go().catch(view.fail);
  });

  function chosen(input, source) {
    choose = source;
    for (const other of [zip, folder]) if (other !== input) other.value = "";
    tell("");
  }

  function tell(sentence) {
    dropped.textContent = sentence;
    dropped.hidden = !sentence;
  }

  async function go() {
    if (!choose) throw new CannotBeRead("Choose a zip or a folder.");
    view.begin();
    const source = await choose();
    const { upload, page } = form.dataset.upload ? form.dataset : await begin(form, source);
    await send(source, upload, csrfOf(form), { onProgress: (bytes) => view.progress(bytes, source.size), onTrouble: view.trouble });
    location.assign(page);
  }
}

/** A new test set; from then on a reload leads to its page, where it goes on. */
async function begin(form, source) {
  const fields = new FormData(form);
  fields.delete("upload");
  fields.set("file_name", source.name);
  fields.set("byte_count", source.size);
  const reply = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } }).catch(() => null);
  if (!reply) throw new Refused(0, "The site cannot be reached: try again.");
  const begun = reply.headers.get("Content-Type")?.includes("json") ? await reply.json() : {};
  if (!reply.ok || !begun.upload) throw new Refused(reply.status, begun.error ?? "The site did not take it: open this page again.");
  history.replaceState(null, "", begun.page);
  form.dataset.upload = begun.upload;
  form.dataset.page = begun.page;
  return begun;
}

function csrfOf(form) {
  return form.querySelector("[name=csrfmiddlewaretoken]").value;
}

function sendingView(form) {
  const [box, sentence, bar, numbers] = ["sending", "sentence", "progress", "numbers"].map((name) => form.querySelector(`[data-${name}]`));
  const button = form.querySelector("[type=submit]");
  const say = (text, kind) => {
    box.hidden = false;
    box.className = `notice ${kind}`;
    if (sentence.textContent !== text) sentence.textContent = text; // read aloud once
  };
  const busy = (is) => {
    for (const part of [button, form.querySelector("[data-drop]")]) part.disabled = is;
    bar.hidden = !is;
    numbers.hidden = !is;
  };
  return {
    begin() {
      busy(true);
      bar.removeAttribute("value");
      numbers.textContent = "";
      say("Reading what is to be sent…", "");
    },
    progress(bytes, size) {
      bar.max = size;
      bar.value = bytes;
      numbers.textContent = `${told(bytes)} of ${told(size)}`;
      say(ON_ITS_WAY, "");
    },
    trouble(reason) {
      say(reason || LOST, "warn");
    },
    fail(problem) {
      const known = problem instanceof Refused || problem instanceof CannotBeRead;
      busy(false);
      say(known ? problem.message : "It cannot be read: choose it again.", "bad");
      if (!known) throw problem;
    },
  };
}

/** A number of bytes as people say it. */
function told(bytes) {
  const [unit, size] = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, one]) => bytes >= one) ?? ["bytes", 1];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}
