// Who should go, in the roster's panel: the best first, each with the parts of the score and what speaks against them.
import { $, $$, make } from "../core/dom.js";
import { read } from "../core/server.js";
import { saveShift, saveVisit } from "./roster-save.js";
import { clock, length, lengthWith, minutesOf, momentIn } from "./roster-times.js";

// The parts as they are said; the most each can bring stands in domain words: 40, 25, 20, 10 and 5.
const PARTS = { continuity: "knows the patient", proximity: "near their other visits", day: "free that day", week: "free that week", sub_city: "same sub-city" };
const SHOWN = 4;
let asked = 0;

/** Fills the panel's place for suggestions; one click assigns what is saved, and chooses the carer of what is new. */
export function suggest(roster, { kind, id, wish, slot }) {
  asked += 1;
  if (!slot || !roster.urls.suggestions) return;
  const form = slot.closest(".side-form");
  if (kind !== "new") {
    const until = kind === "visit" ? (one) => untilOf(roster, id, one) : undefined;
    const own = () => show(roster, slot, `${kind}=${id}`, (one) => assign(roster, kind, id, one), wish === "suggest", until);
    form.addEventListener("change", (event) => ["day", "time"].includes(event.target.name) && moved(roster, slot, form, kind, id, own));
    return own();
  }
  form.addEventListener("change", () => {
    const words = ofNew(form);
    if (words) show(roster, slot, words, (one) => choose(form, one));
  });
}

/** Of another day it is asked who fits then; of another hour nothing is said, for it would stand in its own way. */
function moved(roster, slot, form, kind, id, own) {
  const one = stored(roster, kind, id);
  const [start, end] = momentsIn(form);
  if (!one || !start) return;
  const same = (given, was) => given === undefined || Date.parse(given) === Date.parse(was);
  if (same(start, one.planned ?? one.start) && same(end, one.end)) return own();
  asked += 1;
  slot.hidden = true;
  const day = $("[name=day]", form).value;
  if (kind === "visit" && day !== roster.data.day) show(roster, slot, new URLSearchParams({ patient_id: one.patient_id, start, minutes: one.minutes }), (best) => choose(form, best));
}

const stored = (roster, kind, id) => roster.data[`${kind}s`].find((each) => each.id === id);

/** When it begins, and of a shift when it ends; empty where the day or the time is not written. */
function momentsIn(form) {
  const times = $$("[name=time]", form);
  return $$("[name=day]", form).map(({ value }, at) => value && times[at].value && momentIn(value, times[at].value));
}

function ofNew(form) {
  const value = (name) => $(`[name=${name}]`, form)?.value ?? "";
  const isShift = $("[name=kind]:checked", form)?.value === "shift";
  const [start, end] = momentsIn(form);
  if (!value("patient_id") || !start || (isShift && !(Date.parse(start) < Date.parse(end)))) return "";
  const words = new URLSearchParams({ patient_id: value("patient_id"), start, ...(isShift ? { end } : {}) });
  if (!isShift && value("minutes")) words.set("minutes", value("minutes"));
  return words;
}

async function show(roster, slot, words, go, isWished = false, until = () => "") {
  asked += 1;
  const mine = asked;
  slot.hidden = false;
  if (!slot.children.length) slot.replaceChildren(make("p", { className: "muted", textContent: "Looking who fits best…" }));
  const found = await read(`${roster.urls.suggestions}?${words}`).catch(() => null);
  if (mine !== asked || !slot.isConnected) return;
  if (!found) return (slot.hidden = true);
  const lines = found.suggestions.slice(0, SHOWN).map((one) => line(one, roleOf(roster, one), () => go(one), until(one)));
  slot.replaceChildren(
    make("h3", { textContent: "Who fits best, of 100 points" }),
    lines.length ? make("ol", { className: "suggestions" }, ...lines) : make("p", { className: "muted", textContent: "Nobody can go then." }),
  );
  // Asked for by key: the best is at hand as soon as it is known, unless the person went elsewhere meanwhile.
  if (isWished && document.activeElement?.name === "staff_id") $("button", slot)?.focus();
}

const roleOf = (roster, one) => roster.data.staff.find((each) => each.id === one.staff_id)?.role;

function line(one, role, go, until) {
  const parts = Object.entries(one.parts).filter(([, points]) => points >= 0.5);
  const why = parts.map(([name, points]) => `${PARTS[name] ?? name} ${Math.round(points)}`).join(" · ");
  return make("li", {},
    make("button", { type: "button", className: "btn", onclick: go },
      make("span", { textContent: [one.name, role].filter(Boolean).join(" · ") }), make("strong", { textContent: String(Math.round(one.score)) }, make("span", { className: "visually-hidden", textContent: " of 100" }))),
    make("small", { className: "muted", textContent: [until, why].filter(Boolean).join(" · ") }),
    ...one.against.map(({ sentence }) => make("small", { className: "against", textContent: sentence })));
}

/** Whose role has another length stays until another hour: "4 h, until 16:45". Empty where nothing differs. */
function untilOf(roster, id, one) {
  const visit = roster.data.visits.find((each) => each.id === id);
  const minutes = visit && lengthWith(roster.data, visit, one.staff_id);
  if (!minutes || minutes === visit.minutes) return "";
  return `${length(minutes)}, until ${clock(minutesOf(visit.planned, roster.data.day) + minutes)}`;
}

/** What speaks against the person stood beside the name: it is not asked again. The next that waits gets the focus. */
async function assign(roster, kind, id, one) {
  const row = stored(roster, kind, id);
  const save = kind === "visit" ? saveVisit : saveShift;
  const key = `${kind}-${id}`;
  roster.stay = nextInStrip(roster, key);
  roster.shut();
  if (!row || row.staff_id === one.staff_id) return;
  const saved = await save(roster, row, { staff_id: one.staff_id }, one.against.map((each) => each.key));
  if (saved || roster.shown) return;
  roster.stay = key;
  roster.focus();
}

function nextInStrip(roster, key) {
  const bars = $$(".bar", roster.made.strip).map((bar) => bar.dataset.key);
  const place = bars.indexOf(key);
  return place < 0 ? key : bars[place + 1] ?? bars[place - 1] ?? key;
}

function choose(form, one) {
  const carer = $("[name=staff_id]", form);
  carer.value = String(one.staff_id);
  carer.dispatchEvent(new Event("input", { bubbles: true }));
  carer.focus();
}
