// The session: work on the page extends it, a dialog warns before it ends, and signing in again happens over the
// page, which keeps the typed values. Meanwhile the page's content is covered.

import { whenSignedOut } from "./server.js";

const part = (name) => document.getElementById(`session${name}`);
const dialog = part("");
const form = part("-form");
const tabs = new BroadcastChannel("session");
const LOOK_EVERY = 15_000;
// The server records use once a minute.
const NOTED_EVERY = 60_000;
const idle = Number(dialog.dataset.idleS) * 1000;
const WARN_BEFORE = Math.min(120_000, idle / 2);
const title = document.title;

// When this browser last told the server that somebody works here, when the session ends in any case, and when the
// shown warning runs out.
let usedAt = Date.now();
let endsAt = usedAt + Number(dialog.dataset.endsInS) * 1000;
let warnedUntil = 0;
let state = "";
const waiting = [];

// What keeps something for the person learns here that they are there, or gone.
const tellParts = (news) => dispatchEvent(new Event(news));

const lastsUntil = () => Math.min(usedAt + idle - NOTED_EVERY, endsAt);
const time = () => new Date(warnedUntil).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
// What the dialog says in each state, whether it asks for the password, and whether it covers the page.
const STATES = {
  idle: { head: "Are you still there?", told: () => `Nothing has happened here for a while. You will be signed out at ${time()}.`, go: "Stay signed in" },
  long: { head: "Sign in again", told: () => `Nobody stays signed in for longer than half a day. You will be signed out at ${time()}.`, go: "Sign in", asks: true },
  over: { head: "Sign in to continue", told: () => "You are signed out. The page is as you left it, with everything you typed.", go: "Sign in", asks: true, covers: true },
  other: { head: "Somebody else is signed in", told: () => "Another person has signed in in this browser. What you typed here cannot be saved in their name.", go: "Open the page as they see it", covers: true },
};

function show(next) {
  const isNew = next !== state;
  state = next;
  const { head, told, go, asks = false, covers = false } = STATES[state] ?? {};
  document.documentElement.classList.toggle("covered", covers);
  document.title = covers ? "Signed out · Homecare Admin" : title;
  if (!state) return dialog.close();
  part("-head").textContent = head;
  part("-told").textContent = told();
  part("-go").textContent = go;
  part("-go").type = asks ? "submit" : "button";
  form.hidden = !asks;
  part("-else").hidden = !asks;
  part("-out").hidden = covers;
  if (!dialog.open) dialog.showModal();
  if (isNew) asks ? step("") : part("-go").focus();
}

/** The password, or with the ticket it earned the code that some accounts are asked for after it. */
function step(ticket) {
  const first = part("-first");
  const second = part("-second");
  first.hidden = first.disabled = Boolean(ticket);
  second.hidden = second.disabled = !ticket;
  form.elements.ticket.value = ticket;
  form.action = ticket ? "/login/code" : "/login";
  for (const name of ["-password", "-code"]) part(name).value = "";
  part(ticket ? "-code" : "-password").focus();
}

/** The server's answer about the session. Asking does not extend it. */
async function look() {
  const asked = fetch("/session", { headers: { Accept: "application/json" } });
  const told = await asked.then((answer) => answer.ok && answer.json()).catch(() => null);
  // No answer tells nothing. What this browser knows is still valid without a network.
  if (!told) return Date.now() >= Math.min(usedAt + idle, endsAt) && show("over");
  if (!told.left_s) return show("over");
  if (String(told.account) !== dialog.dataset.account) {
    tellParts("session-left");
    return show("other");
  }
  tellParts("session-mine");
  // A new session is no longer viewing as somebody else, but this page says that nothing can be changed.
  if ("viewing" in dialog.dataset && !told.viewing) return location.reload();
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = told.csrf_token;
  waiting.splice(0).forEach((go) => go());
  const left = told.left_s * 1000;
  endsAt = Date.now() + told.ends_in_s * 1000;
  usedAt = Math.max(usedAt, Date.now() + left - idle);
  warnedUntil = Date.now() + left;
  show(left > WARN_BEFORE ? "" : told.ends_in_s * 1000 > WARN_BEFORE ? "idle" : "long");
}

const check = () => {
  if (Date.now() >= (state ? warnedUntil : lastsUntil() - WARN_BEFORE)) look();
};

/** Tells the server that somebody works here, at most once a minute across all tabs. */
async function use() {
  usedAt = Date.now();
  tabs.postMessage("used");
  const headers = { "X-CSRFToken": document.querySelector('input[name="csrf_token"]').value, Accept: "application/json" };
  const answer = await fetch("/session", { method: "POST", headers }).catch(() => null);
  if (answer && !answer.ok) look();
}

// The first key after a long absence, or after the laptop slept, does not extend a session that may be over. Ctrl alone is
// no work yet: the look that it began would cover the page before the S of a save is down.
const worked = ({ key }) => {
  if (!["Control", "Meta", "Alt", "Shift"].includes(key) && !state && Date.now() - usedAt >= NOTED_EVERY) Date.now() < lastsUntil() ? use() : look();
};

/** Resolves when somebody is signed in, if needed after signing in over the page. */
function signedIn() {
  return new Promise((go) => {
    waiting.push(go);
    look();
  });
}

whenSignedOut(signedIn);

async function signIn() {
  const error = part("-error");
  const go = part("-go");
  error.textContent = "";
  go.disabled = true;
  try {
    const { csrf_token: token } = await (await fetch("/session", { headers: { Accept: "application/json" } })).json();
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", headers, body: new URLSearchParams(new FormData(form)) });
    const told = await answer.json();
    error.textContent = told.error ?? "";
    if (told.ticket || told.again) step(told.ticket ?? "");
    else if (answer.ok) {
      tabs.postMessage("changed");
      await look();
    }
  } catch {
    error.textContent = "No connection. Try again.";
  }
  go.disabled = false;
  const asked = part(part("-second").hidden ? "-password" : "-code");
  asked.value = "";
  if (state) asked.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn();
});
part("-go").addEventListener("click", async () => {
  if (STATES[state].asks) return;
  if (state === "other") return location.reload();
  await use();
  look();
});
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (state === "idle") part("-go").click();
});
// Browsers may close a dialog on a second Esc even if the page prevents it.
dialog.addEventListener("close", () => state && dialog.showModal());
part("-else").addEventListener("click", () => (part("-else").href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`));

// A form sent just after the session ended would lose the typed values.
let passed;
document.addEventListener("submit", async (event) => {
  const sent = event.target;
  if (sent.getAttribute("action") === "/logout") {
    tellParts("session-left");
    return tabs.postMessage("left");
  }
  if (sent === form || sent === passed || sent.getAttribute("method") !== "post" || Date.now() < lastsUntil()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await signedIn();
  passed = sent;
  sent.requestSubmit(event.submitter);
  passed = undefined;
}, true);

tabs.addEventListener("message", (event) => {
  if (event.data === "left") tellParts("session-left");
  // Another tab says so as it sends it; the server knows a moment later.
  if (event.data !== "used") setTimeout(look, 1000);
  else usedAt = Date.now();
  if (state === "idle") look();
});
// Shortcuts do nothing while the page is covered: a save would be refused and the typed values lost.
addEventListener("keydown", (event) => STATES[state]?.covers && event.stopPropagation(), true);
for (const kind of ["keydown", "pointerdown", "wheel", "input"]) addEventListener(kind, worked, { passive: true });
document.addEventListener("visibilitychange", () => document.hidden || check());
addEventListener("pageshow", (event) => event.persisted && look());
setInterval(() => STATES[state]?.covers || check(), LOOK_EVERY);
