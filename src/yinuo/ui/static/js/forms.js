// Keeps what was typed from being lost. Without it the same is said by the page that answers a form which came too late.

// An answer that shows the form again is no page to come back to: the browser would ask whether to send the form once more. Its
// entry in the history becomes the page of the form, into which the browser puts what was typed last.
const forms = [...document.querySelectorAll("main form[method=post]")];
const own = (form) => new URL(form.getAttribute("action") ?? "", location).pathname === location.pathname;
if (document.body.hasAttribute("data-posted") && forms.some(own)) history.replaceState(null, "", location.href);

// -- the session: typing is being there; its end is said beforehand, and a form is not sent into nothing

const box = document.getElementById("session");
const TICK = 30_000, AGAIN = 330_000, WARNING = 180_000;
let until = 0, heard = Date.now(), typed = false, touched = false, shown = "", sure = false, asking = false;

function say(what) {
  if (what === shown && !(what && box.hidden)) return;
  close();
  shown = what;
  if (!what) return;
  box.replaceChildren(document.getElementById(`session-${what}`).content.cloneNode(true));
  box.hidden = false;
  box.showPopover?.();
}

function close() {
  if (box.hidden) return;
  box.hidePopover?.();
  box.hidden = true;
}

// What the server knows of the session; `stay`: somebody is there. True where the forms may be sent.
async function ask(stay = false) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  asking = true;
  const answer = await fetch(box.dataset.ask, stay ? { method: "POST", headers: { "X-CSRFToken": token } } : {}).finally(() => { asking = false; });
  // Signed in again elsewhere, the tokens are others; asking brings them.
  if (stay && answer.status === 403) return ask();
  const told = answer.ok ? await answer.json() : { left: 0 };
  heard = Date.now();
  until = heard + told.left * 1000;
  if (!told.left) return say("gone"), false;
  if (String(told.person) !== box.dataset.person) {
    // Another person sits here now: nothing of this page is theirs.
    for (const form of forms) form.reset();
    location.reload();
    return false;
  }
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = told.token;
  if (told.hat !== box.dataset.hat && touched) return say("other"), false;
  say(until - heard <= WARNING ? "soon" : shown === "gone" || shown === "other" || (shown === "back" && !box.hidden) ? "back" : "");
  return true;
}

async function stay() {
  typed = false;
  await ask(true);
}

function tick() {
  const now = Date.now();
  if (asking) return;
  if (typed && shown !== "gone" && now - heard >= AGAIN) stay().catch(() => {});
  else if (shown !== "gone" && now >= until - (shown === "soon" ? 0 : WARNING)) ask().catch(() => {});
}

function start() {
  until = heard + Number(box.dataset.left) * 1000;
  setInterval(tick, TICK);
  addEventListener("pageshow", (event) => event.persisted && ask().catch(() => {}));
  document.addEventListener("visibilitychange", () => document.hidden || ask().catch(() => {}));
  box.addEventListener("click", (event) => {
    const act = event.target.dataset?.do;
    if (act === "stay") stay().catch(() => {});
    else if (act === "close") close();
  });
  for (const form of forms) {
    form.addEventListener("input", () => {
      typed = touched = true;
      if (shown === "soon") stay().catch(() => {});
    });
    form.addEventListener("submit", (event) => {
      if (sure || (Date.now() < until - WARNING && shown !== "gone" && shown !== "other")) return;
      event.preventDefault();
      const send = () => {
        sure = true;
        form.requestSubmit(event.submitter);
        sure = false;
      };
      // Where nothing answers, the page that answers the form will say so.
      ask().then((may) => (may ? send() : box.querySelector("a, button")?.focus()), send);
    });
  }
}

if (box && forms.length) start();
