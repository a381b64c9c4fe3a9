// Asking the server, and sending it something.
import { $ } from "./dom.js";

export const token = () => $('input[name="csrf_token"]').value;

let signedIn;

/** `wait` resolves when somebody has signed in again over the page; a page without that dialog has none. */
export const whenSignedOut = (wait) => (signedIn = wait);

/** Fetches; where the session was over, once more when the person has signed in again. */
export async function ask(url, options = () => ({})) {
  const answer = await fetch(url, options());
  if (answer.status !== 401 || !signedIn) return answer;
  await signedIn();
  return fetch(url, options());
}

/** Posts a form and reads JSON. Throws an Error whose message is for the person; `status` 0 means no answer came, and
    where the error has `sure`, the same may be sent once more with it. `body` is the whole answer. */
export async function send(url, values, sure = []) {
  const headers = () => ({ "X-CSRFToken": token(), Accept: "application/json" });
  const pairs = [...Object.entries(values), ...sure.map((key) => ["sure", key])];
  let answer;
  try {
    answer = await ask(url, () => ({ method: "POST", headers: headers(), body: new URLSearchParams(pairs) }));
  } catch {
    throw Object.assign(new Error("No connection. Nothing was saved; try again."), { status: 0 });
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(body.error || "That did not work. Reload the page and try again."), {
      status: answer.status, sure: body.sure, body,
    });
  }
  return body;
}

export async function read(url, signal) {
  const answer = await ask(url, () => ({ headers: { Accept: "application/json" }, signal }));
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}
