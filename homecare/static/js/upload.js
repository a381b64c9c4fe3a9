// File inputs: what is wrong is said before anything is sent, a picture is shown, and a phone's camera has a button.
import { $$, make } from "./dom.js";

const MEGABYTE = 1000000;
const PICTURE = /^image\/(jpeg|png|webp|gif)$/;

function enhance(input) {
  const told = make("p", { className: "error", id: `${input.id}-upload-error`, role: "alert", hidden: true });
  const preview = make("img", { className: "file-chosen", alt: "", hidden: true, width: 160 });
  input.after(preview, told);
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), told.id].filter(Boolean).join(" "));
  if (matchMedia("(pointer: coarse)").matches && input.accept.includes("image/")) input.after(cameraButton(input));
  input.addEventListener("change", () => {
    const file = input.files[0];
    const problem = file ? refusal(file, input) : "";
    told.textContent = problem;
    told.hidden = !problem;
    // Not with setCustomValidity: the form is sent without the file, and the rest of it is saved.
    if (problem) input.value = "";
    input.toggleAttribute("aria-invalid", Boolean(problem));
    show(preview, problem ? null : file);
  });
}

function refusal(file, input) {
  const largest = Number(input.dataset.largest);
  if (file.size > largest) {
    return `${file.name} has ${(file.size / MEGABYTE).toFixed(1)} MB; a file may have ${largest / MEGABYTE} MB.`;
  }
  if (!file.size) return `${file.name} is empty.`;
  const kinds = input.accept.split(",");
  // An unknown type is left to the server, which reads the file itself.
  if (file.type && !kinds.includes(file.type)) {
    return kinds.includes("application/pdf")
      ? `${file.name} cannot be kept here. Choose a picture (JPEG, PNG, WebP, GIF) or a PDF.`
      : `${file.name} cannot be kept here. Choose a picture (JPEG, PNG, WebP, GIF).`;
  }
  return "";
}

function show(preview, file) {
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.hidden = !file || !PICTURE.test(file.type);
  if (preview.hidden) preview.removeAttribute("src");
  else preview.src = URL.createObjectURL(file);
}

/** `capture` on the input itself would take away the choice of a file that is there already. */
function cameraButton(input) {
  const open = () => {
    input.setAttribute("capture", "environment");
    input.click();
    input.removeAttribute("capture");
  };
  return make("button", { type: "button", className: "btn", textContent: "Take a picture", onclick: open });
}

$$('input[type="file"][data-kind="file"]').forEach(enhance);
