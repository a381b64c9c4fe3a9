// Draws a day: a grid of rows (staff or patients) with bars, bands behind them, and the strip of unassigned visits.
// Every element is made once and kept by its id: drawing again touches only what differs.
import { $, make } from "../core/dom.js";
import { DAY, clock, hours, isoDay, length, minutesOf } from "./roster-times.js";

export const STRIP = "strip";
const FULL_DAY = 480;
// Under this many minutes a bar has room for the name alone.
const SHORT = 90;

/** What is drawn and of what. `bars` and `rows` are elements by key, with what they show as `was`. */
export function board(scroll, data) {
  const grid = make("div", { className: "board", role: "grid", "aria-label": "Roster of the day" });
  const head = make("div", { role: "rowgroup", className: "head" });
  const body = make("div", { role: "rowgroup", className: "rows-of-day" });
  const hoursRow = make("div", { role: "row", className: "hours-row" }, make("div", { role: "columnheader", className: "name", textContent: scroll.dataset.rows === "patients" ? "Patient" : "Staff" }));
  const lines = make("div", { className: "hour-lines", "aria-hidden": "true" });
  const times = make("div", { role: "columnheader", className: "lane" }, make("span", { className: "visually-hidden", textContent: "Time" }));
  for (let hour = 0; hour < 24; hour += 1) {
    const mark = make("span", { className: "hour", textContent: clock(hour * 60), "aria-hidden": "true" });
    mark.style.setProperty("--x", (hour * 60) / DAY);
    times.append(mark);
    // One line down the whole day; a background of every lane costs half of the frames while scrolling.
    const rule = make("i");
    rule.style.setProperty("--x", (hour * 60) / DAY);
    lines.append(rule);
  }
  hoursRow.append(times);
  const strip = make("div", { role: "row", className: "strip", "data-row": STRIP },
    make("div", { role: "rowheader", className: "name", tabIndex: -1 }, make("span", { textContent: "Unassigned" }), make("small", {}, make("span", { textContent: "oldest first" }), make("b", {}))),
    make("div", { className: "lane", role: "presentation" }));
  head.append(hoursRow, strip);
  const line = make("div", { className: "now-line", hidden: true });
  const badge = make("span", { className: "now-badge", hidden: true });
  times.append(badge);
  grid.append(lines, head, body, line);
  scroll.replaceChildren(grid);
  const made = { scroll, grid, head, body, strip, times, line, badge, rows: new Map(), bars: new Map(), data, byPatient: scroll.dataset.rows === "patients" };
  draw(made, data);
  return made;
}

export const barKey = (kind, id) => `${kind}-${id}`;
export const startOf = (visit, day) => minutesOf(visit.start, day);
export const endOf = (visit, day) => minutesOf(visit.end, day) ?? startOf(visit, day) + visit.minutes;

/** Shows `data`; the focus and what is scrolled stay where they are. */
export function draw(made, data) {
  made.data = data;
  const wanted = rowsOf(made, data);
  const kept = new Set();
  const stays = topRow(made);
  const focused = made.grid.contains(document.activeElement) ? document.activeElement : null;
  for (const row of wanted) {
    kept.add(row.key);
    drawRow(made, row);
  }
  for (const [key, row] of made.rows) {
    if (!kept.has(key)) {
      row.element.remove();
      made.rows.delete(key);
    }
  }
  const order = wanted.map((row) => made.rows.get(row.key).element);
  order.forEach((element, at) => made.body.children[at] !== element && made.body.insertBefore(element, made.body.children[at] ?? null));
  drawStrip(made, data);
  const bars = new Set([...data.visits.map((one) => barKey("visit", one.id)), ...data.shifts.map((one) => barKey("shift", one.id))]);
  for (const [key, bar] of made.bars) {
    if (!bars.has(key)) {
      bar.element.remove();
      made.bars.delete(key);
    }
  }
  if (!order.length) made.body.replaceChildren(make("p", { className: "nobody muted", textContent: made.byPatient ? "No patient has anything on this day." : "Nobody works here with these conditions." }));
  else $(".nobody", made.body)?.remove();
  // A bar that went to another row has lost the focus on its way.
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  stay(made, stays);
  tellNow(made);
  keepTabStop(made);
}

// Moving an element under the pointer or the focus makes the browser scroll: the first row in sight is put back.
function topRow(made) {
  const top = made.scroll.scrollTop + made.head.offsetHeight;
  const element = [...made.body.children].find((row) => row.offsetTop + row.offsetHeight > top);
  return element && { element, offset: element.offsetTop - made.scroll.scrollTop, left: made.scroll.scrollLeft };
}

function stay(made, at) {
  if (!at?.element.isConnected) return;
  made.scroll.scrollTop = at.element.offsetTop - at.offset;
  made.scroll.scrollLeft = at.left;
}

function rowsOf(made, data) {
  const rows = new Map();
  const add = (key, told) => rows.get(key) ?? rows.set(key, { key, bars: [], bands: [], before: [], ...told }).get(key);
  if (made.byPatient) {
    for (const visit of data.visits) add(`p${visit.patient_id}`, { id: visit.patient_id, name: visit.patient, role: visit.place }).bars.push(visit);
    for (const shift of data.shifts) add(`p${shift.patient_id}`, { id: shift.patient_id, name: shift.patient, role: "" }).bands.push(shift);
    return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
  }
  for (const person of data.staff) add(`s${person.id}`, { ...person, person });
  for (const visit of data.visits) if (visit.staff_id) rows.get(`s${visit.staff_id}`)?.bars.push(visit);
  for (const shift of data.shifts) rows.get(`s${shift.staff_id}`)?.bands.push(shift);
  for (const visit of data.before) rows.get(`s${visit.staff_id}`)?.before.push(visit);
  for (const away of data.absences) (rows.get(`s${away.staff_id}`) ?? {}).away = [...(rows.get(`s${away.staff_id}`)?.away ?? []), away];
  return [...rows.values()];
}

function drawRow(made, row) {
  const { day } = made.data;
  let held = made.rows.get(row.key);
  if (!held) {
    const name = make("div", { role: "rowheader", className: "name", tabIndex: -1 }, make("span"), make("small", {}, make("span"), make("b")));
    const lane = make("div", { className: "lane", role: "presentation" });
    const element = make("div", { role: "row", className: "row-of-day", "data-row": row.key, "data-id": row.id }, name, lane);
    held = { element, name, lane, was: "" };
    made.rows.set(row.key, held);
  }
  held.told = row;
  const away = (row.away ?? []).map((one) => one.kind).join(", ");
  const hoursOf = made.data.hours[row.id];
  const full = hoursOf ? hoursOf[1] - hoursOf[0] : FULL_DAY;
  const booked = made.byPatient ? "" : hoursOf === null ? `${hours(row.minutes_booked)} h, day off` : `${hours(row.minutes_booked)}/${hours(full)} h`;
  const roleWords = [row.role, away || (row.status && row.status !== "Active" && row.status)].filter(Boolean).join(" · ");
  write(held.name.children[0], row.name);
  write(held.name.children[1].children[0], roleWords);
  write(held.name.children[1].children[1], booked);
  held.name.classList.toggle("over", !made.byPatient && row.minutes_booked > FULL_DAY);
  const lanes = placed(row.bars, day);
  held.element.style.setProperty("--n", Math.max(1, lanes.count));
  drawBands(made, held, row, hoursOf);
  const order = row.bars.map((visit) => drawBar(made, "visit", visit, lanes.lines.get(visit.id)).element);
  put(held.lane, [...held.lane.children].filter((one) => one.classList.contains("band")), order);
  if (!order.length && !row.bands.length && !row.before.length) {
    if (!$(".nothing", held.lane)) held.lane.append(make("div", { role: "gridcell", className: "nothing visually-hidden", textContent: "Nothing booked" }));
  } else $(".nothing", held.lane)?.remove();
}

function put(lane, before, order) {
  [...before, ...order].forEach((element, at) => lane.children[at] !== element && lane.insertBefore(element, lane.children[at] ?? null));
}

const write = (element, words) => element.textContent !== words && (element.textContent = words);

/** Which line each visit stands on: the first that is free then. */
function placed(visits, day) {
  const ends = [];
  const lines = new Map();
  for (const visit of [...visits].sort((a, b) => startOf(a, day) - startOf(b, day))) {
    const at = startOf(visit, day);
    let line = ends.findIndex((end) => end <= at);
    if (line < 0) line = ends.length;
    ends[line] = Math.max(endOf(visit, day), at + 20);
    lines.set(visit.id, line);
  }
  return { count: ends.length, lines };
}

function drawBands(made, held, row, hoursOf) {
  const { day } = made.data;
  const signature = JSON.stringify([row.bands, row.away, row.before, hoursOf, day, row.bars.length > 0]);
  if (held.was === signature) return;
  held.was = signature;
  for (const old of held.lane.querySelectorAll(".band:not([data-key])")) old.remove();
  const bands = [];
  if (hoursOf === null) bands.push(band("free", 0, DAY));
  else if (hoursOf) bands.push(band("free", 0, hoursOf[0]), band("free", hoursOf[1], DAY));
  for (const one of row.away ?? []) bands.push(band("away", minutesOf(one.from, day), minutesOf(one.to, day)));
  held.lane.prepend(...bands);
  const shifts = [...row.bands].sort((a, b) => (minutesOf(a.start, day) ?? 0) - (minutesOf(b.start, day) ?? 0));
  shifts.forEach((shift, at) => held.lane.insertBefore(drawBar(made, "shift", shift, row.bars.length).element, held.lane.children[bands.length + at] ?? null));
  // Over a shift, as a visit is.
  for (const one of row.before) held.lane.insertBefore(early(one, day), held.lane.children[bands.length + row.bands.length] ?? null);
}

function band(kind, from, to) {
  const element = make("div", { className: `band ${kind}`, "aria-hidden": "true" });
  return span(element, Math.max(0, from), Math.min(DAY, to));
}

/** A visit of the day before that goes on: it leads to its own day, where it is moved. */
function early(one, day) {
  const words = `since ${clock(minutesOf(one.start, day))} ${one.patient}`;
  const link = make("a", { tabIndex: -1, title: words, textContent: words, href: `/admin/assign/?day=${isoDay(one.planned)}#visit-${one.id}` });
  return span(make("div", { role: "gridcell", className: "band shift early" }, link), 0, Math.min(DAY, minutesOf(one.end, day)));
}

function span(element, from, to) {
  element.style.setProperty("--x", from / DAY);
  element.style.setProperty("--w", Math.max(0, to - from) / DAY);
  return element;
}

const TONES = { Completed: "done", "In Progress": "running", Missed: "missed" };
export const toneOf = (visit) => (visit.missed ? "missed" : visit.late ? "late" : visit.stuck ? "late" : TONES[visit.status] ?? "planned");
/** Whether this person may give it to somebody else or to another hour: it has not begun, and a shift has its times. */
export const moves = (made, kind, one) => Boolean(made.data.may[`edit_${kind}`] && (kind === "visit" ? one.waiting : /^(Assigned|Confirmed)$/.test(one.status) && one.start && one.end));
const alarm = (visit) => (visit.missed ? "missed" : visit.late ? "late" : visit.stuck ? "no check-out" : visit.cover ? "needs cover" : "");

/** "Visit 09:00 to 10:00, Abebe, Bole, assigned to Almaz, late" */
export function sentence(made, kind, one) {
  const { day } = made.data;
  const carer = nameOf(made, one.staff_id);
  const at = [minutesOf(one.start, day), kind === "visit" ? endOf(one, day) : minutesOf(one.end, day)];
  const times = `${at[0] === null ? "open" : clock(at[0])} to ${at[1] === null ? "open" : clock(at[1])}`;
  const parts = kind === "shift" ? [`Shift ${times}`, one.patient, carer, one.status.toLowerCase()] : [`Visit ${times}`, one.patient, one.place, one.purpose, carer ? `assigned to ${carer}` : "unassigned", one.status.toLowerCase(), one.pair ? "two carers" : "", alarm(one)];
  return parts.filter(Boolean).join(", ");
}

export const nameOf = (made, staffId) => made.data.staff.find((one) => one.id === staffId)?.name ?? (staffId ? `#${staffId}` : "");

export function drawBar(made, kind, one, line) {
  const key = barKey(kind, one.id);
  let held = made.bars.get(key);
  if (!held) {
    const element = make("div", { role: "gridcell", tabIndex: -1, "data-key": key, "data-kind": kind, "data-id": one.id }, 
      make("span", { className: "words", "aria-hidden": "true" }), make("small", { "aria-hidden": "true" }), make("i", { className: "grip", "aria-hidden": "true" }), make("span", { className: "visually-hidden" }));
    held = { element, was: "" };
    made.bars.set(key, held);
  }
  held.one = one;
  const { day } = made.data;
  const signature = JSON.stringify([one, line, day, made.byPatient && nameOf(made, one.staff_id)]);
  if (held.was === signature) return held;
  held.was = signature;
  const { element } = held;
  const isStrip = kind === "visit" && !one.staff_id && !made.byPatient;
  const from = minutesOf(one.start, day) ?? 0;
  const to = kind === "visit" ? endOf(one, day) : minutesOf(one.end, day) ?? DAY;
  span(element, Math.max(0, from), Math.min(DAY, to));
  element.style.setProperty("--y", line ?? 0);
  const short = to - from < SHORT;
  element.className = kind === "shift" ? `band shift bar${line ? " behind" : ""}${moves(made, kind, one) ? " moves" : ""}` : `bar tone-${toneOf(one)}${short ? " short" : ""}${!one.staff_id ? " unassigned" : ""}${alarm(one) ? " alarm" : ""}${moves(made, kind, one) ? " moves" : ""}`;
  const who = made.byPatient ? nameOf(made, one.staff_id) || "Nobody" : [one.patient, one.place].filter(Boolean).join(" · ");
  // Of the night before: the hour alone would be told of this evening.
  write(element.children[0], kind === "shift" ? `${from < 0 ? "since " : ""}${clock(from)} ${made.byPatient ? who : one.patient}` : short && !isStrip ? (made.byPatient ? who : one.patient) : `${clock(from)} ${who}`);
  element.dataset.at = clock(from);
  element.children[0].dataset.whole = element.dataset.whole = `${clock(from)} ${who}`;
  write(element.children[1], kind === "shift" ? "" : [alarm(one), length(to - from)].filter(Boolean).join(" · "));
  const whole = sentence(made, kind, one);
  write(element.children[3], whole);
  element.title = whole;
  return held;
}

function drawStrip(made, data) {
  const lane = made.strip.lastElementChild;
  const found = made.byPatient ? [] : data.visits.filter((visit) => !visit.staff_id).sort((a, b) => Date.parse(a.planned) - Date.parse(b.planned));
  put(lane, [], found.map((visit) => drawBar(made, "visit", visit, 0).element));
  made.strip.hidden = made.byPatient;
  write($("b", made.strip), String(found.filter((visit) => visit.unassigned).length));
  const empty = $(".nothing", lane);
  if (!found.length && !empty) lane.append(make("div", { role: "gridcell", className: "nothing muted", textContent: "Every visit has somebody." }));
  else if (found.length) empty?.remove();
}

export function tellNow(made) {
  const at = minutesOf(new Date().toISOString(), made.data.day);
  const is = at >= 0 && at < DAY;
  for (const element of [made.line, made.badge]) {
    element.hidden = !is;
    element.style.setProperty("--x", at / DAY);
  }
  made.badge.textContent = clock(at);
}

/** One place of the grid takes the Tab key; it stays on what was last there. */
export function keepTabStop(made, wanted) {
  const held = wanted ?? (made.stop?.isConnected ? made.stop : null) ?? $(".bar:not(.shift)", made.grid) ?? $(".name[tabindex]", made.grid);
  if (made.stop && made.stop !== held) made.stop.tabIndex = -1;
  if (held) held.tabIndex = 0;
  made.stop = held;
}
