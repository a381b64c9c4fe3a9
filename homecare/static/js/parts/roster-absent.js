// Somebody is absent, in the roster's panel: the forms of that page, sent and answered without leaving the day.
import { $, $$, toast } from "../core/dom.js";
import { ask } from "../core/server.js";
import { say } from "./roster-answer.js";

const FAILED = "That did not work. Nothing was saved; try again.";

/** Asks for the day in sight about a person. */
export async function begin(roster, person) {
  const { day } = roster.data;
  const found = await read(`${roster.urls.absent}?${new URLSearchParams({ from: `${day}T00:00`, to: `${day}T23:59` })}`);
  if (!found) return;
  $("select[name=staff_id]", found.page).value = String(person.id);
  await show(roster, found.page);
  $("select[name=kind]", roster.side).focus();
}

function show(roster, page) {
  const parts = [...$$(":scope > .notice-error, :scope > form", $("main", page))].map((part) => document.adoptNode(part));
  for (const form of parts.filter((part) => part.matches("form"))) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(roster, form, event.submitter);
    });
  }
  return roster.fill("Somebody is absent", parts, { kind: "absence", id: 0 });
}

/** The page that answers, and whether something was saved; null where none came. Who is signed out signs in first. */
async function read(url, options = {}) {
  const answer = await ask(url, () => ({ ...options, headers: { Accept: "application/json" } })).catch(() => null);
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page && $("main form", page)) return { page, saved: answer.redirected };
  toast(FAILED, { kind: "error" });
  return null;
}

async function send(roster, form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  const url = form.getAttribute("action");
  const found = form.method === "post" ? await read(url, { method: "POST", body: fields }) : await read(`${url}?${fields}`);
  if (!found) return;
  if (!found.saved) {
    await show(roster, found.page);
    const last = $$("form", roster.side).at(-1);
    ($("[aria-invalid], .against-all input, .rows-of-work select", roster.side) ?? $("button", last)).focus({ preventScroll: true });
    last.scrollIntoView({ block: "start" });
    return;
  }
  roster.shut();
  const notice = $(".toasts .notice", found.page);
  say(roster, { done: $("p", notice).textContent, undo: $("input[name=token]", notice)?.value, table: "visit_services" });
}
