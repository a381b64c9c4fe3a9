// The matrix: marks and counts changes, sets groups at once, filters names, moves between cells by arrow keys.
import { $, $$, typing } from "../core/dom.js";

const form = $("[data-matrix]");
const inputs = $$("[data-stored]", form);
const value = (input) => (input.type === "checkbox" ? (input.checked ? input.value : "") : input.value);

function mark(input) {
  const changed = !input.disabled && value(input) !== input.dataset.stored;
  input.closest(".cell, label").classList.toggle("changed", changed);
  return changed;
}

function count() {
  const changes = inputs.filter(mark).length;
  $("[data-count]", form).textContent = changes ? `${changes} change${changes === 1 ? "" : "s"}` : "No changes";
  return changes;
}

/** Sets a cell if it has that choice. */
function set(input, wanted) {
  if (input.disabled) return;
  if (input.type === "checkbox") input.checked = wanted === "all" || (wanted !== "none" && input.checked);
  else input.value = wanted === "none" ? "" : wanted;
}

function setGroup(select) {
  const body = select.closest("tbody");
  for (const cell of $$(`.line:not([hidden]) [data-action="${select.dataset.action}"] [data-stored]`, body)) {
    if (select.value === "own" && cell.type === "checkbox") continue;
    set(cell, select.value);
  }
  select.value = "";
}

// A role cannot set what it does not see, so the choice is disabled there.
function tie(state) {
  const write = $(`[name="${state.name.replace(/^s/, "w")}"]`, form);
  const unseen = ["hidden", "break-glass"].includes(state.value);
  if (!write) return;
  if (unseen) write.value = "never";
  write.closest(".cell").classList.toggle("unseen", unseen);
}

form.addEventListener("change", (event) => {
  const { target } = event;
  if (target.name?.startsWith("g.")) setGroup(target);
  if (target.name?.startsWith("s.")) tie(target);
  count();
});
form.addEventListener("input", count);

const filter = $("[data-filter]", form);
$("[data-filter-line]", form).hidden = false;
filter.addEventListener("input", () => {
  const words = filter.value.trim().toLowerCase();
  for (const line of $$(".line", form)) {
    const fields = line.nextElementSibling;
    const own = line.dataset.words.includes(words);
    const found = $$("tr[data-words]", fields).filter((row) => {
      row.hidden = Boolean(words) && !own && !row.dataset.words.includes(words);
      return !row.hidden;
    });
    line.hidden = fields.hidden = !own && found.length === 0;
    $("details", fields).open = (Boolean(words) && !own && found.length > 0) || Boolean($(".changed", fields));
  }
  for (const body of $$("tbody[data-group]", form)) $(".group", body).hidden = !$(".line:not([hidden])", body);
});
// Enter in the filter must not send the form.
filter.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
form.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = event.target.closest(".line td");
  // In a select, up and down choose. With Alt or Ctrl the keys belong to the browser.
  if (!step || !cell || event.altKey || event.ctrlKey || (step[0] && event.target.tagName === "SELECT")) return;
  event.preventDefault();
  const lines = $$(".line:not([hidden])", form);
  const row = lines[lines.indexOf(cell.parentElement) + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]];
  $("[data-stored], a", next ?? cell)?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || typing(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  filter.focus();
}, true);

function open(anchor) {
  const target = document.getElementById(anchor);
  const details = target?.closest("details");
  if (details) details.open = true;
  target?.scrollIntoView({ block: "center" });
}
for (const opener of $$("[data-fields]", form)) {
  const details = document.getElementById(`fields-${opener.dataset.fields}`);
  details.addEventListener("toggle", () => opener.setAttribute("aria-expanded", String(details.open)));
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    details.open = !details.open;
  });
}
addEventListener("hashchange", () => open(location.hash.slice(1)));
open(location.hash.slice(1));

let sending = false;
form.addEventListener("submit", () => { sending = true; });
addEventListener("beforeunload", (event) => {
  if (!sending && count()) event.preventDefault();
});
count();
