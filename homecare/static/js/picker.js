// A relation's picker: a combobox that shows names and sends the id. Without it the id itself is typed.
import { $, $$, make, read } from "./dom.js";

let numbers = 0;

/** Turns the number input of a .picker into a hidden one under a combobox. */
export function attach(box) {
  const key = $("input", box);
  const id = `options-${(numbers += 1)}`;
  const text = make("input", {
    type: "text", id: key.id, className: key.className, role: "combobox", autocomplete: "off", spellcheck: false,
    "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", placeholder: "Type a name, code or phone",
    value: key.dataset.label || "", "aria-invalid": key.getAttribute("aria-invalid"),
    "aria-describedby": key.getAttribute("aria-describedby"), "aria-required": key.getAttribute("aria-required"),
  });
  const options = make("ul", { id, role: "listbox", className: "options", hidden: true, "aria-label": "Choices" });
  key.type = "hidden";
  key.removeAttribute("id");
  $(".picker-label", box)?.remove();
  key.after(text, options);
  const state = { box, key, text, options, shown: text.value, asked: null, waiting: 0, loading: false };
  text.addEventListener("input", () => {
    clearTimeout(state.waiting);
    if (!text.value.trim()) set(state, "", "");
    state.loading = true;
    state.waiting = setTimeout(() => look(state), 120);
  });
  text.addEventListener("click", () => options.hidden && look(state));
  text.addEventListener("keydown", (event) => pressed(state, event));
  text.addEventListener("blur", () => setTimeout(() => leave(state), 150));
  options.addEventListener("mousedown", (event) => event.preventDefault());
  options.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(state, option);
  });
  box.addEventListener("picked", (event) => set(state, event.detail.id, event.detail.label));
}

function set(state, id, label, fills = {}) {
  const before = state.key.value;
  state.key.value = id;
  state.text.value = state.shown = label;
  if (before !== String(id)) state.key.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { fills } }));
}

async function look(state) {
  state.asked?.abort();
  state.asked = new AbortController();
  state.loading = true;
  const typed = state.text.value === state.shown ? "" : state.text.value.trim();
  try {
    const found = await read(`${state.box.dataset.lookupUrl}&query=${encodeURIComponent(typed)}`, state.asked.signal);
    show(state, found);
  } catch (error) {
    if (error.name !== "AbortError") show(state, [], "The list does not answer. Try again.");
  }
}

function show(state, found, sentence = "Nothing found. Try fewer letters.") {
  state.options.replaceChildren(...found.map(([id, label, fills], place) => {
    const option = make("li", { role: "option", id: `${state.options.id}-${place}`, "aria-selected": "false", textContent: label, "data-id": id });
    option.fills = fills || {};
    return option;
  }));
  if (!found.length) state.options.append(make("li", { className: "muted", role: "option", "aria-disabled": "true", "aria-selected": "false", textContent: sentence }));
  state.loading = false;
  state.options.hidden = false;
  state.text.setAttribute("aria-expanded", "true");
  mark(state, found.length ? 0 : -1);
}

function mark(state, place) {
  const all = $$("[data-id]", state.options);
  all.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
  if (all[place]) state.text.setAttribute("aria-activedescendant", all[place].id);
  else state.text.removeAttribute("aria-activedescendant");
  all[place]?.scrollIntoView({ block: "nearest" });
}

function choose(state, option) {
  set(state, option.dataset.id, option.textContent, option.fills);
  shut(state);
}

function shut(state) {
  state.options.hidden = true;
  state.loading = false;
  state.text.setAttribute("aria-expanded", "false");
  state.text.removeAttribute("aria-activedescendant");
}

/** What was typed and not chosen is not a choice: the last one comes back. */
function leave(state) {
  shut(state);
  if (state.text.value.trim()) state.text.value = state.shown;
}

function pressed(state, event) {
  const all = $$("[data-id]", state.options);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (state.options.hidden) look(state);
    else if (all.length) mark(state, (at + step + all.length) % all.length);
  } else if (event.key === "Enter" && (state.loading || !state.options.hidden)) {
    // While the choices are on their way Enter must not send the form without one.
    event.preventDefault();
    if (!state.loading && all[at]) choose(state, all[at]);
  } else if (event.key === "Escape" && !state.options.hidden) {
    event.preventDefault();
    event.stopPropagation();
    state.text.value = state.shown;
    shut(state);
  }
}
