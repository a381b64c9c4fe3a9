// The bar for selected rows: their number, selecting all matching rows, and the actions.
import { addCheck } from "../core/checks.js";
import { $, $$, make } from "../core/dom.js";
import { valueInput } from "./inputs.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const form = $("#bulk");
const boxes = $$('[name="rowid"]', list);
const every = $("#pick-all");
const matching = $("#choose-matching");
const all = $('input[name="all"]');
let last = null;

/** The selected rows as words of a list's address. Null if none or all matching rows are selected. */
export function chosen() {
  const ids = boxes.filter((box) => box.checked).map((box) => box.value);
  return ids.length && !all.value ? [["id__in", ids.join(",")]] : null;
}

const number = () => (all.value ? Number(list.dataset.count) : boxes.filter((box) => box.checked).length);
export const amount = () => {
  const rows = number();
  return `${all.value && matching ? matching.dataset.count : rows.toLocaleString("en")} ${rows === 1 ? list.dataset.one : list.dataset.many}`;
};

function tell() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (chosen < boxes.length) all.value = "";
  if (matching) {
    matching.setAttribute("aria-pressed", String(Boolean(all.value)));
    matching.dataset.count ??= matching.textContent.replace(/^\D*?(?=[≈\d])|\smatching.*$/g, "");
  }
  $("#chosen-count").textContent = `${amount()} selected`;
  if (every) {
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const button of $$('.bulk-bar [value="delete"]')) button.lastChild.textContent = `Delete ${number().toLocaleString("en")}…`;
}

function chooseAll(on) {
  boxes.forEach((box) => (box.checked = on));
  if (!on) all.value = "";
  tell();
}

if (form) {
  form.addEventListener("click", (event) => {
    if (event.target.name !== "rowid") return;
    const at = boxes.indexOf(event.target);
    if (event.shiftKey && last !== null) {
      boxes.slice(Math.min(last, at), Math.max(last, at) + 1).forEach((box) => (box.checked = event.target.checked));
    }
    last = at;
    tell();
  });
  every.addEventListener("change", () => chooseAll(every.checked));
  tell();
}

matching?.addEventListener("click", () => {
  const on = !all.value;
  chooseAll(true);
  all.value = on ? "1" : "";
  tell();
});
$("#choose-none").addEventListener("click", () => chooseAll(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && number() && !$("dialog[open]") && !$("[popover]:popover-open")) chooseAll(false);
});

const dialog = $("#bulk-set");
if (dialog && form) {
  const field = $('select[name="field"]', dialog);
  const place = $("#bulk-value");
  const confirm = $("#bulk-set-do");
  const problem = $(".error", dialog);
  let read = () => "";
  const [confirmed, versions] = ["confirmed", "versions"].map((name) => {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, disabled: true });
    form.append(input);
    return input;
  });
  const empty = $("#bulk-empty");
  const choose = () => {
    const column = data.columns.find((one) => one.name === field.value);
    empty.closest("label").hidden = !column.empty;
    if (!column.empty) empty.checked = false;
    const input = valueInput(column, data.table, "", "value", "bulk");
    place.replaceChildren(...(empty.checked ? [make("input", { type: "hidden", name: "value", value: "", form: "bulk" })] : input.parts));
    read = empty.checked ? () => "1" : input.read;
    problem.textContent = "";
    const verb = empty.checked ? "Empty" : "Change";
    $("h2", dialog).textContent = confirm.textContent = `${verb} ${amount()}`;
  };
  field.addEventListener("change", choose);
  empty.addEventListener("change", choose);
  $("#set-button").addEventListener("click", () => {
    field.disabled = false;
    empty.checked = false;
    choose();
    dialog.showModal();
    // Only now does a picker replace its input.
    queueMicrotask(() => $("input:not([type=hidden]), select", place)?.focus());
  });
  dialog.addEventListener("close", () => {
    field.disabled = true;
    place.replaceChildren();
  });
  addCheck(form, (event) => {
    if (event.submitter !== confirm) return true;
    // An untouched input does not mean that the field should be emptied in all rows.
    if (!read()) {
      problem.textContent = "Give a value, or tick the box to empty the field.";
      $("input:not([type=hidden]), select", place)?.focus();
      return false;
    }
    // Rows on this page are confirmed here. For further rows there is a confirmation page.
    confirmed.disabled = versions.disabled = Boolean(all.value);
    confirmed.value = "1";
    versions.value = boxes.filter((box) => box.checked).map((box) => `${box.value}:${box.closest("tr").dataset.version}`).join(",");
    return true;
  });
}
