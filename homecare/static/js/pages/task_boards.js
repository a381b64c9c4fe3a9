// A board of tasks: status by drag, by menu and by keys, people and notes in place. The table's own addresses save it.
import { addCheck } from "../core/checks.js";
import { $, $$, make, openMenu, toast, typing } from "../core/dom.js";
import { send } from "../core/server.js";
import { attach } from "../parts/picker.js";

const root = $("#tasks");
const { table, status, person, note, noteLabel, one, many } = root.dataset;
const statuses = JSON.parse(root.dataset.statuses);
const open = JSON.parse(root.dataset.open);
const sets = JSON.parse(root.dataset.sets);
const menu = $("#status-menu");
const bulk = $("#bulk");
const cards = () => $$(".task", root);
const nameOf = (card) => $(".row-name", card).textContent;
const chosen = () => cards().filter((card) => $("[name=rowid]", card)?.checked);
const amount = (number) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const pileOf = (word) => $$(".pile", root).find((pile) => pile.dataset.status === word);

// What shows a value on a card; each returns what takes it back.
const shows = {
  [status](card, value) {
    const before = { word: card.dataset.status, next: card.nextElementSibling, list: card.parentElement };
    const due = $(".due", card);
    const late = due?.cloneNode(true);
    const hadFocus = card.contains(document.activeElement);
    const goTo = (word, list, next) => {
      card.dataset.status = word;
      const cell = $("td.state", card);
      if (cell) cell.textContent = word;
      else {
        list.insertBefore(card, next?.parentElement === list ? next : null);
        count();
      }
      if (hadFocus) $(".row-name", card).focus();
    };
    const pile = pileOf(value);
    goTo(value, pile ? $("ul", pile) : null, pile && $("ul", pile).firstElementChild);
    if (due?.classList.contains("is-late") && !open.includes(value)) {
      due.textContent = due.lastChild.textContent.replace("Overdue: ", "");
      due.classList.remove("is-late");
    }
    return () => {
      goTo(before.word, before.list, before.next);
      if (late) $(".due", card).replaceWith(late);
    };
  },
  [person](card, value, label) {
    const who = $(".who", card);
    const before = who.textContent;
    const say = (text) => {
      who.textContent = text;
      who.classList.toggle("is-nobody", text === "Unassigned");
    };
    say(value ? label : "Unassigned");
    return () => say(before);
  },
  [note](card, value) {
    const name = $(".row-name", card);
    const before = [card.dataset.text, name.textContent];
    card.dataset.text = value;
    // An office task is called by its remark.
    if (note === "remarks" && value.trim()) name.textContent = value.trim().slice(0, 80);
    return () => ([card.dataset.text, name.textContent] = before);
  },
};

/** A pile's number counts what is not drawn too, so it goes up and down by the cards. */
function count() {
  for (const pile of $$(".pile", root)) {
    const told = $("[data-count]", pile);
    const now = $$(".task", pile).length;
    pile.dataset.drawn ??= now;
    told.textContent = (Number(told.textContent.replaceAll(",", "")) + now - pile.dataset.drawn).toLocaleString("en");
    pile.dataset.drawn = now;
  }
}

async function change(card, field, value, label = value, sure = []) {
  const back = shows[field](card, value, label);
  card.setAttribute("aria-busy", "true");
  try {
    const answer = await send(`/admin/${table}/ajax/update/`, { id: card.dataset.id, field, value, version: card.dataset.version, columns: "id" }, sure);
    card.dataset.version = answer.version;
    const said = field === note ? `${noteLabel} saved` : label || "Unassigned";
    toast(`${nameOf(card)}: ${said}.`, answer.undo ? { action: ["Undo", () => undo(card, answer.undo, back)] } : {});
  } catch (error) {
    back();
    if (error.sure) doubt(card, error, () => change(card, field, value, label, error.sure));
    else toast(`${nameOf(card)}: ${error.message}`, { kind: "error" });
  } finally {
    card.removeAttribute("aria-busy");
  }
}

function doubt(card, error, save) {
  const box = toast(`${nameOf(card)}: ${error.message}`, { kind: "error", action: ["Save it anyway", save] });
  box.append(make("button", { type: "button", textContent: "Leave it", onclick: () => box.remove() }));
  $("button", box).focus();
}

async function undo(card, token, back) {
  try {
    const answer = await send(`/admin/${table}/undo/`, { token, columns: "id" });
    card.dataset.version = answer.version;
    back();
    toast(`${nameOf(card)} is as before.`);
  } catch (error) {
    toast(`${nameOf(card)}: ${error.message}`, { kind: "error" });
  }
}

/** Several are one change: all or none, answered by the page with an undo. */
function changeMany(tasks, field, value) {
  const set = (name, said) => ($(`[name="${name}"]`, bulk).value = said);
  set("field", field);
  set("value", value);
  set("versions", tasks.map((card) => `${card.dataset.id}:${card.dataset.version}`).join(","));
  bulk.requestSubmit();
}

const changeAll = (tasks, field, value, label) => (tasks.length === 1 ? change(tasks[0], field, value, label) : changeMany(tasks, field, value));

function offer(tasks, button) {
  const present = tasks.length === 1 ? tasks[0].dataset.status : "";
  const item = (textContent, run, properties = {}) => make("button", {
    type: "button", role: "menuitem", textContent, ...properties, onclick: () => { menu.hidePopover(); run(); },
  });
  const words = sets.includes(status) ? statuses : [];
  const more = [
    sets.includes(person) && item("Assign…", () => assign(tasks)),
    sets.includes(note) && tasks.length === 1 && tasks[0].dataset.text !== undefined && item(`${noteLabel}…`, () => write(tasks[0])),
  ].filter(Boolean);
  menu.replaceChildren(
    ...words.map((word) => item(word, () => word !== present && changeAll(tasks, status, word), { role: "menuitemradio", "aria-checked": String(word === present) })),
    ...(words.length && more.length && button.id !== "status-chosen" ? [make("hr")] : []),
    ...(button.id === "status-chosen" ? [] : more),
  );
  openMenu(menu, button);
}

// People are chosen in one dialog, for one task or for many.
let assigned = [];
const assigning = $("#assign");
const nobody = $("#assign-nobody");
attach($(".picker", assigning));
function assign(tasks) {
  if (!sets.includes(person) || !tasks.length) return;
  assigned = tasks;
  $("h2", assigning).textContent = tasks.length === 1 ? `Assign: ${nameOf(tasks[0])}` : `Assign ${amount(tasks.length)}`;
  $(".error", assigning).textContent = "";
  $(".picker", assigning).dispatchEvent(new CustomEvent("picked", { detail: { id: "", label: "" } }));
  if (nobody) nobody.checked = false;
  assigning.showModal();
  $("[role=combobox]", assigning).focus();
}
addCheck($("#assign-form"), () => {
  const [id, label] = nobody?.checked ? ["", ""] : [$("[name=to]", assigning).value, $("[role=combobox]", assigning).value];
  const isChosen = Boolean(id || nobody?.checked);
  $(".error", assigning).textContent = isChosen ? "" : "Choose who it is assigned to.";
  if (isChosen) changeAll(assigned, person, id, label);
  return isChosen;
});

let written;
const writing = $("#note");
function write(card) {
  if (!sets.includes(note) || card.dataset.text === undefined) return;
  written = card;
  $("h2", writing).textContent = `${noteLabel}: ${nameOf(card)}`;
  $("textarea", writing).value = card.dataset.text;
  writing.showModal();
  $("textarea", writing).focus();
}
addCheck($("#note-form"), () => {
  const value = $("textarea", writing).value;
  if (value !== written.dataset.text) change(written, note, value);
  return true;
});

for (const card of sets.length ? cards() : []) {
  const more = make("button", { type: "button", className: "more-button", "aria-haspopup": "menu", "aria-label": `Change ${nameOf(card)}`, textContent: "⋯" });
  if (card.matches("tr")) $("td:last-child", card).after(make("td", { className: "act" }, more));
  else $(".task-foot", card).append(more);
  $(".row-name", card).draggable = false;
  card.draggable = sets.includes(status) && !card.matches("tr");
}
$("thead tr", root)?.append(make("th", { className: "act" }, make("span", { className: "visually-hidden", textContent: "Change" })));
count();

function tell() {
  const number = chosen().length;
  $("#chosen-count").textContent = `${amount(number)} selected`;
  const all = $("#pick-all");
  if (all) all.checked = number > 0 && number === cards().length;
}
const pickAll = (on) => {
  for (const box of $$("[name=rowid]", root)) box.checked = on;
  tell();
};
root.addEventListener("change", (event) => (event.target.id === "pick-all" ? pickAll(event.target.checked) : tell()));
tell();
root.addEventListener("click", (event) => {
  const more = event.target.closest(".more-button");
  if (more) offer([more.closest(".task")], more);
});
$("#choose-none").addEventListener("click", () => pickAll(false));
$("#assign-chosen")?.addEventListener("click", () => assign(chosen()));
$("#status-chosen")?.addEventListener("click", (event) => offer(chosen(), event.currentTarget));

// By pointer.
let dragged;
root.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".task");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.id);
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("is-dragged");
});
const target = (event) => dragged && statuses.includes(event.target.closest?.(".pile")?.dataset.status) && event.target.closest(".pile");
root.addEventListener("dragover", (event) => {
  const pile = target(event);
  for (const other of $$(".pile", root)) other.classList.toggle("is-over", other === pile);
  if (pile) event.preventDefault();
});
root.addEventListener("drop", (event) => {
  const pile = target(event);
  if (!pile) return;
  event.preventDefault();
  if (pile.dataset.status !== dragged.dataset.status) change(dragged, status, pile.dataset.status);
});
root.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  for (const pile of $$(".pile", root)) pile.classList.remove("is-over");
  dragged = null;
});

// By keys: on a task's name the arrows walk, Shift with an arrow moves the task itself.
const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
function walk(card, key) {
  const isSideways = key === "ArrowLeft" || key === "ArrowRight";
  const piles = $$(".pile", root).filter((pile) => $(".task", pile));
  const here = card.closest(".pile");
  const mates = here ? $$(".task", here) : cards();
  const place = mates.indexOf(card);
  if (!isSideways) return mates[place + step[key]];
  const beside = here && piles[piles.indexOf(here) + step[key]];
  return beside && ($$(".task", beside)[place] ?? $$(".task", beside).at(-1));
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]") || $(".menu:popover-open")) return;
  if (event.key === "Escape" && chosen().length) return pickAll(false);
  const card = event.target.closest?.(".task");
  if (!card) return;
  const next = statuses[statuses.indexOf(card.dataset.status) + (step[event.key] ?? 0)];
  if (event.shiftKey && /^Arrow(Left|Right)$/.test(event.key)) {
    if (sets.includes(status) && next && next !== card.dataset.status) change(card, status, next);
  } else if (step[event.key]) $(".row-name", walk(card, event.key) ?? card).focus();
  else if (event.key === "x") $("[name=rowid]", card)?.click();
  else if (event.key === "s" && $(".more-button", card)) offer([card], $(".more-button", card));
  else if (event.key === "a") assign([card]);
  else if (event.key === "r") write(card);
  else return;
  event.preventDefault();
});
