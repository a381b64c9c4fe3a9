// File inputs: reports problems before anything is sent, shrinks large photographs, shows a preview, and adds a button
// for a phone's camera.
import { addCheck } from "../core/checks.js";
import { $, $$, make } from "../core/dom.js";
import { shrinkable, shrunk } from "./shrink.js";

const MEGABYTE = 1000000;
// Smaller uploads show no progress: they finish before it could be read.
const SLOW = MEGABYTE / 2;
const OFFICE = /\.(docx?|xlsx?|pptx?|od[tsp]|rtf|zip)$/i;

// Inputs whose picture is being shrunk, with the promise of it.
const working = new Map();

const megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function enhance(input) {
  const told = make("p", { className: "error", id: `${input.id}-upload-error`, role: "alert", hidden: true });
  const preview = make("img", { className: "file-chosen", alt: "", hidden: true, width: 160 });
  // Few browsers can show HEIC. It is accepted anyway.
  preview.addEventListener("error", () => (preview.hidden = true));
  const progress = make("p", { className: "help", role: "status" });
  input.after(preview, progress, told);
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), told.id].filter(Boolean).join(" "));
  if (matchMedia("(pointer: coarse)").matches) input.after(cameraButton(input));
  const judge = (file) => {
    const problem = file ? refusal(file, input) : "";
    told.textContent = problem;
    told.hidden = !problem;
    // Not with setCustomValidity: the form is sent without the file, and the rest is saved.
    if (problem) input.value = "";
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    show(preview, problem ? null : file);
  };
  input.addEventListener("change", () => {
    const file = input.files[0];
    progress.textContent = "";
    if (!file || !shrinkable(file) || wrongKind(file, input)) {
      working.delete(input);
      return judge(file);
    }
    judge(null);
    progress.textContent = `Making ${file.name} smaller…`;
    const work = shrunk(file, Number(input.dataset.largest)).then((made) => {
      // Meanwhile another file was chosen, or none.
      if (working.get(input) !== work) return;
      working.delete(input);
      if (made !== file) replaceFile(input, made);
      progress.textContent = made === file ? "" : `Made smaller: ${megabytes(file.size)} to ${megabytes(made.size)}.`;
      judge(made);
    });
    working.set(input, work);
  });
}

function replaceFile(input, file) {
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
}

function refusal(file, input) {
  const largest = Number(input.dataset.largest);
  const tooLarge = `${file.name} has ${megabytes(file.size)}; a file may have ${largest / MEGABYTE} MB.`;
  return wrongKind(file, input) || (file.size > largest ? tooLarge : "");
}

function wrongKind(file, input) {
  const kinds = input.accept.split(",");
  const choose = `Choose ${input.dataset.takes}.`;
  if (!file.size) return `${file.name} is empty.`;
  if (OFFICE.test(file.name)) {
    return `${file.name} cannot be stored here. ${kinds.includes("application/pdf") ? "Save the document as PDF and choose that." : choose}`;
  }
  if (/^(audio|video)\//.test(file.type)) return `${file.name} is sound or video, which cannot be stored here. ${choose}`;
  // The server checks unknown types, because it reads the file.
  if (!file.type || kinds.includes(file.type)) return "";
  if (!file.type.startsWith("image/")) return `${file.name} cannot be stored here. ${choose}`;
  return `${file.name} is a ${pictureKind(file)} picture, which cannot be stored here. Save the picture as JPEG and choose that.`;
}

/** TIFF for image/tiff, SVG for image/svg+xml. */
const pictureKind = (file) => file.type.replace(/^image\/(x-|vnd\.(adobe\.)?)?|\+xml$/g, "").toUpperCase();

function show(preview, file) {
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.hidden = !file?.type.startsWith("image/");
  if (preview.hidden) preview.removeAttribute("src");
  else preview.src = URL.createObjectURL(file);
}

/** `capture` on the input itself would prevent choosing a file. If PDFs are accepted, phones do not offer the camera. */
function cameraButton(input) {
  const open = () => {
    const { accept } = input;
    input.setAttribute("capture", "environment");
    input.accept = "image/*";
    input.click();
    input.accept = accept;
    input.removeAttribute("capture");
  };
  return make("button", { type: "button", className: "btn", textContent: "Take a picture", onclick: open });
}

function wire(root) {
  const inputs = $$('input[type="file"][data-kind="file"]', root);
  inputs.forEach(enhance);
  addCheck(inputs[0]?.form, (event) => {
    if (working.size) {
      waitAndSend(event);
      return false;
    }
    // On a slow connection a picture takes a minute, and nothing else would show it.
    const bytes = inputs.flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
    if (bytes > SLOW) $("#form-note").textContent = `Sending ${megabytes(bytes)}…`;
    return true;
  });
}

let waits = false;

/** Save was pressed before the picture is ready: sends the form when it is, unless the picture is refused. */
async function waitAndSend(event) {
  if (waits) return;
  const [form, button] = [event.target, event.submitter];
  waits = true;
  $("#form-note").textContent = "Making the picture smaller, then saving…";
  while (working.size) await Promise.all(working.values());
  waits = false;
  if ($('input[type="file"][aria-invalid]', form)) $("#form-note").textContent = "Not saved yet";
  else form.requestSubmit(button);
}

wire(document);
// A refused form is a new element.
document.addEventListener("form-shown", (event) => wire(event.target));
