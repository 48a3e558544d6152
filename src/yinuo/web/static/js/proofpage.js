// The page that checks a proof where it is; without this script the form goes to the server, which says so.
import { checkProof, takenOut } from "./proof.js";

const form = document.querySelector("[data-proof]"), verdict = document.getElementById("verdict");
const words = JSON.parse(document.getElementById("proof-words").textContent);

function show(id, fill) {
  const made = document.getElementById(id).content.cloneNode(true);
  fill(made);
  verdict.replaceChildren(made);
  verdict.focus();
}

const told = (error) => `${Object.entries(words.errors).find(([part]) => error.includes(part))?.[1] ?? words.otherwise}（${error}）`;
const refuse = (why) => show("proof-no", (made) => { made.querySelector("p:not(.banner-title)").textContent = why; });

function when(text) {
  const at = new Date(text), part = (options) => at.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", ...options });
  return `${part({ year: "numeric", month: "long", day: "numeric" })} ${part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })}`;
}

function accept(found) {
  const rows = [
    ["记的是", words.types[found.type] ?? found.type],
    ["签发", found.issuer],
    ["写于", when(found.at)],
    ["位置", `日志的第 ${found.index + 1} 条，共 ${found.size} 条；是这个主体的第 ${found.n} 条`],
    ["见证的节点", found.witnesses.map(([name, seconds]) => `${name}（${when(Number(seconds) * 1000)}）`).join("、") || "没有独立的节点"],
  ];
  show("proof-yes", (made) => {
    const list = made.querySelector("dl");
    const add = (name, value, strong) => {
      const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = value;
      if (strong) dd.className = "strong";
      row.append(dt, dd);
      list.append(row);
    };
    rows.forEach(([name, value]) => add(name, value));
    found.fields.forEach(([name, value]) => add(words.fields[name] ?? name, typeof value === "string" ? value : JSON.stringify(value), true));
  });
}

form.addEventListener("submit", async (event) => {
  const file = form.elements.file.files[0];
  if (!file || !globalThis.crypto?.subtle) return; // the server says what is missing
  event.preventDefault();
  try {
    accept(await checkProof(takenOut(new Uint8Array(await file.arrayBuffer())), form.elements.policy.value));
  } catch (error) {
    if (error.name === "NotSupportedError") form.submit();
    else refuse(told(error.message));
  }
});
