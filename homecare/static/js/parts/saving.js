// Sends a form and waits for the answer. If the browser sent it, a broken connection would put an error page
// in the form's place. Whether the form was saved can then be asked by its token.
import { ask, read } from "../core/server.js";

// A save takes seconds, but a picture over a slow connection takes longer.
const PATIENCE_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 5;
const LOOK_EVERY_MS = 3000;
// A save in progress when the connection broke is finished or given up within this many checks.
const LOOKS = 3;

/**
 * The result: {to} saved, go there; {picked}; {page} the form again with its errors; {error} a sentence;
 * {lost} no answer came, so the form may or may not be saved.
 */
export async function send(form, button) {
  let gone, limit;
  const breakOff = () => gone.abort();
  addEventListener("offline", breakOff);
  // Once more if the person has signed in again over the page, then with a new token.
  const options = () => {
    gone = new AbortController();
    const body = new FormData(form);
    if (button?.name) body.set(button.name, button.value);
    const bytes = [...body.values()].reduce((sum, value) => sum + (value.size ?? value.length), 0);
    clearTimeout(limit);
    limit = setTimeout(breakOff, PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS);
    return { method: "POST", body, headers: { Accept: "application/json, text/html;q=0.9" }, signal: gone.signal };
  };
  try {
    const answer = await ask(form.getAttribute("action") || location.href, options);
    return await understood(answer, form.getAttribute("action"));
  } catch {
    return { lost: true };
  } finally {
    clearTimeout(limit);
    removeEventListener("offline", breakOff);
  }
}

async function understood(answer, action) {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/json")) {
    const body = await answer.json();
    return answer.ok ? body : { error: body.error };
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".form-page");
  // A deleted record saved as new returns as the form of a new one, so the next try goes to the same address.
  const again = page?.querySelector("#row-form");
  if (again && action && !again.hasAttribute("action")) again.setAttribute("action", action);
  // Something between browser and server answered.
  return page ? { page } : { lost: true };
}

const wait = (ms) =>
  new Promise((go) => {
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      go();
    }
  });

/** {saved, url, one}, or null while no answer comes. */
export const outcome = (token) => read(`/session/form?token=${encodeURIComponent(token)}`).catch(() => null);

/** Tells `told` what is known about a form whose answer was lost, until it is certain or `over` stops it. */
export async function follow(token, told, over) {
  for (let looks = 0; looks < LOOKS && !over(); ) {
    const found = await outcome(token);
    if (over()) return;
    told(found);
    if (found?.saved) return;
    if (found) looks += 1;
    await wait(LOOK_EVERY_MS);
  }
}
