// Checking in and out with one touch. The phone keeps a visit's number and the moment until the server has them, nothing
// else: without a network they are shown as waiting and are sent when it is back, also after signing in again.
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

/** By "in:12" or "out:12" the moment in ISO 8601, the oldest first. */
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

/** {done}, {refused} a sentence, or {lost} where no answer came or a later one may be better. */
async function post(key, moment, place) {
  const [kind, visit] = key.split(":");
  const options = () => {
    const body = new URLSearchParams({ kind, visit_id: visit, ...place });
    if (Date.now() - Date.parse(moment) > FRESH_MS) body.set("at", moment);
    const notes = kind === "out" ? notesOf(visit)?.value : "";
    if (notes) body.set("visit_notes", notes);
    return { method: "POST", headers: { "X-CSRFToken": token(), Accept: "application/json" }, body };
  };
  try {
    const answer = await ask(WHERE_TO, options);
    const told = await answer.json();
    if (answer.ok) return told;
    return answer.status >= 500 || [401, 429].includes(answer.status) ? { lost: true } : { refused: told.error };
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
      if (told.refused) refused.set(key, told.refused);
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
  const why = refused.get(key);
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
  const ways = why && make("div", { className: "ways" },
    make("button", { type: "button", className: "btn", textContent: "Try again", onclick: again }),
    make("button", { type: "button", className: "btn", textContent: "Forget it", onclick: forget }));
  return make("li", { className: why ? "refused" : "" }, words, ...(why ? [ways] : []));
}

/** What waits, and the next thing that each visit's button does meanwhile. */
function draw() {
  const checks = kept();
  for (const form of $$("form.check")) {
    const visit = form.elements.visit_id.value;
    const button = $("button", form);
    if (form.elements.kind.value === "in" && checks.has(`in:${visit}`)) {
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

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.check");
  if (!form) return;
  event.preventDefault();
  const key = `${form.elements.kind.value}:${form.elements.visit_id.value}`;
  const button = $("button", form);
  if (button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const moment = new Date().toISOString();
  refused.delete(key);
  keep((checks) => checks.has(key) || checks.set(key, moment));
  await sendAll(await whereabouts());
});
addEventListener("online", () => sendAll());
addEventListener("session-mine", () => sendAll());
addEventListener("storage", (event) => event.key === KEPT && draw());
setInterval(() => kept().size && navigator.onLine && sendAll(), AGAIN_EVERY);
draw();
if (kept().size) sendAll();
