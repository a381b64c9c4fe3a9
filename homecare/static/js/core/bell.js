// The bell's count, asked for once a minute while the page is in sight. Asking does not extend the session.
import { $ } from "./dom.js";

const EVERY = 60_000;
const bell = $("#bell");
let askedAt = Date.now();

async function look() {
  const unread = $("[data-unread]", bell);
  askedAt = Date.now();
  const asked = fetch("/session", { headers: { Accept: "application/json" } });
  const told = await asked.then((answer) => answer.ok && answer.json()).catch(() => null);
  // Signed out, or somebody else: what this page showed is not theirs to know more of.
  if (!told || String(told.account) !== bell.dataset.account) return;
  $("[data-count]", unread).textContent = told.unread > 99 ? "99+" : told.unread;
  unread.hidden = !told.unread;
}

const isDue = () => !document.hidden && Date.now() - askedAt >= EVERY;

if (bell) {
  setInterval(() => isDue() && look(), EVERY);
  document.addEventListener("visibilitychange", () => isDue() && look());
  addEventListener("pageshow", (event) => event.persisted && look());
}
