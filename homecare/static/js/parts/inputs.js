// The native input for a column's value, for conditions and for changing many rows.
import { $, make } from "../core/dom.js";
import { attach } from "./picker.js";

const TYPES = { day: "date", moment: "datetime-local", email: "email", phone: "tel", url: "url", month: "month" };
let numbers = 0;

/** {parts, read}: elements to insert, and a function that returns the value for the server. */
export function valueInput(column, table, value, name, form, text) {
  const id = `value-${(numbers += 1)}`;
  const label = make("label", { for: id, textContent: "Value", className: name ? "" : "visually-hidden" });
  if (column.input === "choice") {
    const options = withHeld(column.choices, name ? [] : [value]).map(([stored, word]) => make("option", { value: stored, textContent: word, selected: stored === value }));
    const select = make("select", { id, className: "form-select", name: name || "", form }, ...options);
    return { parts: [label, select], read: () => select.value };
  }
  if (column.input === "parent") {
    const input = make("input", { id, className: "form-control", name: name || "", value, form, "data-label": text || "" });
    const box = make("div", { className: "picker", "data-lookup-url": column.lookup ?? `/admin/${table}/ajax/lookup/?name=${column.name}` }, input);
    const parts = [label, box];
    queueMicrotask(() => attach(box));
    return { parts, read: () => input.value };
  }
  const written = column.input === "moment" && /^\d{4}-\d\d-\d\d$/.test(value) && !name ? "date" : TYPES[column.input];
  // "-7d" and "today" are values too, which no date input can show.
  const type = written?.startsWith("date") && value && !/^\d{4}-/.test(value) ? "text" : name ? written : written?.replace("-local", "").replace("datetime", "date");
  const input = make("input", { id, className: "form-control", name: name || "", value, form, type: type || "text", maxLength: 200 });
  if (column.input === "decimal") input.inputMode = "decimal";
  return { parts: [label, input], read: () => input.value.trim() };
}

/** The choices, plus current values that are not among them: another application may have written them. */
const withHeld = (choices, held) => [...choices, ...held.filter((word) => word && !choices.some(([stored]) => stored === word)).map((word) => [word, word])];

/** A group of checkboxes for "is one of". */
export function manyInput(column, value) {
  const chosen = value.split(",");
  const boxes = withHeld(column.choices, chosen).map(([stored, word]) => {
    const box = make("input", { type: "checkbox", value: stored, checked: chosen.includes(stored) });
    return make("label", {}, box, ` ${word}`);
  });
  const group = make("div", { className: "many", role: "group", "aria-label": column.label }, ...boxes);
  return { parts: [group], read: () => boxes.map((label) => $("input", label)).filter((box) => box.checked).map((box) => box.value).join(",") };
}
