// The funnel: what is chosen is shown at once, and the breakdown is one tab stop with arrows inside.
import { $, $$ } from "../core/dom.js";

const form = $("#asked");
form.classList.add("at-once");
for (const select of $$("[data-at-once]", form)) select.addEventListener("change", () => form.requestSubmit());
// The usual days are those before today: said only where others are chosen, so that a saved view moves on with the days.
form.addEventListener("formdata", ({ formData }) => {
  if (!("usual" in form.dataset) || $$("[type=date]", form).some((day) => day.value !== day.defaultValue)) return;
  for (const name of ["from", "to"]) formData.delete(name);
});
$("#print").addEventListener("click", () => print());

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const table = $("#breakdown");
if (table) {
  const rows = $$("tr", table).map((row) => $$("a.number", row)).filter((links) => links.length);
  if (rows.length) rows[0][0].tabIndex = 0;
  table.addEventListener("focusin", ({ target }) => {
    if (!target.matches("a.number")) return;
    for (const stop of $$('a.number[tabindex="0"]', table)) stop.tabIndex = -1;
    target.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const at = rows.findIndex((links) => links.includes(event.target));
    if (!step || at < 0) return;
    const links = rows[Math.min(Math.max(at + step[0], 0), rows.length - 1)];
    const column = rows[at].indexOf(event.target) + step[1];
    links[Math.min(Math.max(column, 0), links.length - 1)].focus();
    event.preventDefault();
  });
}
