// Stores unsaved form values in the tab, so that a closed browser or a reloaded page loses nothing.
// They are encrypted. The key comes with each page from the server, which gives it only to that person and only while
// they are signed in. So nothing about a patient can be read in a signed-out browser. Secrets and files are never
// stored. A save or a sign-out deletes everything.

const { account, draftKey } = document.getElementById("session").dataset;
const PREFIX = "draft ";
const MINE = `${PREFIX}${account} `;
// Longer than any session. Older drafts were left behind.
const LONGEST = 12 * 3600 * 1000;
const able = Boolean(globalThis.crypto?.subtle && draftKey);
const text = new TextEncoder();
const toText = (bytes) => btoa(String.fromCharCode(...bytes));
const toBytes = (written) => Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0));
// A draft that is still being encrypted must not be stored after the save that made it obsolete.
let turn = 0;
// After a sign-out in any tab nothing is stored: leaving a field on the way out would start another draft.
let shut = false;

const key = () => crypto.subtle.importKey("raw", toBytes(draftKey), "AES-GCM", false, ["encrypt", "decrypt"]);

/** The address may contain search terms. Its digest reveals nothing. */
async function place() {
  const digest = await crypto.subtle.digest("SHA-256", text.encode(location.pathname + location.search));
  return MINE + toText(new Uint8Array(digest));
}

export async function keep(draft) {
  if (!able || shut) return;
  const mine = (turn += 1);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = text.encode(JSON.stringify({ ...draft, at: Date.now() }));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), plain));
  let written = "";
  // A long text would be too many arguments for one call.
  for (const byte of [...iv, ...sealed]) written += String.fromCharCode(byte);
  const where = await place();
  if (mine !== turn) return;
  try {
    sessionStorage.setItem(where, btoa(written));
  } catch {
    // Full: the form itself still has everything.
  }
}

/** The draft of the form at this address, or null. */
export async function kept() {
  if (!able) return null;
  const where = await place();
  const written = sessionStorage.getItem(where);
  if (!written) return null;
  try {
    const sealed = toBytes(written);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(0, 12) }, await key(), sealed.slice(12));
    const draft = JSON.parse(new TextDecoder().decode(plain));
    if (Date.now() - draft.at < LONGEST) return draft;
  } catch {
    // Encrypted with another key: nobody can read it any longer.
  }
  sessionStorage.removeItem(where);
  return null;
}

export async function drop() {
  turn += 1;
  if (able) sessionStorage.removeItem(await place());
}

/** All drafts of this tab, or those of everybody else. */
function dropAll({ ofOthers = false } = {}) {
  turn += 1;
  shut = !ofOthers;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !(ofOthers && name.startsWith(MINE))) sessionStorage.removeItem(name);
  }
}

// Somebody is signed in, as the same person as before.
addEventListener("session-mine", () => (shut = false));
addEventListener("session-left", () => dropAll());
// Whoever was signed in before in this tab left nothing behind for the next one.
dropAll({ ofOthers: true });
