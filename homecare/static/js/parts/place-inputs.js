// The two inputs of a place in a form.
import { $$ } from "../core/dom.js";
import { readPlace } from "./place-text.js";

/** Fills both inputs as if it had been typed. */
export function set(field, { latitude, longitude }) {
  const [lat, lon] = $$(".pair input", field);
  [lat.value, lon.value] = [latitude, longitude].map(String);
  lon.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What the inputs hold, or null. */
export function get(field) {
  const [lat, lon] = $$(".pair input", field).map((input) => input.value.trim());
  return lat && lon ? readPlace(`${lat},${lon}`) : null;
}
