// Changes a status in the list: shown at once, restored if refused, with undo.
import { $, $$, make, openMenu, toast } from "../core/dom.js";
import { send } from "../core/server.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const menu = $("#choice-menu");
const columns = data.order.join(",");
const nameOf = (row) => $(".row-name", row).textContent;

/** Puts a button around every status that this role may set. */
export function prepare(rows) {
  for (const head of $$("th[data-choices]", list)) {
    for (const row of rows) {
      const cell = row.cells[head.cellIndex];
      const button = make("button", { type: "button", className: "in-place", "data-field": head.dataset.name, "aria-haspopup": "menu", title: `Change ${head.textContent.toLowerCase()}` });
      button.append(...cell.childNodes);
      cell.append(button);
    }
  }
}

/** Opens the choices of a status. Without a button, those of the row's first status. */
export function offer(row, button = $(".in-place", row)) {
  if (!button) return;
  const choices = JSON.parse($(`th[data-name="${button.dataset.field}"]`, list).dataset.choices);
  const present = button.textContent.trim();
  menu.replaceChildren(...choices.map((choice) => make("button", {
    type: "button", role: "menuitemradio", "aria-checked": String(choice === present), textContent: choice,
    onclick: () => { menu.hidePopover(); if (choice !== present) change(button, choice); },
  })));
  openMenu(menu, button);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest(".in-place");
  if (button) offer(button.closest("tr"), button);
});

/** The row as the server printed and escaped it: a status changes its time too. */
function print(row, answer) {
  const held = row.contains(document.activeElement) && document.activeElement;
  row.dataset.version = answer.version;
  answer.cells.forEach((html, place) => (row.cells[place + 1].innerHTML = html));
  prepare([row]);
  if (held && !held.isConnected) $(held.dataset.field ? `.in-place[data-field="${held.dataset.field}"]` : ".row-name", row)?.focus();
}

async function change(button, value, sure = []) {
  const row = button.closest("tr");
  const before = button.innerHTML;
  const word = $(".badge", button);
  if (word) word.textContent = value;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await send(`/admin/${data.table}/ajax/update/`, {
      id: row.dataset.id, field: button.dataset.field, value, version: row.dataset.version, columns,
    }, sure);
    print(row, answer);
    toast(`${nameOf(row)}: ${value}.`, answer.undo ? { action: ["Undo", () => undo(row, answer.undo)] } : {});
  } catch (error) {
    button.innerHTML = before;
    button.removeAttribute("aria-busy");
    if (error.body?.choose) choose(button, error, (key) => change(button, value, [...sure, key]));
    else if (error.sure) ask(row, error, () => change(button, value, error.sure));
    else tell(row, error);
  }
}

/** A doubtful change: the message waits in the corner, with the focus on the button that confirms. */
function ask(row, error, save) {
  const box = toast(`${nameOf(row)}: ${error.message}`, { kind: "error", action: ["Save it anyway", save] });
  box.append(make("button", { type: "button", textContent: "Leave it", onclick: () => { box.remove(); $(".in-place", row)?.focus(); } }));
  $("button", box).focus();
}

/** A change that needs a word more: chosen where the status was. */
function choose(button, error, save) {
  menu.replaceChildren(make("p", { role: "presentation", textContent: error.message }), ...error.body.choose.map(([key, word]) => make("button", {
    type: "button", role: "menuitem", textContent: word, onclick: () => { menu.hidePopover(); save(key); },
  })));
  openMenu(menu, button);
}

async function undo(row, token) {
  try {
    print(row, await send(`/admin/${data.table}/undo/`, { token, columns }));
    // The pressed button disappeared with its message.
    if (document.activeElement === document.body) $(".in-place", row)?.focus();
    toast(`${nameOf(row)} is as before.`);
  } catch (error) {
    tell(row, error);
  }
}

function tell(row, error) {
  const again = error.status === 409 ? { action: ["Reload the list", () => location.reload()] } : {};
  toast(`${nameOf(row)}: ${error.message}`, { kind: "error", ...again });
}
