// Days in both calendars: every date input shows its value in words below, and accepts an Ethiopian day.
import { addCheck } from "../core/checks.js";
import { $, $$, make } from "../core/dom.js";
import { ethiopianWords, inWords, parseEthiopian } from "../core/ethiopian.js";

const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= "0100";

function addWords(input) {
  const words = make("output", { className: "both-calendars", for: input.id });
  const tell = () => {
    const day = input.value.slice(0, 10);
    words.classList.remove("error");
    words.textContent = isDay(day) ? inWords(day) : "";
  };
  // The browser would send a half-typed day as empty.
  addCheck(input.form, () => {
    if (!input.validity.badInput) return true;
    words.classList.add("error");
    words.textContent = input.type === "date" ? "Write the whole day, or clear it." : "Write the day and the time, or clear both.";
    input.focus();
    return false;
  }, input);
  for (const kind of ["input", "change"]) input.addEventListener(kind, tell);
  input.form?.addEventListener("reset", () => setTimeout(tell));
  input.after(words);
  tell();
}

/** A second input for the same day in the Ethiopian calendar. A form with an unreadable day is not sent. */
function addEthiopianField(input) {
  const label = input.labels?.[0]?.firstChild?.textContent.trim() || input.name;
  const wrong = make("p", { className: "error", id: `${input.id}-ethiopian-error`, role: "alert", hidden: true });
  const typed = make("input", {
    className: "form-control", type: "text", placeholder: `30 Yekatit 2018${input.type === "date" ? "" : " 14:30"}`, autocomplete: "off",
    "aria-label": `${label}, Ethiopian date`, "aria-describedby": wrong.id,
  });
  // Whether it has a value that the native input does not have yet.
  let isAhead = false;
  const tell = (problem) => {
    wrong.textContent = problem;
    wrong.hidden = !problem;
    typed.setAttribute("aria-invalid", String(Boolean(problem)));
  };
  const show = () => {
    if (isAhead) return;
    const day = input.value.slice(0, 10);
    typed.value = isDay(day) ? [ethiopianWords(day).slice(0, -3), input.value.slice(11, 16)].join(" ").trim() : "";
    tell("");
  };
  const take = (isDone) => {
    const text = typed.value.trim();
    const problem = isAhead && (text || isDone) ? fill(input, text) : "";
    // While typing, an unfinished day is not an error yet.
    if (!problem || isDone) tell(problem);
    if (isDone && !problem) isAhead = false;
    return problem;
  };
  for (const kind of ["input", "change"]) input.addEventListener(kind, show);
  typed.addEventListener("input", () => {
    isAhead = true;
    take(false);
  });
  typed.addEventListener("change", () => take(true));
  typed.addEventListener("keydown", (event) => {
    // Enter finishes the day. It does not send the form.
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    take(true);
  });
  addCheck(input.form, () => {
    if (!take(true)) return true;
    box.open = true;
    typed.focus();
    return false;
  }, input);
  const box = make("details", { className: "ethiopian", open: localStorage.getItem("ethiopian") === "open" });
  box.append(make("summary", { textContent: "Ethiopian date" }), typed, wrong);
  // A person who opens one wants them open on the next form too.
  $("summary", box).addEventListener("click", () => localStorage.setItem("ethiopian", box.open ? "" : "open"));
  $(".both-calendars", input.parentElement).after(box);
  show();
}

/** Puts an Ethiopian day into the native input, with its time. Returns an error sentence, or "". */
function fill(input, text) {
  const [, written, clock] = /^(.*?)(?:[T,\s]+(\d{1,2}:\d{2}))?$/.exec(text);
  let value = "";
  try {
    value = text && parseEthiopian(written);
  } catch (error) {
    return error.message;
  }
  if (value && input.type !== "date") {
    const time = clock?.padStart(5, "0") || input.value.slice(11);
    if (!time) return "Write the time too, such as 30 Yekatit 2018 14:30.";
    if (time >= "24:00") return `${time} is not a time of the day.`;
    value += `T${time}`;
  }
  if (value === input.value) return "";
  input.value = value;
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  return "";
}

function wire(root) {
  for (const input of $$('input[data-kind="date"], input[data-kind="datetime"]', root)) {
    addWords(input);
    addEthiopianField(input);
  }
}

wire(document);
// A refused form is a new element.
document.addEventListener("form-shown", (event) => wire(event.target));
