// The filter builder: one line per condition and one Apply. The result is the list's address.
import { $, make } from "../core/dom.js";
import { manyInput, valueInput } from "./inputs.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const dialog = $("#filters");
const place = $(".conditions", dialog);
const problem = $(".error", dialog);
const columns = [...data.columns.filter((column) => column.offers.length), ...data.facts];

// A column offers ways of comparing: [words, parts], the parts being operators with their values, null for one that is
// given here.
const offersOf = (column) => column.offers.map((key) => [key, ...data.offers[key]]);
const asksValue = (parts) => parts[0][1] === null;

/** The way that a condition of the address is compared: one choice is several choices too. */
function offerFor(column, operator) {
  const asking = offersOf(column).filter(([, , parts]) => asksValue(parts));
  return (asking.find(([, , parts]) => parts[0][0] === operator) ?? asking.find(([, , parts]) => parts[0][0] === "in"))?.[0];
}

const usual = (columns.find((column) => column.input === "choice") ?? columns[0])?.name;

function line(name = usual, offer = "", value = "", text = "", wrong = "") {
  const row = make("div", { className: "condition", role: "group", "aria-label": "Condition" });
  const column = make("select", { className: "form-select", "aria-label": "Column" },
    ...columns.map((one) => make("option", { value: one.name, textContent: one.label, selected: one.name === name })));
  const how = make("select", { className: "form-select", "aria-label": "How" });
  const slot = make("div", { className: "value" });
  const remove = make("button", { type: "button", className: "btn btn-quiet btn-icon", textContent: "×", "aria-label": "Remove this condition" });
  let read = () => "";
  const chosen = () => columns.find((one) => one.name === column.value);
  const fillHow = (wanted) => how.replaceChildren(...offersOf(chosen()).map(([key, word]) =>
    make("option", { value: key, textContent: word, selected: key === wanted })));
  const partsOf = () => data.offers[how.value][1];
  const fillValue = (given, shown) => {
    if (!asksValue(partsOf())) return slot.replaceChildren();
    const made = partsOf()[0][0] === "in" ? manyInput(chosen(), given) : valueInput(chosen(), data.table, given, "", undefined, shown);
    slot.replaceChildren(...made.parts);
    read = made.read;
  };
  column.addEventListener("change", () => { fillHow(""); fillValue(""); });
  how.addEventListener("change", () => fillValue(""));
  remove.addEventListener("click", () => { row.remove(); ($(".condition select", place) || $("#add-condition")).focus(); });
  fillHow(offer);
  fillValue(value, text);
  row.append(column, how, slot, remove);
  if (wrong) tell(row, value, wrong);
  row.conditions = () => {
    const values = partsOf().map(([operator, fixed]) => [operator ? `${column.value}__${operator}` : column.value, fixed ?? read()]);
    return values.every(([, value]) => value) ? values : null;
  };
  place.append(row);
  return column;
}

/** Shows the problem of a value beside it, and the value as typed, which a date input would not show. */
function tell(row, value, wrong) {
  const input = $(".value input:not([type=checkbox])", row);
  const said = make("p", { className: "error", id: `wrong-${place.children.length}`, role: "alert", textContent: wrong });
  row.append(said);
  if (!input) return;
  Object.assign(input, { type: "text", value });
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", said.id);
  input.addEventListener("input", () => { said.remove(); input.removeAttribute("aria-invalid"); }, { once: true });
}

/** The conditions there are, each by what offers it; those that one word stands for, as that word. */
function inWords(present) {
  const rest = [...present];
  const found = [];
  for (const { name, offers } of columns) {
    for (const key of offers) {
      const parts = data.offers[key][1];
      const ofColumn = rest.filter((one) => one[0] === name);
      const its = parts.map(([how, value]) => ofColumn.find((one) => one[1] === how && one[2] === value));
      // With further conditions on the same day, the two ends of a time are told as they are.
      if (!its.every(Boolean) || (parts.length > 1 && ofColumn.length > parts.length)) continue;
      found.push([name, key]);
      its.forEach((one) => rest.splice(rest.indexOf(one), 1));
    }
  }
  const asked = rest.map(([name, how, ...given]) => [name, offerFor(columns.find((one) => one.name === name), how), ...given]);
  return [...asked, ...found];
}

function open() {
  place.replaceChildren();
  problem.textContent = "";
  inWords(data.present).forEach((condition) => line(...condition));
  if (!data.present.length) line();
  dialog.showModal();
  ($("[aria-invalid=true]", place) ?? $(".condition select", place)).focus();
}

function apply(event) {
  event.preventDefault();
  const words = [];
  for (const row of place.children) {
    const conditions = row.conditions();
    if (!conditions) {
      problem.textContent = "Give a value to every condition, or remove it.";
      $(".value input, .value select", row)?.focus();
      return;
    }
    words.push(...conditions);
  }
  words.push(...data.named, ...Object.entries(data.keep).filter(([, value]) => value));
  if (data.chosen) words.push(["columns", data.order.join(",")]);
  location.assign(`?${words.length ? new URLSearchParams(words) : "all=1"}`);
}

if (columns.length) {
  $("#filter-button").addEventListener("click", open);
  $("#add-condition").addEventListener("click", () => {
    const used = [...place.children].map((row) => $("select", row).value);
    line([usual, ...columns.map((column) => column.name)].find((name) => !used.includes(name))).focus();
  });
  $("form", dialog).addEventListener("submit", apply);
  if (data.present.some((condition) => condition[4])) open();
} else $("#filter-button").hidden = true;
