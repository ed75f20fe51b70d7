/** What somebody chose or dropped, as something to send: {name, size, pieces}. */

import { CannotBeRead, zipOf } from "./zip.js";

const READ = 4 * 2 ** 20;
const END_AT_MOST = 22 + 0xffff; // the end of a zip, with the longest comment

/** One zip, which must look like one: nobody is to learn after hours that it was none. */
export async function fromZip(file) {
  const end = new Uint8Array(await file.slice(-END_AT_MOST).arrayBuffer().catch(() => new ArrayBuffer(0)));
  const found = end.some((byte, at) => byte === 0x50 && end[at + 1] === 0x4b && end[at + 2] === 5 && end[at + 3] === 6);
  if (!found) throw new CannotBeRead(`${file.name} is not a zip archive, or is damaged. Please make it again.`);
  return { name: file.name, size: file.size, pieces: () => slices(file) };
}

/** The files of <input webkitdirectory>. */
export function fromFolder(files) {
  return zipOfFiles([...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** What was dropped: one zip, or folders and photos. */
export async function fromDrop(items) {
  const dropped = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() })); // before any wait
  const files = (await Promise.all(dropped.map(({ entry, file }) => (entry ? below(entry) : [{ path: file.name, file }])))).flat();
  const zip = dropped.length === 1 && files.length === 1 && files[0].path.toLowerCase().endsWith(".zip") && !files[0].path.includes("/");
  return zip ? fromZip(files[0].file) : zipOfFiles(files);
}

function zipOfFiles(files) {
  const seen = files.filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")));
  if (!seen.length) throw new CannotBeRead("There is no file in this folder.");
  const folder = seen[0].path.includes("/") ? seen[0].path.split("/")[0] : "photos";
  return zipOf(folder, seen);
}

/** Every file below an entry of the file system. */
async function below(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(found.map(below))).flat();
    found.push(...some);
  }
}

async function* slices(file) {
  for (let at = 0; at < file.size; at += READ) {
    const wanted = Math.min(READ, file.size - at);
    const piece = await file.slice(at, at + wanted).arrayBuffer().catch(() => null);
    if (piece?.byteLength !== wanted) throw new CannotBeRead(`${file.name} changed or cannot be read any more: choose it again.`);
    yield new Uint8Array(piece);
  }
}
