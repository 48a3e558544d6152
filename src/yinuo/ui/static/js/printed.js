// The text of a printed code (YINUO1:…) becomes the .tlog-proof it was made of. The twin of yinuo/chain/printed.py, held to the same
// cases by a test. Formats: base45 (RFC 9285), deterministic CBOR (RFC 8949 §4.2).
import { canonical, encode64, encodeUrl64, fail, join, sha256, strictText, utf8 } from "./proof.js";

const PREFIX = "YINUO1:", LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", HASH = 32, DEPTH = 4;
const SHAPE = "the printed code is not of its form", ENTRY = "the printed code's entry is not of its form";

// What a hand adds before and after; no code ends with a space.
const trimmed = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
export const isPrinted = (text) => trimmed(text).startsWith(PREFIX);

function decodeBase45(text) {
  const made = [];
  for (let at = 0; at < text.length; at += 3) {
    const found = [...text.slice(at, at + 3)].map((char) => LETTERS.indexOf(char)), width = found.length - 1;
    const n = found.reduce((sum, place, power) => sum + place * 45 ** power, 0);
    if (found.includes(-1) || !width || n >= 256 ** width) fail("the printed code holds other characters than it may, or a part of it is missing");
    if (width === 2) made.push(n >> 8);
    made.push(n & 255);
  }
  return Uint8Array.from(made);
}

// -- CBOR: whole numbers (as BigInt), bytes, text and lists, each in its one shortest spelling

function head(bytes, at) {
  const first = at < bytes.length ? bytes[at] : 255, major = first >> 5, short = first & 31;
  if (short < 24) return [major, BigInt(short), at + 1];
  const width = 2 ** (short - 24), part = bytes.slice(at + 1, at + 1 + width);
  if (short > 27 || part.length !== width) fail("the printed code breaks off");
  const n = part.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
  if (n < (short === 24 ? 24n : 1n << BigInt(4 * width))) fail("a number of the printed code is not in its shortest spelling");
  return [major, n, at + 1 + width];
}

function read(bytes, start, depth) {
  const [major, n, at] = head(bytes, start);
  if (major === 0) return [n, at];
  if (major === 2 || major === 3) {
    if (n > BigInt(bytes.length - at)) fail("the printed code breaks off");
    const end = at + Number(n), part = bytes.slice(at, end);
    return [major === 2 ? part : strictText(part), end];
  }
  if (major !== 4 || !depth) fail(SHAPE);
  const made = [];
  let next = at;
  for (let count = 0n; count < n; count += 1n) {
    let one;
    [one, next] = read(bytes, next, depth - 1);
    made.push(one);
  }
  return [made, next];
}

// -- its parts

const KINDS = {
  n: (one) => typeof one === "bigint", s: (one) => typeof one === "string", b: (one) => one instanceof Uint8Array, l: (one) => Array.isArray(one),
};
/** The parts of a list, each of the kind its letter names. */
function parts(value, kinds, why = SHAPE) {
  const fits = Array.isArray(value) && value.length === kinds.length && value.every((one, at) => KINDS[kinds[at]](one));
  return fits ? value : fail(why);
}
function hashes(bytes) {
  if (bytes.length % HASH) fail("the printed code holds a number or a hash that is none");
  return Array.from({ length: bytes.length / HASH }, (_, n) => bytes.slice(n * HASH, (n + 1) * HASH));
}
// eslint-disable-next-line no-control-regex
const line = (text) => (typeof text === "string" && text && !/[\u0000-\u001f]/.test(text) ? text : fail("a line of the printed code is empty or holds a control character"));
const whole = (n) => (n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : fail("an integer is too large to be read everywhere"));

function disclosure(value) {
  const [salt, name, shown] = parts(value, "bss", "a field of the printed code is not of its form");
  if (salt.length < 16) fail("a salt is shorter than 128 bits");
  return encodeUrl64(utf8.encode(canonical([encodeUrl64(salt), name, shown])));
}

async function entryOf(value, disclosed) {
  const [type, subject, n, prev, rest, docs, issuer, kid, at, sig] = parts(value, "sbnbblsbsb", ENTRY);
  const hidden = hashes(rest).map(encodeUrl64), digests = await Promise.all(disclosed.map(async (one) => encodeUrl64(await sha256(utf8.encode(one)))));
  if (subject.length !== HASH || hidden.some((one, place) => place && hidden[place - 1] >= one)) fail(ENTRY);
  const documents = docs.map((one) => {
    const [digest, length] = parts(one, "bn", ENTRY);
    return digest.length === HASH ? [encodeUrl64(digest), whole(length)] : fail(ENTRY);
  });
  const hexed = [...kid].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return canonical({
    v: 1, type, subject: encodeUrl64(subject), n: whole(n), prev: encode64(prev), sd: [...hidden, ...digests].sort(), docs: documents,
    issuer, kid: hexed, at, sig: encode64(sig),
  });
}

function signature(value, origin) {
  const [name, data] = parts(value, "sb", "a signature of the printed code is not of its form");
  if (name === origin || data.length < 5) fail("a signature of the printed code is not of its form");
  return `— ${line(name || origin)} ${encode64(data)}\n`;
}

/** The .tlog-proof, byte for byte; nothing is verified yet. Throws Unverified. */
export async function unpacked(text) {
  const given = trimmed(text);
  if (!given.startsWith(PREFIX)) fail("not the text of a printed code");
  const bytes = decodeBase45(given.slice(PREFIX.length)), [value, end] = read(bytes, 0, DEPTH);
  if (end !== bytes.length) fail("the printed code goes on behind its end");
  const [leaf, shown, index, path, note] = parts(value, "llnbl"), [origin, size, root, more, lines] = parts(note, "snbll");
  const disclosed = shown.map(disclosure), entry = await entryOf(leaf, disclosed);
  if (index >= 1n << 63n || size >= 1n << 63n || root.length !== HASH) fail("the printed code holds a number or a hash that is none");
  const rows = [
    "c2sp.org/tlog-proof@v1", `extra ${encode64(utf8.encode(canonical({ entry, disclosures: disclosed })))}`, `index ${index}`,
    ...hashes(path).map(encode64), "", line(origin), String(size), encode64(root), ...more.map(line), "",
  ];
  return join(utf8.encode(`${rows.join("\n")}\n`), utf8.encode(lines.map((one) => signature(one, origin)).join("")));
}
