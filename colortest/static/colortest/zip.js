/**
 * A folder as a zip, made while it is read and never held in memory: stored, not compressed, in the order of the paths
 * and without times, so that the same folder always gives the same bytes. The format is PKWARE's APPNOTE 6.3.10.
 */

const READ = 4 * 2 ** 20; // bytes of a file at a time
const [SHORT, LONG] = [0xffff, 0xffffffff]; // what stands where zip64 has the number
const PLAIN_MOST = { files: SHORT, bytes: LONG }; // what fits without it
const FLAGS = 0x0808; // sizes and checksum follow the data; names are UTF-8
const FIRST_OF_1980 = 0x21;
const [PLAIN, ZIP64] = [20, 45]; // versions needed to read it
const [LOCAL, AFTER, LISTED] = [30, 16, 46]; // bytes beside a name: before a file, after it, in the list
const END = 22;
const END64 = 56 + 20;

export class CannotBeRead extends Error {}

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes, crc) {
  for (let at = 0; at < bytes.length; at += 1) crc = TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return crc;
}

/** The entries of a zip of `files`, [{path, file}], and its size in bytes. */
function layout(files, most) {
  const encoder = new TextEncoder();
  let offset = 0;
  const entries = [...files]
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, file }) => {
      const entry = { path, file, name: encoder.encode(path), offset };
      offset += LOCAL + entry.name.length + file.size + AFTER;
      return entry;
    });
  const listed = entries.reduce((sum, one) => sum + LISTED + one.name.length + (one.offset >= most.bytes ? 12 : 0), 0);
  const large = entries.length >= most.files || offset >= most.bytes || listed >= most.bytes;
  return { entries, start: offset, listed, large, most, size: offset + listed + (large ? END64 : 0) + END };
}

/** What is sent: its name and size, and its bytes as an iterator that can be started again. `most`: for tests. */
export function zipOf(name, files, most = PLAIN_MOST) {
  const tooLarge = files.find(({ file }) => file.size >= LONG);
  if (tooLarge) throw new CannotBeRead(`${tooLarge.path} has more than 4 GB, which no photo has: take it out of the folder.`);
  const plan = layout(files, most);
  return { name, size: plan.size, pieces: () => pieces(plan) };
}

async function* pieces({ entries, start, listed, large, most }) {
  const checksums = [];
  for (const entry of entries) {
    yield record(LOCAL, [[4, 0x04034b50], [2, PLAIN], [2, FLAGS], [2, 0], [2, 0], [2, FIRST_OF_1980], [12, 0], [2, entry.name.length]], entry.name);
    let crc = LONG;
    for await (const piece of contents(entry)) {
      crc = crc32(piece, crc);
      yield piece;
    }
    checksums.push((crc ^ LONG) >>> 0);
    yield record(AFTER, [[4, 0x08074b50], [4, checksums.at(-1)], [4, entry.file.size], [4, entry.file.size]]);
  }
  for (const [index, entry] of entries.entries()) yield listing(entry, checksums[index], most);
  if (large) yield end64(entries.length, listed, start);
  const [count, length, at] = large ? [SHORT, LONG, LONG] : [entries.length, listed, start];
  yield record(END, [[4, 0x06054b50], [4, 0], [2, count], [2, count], [4, length], [4, at]]);
}

async function* contents({ path, file }) {
  for (let at = 0; at < file.size; at += READ) {
    const wanted = Math.min(READ, file.size - at);
    const piece = await file.slice(at, at + wanted).arrayBuffer().catch(() => null);
    if (piece?.byteLength !== wanted) throw new CannotBeRead(`${path} changed or cannot be read any more: choose the folder again.`);
    yield new Uint8Array(piece);
  }
}

function listing({ name, file, offset }, crc, most) {
  const far = offset >= most.bytes;
  const extra = far ? record(12, [[2, 1], [2, 8], [8, offset]]) : new Uint8Array();
  const fields = [
    [4, 0x02014b50], [2, ZIP64], [2, far ? ZIP64 : PLAIN], [2, FLAGS], [2, 0], [2, 0], [2, FIRST_OF_1980], [4, crc],
    [4, file.size], [4, file.size], [2, name.length], [2, extra.length], [6, 0], [4, 0], [4, far ? LONG : offset],
  ];
  return record(LISTED, fields, name, extra);
}

function end64(count, listed, start) {
  const fields = [[4, 0x06064b50], [8, 44], [2, ZIP64], [2, ZIP64], [8, 0], [8, count], [8, count], [8, listed], [8, start]];
  const locator = [[4, 0x07064b50], [4, 0], [8, start + listed], [4, 1]];
  return record(END64, [...fields, ...locator]);
}

/** `length` bytes of [size, value] fields, low bytes first and zeros where none are left; then what follows them. */
function record(length, fields, ...following) {
  const bytes = new Uint8Array(length + following.reduce((sum, part) => sum + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    if (size === 4) view.setUint32(at, value, true);
    if (size === 8) view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  at = length;
  for (const part of following) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
