// Checking in and out with one touch. The phone keeps a visit's number, the moment and whether an early check-in was
// confirmed until the server has them, nothing else: without a network they are shown as waiting and are sent when it is back, also after signing in again.
import { $, $$, make } from "../core/dom.js";
import { ask, token } from "../core/server.js";

const KEPT = "checks";
const WHERE_TO = "/admin/assign/own/check";
const AGAIN_EVERY = 30_000;
// How long the phone may look for where it is, and until when the server's own clock is as good as the phone's.
const PLACE_MS = 4_000;
const FRESH_MS = 10_000;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Africa/Addis_Ababa" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "Africa/Addis_Ababa" });

const box = $("#waiting-checks");
const refused = new Map();

/** By "in:12", "out:12" or, confirmed before its time, "in:12:early" the moment in ISO 8601, the oldest first. */
function kept() {
  try {
    const found = Object.entries(JSON.parse(localStorage.getItem(KEPT)) ?? {});
    return new Map(found.sort(([, one], [, other]) => Date.parse(one) - Date.parse(other)));
  } catch {
    return new Map();
  }
}

function keep(change) {
  const checks = kept();
  change(checks);
  if (checks.size) localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(checks)));
  else localStorage.removeItem(KEPT);
}

// One tab sends at a time; where the browser has no locks the server takes the second for the first.
const alone = (work) => (navigator.locks ? navigator.locks.request(KEPT, work) : work());

/** Where the phone is, if it says so in time. It goes to the server once and is kept nowhere. */
function whereabouts() {
  return new Promise((go) => {
    if (!navigator.geolocation || !navigator.onLine) return go({});
    setTimeout(() => go({}), PLACE_MS);
    const found = ({ coords }) => go({ latitude: coords.latitude, longitude: coords.longitude });
    navigator.geolocation.getCurrentPosition(found, () => go({}), { timeout: PLACE_MS, maximumAge: 60_000, enableHighAccuracy: true });
  });
}

const notesOf = (visit) => $(`#notes-${visit}`);

/** {done}, {refused} a sentence, {asked} too where it may be confirmed, or {lost} where no answer came or a later one may be better. */
async function post(key, moment, place) {
  const [kind, visit, early] = key.split(":");
  const options = () => {
    // Where the phone is now is not where it was when an older one was touched.
    const isFresh = Date.now() - Date.parse(moment) <= FRESH_MS;
    const body = new URLSearchParams({ kind, visit_id: visit, ...(isFresh ? place : { at: moment }) });
    if (early) body.set("early", "1");
    const notes = kind === "out" ? notesOf(visit)?.value : "";
    if (notes) body.set("visit_notes", notes);
    return { method: "POST", headers: { "X-CSRFToken": token(), Accept: "application/json" }, body };
  };
  try {
    const answer = await ask(WHERE_TO, options);
    const told = await answer.json();
    if (answer.ok) return told;
    return answer.status >= 500 || [401, 429].includes(answer.status) ? { lost: true } : { refused: told.error, asked: told.asked };
  } catch {
    return { lost: true };
  }
}

/** Sends what waits. The page is drawn anew once something was taken. */
function sendAll(place = {}) {
  return alone(async () => {
    let taken = false;
    for (const [key, moment] of kept()) {
      if (!navigator.onLine || refused.has(key)) continue;
      const told = await post(key, moment, place);
      if (told.lost) break;
      if (told.refused) refused.set(key, told);
      else {
        taken = true;
        keep((checks) => checks.delete(key));
        const notes = notesOf(key.split(":")[1]);
        if (notes && key.startsWith("out:")) notes.value = notes.defaultValue;
      }
    }
    const unsaved = $$(".check textarea").some((notes) => notes.value !== notes.defaultValue);
    if (taken && !unsaved) location.reload();
    else draw();
  });
}

function line(key, moment) {
  const [kind, visit] = key.split(":");
  const said = TIME.format(new Date(moment));
  const today = DAY.format(new Date(moment)) === DAY.format(new Date());
  // The phone keeps the number alone; the name stands on the page, where the visit does.
  const name = $$("form.check").find((form) => form.elements.visit_id.value === visit)?.dataset.name ?? `visit ${visit}`;
  const what = `${kind === "in" ? "Check-in" : "Check-out"} of ${name} at ${said}${today ? "" : `, ${DAY.format(new Date(moment))}`}`;
  const { refused: why, asked } = refused.get(key) ?? {};
  const words = make("p", {}, make("strong", { textContent: what }), make("span", { textContent: why ?? " waits on this phone. It is sent when there is a network." }));
  const again = () => {
    refused.delete(key);
    sendAll();
  };
  const forget = () => {
    refused.delete(key);
    keep((checks) => checks.delete(key));
    location.reload();
  };
  const anyway = () => {
    refused.delete(key);
    keep((checks) => checks.delete(key) && checks.set(`${key}:${asked}`, moment));
    sendAll();
  };
  const ways = why && make("div", { className: "ways" },
    make("button", { type: "button", className: "btn", textContent: asked ? "Check in anyway" : "Try again", onclick: asked ? anyway : again }),
    make("button", { type: "button", className: "btn", textContent: "Forget it", onclick: forget }));
  return make("li", { className: why ? "refused" : "" }, words, ...(why ? [ways] : []));
}

/** What waits, and the next thing that each visit's button does meanwhile. */
function draw() {
  const checks = kept();
  for (const form of $$("form.check")) {
    const visit = form.elements.visit_id.value;
    const button = $("button", form);
    if (form.elements.kind.value === "in" && (checks.has(`in:${visit}`) || checks.has(`in:${visit}:early`))) {
      form.elements.kind.value = "out";
      $("span", button).textContent = "Check out";
    }
    button.disabled = checks.has(`out:${visit}`);
    button.removeAttribute("aria-busy");
  }
  if (!box) return;
  box.hidden = !checks.size;
  box.replaceChildren(make("ul", {}, ...[...checks].map(([key, moment]) => line(key, moment))));
}

const isEarly = (form) => form.elements.kind.value === "in" && Date.now() < Date.parse(form.dataset.due);

/** Keeps the moment of the touch and sends it. */
async function touched(form) {
  const button = $("button", form);
  const kind = form.elements.kind.value;
  const key = `${kind}:${form.elements.visit_id.value}${isEarly(form) ? ":early" : ""}`;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const moment = new Date().toISOString();
  refused.delete(key);
  keep((checks) => checks.has(key) || checks.set(key, moment));
  await sendAll(await whereabouts());
}

/** Asks in the button's place; a second touch there meets the sentence. Nothing is kept until it is confirmed. */
function confirmFirst(form, sentence) {
  const button = $("button", form);
  const shut = () => {
    question.remove();
    button.hidden = false;
  };
  const leave = make("button", { type: "button", className: "btn", textContent: "Leave as it is", onclick: () => (shut(), button.focus()) });
  const go = make("button", { type: "button", className: "btn btn-primary", textContent: `Check ${form.elements.kind.value} anyway`, onclick: () => (shut(), touched(form)) });
  const question = make("div", { className: "check-asked", role: "group", ariaLabel: "Is this correct?" }, make("p", { role: "alert", textContent: sentence }), make("div", { className: "ways" }, leave, go));
  button.hidden = true;
  form.append(question);
  leave.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form.check");
  if (!form) return;
  event.preventDefault();
  if ($("button", form).disabled || $(".check-asked", form)) return;
  const sentence = isEarly(form) ? form.dataset.early : form.elements.kind.value === "out" && form.dataset.ends;
  if (sentence) confirmFirst(form, sentence);
  else touched(form);
});
addEventListener("online", () => sendAll());
addEventListener("session-mine", () => sendAll());
addEventListener("storage", (event) => event.key === KEPT && draw());
setInterval(() => kept().size && navigator.onLine && sendAll(), AGAIN_EVERY);
draw();
if (kept().size) sendAll();
