// The choices of a conflict: what somebody else saved, or what was typed.
import { $, $$ } from "../core/dom.js";

/** Each choice puts either their value or the typed one into the form's field. */
export function offerChoice(row, form) {
  const inputs = $$(`[name="${row.dataset.field}"], [name^="${row.dataset.field}-"]`, form).filter((input) => !input.name.endsWith("-sure"));
  const value = (input) => (input.type === "checkbox" ? input.checked : input.value);
  const mine = inputs.map(value);
  const names = $$("label span", row).map((cell) => (cell.textContent === "—" ? "" : cell.textContent));
  // Their file stays if no new one is sent.
  const isFile = inputs.some((input) => input.type === "file");
  const theirs = isFile ? [] : inputs.length > 1 ? row.dataset.theirs.split(",") : [row.dataset.theirs];
  row.addEventListener("change", (event) => {
    const isTheirs = event.target.value === "theirs";
    const box = inputs[0]?.closest(".picker");
    if (box) return box.dispatchEvent(new CustomEvent("picked", { detail: { id: isTheirs ? theirs[0] : mine[0], label: names[isTheirs ? 0 : 1] } }));
    inputs.forEach((input, at) => {
      const wanted = (isTheirs ? theirs : mine)[at];
      if (input.type === "checkbox") input.checked = Boolean(wanted);
      else if (input.type !== "file") input.value = wanted ?? "";
      else if (isTheirs) input.value = "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  $("[value=theirs]:checked", row)?.dispatchEvent(new Event("change", { bubbles: true }));
}
