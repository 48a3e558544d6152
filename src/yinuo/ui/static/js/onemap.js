// 一张图: lights up what a card waits for and what waits for it, and keeps a refresh from under the reader's finger.
// Listens on the document, so that a map swapped in needs nothing new. Without it the words on each card say the same.

const HELD = ".card:hover, .card:focus-within, .lane:hover, .sortable tr:focus-within, .sortable tr:hover, details.ties[open], #onemap details.more[open]";

function trace(card) {
  const board = card.closest(".board");
  if (!board) return;
  clear(board);
  const own = card.dataset.card;
  const before = new Set((card.dataset.before || "").split(" ").filter(Boolean));
  board.classList.add("tracing");
  for (const other of board.querySelectorAll("[data-card]")) {
    const relation = other === card ? "self" : before.has(other.dataset.card) ? "before" : waits(other, own) ? "after" : "";
    if (relation) other.classList.add("lit", `rel-${relation}`);
  }
  for (const wire of board.querySelectorAll(".wires [data-from]")) {
    if (wire.dataset.from === own || wire.dataset.to === own) wire.classList.add("lit");
  }
}

function waits(card, own) {
  return (card.dataset.before || "").split(" ").includes(own);
}

function clear(board) {
  board.classList.remove("tracing");
  for (const lit of board.querySelectorAll(".lit, [class*='rel-']")) lit.classList.remove("lit", "rel-self", "rel-before", "rel-after");
}

function cardOf(target) {
  return target instanceof Element ? target.closest(".board [data-card]") : null;
}

// The pointer lights up by resting, the keyboard by coming in, a finger by opening 前后.
document.addEventListener("pointerover", (event) => {
  const card = event.pointerType === "mouse" ? cardOf(event.target) : null;
  if (card && !card.contains(event.relatedTarget)) trace(card);
});
document.addEventListener("pointerout", (event) => {
  const card = event.pointerType === "mouse" ? cardOf(event.target) : null;
  if (card && !card.contains(event.relatedTarget)) rest(card.closest(".board"));
});
document.addEventListener("focusin", (event) => {
  const card = cardOf(event.target);
  if (card && event.target.matches(":focus-visible")) trace(card);
});
document.addEventListener("focusout", (event) => {
  const card = cardOf(event.target);
  if (card && !card.contains(event.relatedTarget)) rest(card.closest(".board"));
});
document.addEventListener("toggle", (event) => {
  const card = cardOf(event.target);
  if (!card || !event.target.matches("details.ties")) return;
  if (event.target.open) trace(card);
  else rest(card.closest(".board"));
}, true);
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" ? document.querySelector("details.ties[open]") : null;
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("details.ties[open]");
  if (open && event.target instanceof Element && !open.contains(event.target)) open.open = false;
  const link = event.target instanceof Element ? event.target.closest('.board a[href^="#card-"]') : null;
  const card = link ? document.getElementById(link.hash.slice(1)) : null;
  const fold = card ? card.closest("details.folded") : null;
  if (fold) fold.open = true;
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});

// When nothing is pointed at, the card whose 前后 is open stays lit.
function rest(board) {
  if (!board) return;
  const open = board.querySelector("details.ties[open]");
  if (open) trace(open.closest("[data-card]"));
  else clear(board);
}

// -- the refresh

const map = () => document.getElementById("onemap");
const isMap = (event) => event.detail.elt === map() || event.detail.target === map();

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isMap(event) && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isMap(event) || event.detail.xhr.status !== 200) return;
  if (!map().querySelector(HELD)) return;
  event.detail.shouldSwap = false;
  map().querySelector(".fresh.waiting").hidden = false;
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && map() && window.htmx) window.htmx.trigger(map(), "refresh");
});

// A card asked for by its address is open before this script begins; so is one in a map just swapped in.
document.addEventListener("htmx:afterSettle", () => rest(document.querySelector(".board")));
rest(document.querySelector(".board"));

for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
