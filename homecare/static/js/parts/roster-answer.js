// What an answer of the server shows and says, and the way back: each change of this page can be taken back, the last first.
import { $, $$, toast, typing } from "../core/dom.js";
import { send } from "../core/server.js";
import { draw } from "./roster-draw.js";
import { DAY, dayOf, minutesOf } from "./roster-times.js";

// As long as the notices of the server that can be taken back.
const UNDO_SECONDS = 30;
const LISTS = ["visits", "shifts"];
// The answers of this page's own changes that nobody took back yet, and the taking back that is under way.
const own = [];
let under = Promise.resolve();

/** Ctrl+Z: the last change, again the one before; a notice that came with the page when there is none. */
export function listen(roster) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== "z" || typing(event.target) || roster.picked || roster.drag || $("dialog[open]")) return;
    const last = own.at(-1);
    const { saves } = roster;
    if (!last && !saves.size && $$(".toasts [data-undo]").length) return;
    event.preventDefault();
    // What is being saved is the last, and is not taken back where it was refused.
    if (saves.size) Promise.allSettled(saves.values()).then(() => own.at(-1) !== last && undo(roster, own.at(-1)));
    else if (last) undo(roster, last);
    else tell(roster, "Nothing that was done on this page is left to undo.");
  }, true);
}

/** Puts one row in the place of another; null takes it away. The rows are drawn. */
export function replace(roster, list, id, one) {
  const { data } = roster;
  const rest = data[list].filter((other) => other.id !== id);
  draw(roster.made, { ...data, [list]: one ? [...rest, one] : rest });
  roster.data = roster.made.data;
  roster.tellCounts();
}

/** Draws the rows of an answer. Answers its sentence, with the day where something has left the one in sight. */
export function shown(roster, answer) {
  let words = answer.done;
  for (const list of LISTS) {
    for (const one of answer[list] ?? []) {
      const here = isHere(list, one, roster.data.day);
      replace(roster, list, one.id, here && one.status !== "Cancelled" ? one : null);
      // What has left the day in sight is said with where it went.
      if (!here && one.status !== "Cancelled") words = `${answer.done} It is on ${dayOf(one.planned ?? one.start)} now.`;
    }
  }
  return words;
}

/** A visit stands on the day it is planned for, a shift on each that it touches. */
function isHere(list, one, day) {
  if (list === "shifts") return (minutesOf(one.start, day) ?? -Infinity) < DAY && (minutesOf(one.end, day) ?? Infinity) > 0;
  const at = minutesOf(one.planned, day);
  return at >= 0 && at < DAY;
}

/** Tells what was done, with the way back where `undo` names the change set, and reads the day anew. */
export function say(roster, answer) {
  if (answer.undo) own.push(answer);
  tell(roster, answer.done, answer.undo ? { action: ["Undo", () => undo(roster, answer)], seconds: UNDO_SECONDS } : {});
  roster.refresh();
}

function tell(roster, words, how) {
  for (const old of $$(".toasts .notice-success")) old.remove();
  toast(words, how);
  roster.tell(words);
}

/** One after the other: what was done first can only be taken back when nothing stands on it. */
function undo(roster, answer) {
  if (!own.includes(answer)) return;
  own.splice(own.indexOf(answer), 1);
  under = under.then(() => takeBack(roster, answer));
}

async function takeBack(roster, answer) {
  roster.sending += 1;
  try {
    const told = await send(`${roster.urls.send}undo/`, { token: answer.undo, table: answer.table });
    const gone = LISTS.flatMap((list) => (answer[list] ?? []).filter((one) => !told[list].some((each) => each.id === one.id)).map((one) => [list, one.id]));
    for (const [list, id] of gone) replace(roster, list, id, null);
    shown(roster, told);
    tell(roster, told.done);
  } catch (error) {
    // Without an answer it may be tried again.
    if (!error.status) own.push(answer);
    toast(error.message, { kind: "error" });
  } finally {
    roster.sending -= 1;
  }
  roster.refresh();
}
