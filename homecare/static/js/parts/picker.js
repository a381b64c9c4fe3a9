// A relation's picker: a combobox that shows names and sends the id. Without scripts the id itself is typed.
import { addCheck } from "../core/checks.js";
import { $, $$, make } from "../core/dom.js";
import { read } from "../core/server.js";

let numbers = 0;

/** Replaces the number input of a .picker by a combobox; the input stays, hidden. */
export function attach(box) {
  const key = $("input", box);
  const id = `options-${(numbers += 1)}`;
  const text = make("input", {
    type: "text", id: key.id, className: key.className, role: "combobox", autocomplete: "off", spellcheck: false,
    "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", placeholder: "Type a name, code or phone",
    value: key.dataset.label || "", "aria-invalid": key.getAttribute("aria-invalid"),
    "aria-describedby": key.getAttribute("aria-describedby"), "aria-required": key.getAttribute("aria-required"),
  });
  const said = make("p", { className: "help", role: "status" });
  const options = make("ul", { id, role: "listbox", className: "options", hidden: true, "aria-label": "Choices" });
  key.type = "hidden";
  key.removeAttribute("id");
  $(".picker-label", box)?.remove();
  key.after(text, options, said);
  const state = { box, key, text, options, said, shown: text.value, asked: null, waiting: 0, loading: false, walked: false, dropped: false };
  text.addEventListener("input", () => {
    clearTimeout(state.waiting);
    said.textContent = "";
    state.dropped = false;
    // A new record can start with the text that was not found.
    box.dataset.typed = text.value.trim();
    if (!text.value.trim()) set(state, "", "");
    state.loading = true;
    state.waiting = setTimeout(() => look(state), 120);
  });
  text.addEventListener("click", () => options.hidden && look(state));
  text.addEventListener("keydown", (event) => pressed(state, event));
  text.addEventListener("blur", () => leave(state));
  addCheck(key.form, () => {
    // Only once: a person who leaves it so can send the form again.
    if (leave(state) && !state.dropped) return true;
    state.dropped = false;
    text.focus();
    return false;
  }, box);
  options.addEventListener("mousedown", (event) => event.preventDefault());
  options.addEventListener("click", (event) => {
    const option = event.target.closest("[data-id], [data-new]");
    if (option) choose(state, option);
  });
  box.addEventListener("picked", (event) => set(state, event.detail.id, event.detail.label));
}

function set(state, id, label, fills = {}) {
  const before = state.key.value;
  state.key.value = id;
  state.text.value = state.shown = label;
  state.said.textContent = "";
  state.dropped = false;
  delete state.box.dataset.typed;
  if (before !== String(id)) state.key.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { fills } }));
}

async function look(state) {
  state.asked?.abort();
  state.asked = new AbortController();
  state.loading = true;
  state.said.textContent = "";
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
  const { newUrl, typed } = state.box.dataset;
  // This list covers the link under the input.
  if (!found.length && newUrl && typed) state.options.append(make("li", { role: "option", id: `${state.options.id}-new`, "aria-selected": "false", "data-new": "", textContent: `Create “${typed}” in a new tab` }));
  state.loading = state.walked = false;
  // The answer came after the person had moved on.
  if (document.activeElement !== state.text) return leave(state);
  state.options.hidden = false;
  state.options.classList.remove("above");
  const foot = $(".form-foot")?.getBoundingClientRect().top ?? innerHeight;
  state.options.classList.toggle("above", state.options.getBoundingClientRect().bottom > foot && state.text.getBoundingClientRect().top > innerHeight / 2);
  state.text.setAttribute("aria-expanded", "true");
  mark(state, found.length ? 0 : -1);
}

const choices = (state) => $$("[data-id], [data-new]", state.options);

function mark(state, place) {
  const all = choices(state);
  all.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
  if (all[place]) state.text.setAttribute("aria-activedescendant", all[place].id);
  else state.text.removeAttribute("aria-activedescendant");
  all[place]?.scrollIntoView({ block: "nearest" });
}

function choose(state, option) {
  if ("new" in option.dataset) state.box.dispatchEvent(new Event("wanted"));
  else set(state, option.dataset.id, option.textContent, option.fills);
  shut(state);
}

function shut(state) {
  state.options.hidden = true;
  state.loading = state.walked = false;
  state.text.setAttribute("aria-expanded", "false");
  state.text.removeAttribute("aria-activedescendant");
}

/**
 * Typed text becomes a choice if the keys selected it or only one fits. Otherwise the last choice returns.
 * Returns whether no typed text is lost or undecided.
 */
function leave(state) {
  const typed = state.text.value.trim();
  const all = $$("[data-id]", state.options);
  const isOpen = typed && typed !== state.shown.trim();
  if (isOpen && state.loading) return false;
  const meant = state.walked ? all.find((option) => option.ariaSelected === "true") : isOpen && all.length === 1 && all[0];
  if (meant) choose(state, meant);
  else shut(state);
  if (meant || !isOpen) return true;
  state.text.value = state.shown;
  state.dropped = true;
  // A moment later, so that nothing moves under a pressed pointer.
  const sentence = `“${typed}” was not chosen from the list${state.shown ? ", so nothing changed" : ""}.`;
  setTimeout(() => (state.said.textContent = sentence), 200);
  return false;
}

function pressed(state, event) {
  const all = choices(state);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (state.options.hidden) look(state);
    else if (all.length) {
      mark(state, (at + step + all.length) % all.length);
      state.walked = true;
    }
  } else if (event.key === "Enter" && (state.loading || !state.options.hidden)) {
    // While the choices are loading, Enter must not send the form without one.
    event.preventDefault();
    if (!state.loading && all[at]) choose(state, all[at]);
  } else if (event.key === "Escape" && !state.options.hidden) {
    event.preventDefault();
    event.stopPropagation();
    state.text.value = state.shown;
    shut(state);
  }
}
