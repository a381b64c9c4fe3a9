// The roster by keyboard: one place has the focus, arrows move it; Space picks a visit or a shift up and the arrows move that.
import { $$ } from "../core/dom.js";
import { replace } from "./roster-answer.js";
import { STRIP, keepTabStop, moves, startOf } from "./roster-draw.js";
import { inWords, saveShift, saveVisit, withShift, withValues } from "./roster-save.js";
import { DAY, STEP, lengthWith, minutesOf, momentOf } from "./roster-times.js";

const TIMES = { shift_start: "start", shift_end: "end" };
const MOVES = { ArrowLeft: -1, ArrowRight: 1 };
// Where what is picked up stands in the data, how it will be with other values, and what saves it.
const KINDS = { visit: { list: "visits", as: withValues, save: saveVisit }, shift: { list: "shifts", as: withShift, save: saveShift } };
const LONGER = { "+": STEP, "=": STEP, "-": -STEP };

export function listen(roster) {
  const { grid } = roster.made;
  grid.addEventListener("focusin", (event) => {
    const at = event.target.closest(".bar, .name[tabindex]");
    if (at) keepTabStop(roster.made, at);
  });
  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const bar = event.target.closest(".bar");
    const done = roster.picked ? carry(roster, event) : bar ? onBar(roster, bar, event) || walk(roster, bar, event) : walk(roster, event.target, event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  });
  grid.addEventListener("focusout", (event) => {
    // A picked-up visit is put back when the focus goes elsewhere for good, not when its bar is moved.
    if (roster.picked && event.relatedTarget && !grid.contains(event.relatedTarget)) putBack(roster);
  });
}

const rowsOf = (made) => [made.strip.hidden ? null : made.strip, ...made.body.children].filter(Boolean);
// What began the day before stands first.
const startOfBar = (bar) => Number(bar.style.getPropertyValue("--x"));
const barsOf = (row) => $$(".bar", row).sort((a, b) => startOfBar(a) - startOfBar(b));
const held = (roster, bar) => roster.made.bars.get(bar.dataset.key)?.one;

function walk(roster, at, event) {
  const row = at.closest("[role=row]");
  if (!row) return false;
  const rows = rowsOf(roster.made);
  const bars = row === roster.made.strip ? $$(".bar", row) : barsOf(row);
  const name = row.querySelector(".name");
  const place = bars.indexOf(at);
  const go = (element) => {
    if (!element) return true;
    element.focus({ preventScroll: true });
    inSight(roster, element);
    return true;
  };
  switch (event.key) {
    case "ArrowRight": return go(bars[place + 1]);
    case "ArrowLeft": return go(place > 0 ? bars[place - 1] : name);
    case "Home": return go(name);
    case "End": return go(bars.at(-1) ?? name);
    case "PageDown": return go(nearest(rows[Math.min(rows.length - 1, rows.indexOf(row) + 10)], at));
    case "PageUp": return go(nearest(rows[Math.max(0, rows.indexOf(row) - 10)], at));
    case "ArrowDown": return go(nearest(rows[rows.indexOf(row) + 1], at));
    case "ArrowUp": return go(nearest(rows[rows.indexOf(row) - 1], at));
    case "n": case "N": roster.create({ staff_id: Number(row.dataset.id) || "" }); return true;
    default: return false;
  }
}

/** The bar of that row that is nearest in time, else its name. */
function nearest(row, from) {
  if (!row) return null;
  if (!from.dataset.at) return row.querySelector(".name");
  const far = (bar) => Math.abs(startOfBar(bar) - startOfBar(from));
  return barsOf(row).sort((a, b) => far(a) - far(b))[0] ?? row.querySelector(".name");
}

/** Scrolls so far that the element is not under the head or the names. */
export function inSight(roster, element) {
  const { scroll, head, strip } = roster.made;
  if (strip.contains(element)) return element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = element.getBoundingClientRect();
  const view = scroll.getBoundingClientRect();
  const top = view.top + head.offsetHeight;
  const left = view.left + (strip.firstElementChild.offsetWidth || 0);
  if (box.top < top) scroll.scrollTop -= top - box.top + 4;
  else if (box.bottom > view.bottom - 16) scroll.scrollTop += box.bottom - view.bottom + 20;
  if (element.classList.contains("name")) return;
  if (box.left < left) scroll.scrollLeft -= left - box.left + 16;
  else if (box.right > view.right) scroll.scrollLeft += Math.min(box.right - view.right + 16, box.left - left);
}

function onBar(roster, bar, event) {
  const one = held(roster, bar);
  const isVisit = bar.dataset.kind === "visit";
  switch (event.key) {
    case "Enter": roster.open(bar.dataset.kind, one); return true;
    case " ":
      if (moves(roster.made, bar.dataset.kind, one)) pickUp(roster, bar, one);
      else roster.tell(`This ${bar.dataset.kind} has begun or is over, so it stays where it is. Enter opens it.`);
      return true;
    case "a": case "A": roster.open(bar.dataset.kind, one, "suggest"); return true;
    case "u": case "U":
      if (isVisit && one.staff_id && moves(roster.made, "visit", one)) saveVisit(roster, one, { staff_id: "" });
      return true;
    default: return false;
  }
}

function pickUp(roster, bar, one) {
  roster.picked = { kind: bar.dataset.kind, before: one, values: {}, key: bar.dataset.key };
  bar.classList.add("picked");
  roster.tell(`Picked up: ${one.patient}, ${inWords(roster, bar.dataset.kind, one)}. Arrows move it, plus and minus change its length, Space puts it down, Escape puts it back.`);
}

function carry(roster, event) {
  const { kind, before, values } = roster.picked;
  const { data } = roster;
  const now = KINDS[kind].as(before, values, data);
  const change = {};
  if (event.key === "Escape") return putBack(roster) || true;
  if (event.key === " " || event.key === "Enter") return putDown(roster) || true;
  if (MOVES[event.key]) {
    Object.assign(change, later(kind, now, MOVES[event.key] * STEP * (event.shiftKey ? 1 / 3 : 1), data.day));
  } else if (LONGER[event.key]) Object.assign(change, longer(kind, now, LONGER[event.key], data.day));
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    if (roster.made.byPatient) return true;
    const people = [...(kind === "visit" ? [STRIP] : []), ...[...roster.made.body.children].map((row) => row.dataset.id)];
    const at = people.indexOf(now.staff_id ? String(now.staff_id) : STRIP) + (event.key === "ArrowUp" ? -1 : 1);
    if (!people[at]) return true;
    change.staff_id = people[at] === STRIP ? "" : people[at];
  } else return event.key.length === 1;
  Object.assign(values, change);
  show(roster, kind, KINDS[kind].as(before, values, data));
  return true;
}

function later(kind, one, minutes, day) {
  const at = startOf(one, day);
  const to = Math.max(Math.min(0, at), Math.min(DAY - STEP, at + minutes));
  if (kind === "visit") return { scheduled_at: momentOf(to, day) };
  return { shift_start: momentOf(to, day), shift_end: momentOf(minutesOf(one.end, day) + to - at, day) };
}

function longer(kind, one, minutes, day) {
  if (kind === "visit") return { minutes: Math.max(STEP, one.minutes + minutes) };
  return { shift_end: momentOf(Math.max(startOf(one, day) + STEP, minutesOf(one.end, day) + minutes), day) };
}

function show(roster, kind, one) {
  replace(roster, KINDS[kind].list, one.id, one);
  const bar = roster.made.bars.get(roster.picked?.key)?.element;
  bar?.classList.toggle("picked", Boolean(roster.picked));
  if (!bar) return;
  bar.focus({ preventScroll: true });
  inSight(roster, bar);
  roster.tell(inWords(roster, kind, one));
}

export function putBack(roster) {
  const { kind, before, key } = roster.picked;
  roster.picked = null;
  roster.made.bars.get(key)?.element.classList.remove("picked");
  show(roster, kind, before);
  roster.made.bars.get(key)?.element.focus({ preventScroll: true });
  roster.tell("Put back.");
}

function putDown(roster) {
  const { kind, before, values, key } = roster.picked;
  const same = KINDS[kind].as(before, values, roster.data);
  roster.picked = null;
  roster.made.bars.get(key)?.element.classList.remove("picked");
  const changed = Object.fromEntries(Object.entries(values).filter(([name]) => {
    if (name in TIMES) return Date.parse(same[TIMES[name]]) !== Date.parse(before[TIMES[name]]);
    if (name === "scheduled_at") return minutesOf(same.planned, roster.data.day) !== minutesOf(before.planned, roster.data.day);
    // Another carer's role may have another length: the one that was pressed is sent.
    return name === "minutes" ? same.minutes !== lengthWith(roster.data, before, same.staff_id) : (same[name] ?? "") !== (before[name] ?? "");
  }));
  roster.stay = key;
  if (!Object.keys(changed).length) return putBackQuietly(roster, kind, before, key);
  if (kind === "visit") roster.before = before;
  KINDS[kind].save(roster, before, changed);
}

function putBackQuietly(roster, kind, before, key) {
  replace(roster, KINDS[kind].list, before.id, before);
  roster.made.bars.get(key)?.element.focus({ preventScroll: true });
  roster.tell("Put down where it was.");
}
