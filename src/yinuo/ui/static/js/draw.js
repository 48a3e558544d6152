// Repeats a draw in the browser; the twin of yinuo/core/draw.py (format yinuo-draw/1), held to the same cases by a test.

const FORMAT = "yinuo-draw/1";
const utf8 = new TextEncoder();
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
const shaText = (text) => sha(utf8.encode(text));
// By code points, as Python compares; names of ours are ASCII, where both orders are one.
const by = (key) => (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function inOrder(told) {
  return {
    ...told,
    departments: [...told.departments].sort(),
    projects: [...told.projects].sort(by((row) => row.project)),
    directed: [...told.directed].sort(by((row) => row.project)),
    inspectors: [...told.inspectors].sort(by((row) => row.number)),
    conflicts: [...told.conflicts].sort(by((row) => `${row.project}\n${row.inspector}`)),
  };
}

// Exact: whole numbers only, halves up, at least one.
export function quota(count, rate) {
  let over, under;
  if (rate.includes("/")) [over, under] = rate.split("/").map(BigInt);
  else {
    const [whole, part = ""] = rate.split(".");
    [over, under] = [BigInt(whole + part), 10n ** BigInt(part.length)];
  }
  if (!count || over === 0n) return 0;
  const rounded = Number((2n * BigInt(count) * over + under) / (2n * under));
  return Math.min(count, Math.max(1, rounded));
}

export async function draw(file) {
  const told = inOrder(file.announcement);
  if (told.format !== FORMAT) throw new Error(`不是 ${FORMAT} 的文件`);
  const digest = await shaText(canonical(told));
  if (digest !== file.announcement_sha256) throw new Error("公布的内容与散列值不符");
  const seed = Uint8Array.from(file.seed.match(/../g), (pair) => parseInt(pair, 16));
  if ((await sha(seed)) !== told.seed_sha256) throw new Error("种子与散列值不符");
  const key = await shaText([FORMAT, digest, file.seed, file.value].join("\n"));
  const rank = (...name) => shaText([key, ...name].join("\n"));

  const ranked = async (rows) => {
    const made = await Promise.all(rows.map(async (row) => ({ row, rank: await rank("project", row.project) })));
    return made.sort(by((one) => one.rank)).map((one) => one.row);
  };
  const quotas = {}, chosen = [...told.directed];
  for (const rate of Object.keys(told.rates).sort()) {
    const pool = told.projects.filter((row) => row.rate === rate);
    const drawn = quota(pool.length, told.rates[rate]);
    quotas[rate] = { drawn, of: pool.length };
    chosen.push(...(await ranked(pool)).slice(0, drawn));
  }
  const barred = new Set(told.conflicts.map((pair) => `${pair.project}\n${pair.inspector}`));
  const busy = new Map(), result = { quotas, projects: [], directed: [] };
  for (const row of await ranked(chosen)) {
    const team = [];
    for (const department of told.departments) {
      const free = told.inspectors.filter((one) => one.department === department && !barred.has(`${row.project}\n${one.number}`));
      const sorted = await Promise.all(free.map(async (one) => ({ number: one.number, rank: await rank("inspector", row.project, one.number) })));
      sorted.sort((a, b) => (busy.get(a.number) ?? 0) - (busy.get(b.number) ?? 0) || by((one) => one.rank)(a, b));
      team.push(...sorted.slice(0, told.team).map((one) => one.number));
    }
    for (const number of team) busy.set(number, (busy.get(number) ?? 0) + 1);
    result["reason" in row ? "directed" : "projects"].push({ ...row, inspectors: team });
  }
  return result;
}

export async function check(file) {
  return canonical(await draw(file)) === canonical(file.result);
}
