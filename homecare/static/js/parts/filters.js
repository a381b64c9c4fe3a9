// The filter builder: one line per condition and one Apply. The result is the list's address.
import { $, make } from "../core/dom.js";
import { manyInput, valueInput } from "./inputs.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const dialog = $("#filters");
const place = $(".conditions", dialog);
const problem = $(".error", dialog);
const columns = data.columns.filter((column) => column.operators.length);

const WORDS = {
  eq: "is", ne: "is not", gte: "is at least", lte: "is at most", gt: "is over", lt: "is under",
  contains: "contains", startswith: "starts with", in: "is one of", isnull: "is empty", filled: "is filled",
};
const TIME_WORDS = { eq: "is on", ne: "is not on", gte: "is from", lte: "is until", gt: "is after", lt: "is before" };
// Words for days, each meaning one or two conditions of the address.
const DAYS = {
  today: ["is today", [["eq", "today"]]],
  last7: ["is in the last 7 days", [["gte", "-7d"], ["lte", "today"]]],
  last30: ["is in the last 30 days", [["gte", "-30d"], ["lte", "today"]]],
  next14: ["is in the next 14 days", [["gte", "today"], ["lte", "+14d"]]],
};
const inTime = (column) => column.kind === "date" || column.kind === "datetime";

function operatorsOf(column) {
  const words = inTime(column) ? { ...WORDS, ...TIME_WORDS } : WORDS;
  let names = column.operators.flatMap((name) => (name === "isnull" ? ["isnull", "filled"] : [name]));
  if (inTime(column)) names = [...Object.keys(DAYS), ...names];
  // "Is one of" first, because it is the usual choice for a status.
  if (column.kind === "choice") names = ["in", ...names.filter((name) => name !== "in" && name !== "eq")];
  if (column.kind === "relation") names = names.filter((name) => name !== "in");
  return names.map((name) => [name, DAYS[name]?.[0] ?? words[name]]);
}

const usual = (columns.find((column) => column.kind === "choice") ?? columns[0])?.name;

function line(name = usual, operator = "", value = "", text = "", wrong = "") {
  const row = make("div", { className: "condition", role: "group", "aria-label": "Condition" });
  const column = make("select", { className: "form-select", "aria-label": "Column" },
    ...columns.map((one) => make("option", { value: one.name, textContent: one.label, selected: one.name === name })));
  const how = make("select", { className: "form-select", "aria-label": "How" });
  const slot = make("div", { className: "value" });
  const remove = make("button", { type: "button", className: "btn btn-quiet btn-icon", textContent: "×", "aria-label": "Remove this condition" });
  let read = () => "";
  const chosen = () => columns.find((one) => one.name === column.value);
  const fillHow = (wanted) => how.replaceChildren(...operatorsOf(chosen()).map(([key, word]) =>
    make("option", { value: key, textContent: word, selected: key === wanted })));
  const fillValue = (given, shown) => {
    if (how.value in DAYS || how.value === "isnull" || how.value === "filled") {
      slot.replaceChildren();
      read = () => "1";
      return;
    }
    const made = how.value === "in" ? manyInput(chosen(), given) : valueInput(chosen(), data.table, given, "", undefined, shown);
    slot.replaceChildren(...made.parts);
    read = made.read;
  };
  column.addEventListener("change", () => { fillHow(""); fillValue(""); });
  how.addEventListener("change", () => fillValue(""));
  remove.addEventListener("click", () => { row.remove(); ($(".condition select", place) || $("#add-condition")).focus(); });
  const wanted = operator === "isnull" && value === "0" ? "filled" : operator === "eq" && chosen().kind === "choice" ? "in" : operator;
  fillHow(wanted);
  fillValue(value, text);
  row.append(column, how, slot, remove);
  if (wrong) tell(row, value, wrong);
  row.conditions = () => {
    if (how.value in DAYS) return DAYS[how.value][1].map(([op, day]) => [`${column.value}__${op}`, day]);
    if (how.value === "filled") return [[`${column.value}__isnull`, "0"]];
    const written = read();
    return written ? [[`${column.value}__${how.value}`, written]] : null;
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

/** The current conditions. Those that a word for days stands for appear as that word. */
function inWords(present) {
  const rest = [...present];
  const found = [];
  for (const [word, [, parts]] of Object.entries(DAYS)) {
    for (const name of new Set(rest.map(([column]) => column))) {
      const its = parts.map(([how, value]) => rest.find((one) => one[0] === name && one[1] === how && one[2] === value));
      const ofColumn = rest.filter((one) => one[0] === name);
      if (!its.every(Boolean) || ofColumn.length !== its.length) continue;
      found.push([name, word]);
      its.forEach((one) => rest.splice(rest.indexOf(one), 1));
    }
  }
  return [...rest, ...found];
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
