// The panel beside the roster: one visit or shift, or a new one. Not modal; what would clash is said before it is saved.
import { $, make } from "../core/dom.js";
import { carers, option } from "./roster-carers.js";
import { endOf, keepTabStop, moves, toneOf } from "./roster-draw.js";
import { inSight } from "./roster-keys.js";
import { attach } from "./picker.js";
import { suggest } from "./roster-suggest.js";
import { check, create, saveShift, saveVisit, sentences } from "./roster-save.js";
import { DAY, STEP, clock, isoDay, length, lengthWith, minutesOf, momentIn, momentOf, now } from "./roster-times.js";

const LOOK_AFTER_MS = 250;
let asked = 0;

const field = (label, input, help = "") => make("label", { className: "field" }, make("span", { textContent: label }), input, ...(help ? [make("small", { className: "help", textContent: help })] : []));
const input = (name, properties) => make("input", { className: "form-control", name, ...properties });
const select = (name, options) => make("select", { className: "form-select", name }, ...options);
const button = (textContent, onclick, className = "btn") => make("button", { type: "button", className, textContent, onclick });

/** Opens the panel for a visit or a shift. `wish` "suggest" moves the focus to the suggestions. */
export function open(roster, kind, one, wish = "") {
  if (!one) return;
  const may = kind === "visit" ? moves(roster.made, kind, one) : roster.data.may.edit_shift;
  const body = may ? (kind === "visit" ? visitForm(roster, one) : shiftForm(roster, one)) : facts(roster, kind, one);
  const table = kind === "visit" ? "visit_services" : "caregiver_assignments";
  const status = make("span", { className: `badge badge-${kind === "visit" ? toneOf(one) : "waiting"}`, textContent: kind === "visit" && one.missed ? "Missed" : kind === "visit" && one.late ? "Late" : one.status });
  fill(roster, one.patient, [
    make("p", { className: "about" }, status, make("span", { className: "muted", textContent: [spanOf(roster, kind, one), one.place, one.pair ? "two carers" : ""].filter(Boolean).join(" · ") })),
    body,
    ...again(roster, kind, one),
    make("p", { className: "links" },
      make("a", { href: `/admin/${table}/details/?id=${one.id}`, textContent: `Open the ${kind}` }),
      make("a", { href: `/admin/${table}/history/?id=${one.id}`, textContent: "History" }),
      ...(one.series ? [make("a", { href: `/admin/assign/series/?visit_id=${one.id}`, textContent: "Change the series" })] : []),
      make("a", { href: `/admin/patients/details/?id=${one.patient_id}`, textContent: "Open the patient" }),
      ...(roster.urls.near ? [make("a", { href: `${roster.urls.near}?around=${one.patient_id}&day=${roster.data.day}`, textContent: "Who is near" })] : [])),
  ], { kind, id: one.id, wish });
  if (wish === "suggest") $("[data-suggestions] button, select[name=staff_id]", roster.side)?.focus();
}

/** A visit that nobody came to can be planned anew: the old one stays as it was. */
function again(roster, kind, one) {
  if (kind !== "visit" || one.status !== "Missed" || !roster.data.may.create_visit) return [];
  return [make("div", { className: "side-foot" }, button("Plan a visit in its place", () => openNew(roster, { patient_id: one.patient_id, patient: one.patient })))];
}

export function fill(roster, title, parts, about) {
  const { side } = roster;
  const head = make("header", { className: "side-head" }, make("h2", { id: "side-head", textContent: title }),
    make("button", { type: "button", className: "btn btn-quiet btn-icon", "aria-label": "Close", textContent: "×", onclick: () => close(roster) }));
  const bar = mark(roster, about);
  side.replaceChildren(head, make("div", { className: "side-body" }, ...parts));
  side.hidden = false;
  // The panel takes its room from the board.
  if (bar) inSight(roster, bar);
  side.onkeydown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close(roster);
    if (event.key === "Enter" && event.target.matches(".side-form input:not([role=combobox])")) {
      event.preventDefault();
      $("[data-save]", side).click();
    }
  };
  ($("select, input:not([type=hidden]):not([type=radio])", side) ?? $("button", head)).focus();
  suggest(roster, { ...about, slot: $("[data-suggestions]", side) });
}

export function close(roster) {
  if (roster.side.hidden) return;
  roster.side.hidden = true;
  mark(roster, null);
  asked += 1;
  roster.focus();
}

/** The bar that the panel is about is seen to be it; it is given back. */
function mark(roster, about) {
  const barOf = (of) => of && roster.made.bars.get(`${of.kind}-${of.id}`)?.element;
  const bar = barOf(about);
  barOf(roster.shown)?.removeAttribute("data-shown");
  bar?.setAttribute("data-shown", "");
  roster.shown = about;
  return bar;
}

/** "12:45–13:45" */
function spanOf(roster, kind, one) {
  const { day } = roster.data;
  const ends = [minutesOf(one.start, day), kind === "visit" ? endOf(one, day) : minutesOf(one.end, day)];
  return ends.map((at) => (at === null ? "open" : clock(at))).join("–");
}

function facts(roster, kind, one) {
  const { day } = roster.data;
  const carer = roster.data.staff.find((each) => each.id === one.staff_id)?.name ?? "Nobody";
  const end = kind === "visit" ? endOf(one, day) : minutesOf(one.end, day);
  const rows = [["Carer", carer], ["Time", `${one.start ? clock(minutesOf(one.start, day)) : "open"} to ${end === null ? "open" : clock(end)}`], ["Length", kind === "visit" ? length(one.minutes) : ""], ["Purpose", one.purpose]];
  const list = make("dl", { className: "told-facts" });
  for (const [label, value] of rows) if (value) list.append(make("div", {}, make("dt", { textContent: label }), make("dd", { textContent: value })));
  return list;
}

function purposes(roster, now) {
  const words = roster.choices.purpose.map((one) => one.word);
  return select("purpose", [option("", "None", !now), ...(now && !words.includes(now) ? [now, ...words] : words).map((word) => option(word, word, word === now))]);
}

function when(roster, minutes) {
  return [
    input("day", { type: "date", value: isoDay(momentOf(minutes, roster.data.day)), required: true }),
    input("time", { type: "time", value: clock(minutes), required: true }),
  ];
}

function visitForm(roster, visit) {
  const { day: today } = roster.data;
  const [day, time] = when(roster, minutesOf(visit.planned, today));
  const minutes = input("minutes", { type: "number", min: 5, max: DAY, step: 5, value: visit.minutes, required: true });
  const carer = select("staff_id", []);
  const offer = (chosen) => {
    const from = minutesOf(momentIn(day.value, time.value), today);
    const until = (person) => from + (minutes.dataset.written ? Number(minutes.value) : lengthWith(roster.data, visit, person.id) ?? visit.minutes);
    carer.replaceChildren(...carers(roster, chosen, from, until, { nobody: true, but: `visit-${visit.id}`, patient: visit.patient_id }));
  };
  offer(visit.staff_id);
  const purpose = purposes(roster, visit.purpose);
  const ownMinutes = () => (purpose.value === visit.purpose ? null : roster.choices.purpose.find((one) => one.word === purpose.value)?.minutes);
  const byRole = () => lengthWith(roster.data, visit, carer.value);
  const end = make("small", { className: "help" });
  const tellEnd = () => (end.textContent = time.value && minutes.value ? `Until ${clock(minutesOf(momentIn(day.value, time.value), today) + Number(minutes.value))}` : "");
  const edited = (event) => {
    const { target } = event;
    // Without a plan the length is that of whoever goes; what was written by hand stays.
    if (target === minutes) minutes.dataset.written = "1";
    else if ([carer, purpose].includes(target) && !minutes.dataset.written) minutes.value = ownMinutes() ?? byRole() ?? visit.minutes;
    // Who is free is told of the time that is written now.
    if ([day, time, minutes].includes(target) && day.value && time.value) offer(carer.value);
    tellEnd();
    fits.look();
  };
  const values = () => {
    const found = {};
    if (carer.value !== String(visit.staff_id ?? "")) found.staff_id = carer.value;
    if (Date.parse(momentIn(day.value, time.value)) !== Date.parse(visit.planned)) found.scheduled_at = momentIn(day.value, time.value);
    // Sent unless the server comes to the same by itself: a new purpose would bring its own minutes.
    if (Number(minutes.value) !== byRole() || ownMinutes()) found.minutes = minutes.value;
    if (purpose.value !== visit.purpose) found.purpose = purpose.value;
    return found;
  };
  const fits = fitting(roster, "visits/", () => ({ visit_id: visit.id, version: visit.version, ...values() }), () => Object.keys(values()).length);
  const save = () => {
    if (![day, time, minutes].every((one) => one.reportValidity())) return;
    const changed = values();
    if (!Object.keys(changed).length) return close(roster);
    roster.stay = `visit-${visit.id}`;
    close(roster);
    saveVisit(roster, visit, changed);
  };
  tellEnd();
  const ofMinutes = field("Minutes", minutes);
  ofMinutes.append(end);
  const form = make("div", { className: "side-form", oninput: edited, onchange: edited },
    field("Carer", carer), make("div", { "data-suggestions": "", hidden: true }),
    make("div", { className: "pair" }, field("Day", day), field("Time", time)),
    make("div", { className: "pair" }, ofMinutes, field("Purpose", purpose)), fits.said,
    make("div", { className: "side-foot" }, make("button", { type: "button", className: "btn btn-primary", "data-save": "", textContent: "Save", onclick: save }),
      ...(visit.staff_id ? [button("Unassign", () => { close(roster); saveVisit(roster, visit, { staff_id: "" }); })] : [])),
    ending(roster, visit));
  return form;
}

function ending(roster, visit) {
  const words = roster.choices.ending.map((one) => one.word);
  const why = select("ending_reason", [option("", "Choose a reason", true), ...words.map((word) => option(word, word))]);
  const end = (status) => () => {
    if (words.length && !why.value) return why.focus();
    close(roster);
    saveVisit(roster, visit, { status, ending_reason: why.value });
  };
  const missed = visit.missed ? [button("Nobody came", end("Missed"))] : [];
  return make("details", { className: "ending" }, make("summary", { textContent: visit.missed ? "Say why nobody came, or cancel" : "Cancel this visit" }), ...(words.length ? [field("Why", why)] : []), ...missed, button("Cancel the visit", end("Cancelled"), "btn btn-danger"));
}

function shiftForm(roster, shift) {
  const { day: today } = roster.data;
  const [from, to] = [minutesOf(shift.start, today) ?? 0, minutesOf(shift.end, today) ?? DAY];
  const [startDay, startTime] = when(roster, from);
  const [endDay, endTime] = when(roster, to);
  const carer = select("staff_id", carers(roster, shift.staff_id, from, () => to, { but: `shift-${shift.id}`, patient: shift.patient_id }));
  const values = () => {
    const found = {};
    if (carer.value !== String(shift.staff_id)) found.staff_id = carer.value;
    if (Date.parse(momentIn(startDay.value, startTime.value)) !== Date.parse(shift.start)) found.shift_start = momentIn(startDay.value, startTime.value);
    if (Date.parse(momentIn(endDay.value, endTime.value)) !== Date.parse(shift.end)) found.shift_end = momentIn(endDay.value, endTime.value);
    return found;
  };
  const fits = fitting(roster, "shifts/", () => ({ shift_id: shift.id, version: shift.version, ...values() }), () => Object.keys(values()).length);
  const save = () => {
    const changed = values();
    close(roster);
    if (Object.keys(changed).length) saveShift(roster, shift, changed);
  };
  return make("div", { className: "side-form", oninput: fits.look, onchange: fits.look },
    field("Carer", carer), make("div", { "data-suggestions": "", hidden: true }), make("div", { className: "pair" }, field("From", startDay), field("Time", startTime)), make("div", { className: "pair" }, field("To", endDay), field("Time", endTime)), fits.said,
    make("div", { className: "side-foot" }, make("button", { type: "button", className: "btn btn-primary", "data-save": "", textContent: "Save", onclick: save }),
      button("Cancel the shift", () => { close(roster); saveShift(roster, shift, { status: "Cancelled" }); }, "btn btn-danger")));
}

/** A new visit or shift; `given` may have staff_id, patient_id, at (minutes). */
export function openNew(roster, given = {}) {
  const { may, day: today } = roster.data;
  if (!may.create_visit && !may.create_shift) return;
  const soon = now(today) >= 0 && now(today) < DAY - 60 ? Math.ceil((now(today) + 1) / STEP) * STEP : 9 * 60;
  const at = given.at ?? soon;
  const [day, time] = when(roster, at);
  const minutes = input("minutes", { type: "number", min: 5, max: DAY, step: 5, placeholder: "by role" });
  const [endDay, endTime] = when(roster, Math.min(at + 8 * 60, DAY));
  const patient = make("div", { className: "picker", "data-lookup-url": roster.urls.patients }, make("input", { className: "form-control", id: "new-patient", name: "patient_id", value: given.patient_id ?? "", "data-label": given.patient ?? "" }));
  const carer = select("staff_id", carers(roster, given.staff_id, at, (person) => at + (lengthWith(roster.data, {}, person.id) ?? 0), { nobody: true, patient: given.patient_id ?? null }));
  const purpose = purposes(roster, "");
  const two = make("input", { type: "checkbox", name: "pair" });
  const kinds = [["visit", may.create_visit], ["shift", may.create_shift]].filter(([, allowed]) => allowed).map(([kind]) => kind);
  const kind = { value: kinds[0] };
  const ofVisit = [make("div", { className: "pair" }, field("Minutes", minutes), field("Purpose", purpose)), make("label", { className: "check" }, two, "Two carers: a second visit at the same time")];
  const ofShift = [make("div", { className: "pair" }, field("To", endDay), field("Time", endTime))];
  const show = () => {
    ofVisit.forEach((part) => (part.hidden = kind.value !== "visit"));
    ofShift.forEach((part) => (part.hidden = kind.value !== "shift"));
  };
  const tellLength = () => {
    const own = roster.choices.purpose.find((one) => one.word === purpose.value)?.minutes ?? lengthWith(roster.data, {}, carer.value);
    minutes.placeholder = own ? `${own} ${purpose.value ? "" : "by role"}`.trim() : "by role";
  };
  const edited = () => {
    tellLength();
    fits.look();
  };
  const values = () => {
    const start = momentIn(day.value, time.value);
    const found = { patient_id: $("[name=patient_id]", patient).value, staff_id: carer.value };
    if (kind.value === "shift") return { ...found, shift_start: start, shift_end: momentIn(endDay.value, endTime.value) };
    return { ...found, scheduled_at: start, minutes: minutes.value, purpose: purpose.value, pair: two.checked ? 1 : "" };
  };
  const fits = fitting(roster, () => `${kind.value}s/new/`, values, () => values().patient_id && values().staff_id);
  const save = async () => {
    if (!values().patient_id) return $("[role=combobox]", patient).focus();
    if (kind.value === "shift" && !carer.value) return carer.focus();
    if (![day, time, minutes].every((one) => one.reportValidity())) return;
    if (await create(roster, kind.value, values())) close(roster);
  };
  const choose = kinds.length > 1 ? [make("div", { className: "joined kinds", role: "radiogroup", "aria-label": "What" }, ...kinds.map((each) => make("label", { className: "btn" }, make("input", { type: "radio", name: "kind", value: each, checked: each === kind.value, onchange: () => { kind.value = each; show(); } }), each === "visit" ? "Visit" : "Shift")))] : [];
  const form = make("div", { className: "side-form", oninput: edited, onchange: edited }, ...choose,
    make("div", { className: "field" }, make("label", { for: "new-patient", textContent: "Patient" }), patient), field("Carer", carer), make("div", { "data-suggestions": "", hidden: true }),
    make("div", { className: "pair" }, field("Day", day), field("Time", time)), ...ofVisit, ...ofShift, fits.said,
    make("div", { className: "side-foot" }, make("button", { type: "button", className: "btn btn-primary", "data-save": "", textContent: "Create", onclick: save }), button("Close", () => close(roster))));
  show();
  tellLength();
  fill(roster, "New", [form], { kind: "new", id: 0 });
  if (roster.urls.patients) attach(patient);
  keepTabStop(roster.made);
  $("[role=combobox]", patient)?.focus();
}

/** Says what a change would clash with, a moment after the last key. */
function fitting(roster, path, values, isWorthIt) {
  const said = make("ul", { className: "clashes" });
  let waiting = 0;
  const look = () => {
    clearTimeout(waiting);
    asked += 1;
    const mine = asked;
    if (!isWorthIt()) return said.replaceChildren();
    waiting = setTimeout(async () => {
      const conflicts = await check(roster, typeof path === "function" ? path() : path, values()).catch(() => null);
      if (mine !== asked || !said.isConnected) return;
      said.replaceChildren(...(conflicts?.length ? sentences(conflicts) : conflicts ? [make("li", { className: "fits", textContent: "Nothing stands in the way." })] : []));
    }, LOOK_AFTER_MS);
  };
  return { said: make("div", { role: "status", "aria-label": "Conflicts" }, said), look };
}
