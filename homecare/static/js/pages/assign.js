// The roster: a day that is drawn, moved by hand or key, refreshed while the page is in sight, and printed on one page.
import { $, $$, make, toast, typing } from "../core/dom.js";
import { attach } from "../parts/picker.js";
import * as answer from "../parts/roster-answer.js";
import * as drag from "../parts/roster-drag.js";
import { barKey, board, draw, keepTabStop, startOf, tellNow } from "../parts/roster-draw.js";
import * as keys from "../parts/roster-keys.js";
import { DAY, clock, now } from "../parts/roster-times.js";

const REFRESH_MS = 30_000;
const AFTER_SAVE_MS = 400;
// A page of A3 on its side, without margins and head, in pixels of 96 an inch.
const PAPER_PX = 940;
const HEAD_PX = 70;
// What stands out, and in which tone it is counted.
const TONES = { unassigned: "waiting", late: "late", missed: "missed", stuck: "late" };
const scroll = $("#roster");
const picker = $("#day");
let panel = null;

picker?.addEventListener("change", () => picker.value && location.assign(picker.dataset.url.replace("DAY", picker.value)));
$$("#conditions .picker[data-lookup-url]").forEach(attach);

$("#print").addEventListener("click", () => print());
if (scroll) start();
else import("../parts/roster-week.js").then((week) => week.begin(REFRESH_MS));

function start() {
  const data = JSON.parse($("#day-data").textContent);
  const lookup = $("#conditions .picker")?.dataset.lookupUrl ?? "";
  const roster = {
    data,
    choices: JSON.parse($("#choices").textContent),
    made: board(scroll, data),
    side: $("#side"),
    urls: { send: scroll.dataset.send, patients: lookup, suggestions: scroll.dataset.suggestions, absent: scroll.dataset.absent, near: scroll.dataset.near },
    sending: 0, saves: new Map(), picked: null, drag: null, shown: null, stay: "", before: null,
  };
  roster.tell = (words) => ($("#told").textContent = words);
  roster.tellCounts = () => tellCounts(roster);
  roster.focus = () => {
    const bar = roster.made.bars.get(roster.stay)?.element;
    roster.stay = "";
    if (bar) keepTabStop(roster.made, bar);
    roster.made.stop?.focus({ preventScroll: true });
  };
  roster.fill = (...told) => inPanel(() => panel.fill(roster, ...told));
  roster.open = (kind, one, wish) => inPanel(() => panel.open(roster, kind, one, wish));
  roster.shut = () => roster.side.hidden || panel.close(roster);
  roster.create = (given) => inPanel(() => panel.openNew(roster, given));
  for (const kind of ["pointerover", "focusin"]) scroll.addEventListener(kind, () => inPanel(() => {}), { once: true });
  let due = 0;
  roster.refresh = () => {
    clearTimeout(due);
    due = setTimeout(() => refresh(roster), AFTER_SAVE_MS);
  };
  drag.listen(roster);
  onNames(roster);
  keys.listen(roster);
  answer.listen(roster);
  $("#new")?.addEventListener("click", () => roster.create({}));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || $("dialog[open]")) return;
    event.preventDefault();
    roster.create({});
  });
  tellCounts(roster);
  tellElsewhere(roster);
  showNow(roster);
  setInterval(() => tellNow(roster.made), REFRESH_MS / 2);
  setInterval(() => document.hidden || refresh(roster), REFRESH_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refresh(roster));
  onPaper(roster);
  showAsked(roster);
  addEventListener("hashchange", () => showAsked(roster));
  performance.mark("roster-drawn");
}

/** The panel comes with the first hand on the board: the day is drawn sooner without it. */
async function inPanel(work) {
  panel ??= await later(import("../parts/roster-panel.js"));
  return panel && work();
}

/** A module that the day is drawn without; null, and a word about it, where it does not come. */
function later(module) {
  return module.catch(() => {
    toast("The server did not answer. Check the connection, then reload the page.", { kind: "error" });
    return null;
  });
}

/** A click on a name, or Enter, asks how long the person is absent. */
function onNames(roster) {
  const { grid } = roster.made;
  const open = (event) => {
    const row = event.target.closest(".row-of-day > .name")?.parentElement.dataset.row;
    const person = roster.data.staff.find((one) => `s${one.id}` === row);
    if (!person || !roster.urls.absent || roster.picked) return;
    event.preventDefault();
    later(import("../parts/roster-absent.js")).then((absent) => absent?.begin(roster, person));
  };
  grid.addEventListener("click", (event) => roster.dropped || open(event));
  grid.addEventListener("keydown", (event) => event.key === "Enter" && open(event));
}

/** The day opens at the present hour, another one where its work begins. */
function showNow(roster) {
  const at = now(roster.data.day);
  const first = Math.min(8 * 60, ...$$(".bar:not(.shift)", roster.made.body).map((bar) => Number(bar.dataset.at.slice(0, 2)) * 60));
  const from = at >= 0 && at < DAY ? Math.max(first, at - 5 * 60) : first;
  const { times } = roster.made;
  scroll.scrollLeft = (Math.max(0, from - 20) / DAY) * times.offsetWidth;
}

/** What the address points at: the panel of #visit-12, the row of #staff-7, something #new, or the first of #late, #unassigned and so on. */
function showAsked(roster) {
  const [what, id] = location.hash.slice(1).split("-");
  if (what in TONES) return next(roster, what);
  if (what === "new") return roster.create({});
  if (what === "staff") return toRow(roster, id);
  if (what !== "visit" || !id) return;
  const visit = roster.data.visits.find((one) => one.id === Number(id));
  if (visit && isDrawn(roster, visit)) show(roster, visit);
  else toast("This visit is not on this day, or the conditions leave it out.", { action: ["Open the visit", () => location.assign(`/admin/visit_services/details/?id=${Number(id)}`)] });
}

function isDrawn(roster, visit) {
  return roster.made.bars.has(barKey("visit", visit.id));
}

function show(roster, visit) {
  const key = barKey("visit", visit.id);
  const { element } = roster.made.bars.get(key);
  keys.inSight(roster, element);
  // On a phone the page scrolls, not the board.
  if (matchMedia("(max-width: 700px)").matches) element.scrollIntoView({ block: "center" });
  roster.stay = key;
  roster.open("visit", visit);
}

function toRow(roster, id) {
  const row = roster.made.rows.get(`s${id}`);
  if (!row) return;
  scroll.scrollTop = row.element.offsetTop - roster.made.head.offsetHeight;
  row.name.focus({ preventScroll: scroll.scrollHeight > scroll.clientHeight });
}

/** Opens the visits of a kind one after the other, from the earliest on, and round again. */
function next(roster, name) {
  const { day, visits } = roster.data;
  const found = visits.filter((one) => one[name] && isDrawn(roster, one)).sort((a, b) => startOf(a, day) - startOf(b, day) || a.id - b.id);
  const at = found.findIndex((one) => roster.shown?.kind === "visit" && one.id === roster.shown.id);
  if (found.length) show(roster, found[(at + 1) % found.length]);
  else toast(`No visit of this day is ${name}.`);
}

function tellCounts(roster) {
  const of = Object.fromEntries(Object.keys(TONES).map((name) => [name, roster.data.visits.filter((visit) => visit[name]).length]));
  const words = Object.keys(of).filter((name) => of[name]).map((name) => [name, `${of[name]} ${name}`]);
  const list = $("#counts");
  // A count that has the focus is not made anew every half minute.
  if (list.dataset.of === JSON.stringify(words)) return;
  list.dataset.of = JSON.stringify(words);
  list.replaceChildren(...words.map(([name, textContent]) => make("li", {}, make("button", { type: "button", className: `badge badge-${TONES[name]}`, textContent, title: `Open the next ${name} visit`, onclick: () => next(roster, name) }))));
}

function tellElsewhere(roster) {
  const { timeless = 0, older = 0, uncovered = 0 } = roster.data.elsewhere;
  const day = roster.data.day;
  const links = [[timeless, "without a time", "/admin/visit_services/?scheduled_at__isnull=1"], [older, "stuck since before this day", "/admin/visit_services/?is=stuck"], [uncovered, uncovered === 1 ? "shift needs cover" : "shifts need cover", `/admin/caregiver_assignments/?is=needs_cover&shift_start__gte=${day}&shift_start__lte=${day}`]];
  $("#elsewhere").replaceChildren(...links.filter(([number]) => number).map(([number, words, href]) => make("a", { href, textContent: `${number} ${words}` })));
}

/** Asks without extending the session, and draws only what differs. Waits while something is carried or sent. */
async function refresh(roster) {
  if (roster.drag || roster.picked || roster.sending) return roster.refresh();
  const stale = $("#stale");
  const asked = fetch(scroll.dataset.refresh, { headers: { Accept: "application/json", "X-Refresh": "1" } });
  const answer = await asked.catch(() => null);
  if (answer && [401, 403].includes(answer.status)) return;
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!found) {
    stale.textContent ||= `No connection since ${clock(now(roster.data.day))}. What you see may have changed.`;
    return;
  }
  stale.textContent = "";
  // Somebody else signed in in this browser, or something was begun while the answer came.
  if (String(found.account) !== $("#bell").dataset.account) return;
  if (roster.drag || roster.picked || roster.sending) return roster.refresh();
  roster.data = found;
  draw(roster.made, found);
  tellCounts(roster);
  tellElsewhere(roster);
}

/** Everything on one page: a line is as high as the paper leaves room for, and hours before and after all work are left out. */
function onPaper(roster) {
  const { grid } = roster.made;
  addEventListener("beforeprint", () => {
    const lines = $$(".row-of-day", grid).reduce((sum, row) => sum + Number(row.style.getPropertyValue("--n")), 0);
    grid.style.setProperty("--pitch", `${Math.min(28, Math.floor((10 * (PAPER_PX - HEAD_PX)) / Math.max(1, lines)) / 10)}px`);
    const share = (bar, name) => Number(bar.style.getPropertyValue(name));
    const bars = $$(".row-of-day :is(.bar, .early)", grid);
    const from = Math.floor(24 * Math.min(1, ...bars.map((bar) => share(bar, "--x")))) / 24;
    const until = Math.ceil(24 * Math.max(0, ...bars.map((bar) => share(bar, "--x") + share(bar, "--w")))) / 24;
    if (until > from) for (const [name, value] of [["--from", from], ["--span", until - from]]) grid.style.setProperty(name, value);
  });
  addEventListener("afterprint", () => ["--pitch", "--from", "--span"].forEach((name) => grid.style.removeProperty(name)));
}
