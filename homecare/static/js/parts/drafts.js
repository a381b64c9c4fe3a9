// What was typed into a form and not saved stays in its tab, so that a closed browser or a reloaded page loses nothing.
// It is kept encrypted: the key comes with each page from the server, which gives it to that person alone and only while
// they are signed in. So nothing of a patient can be read in a browser that nobody is signed in with. Secrets and files
// are never kept; all of it goes with a save, and with signing out.

const { account, draftKey } = document.getElementById("session").dataset;
const PREFIX = "draft ";
const MINE = `${PREFIX}${account} `;
// Longer than any session: what is older was left behind.
const LONGEST = 12 * 3600 * 1000;
const able = Boolean(globalThis.crypto?.subtle && draftKey);
const text = new TextEncoder();
const toText = (bytes) => btoa(String.fromCharCode(...bytes));
const toBytes = (written) => Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0));
// A draft that is still being encrypted must not come after the save that made it old.
let turn = 0;
// Whoever signs out, in whatever tab, keeps nothing more: a field that is left on the way out would begin another draft.
let shut = false;

const key = () => crypto.subtle.importKey("raw", toBytes(draftKey), "AES-GCM", false, ["encrypt", "decrypt"]);

/** The address can hold what was looked for; its digest tells nothing. */
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
  // A long text is more arguments than one call takes.
  for (const byte of [...iv, ...sealed]) written += String.fromCharCode(byte);
  const where = await place();
  if (mine !== turn) return;
  try {
    sessionStorage.setItem(where, btoa(written));
  } catch {
    // Full: the form itself still has everything.
  }
}

/** What was kept of the form at this address, or null. */
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
    // Of another key: nobody can read it any more.
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
