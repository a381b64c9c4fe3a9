// The week of the roster: opens at today, and is read anew while the page is in sight, which keeps nobody signed in.
import { $ } from "../core/dom.js";
import { clock, now } from "./roster-times.js";

const WEEK = ".week-scroll, .empty-list";

export function begin(everyMs) {
  $(".week thead [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  setInterval(() => document.hidden || refresh(), everyMs);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

async function refresh() {
  const here = new URL(location);
  // Of another week than this page shows nothing may be drawn, whatever day it is by now.
  here.searchParams.set("day", $("#day").value);
  const answer = await fetch(here, { headers: { Accept: "application/json", "X-Refresh": "1" } }).catch(() => null);
  if (answer && [401, 403].includes(answer.status)) return;
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html") : null;
  const found = page && $(WEEK, page);
  const stale = $("#stale");
  if (!found) {
    stale.textContent ||= `No connection since ${clock(now($("#day").value))}. What you see may have changed.`;
    return;
  }
  stale.textContent = "";
  // Somebody else signed in in this browser.
  if ($("#bell", page)?.dataset.account !== $("#bell").dataset.account) return;
  show($(WEEK), document.adoptNode(found));
}

/** What is scrolled stays, and the focus on its cell. */
function show(week, found) {
  if (week.innerHTML === found.innerHTML) return;
  if (week.className !== found.className) return week.replaceWith(found);
  const focused = week.contains(document.activeElement) && document.activeElement.getAttribute("href");
  week.replaceChildren(...found.childNodes);
  if (focused) $(`a[href="${CSS.escape(focused)}"]`, week)?.focus({ preventScroll: true });
}
