// File inputs: what is wrong is said before anything is sent, a picture is shown, and a phone's camera has a button.
import { $, $$, make } from "../core/dom.js";

const MEGABYTE = 1000000;
// Below this nothing is said of the sending: it is over before it could be read.
const SLOW = MEGABYTE / 2;
const OFFICE = /\.(docx?|xlsx?|pptx?|od[tsp]|rtf|zip)$/i;

const megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function enhance(input) {
  const told = make("p", { className: "error", id: `${input.id}-upload-error`, role: "alert", hidden: true });
  const preview = make("img", { className: "file-chosen", alt: "", hidden: true, width: 160 });
  // Few browsers show HEIC; it is kept all the same.
  preview.addEventListener("error", () => (preview.hidden = true));
  input.after(preview, told);
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), told.id].filter(Boolean).join(" "));
  if (matchMedia("(pointer: coarse)").matches) input.after(cameraButton(input));
  input.addEventListener("change", () => {
    const file = input.files[0];
    const problem = file ? refusal(file, input) : "";
    told.textContent = problem;
    told.hidden = !problem;
    // Not with setCustomValidity: the form is sent without the file, and the rest of it is saved.
    if (problem) input.value = "";
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    show(preview, problem ? null : file);
  });
}

function refusal(file, input) {
  const largest = Number(input.dataset.largest);
  const kinds = input.accept.split(",");
  const choose = `Choose ${input.dataset.takes}.`;
  if (!file.size) return `${file.name} is empty.`;
  if (OFFICE.test(file.name)) {
    return `${file.name} cannot be kept here. ${kinds.includes("application/pdf") ? "Save the document as PDF and choose that." : choose}`;
  }
  if (/^(audio|video)\//.test(file.type)) return `${file.name} is sound or film, which cannot be kept here. ${choose}`;
  // An unknown type is left to the server, which reads the file itself.
  if (file.type && !kinds.includes(file.type)) return `${file.name} cannot be kept here. ${choose}`;
  return file.size > largest ? `${file.name} has ${megabytes(file.size)}; a file may have ${largest / MEGABYTE} MB.` : "";
}

function show(preview, file) {
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.hidden = !file?.type.startsWith("image/");
  if (preview.hidden) preview.removeAttribute("src");
  else preview.src = URL.createObjectURL(file);
}

/** `capture` on the input itself would take away the choice of a file; beside a PDF a phone does not open its camera. */
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
  // A slow line takes a minute over a picture, and nothing else would say so.
  inputs[0]?.form.addEventListener("submit", (event) => {
    const bytes = inputs.flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
    if (!event.defaultPrevented && bytes > SLOW) $("#form-note").textContent = `Sending ${megabytes(bytes)}…`;
  });
}

wire(document);
// A refused form comes back as a new one.
document.addEventListener("form-shown", (event) => wire(event.target));
