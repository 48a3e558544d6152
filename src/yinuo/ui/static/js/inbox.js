// Walking the inbox by keys. Without it every row is still a link.
const rows = [...document.querySelectorAll("[data-keys] .row")];
const help = document.getElementById("keys");
let at = -1;

function go(step) {
  if (!rows.length) return;
  if (at >= 0) rows[at].classList.remove("here");
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at].classList.add("here");
  rows[at].querySelector("h3 a").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

function find() {
  const box = document.querySelector(".narrow-by");
  if (box) box.open = true;
  const field = document.getElementById("q");
  if (field) field.select();
}

const acts = {
  j: () => go(1),
  ArrowDown: () => go(1),
  k: () => go(-1),
  ArrowUp: () => go(-1),
  n: () => document.querySelector('.pager a[rel="next"]')?.click(),
  "/": find,
  "?": () => help?.showModal(),
};

function writing(target) {
  return target.closest("input, textarea, select, [contenteditable], dialog, summary") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  // The arrows move the page until somebody has begun to walk by rows.
  if (!act || (event.key.startsWith("Arrow") && at < 0)) return;
  event.preventDefault();
  act();
});

for (const [index, row] of rows.entries()) {
  row.addEventListener("focusin", () => {
    if (at >= 0 && at !== index) rows[at].classList.remove("here");
    at = index;
    row.classList.add("here");
  });
}
for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;
for (const button of document.querySelectorAll("[data-keys-help]")) button.addEventListener("click", () => help?.showModal());
