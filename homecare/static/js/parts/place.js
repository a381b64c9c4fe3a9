// A place in a form: two inputs of degrees, which take whatever a map gives, say what looks wrong, and open a map.
import { $, $$, make, toast } from "../core/dom.js";
import { get, set } from "./place-inputs.js";
import { doubt, readPlace } from "./place-text.js";

/** A place copied or typed as one text is split into both inputs. */
function split(field, text) {
  const place = readPlace(text);
  if (place) set(field, place);
  return place;
}

function pastePlace(event) {
  const field = event.target.closest(".field-point");
  if (!field || !event.target.closest(".pair") || !split(field, event.clipboardData.getData("text"))) return;
  event.preventDefault();
  $$(".pair input", field)[1].focus();
}

/** Once for each form; a place of a form that the server returned is listened to as well. */
export function listenToPlaces(form) {
  form.addEventListener("paste", pastePlace);
  form.addEventListener("change", ({ target }) => {
    const field = target.closest(".field-point");
    if (field && target.closest(".pair")) split(field, target.value);
  });
  form.addEventListener("input", ({ target }) => {
    const field = target.closest(".field-point");
    if (field) tell(field);
  });
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-place-map]");
    if (button) openMap(button);
  });
}

function tell(field) {
  const said = $(".place-told", field);
  const place = get(field);
  const words = place ? doubt(place) : "";
  const swap = () => set(field, { latitude: place.longitude, longitude: place.latitude });
  if (said.firstChild?.textContent === words) return;
  said.replaceChildren(...(words ? [words] : []), ...(words.includes("swapped") ? [" ", make("button", { type: "button", className: "btn", textContent: "Swap them", onclick: swap })] : []));
}

async function openMap(button) {
  button.disabled = true;
  try {
    const { open } = await import("./place-map.js");
    await open(button.closest(".field-point"), button.dataset.placeMap);
    button.hidden = true;
  } catch {
    button.disabled = false;
    toast("The map could not be opened here. Type the two numbers, or paste a link of a map.", { kind: "error" });
  }
}
