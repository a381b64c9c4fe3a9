// A list: rows under the pointer and the keyboard, the row menu, how dense it stands.
import { $, $$, make, openMenu, send, typing } from "./dom.js";
import { prepare } from "./in-place.js";
import "./bulk.js";
import "./columns.js";
import "./filters.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const rows = $$("tbody tr", list);

// The record's page offers the rows beside it, and the way back to this very list.
sessionStorage.setItem(`list:${data.table}`, JSON.stringify({
  ids: rows.map((row) => row.dataset.id),
  url: location.pathname + location.search,
  next: list.dataset.next,
  before: list.dataset.before,
}));

// What only a script can do has its buttons from the script.
for (const row of rows) {
  const name = $(".row-name", row).textContent;
  row.lastElementChild.append(make("button", { type: "button", className: "more-button", "aria-haspopup": "menu", "aria-label": `More for ${name}`, textContent: "⋯" }));
}
prepare(rows);

list.addEventListener("click", (event) => {
  const more = event.target.closest(".more-button");
  if (more) return openRowMenu(more);
  const row = event.target.closest("tbody tr");
  if (!row || event.target.closest("a, button, input, label, td.pick") || getSelection().toString()) return;
  const link = $(".row-name", row);
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
});

function openRowMenu(button) {
  const menu = $("#row-menu");
  const id = button.closest("tr").dataset.id;
  const here = encodeURIComponent(location.pathname + location.search);
  for (const link of $$("a[data-path]", menu)) {
    link.href = `/admin/${data.table}/${link.dataset.path}/?id=${id}${link.dataset.path === "details" ? "" : `&url=${here}`}`;
  }
  $("[data-copy]", menu).dataset.copy = `/admin/${data.table}/details/?id=${id}`;
  openMenu(menu, button);
}

let at = -1;
function moveTo(place) {
  if (!rows.length) return;
  rows[at]?.classList.remove("current");
  at = Math.max(0, Math.min(place, rows.length - 1));
  rows[at].classList.add("current");
  $(".row-name", rows[at]).focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

list.addEventListener("focusin", (event) => {
  const place = rows.indexOf(event.target.closest("tbody tr"));
  if (place < 0 || place === at) return;
  rows[at]?.classList.remove("current");
  at = place;
  rows[at].classList.add("current");
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if ($("dialog[open]") || $(".menu:popover-open")) return;
  if (event.key === "j") moveTo(at + 1);
  else if (event.key === "k") moveTo(at - 1);
  else if (event.key === "x" && at >= 0) $(".pick input", rows[at]).click();
  else if (event.key === "e" && at >= 0 && $('#row-menu [data-path="edit"]')) {
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`/admin/${data.table}/edit/?id=${rows[at].dataset.id}&url=${here}`);
  } else return;
  event.preventDefault();
});

$("#density")?.addEventListener("click", async (event) => {
  const dense = list.classList.toggle("dense");
  event.currentTarget.setAttribute("aria-pressed", String(dense));
  await send(`/admin/preferences/${data.table}/`, { density: dense ? "dense" : "" }).catch(() => {});
});
