// A status changed in the list itself: shown at once, put back when refused, with a way to undo.
import { $, $$, make, openMenu, send, toast } from "./dom.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const menu = $("#choice-menu");

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

list.addEventListener("click", (event) => {
  const button = event.target.closest(".in-place");
  if (!button) return;
  const choices = JSON.parse($(`th[data-name="${button.dataset.field}"]`, list).dataset.choices);
  const present = button.textContent.trim();
  menu.replaceChildren(...choices.map((choice) => make("button", {
    type: "button", role: "menuitemradio", "aria-checked": String(choice === present), textContent: choice,
    onclick: () => { menu.hidePopover(); if (choice !== present) change(button, choice, present); },
  })));
  openMenu(menu, button);
});

async function change(button, value, present, undoing = false) {
  const row = button.closest("tr");
  const before = button.innerHTML;
  const word = $(".badge", button);
  if (word) word.textContent = value;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await send(`/admin/${data.table}/ajax/update/`, {
      id: row.dataset.id, field: button.dataset.field, value, version: row.dataset.version,
    });
    row.dataset.version = answer.version;
    // The cell as the server prints it, escaped there.
    button.innerHTML = answer.html;
    const undo = ["Undo", () => change(button, present, value, true)];
    toast(undoing ? `Back to ${value}.` : `${$(".row-name", row).textContent}: ${value}.`, undoing || !present || present === "—" ? {} : { action: undo });
  } catch (error) {
    button.innerHTML = before;
    const again = error.status === 409 ? { action: ["Reload the list", () => location.reload()] } : {};
    toast(error.message, { kind: "error", ...again });
  } finally {
    button.removeAttribute("aria-busy");
  }
}
