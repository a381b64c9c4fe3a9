// A form: pickers, Ctrl+S, a warning before typed values are lost, saving without leaving the page, and the choices of a
// conflict. The server returns a refused form, which replaces the one that was sent.
import { offerChoice } from "../parts/conflict.js";
import { $, $$, make, toast } from "../core/dom.js";
import { drop, keep, kept } from "../parts/drafts.js";
import { fillOthers, offerNew } from "../parts/parents.js";
import { attach } from "../parts/picker.js";
import { listenToPlaces } from "../parts/place.js";
import { follow, outcome, send } from "../parts/saving.js";

const KEEP_AFTER_MS = 400;
let form;
// The form's values when it was opened, and after the choices of a conflict.
let opened = "";
let atFirst = {};
let sending = false;
let saved = false;
let keeping = 0;
// Each try stops the check that followed the previous one.
let tries = 0;

// Typed but not saved.
const written = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
const changed = () => "changed" in form.dataset || written() !== opened;
const note = (sentence) => ($("#form-note").textContent = sentence);
const tell = () => note(changed() ? "Not saved yet" : "");

// Which columns a person changed, so that a conflict does not undo another person's changes by default.
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

/** Sets up a form that the server sent. */
function open(found) {
  form = found;
  $$(".picker", form).forEach((box) => {
    attach(box);
    if (box.dataset.newUrl) offerNew(box);
  });
  opened = written();
  tell();
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      tell();
      clearTimeout(keeping);
      keeping = setTimeout(keepDraft, KEEP_AFTER_MS);
    });
  }
  listenToPlaces(form);
  form.addEventListener("change", (event) => fillOthers(form, event));
  $$(".conflict tr[data-field]").forEach((row) => offerChoice(row, form));
  atFirst = contents();
  focusFirst();
}

function focusFirst() {
  const summary = $("#summary");
  if (summary) return summary.focus({ preventScroll: true });
  if ($(":focus")?.closest("form")) return;
  const inputs = $$(".field :is(input:not([type=hidden]), select, textarea)", form);
  // In a new record, the focus goes after the prefilled fields.
  (inputs.find((input) => !input.value && !$("[name=_version]", form)) ?? inputs[0])?.focus();
}

addEventListener("beforeunload", (event) => {
  if (!saved && changed()) event.preventDefault();
});
// The browser's Back to a saved form loads its current values.
addEventListener("pageshow", (event) => event.persisted && saved && location.reload());

// On the document: the checks of the form come first.
document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  event.preventDefault();
  if (!navigator.onLine) sayNoLine();
  else if (!sending) save(event.submitter);
});

function sayNoLine() {
  $$(".toasts .no-line").forEach((box) => box.remove());
  const box = toast("No connection. Nothing is lost: save again when the connection is back.", { kind: "error" });
  box.classList.add("no-line");
  addEventListener("online", () => box.isConnected && (box.remove(), toast("The connection is back. Save again.")), { once: true });
}

async function save(button) {
  tries += 1;
  noteTouched();
  const sent = written();
  const work = send(form, button);
  if (!$("#form-note").textContent.startsWith("Sending")) note("Saving…");
  busy(true);
  const found = await work;
  if (found.to || found.picked) return leave(found);
  busy(false);
  if (found.page) return replace(found.page);
  tell();
  if (found.lost) return look(tries, sent);
  say("Not saved yet", found.error);
}

/** Locks the form while it is being sent, so that nothing is typed that would not be saved. */
function busy(on) {
  const focused = document.activeElement;
  sending = on;
  $$("button", form).forEach((button) => (button.disabled = on));
  $$(".form-section", form).forEach((section) => (section.inert = on));
  if (on) busy.focused = focused;
  else busy.focused?.focus({ preventScroll: true });
}

async function leave({ to, picked }) {
  saved = true;
  clearTimeout(keeping);
  await drop();
  if (to) return location.assign(to);
  // The form that opened this tab learns which record was made.
  new BroadcastChannel(picked.channel).postMessage(picked);
  say(`${picked.label} is saved`, "Your form has it now. You can close this tab.").classList.add("is-good");
  setTimeout(() => close(), 150);
}

/** Replaces the form by the server's answer. */
function replace(page) {
  $(".form-page").replaceWith(document.adoptNode(page));
  scrollTo(0, 0);
  open($("#row-form"));
  form.dispatchEvent(new Event("form-shown", { bubbles: true }));
}

/** Shows a message above the form, where the server shows errors. */
function say(head, ...parts) {
  const before = $(".form-page #summary");
  // Already shown, perhaps while somebody is typing.
  if (before?.dataset.said === head + parts[0]) return before;
  const box = make(
    "div",
    { className: "summary", id: "summary", role: "alert", tabIndex: -1, "aria-labelledby": "summary-head" },
    make("h2", { id: "summary-head", textContent: head }),
    make("p", {}, ...parts),
  );
  box.dataset.said = head + parts[0];
  if (before) before.replaceWith(box);
  else form.before(box);
  // Above the first field: anywhere else the page's bar would cover it.
  scrollTo(0, 0);
  return box;
}

/** No answer came: asks by the form's token whether it was saved. */
function look(mine, sent) {
  const token = $("[name=_token]", form).value;
  say("The connection broke while saving", "Nothing you typed is lost. Checking whether it was saved…");
  const told = (found) => {
    if (!found) return say("No connection", "Nothing you typed is lost. This page will say whether it was saved when the connection is back.");
    if (!found.saved) return say("Not saved yet", "The connection broke before it was saved. Nothing you typed is lost: save again.");
    const more = written() === sent ? "" : " What you typed after that is not saved.";
    if (!more) {
      delete form.dataset.changed;
      opened = written();
      drop();
    }
    tell();
    const link = found.url ? [make("a", { href: found.url, textContent: `Open the ${found.one.toLowerCase()}` })] : [];
    say("It was saved", `The connection broke before the answer came.${more} `, ...link).classList.add("is-good");
  };
  follow(token, told, () => mine !== tries);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!sending) form.requestSubmit($("#save"));
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest('.summary a[href^="#"], .conflict a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
});
// Browsers bring only the caret of a long text into view, so its lower lines could lie under the foot.
const uncover = ({ target }) => target.matches(".form-section textarea") && target.scrollIntoView({ block: "nearest" });
document.addEventListener("focusin", uncover);

// What may be stored in the tab: no secrets and no files.
const keepable = (input) => input.name && input.name !== "csrf_token" && !/^(password|file|submit|button)$/.test(input.type);

function keepDraft() {
  if (sending || !changed()) return;
  noteTouched();
  const fields = [...form.elements].filter(keepable).map((input) => {
    const label = $("[role=combobox]", input.closest(".picker") ?? input)?.value;
    return [input.name, input.type === "checkbox" ? input.checked : input.value, label];
  });
  keep({ token: $("[name=_token]", form).value, fields });
}

function putBack(fields) {
  for (const [name, value, label] of fields) {
    const input = $(`[name="${CSS.escape(name)}"]`, form);
    if (!input) continue;
    const box = input.closest(".picker");
    if (box) box.dispatchEvent(new CustomEvent("picked", { detail: { id: value, label: label ?? "" } }));
    else if (input.type === "checkbox") input.checked = value;
    else input.value = value;
    if (!box) input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Offers what was typed here before, unless it was saved although its answer was lost. */
async function offerDraft() {
  const draft = await kept();
  if (!draft) return;
  if ((await outcome(draft.token))?.saved) return drop();
  const box = make("div", { className: "notice notice-info", role: "status" });
  const end = () => (box.remove(), focusFirst());
  const back = make("button", { type: "button", className: "btn", textContent: "Restore it", onclick: () => (putBack(draft.fields), end()) });
  const away = make("button", { type: "button", className: "btn", textContent: "Discard it", onclick: () => (drop(), end()) });
  box.append(make("p", { textContent: "You typed something here before and did not save it." }), back, away);
  form.before(box);
}

open($("#row-form"));
if (!("changed" in form.dataset)) offerDraft();
