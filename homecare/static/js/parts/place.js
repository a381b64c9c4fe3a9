// A place typed into two inputs, or pasted as one text.
import { $$ } from "../core/dom.js";

/** A place copied from a map is one text. It is split into both inputs. */
export function pastePlace(event) {
  const place = event.target.closest(".field-point");
  const found = /^\s*(-?\d+\.?\d*)\s*[,;\s]\s*(-?\d+\.?\d*)\s*$/.exec(event.clipboardData.getData("text"));
  if (!place || !found) return;
  event.preventDefault();
  const [latitude, longitude] = $$("input", place);
  [latitude.value, longitude.value] = found.slice(1);
  longitude.focus();
  longitude.dispatchEvent(new Event("input", { bubbles: true }));
}
