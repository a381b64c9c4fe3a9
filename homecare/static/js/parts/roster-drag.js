// Dragging with mouse, pen or a finger (after a long press): to another person, another time, the strip, or a new length.
import { make } from "../core/dom.js";
import { moves, startOf } from "./roster-draw.js";
import { saveShift, saveVisit, withShift } from "./roster-save.js";
import { DAY, STEP, clock, length, lengthWith, minutesOf, momentOf, snap } from "./roster-times.js";

const STARTS_PX = 5;
const KEEPS_TIME_PX = 12;
const PRESS_MS = 350;
const EDGE_PX = 44;
const GRIP_PX = 7;

export function listen(roster) {
  const { grid, scroll } = roster.made;
  let pressed = null;

  grid.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest(".bar.moves");
    if (!bar || event.button || roster.picked) return;
    const one = roster.made.bars.get(bar.dataset.key)?.one;
    pressed = { bar, kind: bar.dataset.kind, one, x: event.clientX, y: event.clientY, pointer: event.pointerId, resizes: endUnder(roster, bar, event), touch: event.pointerType === "touch" };
    if (pressed.touch) pressed.timer = setTimeout(() => pressed && begin(roster, pressed, event), PRESS_MS);
  });
  addEventListener("pointermove", (event) => {
    if (roster.drag) return move(roster, event);
    if (!pressed || event.pointerId !== pressed.pointer) return;
    const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > STARTS_PX;
    if (far && pressed.touch) pressed = void clearTimeout(pressed.timer);
    else if (far) begin(roster, pressed, event);
  });
  const up = (event) => {
    clearTimeout(pressed?.timer);
    pressed = null;
    if (roster.drag) end(roster, event.type === "pointerup");
  };
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, up);
  // A finger that carries a bar does not scroll the page.
  scroll.addEventListener("touchmove", (event) => roster.drag && event.preventDefault(), { passive: false });
  scroll.addEventListener("contextmenu", (event) => roster.drag && event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !roster.drag) return;
    event.preventDefault();
    event.stopPropagation();
    end(roster, false);
  }, true);
  grid.addEventListener("click", (event) => {
    if (roster.dropped) return;
    const bar = event.target.closest(".bar");
    if (bar) roster.open(bar.dataset.kind, roster.made.bars.get(bar.dataset.key)?.one);
  });
  grid.addEventListener("dblclick", (event) => {
    const row = event.target.closest(".row-of-day");
    if (!row || event.target.closest(".bar:not(.shift), .name")) return;
    roster.create({ [roster.made.byPatient ? "patient_id" : "staff_id"]: Number(row.dataset.id), at: Math.floor(minutesAt(roster, event.clientX) / STEP) * STEP });
  });
}

/** Which end is held: the right one of a visit, each of a shift; empty in between. */
function endUnder(roster, bar, event) {
  if (event.target.classList.contains("grip")) return "end";
  const isLeft = bar.dataset.kind === "shift" && !isList(roster.made) && event.clientX - bar.getBoundingClientRect().left < GRIP_PX;
  return isLeft ? "start" : "";
}

/** A phone has no hours beside each other: rows are a list there, and the page itself scrolls. */
const isList = (made) => !made.times.offsetWidth;

/** Measured on the time lane: the strip is narrower. */
function minutesAt(roster, x) {
  const lane = roster.made.times.getBoundingClientRect();
  return ((x - lane.left) / lane.width) * DAY;
}

function begin(roster, pressed, event) {
  const { bar, kind, one, resizes } = pressed;
  const box = bar.getBoundingClientRect();
  const ghost = make("div", { className: `${bar.className} ghost`, "aria-hidden": "true" }, make("span", { className: "words", textContent: bar.dataset.whole }));
  ghost.style.setProperty("--width", `${Math.max(box.width, 150)}px`);
  const drop = make("div", { className: "drop", "aria-hidden": "true" }, make("span"));
  roster.made.scroll.append(ghost);
  bar.classList.add("carried");
  roster.drag = { bar, kind, one, resizes, ghost, drop, x: event.clientX, y: event.clientY, from: [pressed.x, pressed.y], grab: [Math.min(pressed.x - box.left, 150), pressed.y - box.top], scrolled: roster.made.scroll.scrollLeft, lane: roster.made.strip.contains(bar) };
  document.documentElement.classList.add("dragging");
  getSelection()?.removeAllRanges();
  follow(roster);
}

function move(roster, event) {
  roster.drag.x = event.clientX;
  roster.drag.y = event.clientY;
  roster.drag.due ||= requestAnimationFrame(() => follow(roster));
}

/** One frame: the ghost under the pointer, the place where it would fall, scrolling at the edges. */
function follow(roster) {
  const { drag, made } = roster;
  if (!drag) return;
  drag.due = 0;
  drag.ghost.style.setProperty("transform", `translate(${drag.x - drag.grab[0]}px, ${drag.y - drag.grab[1]}px)`);
  const row = drag.resizes ? drag.bar.closest("[data-row]") : document.elementFromPoint(drag.x, drag.y)?.closest?.("[data-row]") ?? null;
  const has = row && (drag.kind === "visit" || row !== made.strip) && (!made.byPatient || row === drag.bar.closest("[data-row]"));
  const allowed = has ? row : null;
  if (drag.row !== allowed) {
    drag.row?.classList.remove("target");
    allowed?.classList.add("target");
    drag.row = allowed;
  }
  drag.values = valuesOf(roster);
  show(roster);
  scrollAtEdges(roster);
}

function valuesOf(roster) {
  const { drag, made, data } = roster;
  const { one } = drag;
  const at = startOf(one, data.day);
  if (drag.resizes) return drag.kind === "shift" ? endsOf(roster) : lengthOf(roster, at);
  if (!drag.row) return {};
  const values = {};
  const onStrip = drag.row === made.strip;
  const staff = onStrip ? null : Number(drag.row.dataset.id);
  if (!made.byPatient && staff !== one.staff_id) values.staff_id = staff ?? "";
  const moved = drag.x - drag.from[0] + made.scroll.scrollLeft - drag.scrolled;
  if (!drag.lane && !onStrip && !isList(made) && Math.abs(moved) >= KEEPS_TIME_PX) {
    const to = snap(at + (moved / made.times.offsetWidth) * DAY);
    if (to !== at) Object.assign(values, startingAt(drag, Math.max(Math.min(0, at), Math.min(DAY - STEP, to)), data.day));
  }
  return values;
}

function lengthOf(roster, at) {
  const { one, x } = roster.drag;
  const minutes = Math.max(STEP, snap(minutesAt(roster, x) - at));
  return minutes === one.minutes ? {} : { minutes };
}

function startingAt({ kind, one }, at, day) {
  if (kind === "visit") return { scheduled_at: momentOf(at, day) };
  return { shift_start: momentOf(at, day), shift_end: momentOf(at + minutesOf(one.end, day) - minutesOf(one.start, day), day) };
}

/** The end of a shift that is pulled, at least a step from the other one. */
function endsOf(roster) {
  const { drag: { one, resizes, x }, data: { day } } = roster;
  const [start, end] = [minutesOf(one.start, day), minutesOf(one.end, day)];
  const to = snap(minutesAt(roster, x));
  if (resizes === "start") return to === start ? {} : { shift_start: momentOf(Math.min(end - STEP, to), day) };
  return to === end ? {} : { shift_end: momentOf(Math.max(start + STEP, to), day) };
}

function show(roster) {
  const { drag, made, data } = roster;
  const lane = drag.row && drag.row !== made.strip ? drag.row.querySelector(".lane") : null;
  if (!lane) return drag.drop.remove();
  const [at, minutes, before] = placeOf(drag, data);
  drag.drop.style.setProperty("--x", at / DAY);
  drag.drop.style.setProperty("--w", minutes / DAY);
  drag.drop.firstChild.textContent = drag.resizes ? length(minutes) : minutes === before ? clock(at) : `${clock(at)}–${clock(at + minutes)}`;
  if (drag.drop.parentElement !== lane) lane.append(drag.drop);
}

/** Where it would begin, for how many minutes, and how many it has now. */
function placeOf({ kind, one, values }, data) {
  if (kind === "shift") {
    const made = withShift(one, values);
    const [at, to] = [minutesOf(made.start, data.day), minutesOf(made.end, data.day)];
    return [at, to - at, minutesOf(one.end, data.day) - minutesOf(one.start, data.day)];
  }
  const byRole = "staff_id" in values ? lengthWith(data, one, values.staff_id) : null;
  return [minutesOf(values.scheduled_at ?? one.start, data.day), values.minutes ?? byRole ?? one.minutes, one.minutes];
}

function scrollAtEdges(roster) {
  const { drag, made } = roster;
  const list = isList(made);
  const view = made.scroll.getBoundingClientRect();
  const top = list ? made.strip.getBoundingClientRect().bottom : view.top + made.head.offsetHeight;
  const speed = (near) => Math.max(0, Math.min(12, (EDGE_PX - near) / 3));
  const down = speed((list ? innerHeight : view.bottom) - drag.y) - (drag.y > top ? speed(drag.y - top) : 0);
  const right = list ? 0 : speed(view.right - drag.x) - speed(drag.x - view.left - 200);
  if ((!down && (!right || drag.lane)) || !drag.row || drag.row === made.strip) return;
  (list ? document.scrollingElement : made.scroll).scrollBy(!drag.lane && (drag.resizes || Math.abs(drag.x - drag.from[0]) > KEEPS_TIME_PX) ? right : 0, down);
  drag.due ||= requestAnimationFrame(() => follow(roster));
}

function end(roster, takes) {
  const { drag } = roster;
  if (drag.due) cancelAnimationFrame(drag.due);
  if (takes) follow(roster);
  drag.ghost.remove();
  drag.drop.remove();
  drag.row?.classList.remove("target");
  drag.bar.classList.remove("carried");
  document.documentElement.classList.remove("dragging");
  roster.drag = null;
  // The click that follows a drop opens nothing.
  roster.dropped = true;
  setTimeout(() => (roster.dropped = false));
  if (!takes || !Object.keys(drag.values ?? {}).length || !moves(roster.made, drag.kind, drag.one)) return;
  (drag.kind === "visit" ? saveVisit : saveShift)(roster, drag.one, drag.values);
}
