// A form: pickers, Ctrl+S, a warning before what was typed is lost, and the choices of a conflict.
import { $, $$, make, toast } from "./dom.js";
import { attach } from "./picker.js";

const form = $("#row-form");
const note = $("#form-note");
$$(".picker", form).forEach((box) => {
  attach(box);
  if (box.dataset.newUrl) offerNew(box);
});

// What was typed and not saved.
const written = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
const opened = written();
let sending = false;
const changed = () => "changed" in form.dataset || written() !== opened;
const tell = () => (note.textContent = changed() ? "Not saved yet" : "");
tell();
form.addEventListener("input", tell);
form.addEventListener("change", tell);
// A page that answers a sent form is one that "Back" and "Reload" cannot show again: they open the form anew.
if ("changed" in form.dataset) history.replaceState(null, "");
addEventListener("beforeunload", (event) => {
  if (!sending && changed()) event.preventDefault();
});
// Which columns a person changed, so that a conflict does not begin by taking back what somebody else changed.
const columnOf = (input) => input.name.split("-")[0];
const contents = () => {
  const values = {};
  for (const input of form.elements) {
    if (!input.name || input.name.startsWith("_")) continue;
    const value = input.type === "checkbox" ? String(input.checked) : input.value;
    values[columnOf(input)] = [values[columnOf(input)], value].join();
  }
  return values;
};
function noteTouched() {
  const noted = $("[name=_touched]", form);
  if (!noted) return;
  const now = contents();
  const touched = Object.keys(now).filter((name) => now[name] !== atFirst[name]);
  noted.value = [...new Set([...noted.value.split(","), ...touched])].filter(Boolean).join() || "-";
}
form.addEventListener("submit", (event) => {
  // The browser's own page of a lost connection would take the form's place.
  if (!navigator.onLine) toast("No connection. Nothing is lost: save again when it is back.", { kind: "error" });
  if (sending || !navigator.onLine) return event.preventDefault();
  sending = true;
  noteTouched();
  // After the browser has read which button was pressed.
  setTimeout(() => $$("button", form).forEach((button) => (button.disabled = true)));
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  sending = false;
  $$("button", form).forEach((button) => (button.disabled = false));
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!sending) form.requestSubmit($("#save"));
  }
});

const summary = $("#summary");
if (summary) summary.focus({ preventScroll: true });
else if (!$(":focus")?.closest("form")) {
  const inputs = $$(".field :is(input:not([type=hidden]), select, textarea)", form);
  // A new record goes on after what it begins with.
  (inputs.find((input) => !input.value && !$("[name=_version]", form)) ?? inputs[0])?.focus();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest('.summary a[href^="#"], .conflict a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
});

// A conflict: each choice puts their value or the one typed into the field below.
for (const row of $$(".conflict tr[data-field]")) {
  const inputs = $$(`[name="${row.dataset.field}"], [name^="${row.dataset.field}-"]`, form).filter((input) => !input.name.endsWith("-sure"));
  const value = (input) => (input.type === "checkbox" ? input.checked : input.value);
  const mine = inputs.map(value);
  const names = $$("label span", row).map((cell) => (cell.textContent === "—" ? "" : cell.textContent));
  // Their file stays where nothing new is sent for it.
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

// After a conflict's choices have filled the fields.
const atFirst = contents();

// A place copied from a map is one text; it goes into both inputs.
form.addEventListener("paste", (event) => {
  const place = event.target.closest(".field-point");
  const found = /^\s*(-?\d+\.?\d*)\s*[,;\s]\s*(-?\d+\.?\d*)\s*$/.exec(event.clipboardData.getData("text"));
  if (!place || !found) return;
  event.preventDefault();
  const [latitude, longitude] = $$("input", place);
  [latitude.value, longitude.value] = found.slice(1);
  longitude.focus();
  longitude.dispatchEvent(new Event("input", { bubbles: true }));
});

// Choosing a parent can say more: a visit says whose it was.
form.addEventListener("change", (event) => {
  for (const [column, [id, label]] of Object.entries(event.detail?.fills ?? {})) {
    const other = $(`input[name="${column}"]`, form);
    if (other && !other.value) other.closest(".picker")?.dispatchEvent(new CustomEvent("picked", { detail: { id, label } }));
  }
});

/** A new parent is made in a tab of its own, which sends word when it is saved; this form stays as it is. */
function offerNew(box) {
  const name = `picker-${Math.random().toString(36).slice(2, 12)}`;
  const link = make("a", { className: "picker-new", href: `${box.dataset.newUrl}?picker=${name}`, target: "_blank", textContent: "Create new" });
  link.setAttribute("aria-label", `Create new ${box.closest(".field").querySelector("label").firstChild.textContent.trim().toLowerCase()}, in a new tab`);
  const begin = (event) => {
    event.preventDefault();
    open(box.dataset.typed ? `${link.href}&named=${encodeURIComponent(box.dataset.typed)}` : link.href, name);
  };
  link.addEventListener("click", begin);
  box.addEventListener("wanted", begin);
  box.after(link);
  new BroadcastChannel(name).addEventListener("message", (event) => {
    box.dispatchEvent(new CustomEvent("picked", { detail: event.data }));
    $("[role=combobox]", box).focus();
  });
}
