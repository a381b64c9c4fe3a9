// The bar of chosen rows: how many, all that match, and what is done with them.
import { $, $$ } from "./dom.js";
import { valueInput } from "./inputs.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const form = $("#bulk");
const boxes = $$('[name="rowid"]', list);
const every = $("#pick-all");
const matching = $("#choose-matching");
const all = $('input[name="all"]');
let last = null;

const number = () => (all.value ? Number(list.dataset.count) : boxes.filter((box) => box.checked).length);
const amount = () => {
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
  $("#chosen-count").textContent = `${amount()} chosen`;
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
  const hidden = ["confirmed", "count"].map((name) => {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, disabled: true });
    form.append(input);
    return input;
  });
  const choose = () => {
    const column = data.columns.find((one) => one.name === field.value);
    const input = valueInput(column, data.table, "", "value", "bulk");
    place.replaceChildren(...input.parts);
    confirm.textContent = `Change ${amount()}`;
  };
  field.addEventListener("change", choose);
  $("#set-button").addEventListener("click", () => {
    field.disabled = false;
    choose();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    field.disabled = true;
    place.replaceChildren();
  });
  confirm.addEventListener("click", () => {
    hidden[0].disabled = hidden[1].disabled = false;
    hidden[0].value = "1";
    hidden[1].value = String(number());
  });
}
