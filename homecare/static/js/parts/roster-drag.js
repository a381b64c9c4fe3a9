// Dragging with mouse, pen or a finger (after a long press): to another person, another time, the strip, or a new length.
import { make } from "../core/dom.js";
import { lengthWith } from "./roster-carers.js";
import { moves, startOf } from "./roster-draw.js";
import { saveVisit } from "./roster-save.js";
import { DAY, STEP, clock, length, momentOf, snap } from "./roster-times.js";

const STARTS_PX = 5;
const KEEPS_TIME_PX = 12;
const PRESS_MS = 350;
const EDGE_PX = 44;

export function listen(roster) {
  const { grid, scroll } = roster.made;
  let pressed = null;

  grid.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest(".bar.moves");
    if (!bar || event.button || roster.picked) return;
    const visit = roster.made.bars.get(bar.dataset.key)?.one;
    pressed = { bar, visit, x: event.clientX, y: event.clientY, pointer: event.pointerId, resizes: event.target.classList.contains("grip"), touch: event.pointerType === "touch" };
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

/** A phone has no hours beside each other: rows are a list there, and the page itself scrolls. */
const isList = (made) => !made.times.offsetWidth;

/** Measured on the time lane: the strip is narrower. */
function minutesAt(roster, x) {
  const lane = roster.made.times.getBoundingClientRect();
  return ((x - lane.left) / lane.width) * DAY;
}

function begin(roster, pressed, event) {
  const { bar, visit, resizes } = pressed;
  const box = bar.getBoundingClientRect();
  const ghost = make("div", { className: `${bar.className} ghost`, "aria-hidden": "true" }, make("span", { className: "words", textContent: bar.dataset.whole }));
  ghost.style.setProperty("--width", `${Math.max(box.width, 150)}px`);
  const drop = make("div", { className: "drop", "aria-hidden": "true" }, make("span"));
  roster.made.scroll.append(ghost);
  bar.classList.add("carried");
  roster.drag = { bar, visit, resizes, ghost, drop, x: event.clientX, y: event.clientY, from: [pressed.x, pressed.y], grab: [Math.min(pressed.x - box.left, 150), pressed.y - box.top], scrolled: roster.made.scroll.scrollLeft, lane: roster.made.strip.contains(bar) };
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
  const allowed = row && (!made.byPatient || row === drag.bar.closest("[data-row]")) ? row : null;
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
  const { visit } = drag;
  const at = startOf(visit, data.day);
  if (drag.resizes) {
    const minutes = Math.max(STEP, snap(minutesAt(roster, drag.x) - at));
    return minutes === visit.minutes ? {} : { minutes };
  }
  if (!drag.row) return {};
  const values = {};
  const onStrip = drag.row === made.strip;
  const staff = onStrip ? null : Number(drag.row.dataset.id);
  if (!made.byPatient && staff !== visit.staff_id) values.staff_id = staff ?? "";
  const moved = drag.x - drag.from[0] + made.scroll.scrollLeft - drag.scrolled;
  if (!drag.lane && !onStrip && !isList(made) && Math.abs(moved) >= KEEPS_TIME_PX) {
    const to = snap(at + (moved / made.times.offsetWidth) * DAY);
    if (to !== at) values.scheduled_at = momentOf(Math.max(0, Math.min(DAY - STEP, to)), data.day);
  }
  return values;
}

function show(roster) {
  const { drag, made, data } = roster;
  const lane = drag.row && drag.row !== made.strip ? drag.row.querySelector(".lane") : null;
  if (!lane) return drag.drop.remove();
  const at = drag.values.scheduled_at ? (Date.parse(drag.values.scheduled_at) - Date.parse(momentOf(0, data.day))) / 60000 : startOf(drag.visit, data.day);
  const byRole = "staff_id" in drag.values ? lengthWith(data, drag.visit, drag.values.staff_id) : null;
  const minutes = drag.values.minutes ?? byRole ?? drag.visit.minutes;
  drag.drop.style.setProperty("--x", at / DAY);
  drag.drop.style.setProperty("--w", minutes / DAY);
  drag.drop.firstChild.textContent = drag.resizes ? length(minutes) : minutes === drag.visit.minutes ? clock(at) : `${clock(at)}–${clock(at + minutes)}`;
  if (drag.drop.parentElement !== lane) lane.append(drag.drop);
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
  if (takes && Object.keys(drag.values ?? {}).length && moves(roster.made, drag.visit)) saveVisit(roster, drag.visit, drag.values);
}
