// What is booked: shown at once, sent, and put back with a sentence where it is refused.
import { $, make, toast } from "../core/dom.js";
import { send } from "../core/server.js";
import { replace, say, shown } from "./roster-answer.js";
import { nameOf } from "./roster-draw.js";
import { clock, lengthWith, minutesOf, momentOf, now } from "./roster-times.js";

const LATE = 15;
const MISSED = 60;
// By a row and the version that this page sent of it, the version that its change was given.
const own = new Map();
// One question after the other: under the hand of who answers it none becomes another.
let asking = Promise.resolve();

/** The visit as it will be, as far as this page can tell before the server answers. */
export function withValues(visit, values, { day, staff }) {
  const made = { ...visit };
  if ("staff_id" in values) {
    made.staff_id = values.staff_id ? Number(values.staff_id) : null;
    made.unassigned = made.waiting && !made.staff_id;
    made.cover = false;
    made.minutes = lengthWith({ staff }, visit, made.staff_id) ?? visit.minutes;
  }
  if (values.minutes) made.minutes = made.plan_minutes = Number(values.minutes);
  if ("purpose" in values) made.purpose = values.purpose;
  if (values.scheduled_at) made.planned = values.scheduled_at;
  if (made.waiting) {
    made.start = made.planned;
    made.end = momentOf(minutesOf(made.start, day) + made.minutes, day);
    const past = now(day) - minutesOf(made.start, day);
    // What is not saved has not come late yet: a mark goes at once, and comes with the answer.
    made.late &&= past >= LATE && past < MISSED;
    made.missed &&= made.status === "Missed" || past >= MISSED;
  }
  return made;
}

/** The shift as it will be. */
export function withShift(shift, values) {
  return { ...shift, staff_id: Number(values.staff_id ?? shift.staff_id), start: values.shift_start ?? shift.start, end: values.shift_end ?? shift.end };
}

/** A change of a visit. `answered` are the keys of warnings that were read before. Answers whether it was saved. */
export function saveVisit(roster, visit, values, answered = []) {
  const before = roster.before ?? visit;
  roster.before = null;
  // Who has a role of unknown length gets the length that is seen.
  if (values.staff_id && !values.minutes && lengthWith(roster.data, before, values.staff_id) === null) values.minutes = before.minutes;
  return inTurn(roster, "visits", before, { visit_id: visit.id, ...values }, (one) => withValues(one, values, roster.data), answered);
}

export const saveShift = (roster, shift, values, answered = []) => inTurn(roster, "shifts", shift, { shift_id: shift.id, ...values }, (one) => withShift(one, values), answered);

/** What is changed again before the server has answered is sent after that, at the version of that answer. */
async function inTurn(roster, list, one, values, as, answered) {
  const { saves } = roster;
  const key = `${list}-${one.id}`;
  const show = (stands) => replace(roster, list, one.id, values.status === "Cancelled" ? null : as(stands));
  const under = saves.get(key);
  show(one);
  const save = async () => {
    let stands = one;
    if (under) {
      await under;
      stands = roster.data[list].find((each) => each.id === one.id) ?? one;
      show(stands);
    }
    let { version } = one;
    while (own.has(`${key}:${version}`)) version = own.get(`${key}:${version}`);
    const answer = await carry(roster, `${list}/`, { version, ...values }, () => replace(roster, list, one.id, stands), one.patient, answered);
    const now = answer && answer[list].find((each) => each.id === one.id);
    if (now) own.set(`${key}:${version}`, now.version);
    return Boolean(answer);
  };
  return remembered(saves, key, save());
}

/** What is under way is known until it is over. */
function remembered(saves, key, work) {
  saves.set(key, work);
  return work.finally(() => saves.get(key) === work && saves.delete(key));
}

/** Something new. It is drawn when the server has given it a number. */
export const create = (roster, kind, values) => remembered(roster.saves, "new", carry(roster, `${kind}s/new/`, values, () => {}, ""));

/** Conflicts of what is not saved yet: [{key, level, sentence}]. Empty where the server does not answer. */
export async function check(roster, path, values) {
  const answer = await send(roster.urls.send + path, { ...values, check: 1 });
  return answer.conflicts;
}

async function carry(roster, path, values, putBack, whose, known = []) {
  roster.sending += 1;
  const answered = [...known];
  try {
    for (;;) {
      try {
        const answer = await send(roster.urls.send + path, { ...values, answered: answered.join(",") });
        say(roster, { ...answer, done: shown(roster, answer) });
        return answer;
      } catch (error) {
        const conflicts = error.body?.conflicts;
        if (!conflicts) throw error;
        // What stands in the way is read with the change still in sight.
        asking = asking.then(() => ask(roster, whose, conflicts));
        if (!(await asking)) {
          putBack();
          roster.tell("It stays as it was.");
          return null;
        }
        answered.push(...conflicts.map((one) => one.key));
      }
    }
  } catch (error) {
    putBack();
    toast(error.message, { kind: "error" });
    roster.tell(error.message);
    roster.refresh();
    return null;
  } finally {
    roster.sending -= 1;
  }
}

/** Asks about conflicts; a blocking one can only be left. */
function ask(roster, whose, conflicts) {
  const dialog = $("#clash");
  const blocked = conflicts.some((one) => one.level === "block");
  $("#clash-head").textContent = blocked ? "This cannot be booked" : "Is this correct?";
  $("#clash-of").textContent = whose;
  $("#clashes").replaceChildren(...sentences(conflicts));
  const go = $("#clash-go");
  go.hidden = blocked;
  return new Promise((done) => {
    let said = false;
    go.onclick = () => {
      said = true;
      dialog.close();
    };
    dialog.addEventListener("close", () => {
      roster.focus();
      done(said);
    }, { once: true });
    dialog.showModal();
    if (blocked) $(".dialog-foot [data-shut]", dialog).focus();
    else go.focus();
  });
}

export const sentences = (conflicts) => conflicts.map((one) => make("li", { className: one.level === "block" ? "blocks" : "warns" }, make("b", { textContent: one.level === "block" ? "Not possible: " : "Check: " }), one.sentence));

/** What a visit or a shift would be, in words: "Almaz, 09:15, 60 minutes", "Almaz, 08:00 to 16:00". */
export function inWords(roster, kind, one) {
  const { day } = roster.data;
  if (kind === "shift") return `${nameOf(roster.made, one.staff_id)}, ${clock(minutesOf(one.start, day))} to ${clock(minutesOf(one.end, day))}`;
  return `${one.staff_id ? nameOf(roster.made, one.staff_id) : "Nobody"}, ${clock(minutesOf(one.start, day))}, ${one.minutes} minutes`;
}
