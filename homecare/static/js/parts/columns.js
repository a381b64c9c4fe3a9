// The list's columns and their order, saved for the person. And the columns of an export.
import { $, $$, make, toast } from "../core/dom.js";
import { send } from "../core/server.js";
import { amount, chosen } from "./bulk.js";

const data = JSON.parse($("#list").dataset.list);
const dialog = $("#columns");
const place = $(".column-list", dialog);

function item(column) {
  const up = make("button", { type: "button", className: "btn btn-quiet btn-icon", textContent: "↑", "aria-label": `Move ${column.label} up` });
  const down = make("button", { type: "button", className: "btn btn-quiet btn-icon", textContent: "↓", "aria-label": `Move ${column.label} down` });
  const box = make("input", { type: "checkbox", value: column.name, checked: column.shown });
  const row = make("li", { draggable: true }, make("label", {}, box, column.label), up, down);
  up.addEventListener("click", () => { row.previousElementSibling?.before(row); up.focus(); });
  down.addEventListener("click", () => { row.nextElementSibling?.after(row); down.focus(); });
  row.addEventListener("dragstart", () => row.classList.add("dragged"));
  row.addEventListener("dragend", () => row.classList.remove("dragged"));
  row.addEventListener("dragover", (event) => {
    event.preventDefault();
    const dragged = $(".dragged", place);
    if (!dragged || dragged === row) return;
    const box = row.getBoundingClientRect();
    row[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
  });
  return row;
}

async function keep(columns) {
  await send(`/admin/preferences/${data.table}/`, { columns }).catch(() => {});
  const words = new URLSearchParams(location.search);
  ["columns", "after", "before", "last"].forEach((word) => words.delete(word));
  location.assign(`?${words.size ? words : "all=1"}`);
}

$("#columns-button").addEventListener("click", () => {
  const shown = data.order.map((name) => data.columns.find((column) => column.name === name)).filter(Boolean);
  const rest = data.columns.filter((column) => !column.shown);
  place.replaceChildren(...[...shown, ...rest].map(item));
  dialog.showModal();
});
$("form", dialog).addEventListener("submit", (event) => {
  event.preventDefault();
  const names = $$("input:checked", place).map((box) => box.value);
  if (names.length) keep(names.join(","));
});
$("#usual-columns").addEventListener("click", () => keep(""));

const exporting = $("#export form");
if (exporting) {
  const boxes = $$(".export-columns input", exporting);
  const every = $("#export-all");
  const kind = $("#export-kind");
  const head = $("h2", exporting);
  const whole = head.textContent;
  const tellEvery = () => (every.textContent = boxes.every((box) => box.checked) ? "Only the list's columns" : "All columns");
  kind.value = localStorage.getItem("export") || kind.value;
  $$('[data-open="export"]').forEach((button) => button.addEventListener("click", () => {
    head.textContent = chosen() ? `Export ${amount()}` : whole;
    tellEvery();
  }));
  exporting.addEventListener("change", tellEvery);
  every.addEventListener("click", () => {
    const on = !boxes.every((box) => box.checked);
    boxes.forEach((box) => (box.checked = on || box.defaultChecked));
    tellEvery();
  });
  exporting.addEventListener("submit", (event) => {
    event.preventDefault();
    const written = [...new FormData(exporting)].map(([name, value]) => [name, String(value)]);
    const words = new URLSearchParams(chosen() ? [...chosen(), ["sort", exporting.elements.sort.value]] : written);
    const columns = boxes.filter((box) => box.checked).map((box) => box.value);
    if (columns.length) words.set("columns", columns.join(","));
    localStorage.setItem("export", kind.value);
    toast(`${head.textContent.replace("Export", "Exporting")}. The file will be downloaded.`);
    $("#export").close();
    location.assign(`/admin/${data.table}/export/${kind.value}/?${words}`);
  });
}
