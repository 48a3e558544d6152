// Checks a .tlog-proof in the browser; nobody is asked and nothing is sent. The twin of yinuo/chain/verifier.py, held to the same
// cases by a test. Formats: C2SP tlog-proof, tlog-checkpoint, signed-note, tlog-cosignature, tlog-policy; RFC 6962; RFC 8785; RFC 9901.

export class Unverified extends Error {}

export const fail = (why) => { throw new Unverified(why); };
export const utf8 = new TextEncoder();
export const strictText = (bytes) => {
  try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch { return fail("not UTF-8"); }
};
const ED25519 = 1, COSIGNATURE = 4, HASH = 32;
// The log's twin is signed with SM2, which no browser knows: such a key may stand in the rules, and is left to the server.
const SM2 = 255, SM2_NAME = "gmt0009-sm2sm3/v1", SM2_SIZE = 1 + SM2_NAME.length + 65;
const SMALL_ORDER = new Set([
  "00".repeat(32), `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`, `ed${"ff".repeat(30)}7f`, `ee${"ff".repeat(30)}7f`,
]);
// What Python's str.isspace() calls a space; one reader must not take for part of a name what another takes for its end.
const NAME = /^[^\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]+$/u;

// -- bytes

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
export function join(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { made.set(part, at); at += part.length; }
  return made;
}
export const encode64 = (bytes) => btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
export const encodeUrl64 = (bytes) => encode64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
function decode64(text, what) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) fail(`${what} is not base64`);
  let bytes;
  try { bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0)); } catch { fail(`${what} is not base64`); }
  return encode64(bytes) === text ? bytes : fail(`${what} is not written as base64 writes it`);
}
function decodeHash(text, what) {
  const bytes = decode64(text, what);
  return bytes.length === HASH ? bytes : fail(`${what} is not 32 bytes long`);
}
function decodeNumber(text, what) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) >= 1n << 63n) fail(`${what} is not a plain number`);
  return BigInt(text);
}
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hashNode = (left, right) => sha256(join(Uint8Array.of(1), left, right));

// -- the tree

export async function checkInclusion(leaf, index, size, proof, root) {
  if (index < 0n || index >= size) fail("the index lies outside the tree");
  let place = index, last = size - 1n, found = leaf;
  for (const sibling of proof) {
    if (last === 0n) fail("the inclusion proof is too long");
    if (place % 2n || place === last) {
      found = await hashNode(sibling, found);
      while (place % 2n === 0n && place) { place >>= 1n; last >>= 1n; }
    } else found = await hashNode(found, sibling);
    place >>= 1n; last >>= 1n;
  }
  if (last) fail("the inclusion proof is too short");
  if (!same(found, root)) fail("the inclusion proof leads to another root");
}

// -- keys, notes, checkpoints

async function parseKey(text) {
  const parts = text.split("+");
  if (parts.length < 3) fail("a verifier key has three parts");
  const [name, id] = parts, data = decode64(parts.slice(2).join("+"), "a verifier key");
  if (!NAME.test(name)) fail("a key's name is empty or holds a space or a plus");
  const sm2 = data[0] === SM2 && data.length === SM2_SIZE && same(data.slice(1, -65), utf8.encode(SM2_NAME));
  if (!sm2 && (data.length !== 33 || ![ED25519, COSIGNATURE].includes(data[0]))) fail("a verifier key of an unknown kind");
  const known = (await sha256(join(utf8.encode(`${name}\n`), data))).slice(0, 4), key = data.slice(1), unsigned = key.slice();
  if (hex(known) !== id) fail("a verifier key whose id does not fit");
  if (sm2) return { name, id, algorithm: SM2, key };
  unsigned[31] &= 0x7f;
  if (SMALL_ORDER.has(hex(unsigned))) fail("a public key of small order verifies anything and is refused");
  return { name, id, algorithm: data[0], key };
}

async function signs(verifier, text, signature) {
  if (verifier.algorithm === SM2) throw new DOMException("a signature with SM2", "NotSupportedError");
  let message = utf8.encode(text), seconds = null, bytes = signature;
  if (verifier.algorithm === COSIGNATURE) {
    if (bytes.length !== 72) fail(`the cosignature of ${verifier.name} has not 72 bytes`);
    seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
    message = utf8.encode(`cosignature/v1\ntime ${seconds}\n${text}`);
    bytes = bytes.slice(8);
  }
  let fits = false;
  try {
    const key = await crypto.subtle.importKey("raw", verifier.key, { name: "Ed25519" }, false, ["verify"]);
    fits = bytes.length === 64 && await crypto.subtle.verify({ name: "Ed25519" }, key, bytes, message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw error;
  }
  return fits ? seconds : fail(`the signature of ${verifier.name} does not fit`);
}

function parseNote(bytes) {
  if (bytes.length > 1_000_000) fail("the note is too long");
  const whole = strictText(bytes);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) fail("the note holds a control character");
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || !whole.endsWith("\n") || gap + 2 >= whole.length) fail("the note has no text and signatures, parted by an empty line");
  const rows = whole.slice(gap + 2, -1).split("\n");
  if (rows.length > 100) fail("the note has too many signatures");
  const lines = rows.map((row) => {
    const words = row.split(" ");
    if (words.length !== 3 || words[0] !== "—") fail("a signature line is not of its form");
    if (!NAME.test(words[1])) fail("a key's name is empty or holds a space or a plus");
    const data = decode64(words[2], "a signature");
    if (data.length < 5) fail("a signature is too short");
    return { name: words[1], id: hex(data.slice(0, 4)), signature: data.slice(4) };
  });
  return { text: `${whole.slice(0, gap)}\n`, lines };
}

async function signedBy(note, keys) {
  const known = new Map(keys.map((key) => [`${key.name}\n${key.id}`, key])), found = new Map();
  for (const line of note.lines) {
    const key = known.get(`${line.name}\n${line.id}`);
    if (key && !found.has(key)) found.set(key, await signs(key, note.text, line.signature));
  }
  return found;
}

function parseCheckpoint(text) {
  const rows = text.split("\n");
  if (rows.length < 4 || rows.pop() !== "" || rows.some((row) => !row)) fail("a checkpoint has an origin, a size and a root, each on its line");
  return { origin: rows[0], size: decodeNumber(rows[1], "the tree's size"), root: decodeHash(rows[2], "the root") };
}

// -- whom to believe

async function parsePolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: null }, member = new Set(), depth = new Map();
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) fail("the policy holds a control character");
  const known = (name) => policy.witnesses.has(name) || policy.groups.has(name) || fail(`${name} is not named above`);
  const free = (name) => (name === "none" || policy.witnesses.has(name) || policy.groups.has(name)) && fail(`the name ${name} is taken`);
  const add = async (text64, algorithm, others) => {
    const key = await parseKey(text64);
    if (key.algorithm !== algorithm && !(key.algorithm === SM2 && algorithm === ED25519)) fail("a key for another purpose");
    return others.some((other) => same(other.key, key.key)) ? fail("a key named twice") : key;
  };
  for (const row of text.split("\n")) {
    const words = row.split(/[ \t]/).filter(Boolean), [kind, name] = words;
    if (!words.length || kind.startsWith("#")) continue;
    if (kind === "log" && [2, 3].includes(words.length)) policy.logs.push(await add(name, ED25519, policy.logs));
    else if (kind === "witness" && [3, 4].includes(words.length)) {
      free(name);
      policy.witnesses.set(name, await add(words[2], COSIGNATURE, [...policy.witnesses.values()]));
    } else if (kind === "group" && words.length > 3) {
      free(name);
      const members = words.slice(3);
      const threshold = words[2] === "any" ? 1 : words[2] === "all" ? members.length : Number(decodeNumber(words[2], "the threshold"));
      if (!(threshold >= 1 && threshold <= members.length)) fail("a threshold no number of the members can be");
      for (const one of members) {
        known(one);
        if (member.has(one)) fail(`${one} is a member of two groups`);
        member.add(one);
      }
      depth.set(name, 1 + Math.max(...members.map((one) => depth.get(one) ?? 0)));
      if (depth.get(name) > 100) fail("groups stand in groups too deep");
      policy.groups.set(name, { threshold, members });
    } else if (kind === "quorum" && words.length === 2) {
      if (policy.quorum !== null) fail("a second quorum");
      if (name !== "none") known(name);
      policy.quorum = name;
    } else fail("a line of no known form");
  }
  return policy.quorum === null ? fail("the policy names no quorum") : policy;
}

function enough(policy, seen, name = policy.quorum) {
  if (name === "none") return true;
  const group = policy.groups.get(name);
  return group ? group.members.filter((one) => enough(policy, seen, one)).length >= group.threshold : seen.has(name);
}

async function checkCheckpoint(note, policy) {
  const checkpoint = parseCheckpoint(note.text), logs = policy.logs.filter((key) => key.name === checkpoint.origin);
  const signed = await signedBy(note, [...logs, ...policy.witnesses.values()]);
  if (!logs.some((key) => signed.has(key))) fail("the checkpoint is not signed by a log of the policy");
  const witnesses = new Map([...policy.witnesses].filter(([, key]) => signed.has(key)).map(([name, key]) => [name, signed.get(key)]));
  if (!enough(policy, witnesses)) fail("the checkpoint is not witnessed by a quorum of the policy");
  return { checkpoint, witnesses };
}

// -- one entry and its proof

function parseProof(bytes) {
  let cut = -1;
  for (let at = 0; at + 1 < bytes.length && cut < 0; at += 1) if (bytes[at] === 10 && bytes[at + 1] === 10) cut = at;
  const head = cut < 0 ? "" : strictText(bytes.slice(0, cut)), rows = head.split("\n");
  // eslint-disable-next-line no-control-regex
  if (!/^[\u0000-\u007f]*$/.test(head)) fail("the proof's head is not plain text");
  if (rows.shift() !== "c2sp.org/tlog-proof@v1") fail("not a proof of the form c2sp.org/tlog-proof@v1");
  const extra = rows[0]?.startsWith("extra ") ? decode64(rows.shift().slice(6), "the extra data") : null;
  if (!rows[0]?.startsWith("index ")) fail("the proof names no index");
  const index = decodeNumber(rows.shift().slice(6), "the index");
  if (rows.length > 63) fail("the proof is too long");
  return { index, hashes: rows.map((row) => decodeHash(row, "a hash of the proof")), note: parseNote(bytes.slice(cut + 2)), extra };
}

// RFC 8785 of what entries hold: text, whole numbers, lists and objects.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  if (typeof value === "number" && !Number.isSafeInteger(value)) fail("numbers other than integers are written as text");
  if (typeof value === "string" && value.normalize("NFC") !== value) fail("a text is not in normal form C");
  return JSON.stringify(value);
}

const FIELDS = ["at", "docs", "issuer", "kid", "n", "prev", "sd", "sig", "subject", "type", "v"];

function parseEntry(text) {
  let value;
  try { value = JSON.parse(text); } catch { fail("an entry is not JSON"); }
  const named = value && typeof value === "object" && !Array.isArray(value) && Object.keys(value).sort().join() === FIELDS.join();
  if (!named || canonical(value) !== text) fail("an entry is not of its form");
  const texts = ["type", "subject", "prev", "issuer", "kid", "at", "sig"].every((name) => typeof value[name] === "string");
  if (!texts || value.v !== 1 || !Number.isSafeInteger(value.n) || value.n < 1) fail("a field of an entry is not of its form");
  const { sd, docs } = value;
  if (!Array.isArray(sd) || sd.some((one, at) => typeof one !== "string" || (at && sd[at - 1] >= one))) fail("an entry's field digests are not in order");
  const plain = (one) => Array.isArray(one) && one.length === 2 && typeof one[0] === "string" && Number.isSafeInteger(one[1]) && one[1] >= 0;
  if (!Array.isArray(docs) || !docs.every(plain)) fail("an entry's documents are not of their form");
  if ((value.n === 1) !== (value.prev === "")) fail("an entry's predecessor does not fit its number");
  if (value.prev) decodeHash(value.prev, "an entry's predecessor");
  return value;
}

async function checkDisclosure(leaf, shown) {
  if (typeof shown !== "string" || !/^[A-Za-z0-9_-]+$/.test(shown)) fail("a disclosed field is not of its form");
  if (!leaf.sd.includes(encodeUrl64(await sha256(utf8.encode(shown))))) fail("a disclosed field is not the one in the entry");
  let parts;
  try {
    const padded = shown.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(shown.length / 4) * 4, "=");
    parts = JSON.parse(strictText(Uint8Array.from(atob(padded), (char) => char.charCodeAt(0))));
  } catch { fail("a disclosed field is not of its form"); }
  if (!Array.isArray(parts) || parts.length !== 3 || typeof parts[1] !== "string") fail("a disclosed field is not of its form");
  return [parts[1], parts[2]];
}

/** The proof a PDF carries as its uncompressed attachment; anything else as it is. */
export function takenOut(bytes) {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 5));
  if (text !== "%PDF-") return bytes;
  const whole = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_, n) => String.fromCharCode(...bytes.subarray(n * 8192, n * 8192 + 8192))).join("");
  const begin = whole.indexOf("c2sp.org/tlog-proof@v1\n"), end = whole.indexOf("endstream", begin);
  if (begin < 0 || end < 0) fail("the PDF carries no proof");
  let last = end;
  while (last > begin && (whole[last - 1] === "\n" || whole[last - 1] === "\r")) last -= 1;
  return join(bytes.subarray(begin, last), Uint8Array.of(10));
}

/** What the proof says, checked under the policy. Throws Unverified; NotSupportedError where the browser has no Ed25519. */
export async function checkProof(bytes, policyText) {
  const policy = await parsePolicy(policyText), proof = parseProof(bytes);
  let entry, shown;
  try {
    const extra = JSON.parse(strictText(proof.extra ?? new Uint8Array()));
    [entry, shown] = [extra.entry, [...extra.disclosures]];
  } catch { fail("the proof carries no entry"); }
  if (typeof entry !== "string") fail("the proof carries no entry");
  const { checkpoint, witnesses } = await checkCheckpoint(proof.note, policy);
  const leafHash = await sha256(join(Uint8Array.of(0), utf8.encode(entry)));
  await checkInclusion(leafHash, proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  const leaf = parseEntry(entry), fields = [];
  for (const one of shown) fields.push(await checkDisclosure(leaf, one));
  return {
    index: Number(proof.index), log: checkpoint.origin, size: Number(checkpoint.size), type: leaf.type, issuer: leaf.issuer,
    at: leaf.at, n: leaf.n, witnesses: [...witnesses].map(([name, seconds]) => [name, Number(seconds)]), fields,
  };
}
