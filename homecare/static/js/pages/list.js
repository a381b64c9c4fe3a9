// A list: rows by pointer and keyboard, the row menu, the density.
import { $, $$, make, openMenu, typing } from "../core/dom.js";
import { send } from "../core/server.js";
import { offer, prepare } from "../parts/in-place.js";
import "../parts/bulk.js";
import "../parts/chips.js";
import "../parts/columns.js";
import "../parts/filters.js";

const list = $("#list");
const data = JSON.parse(list.dataset.list);
const rows = $$("tbody tr", list);

// Stored for the record's page: the neighbouring rows, and the way back to this list.
sessionStorage.setItem(`list:${data.table}`, JSON.stringify({
  ids: rows.map((row) => row.dataset.id),
  url: location.pathname + location.search,
  next: list.dataset.next,
  before: list.dataset.before,
}));

// Buttons that need a script are created by the script.
for (const row of rows) {
  const name = $(".row-name", row).textContent;
  const more = make("button", { type: "button", className: "more-button", "aria-haspopup": "menu", "aria-label": `More for ${name}`, textContent: "⋯" });
  row.append(make("td", { className: "act" }, more));
}
prepare(rows);

list.addEventListener("click", (event) => {
  const more = event.target.closest(".more-button");
  if (more) return openRowMenu(more);
  const row = event.target.closest("tbody tr");
  if (!row || event.target.closest("a, button, input, label, td.pick") || getSelection().toString()) return;
  const link = $(".row-name", row);
  mark(row);
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
});

function openRowMenu(button) {
  const menu = $("#row-menu");
  const id = button.closest("tr").dataset.id;
  const here = encodeURIComponent(location.pathname + location.search);
  for (const link of $$("a[data-path]", menu)) {
    const { path } = link.dataset;
    // A name is a page of this row. An address that ends in "=" is the form of a new record that belongs to it.
    const start = path.endsWith("=") ? path : `/admin/${data.table}/${path}/?id=`;
    link.href = `${start}${id}${path === "details" ? "" : `&url=${here}`}`;
  }
  $("[data-copy]", menu).dataset.copy = `/admin/${data.table}/details/?id=${id}`;
  openMenu(menu, button);
}

let at = -1;
function mark(row) {
  const place = rows.indexOf(row);
  if (place < 0) return;
  rows[at]?.classList.remove("current");
  at = place;
  row.classList.add("current");
}

function moveTo(place) {
  if (!rows.length) return;
  mark(rows[Math.max(0, Math.min(place, rows.length - 1))]);
  $(".row-name", rows[at]).focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

list.addEventListener("focusin", (event) => mark(event.target.closest("tbody tr")));

// Coming back from a row restores the list's position.
const wrap = $(".table-wrap");
const leftAt = `left:${location.pathname}${location.search}`;
const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward" || document.referrer.startsWith(`${location.origin}/admin/${data.table}/`);
const left = JSON.parse(isBack && sessionStorage.getItem(leftAt) || "null");
if (left && wrap) {
  wrap.scrollTop = left.top;
  if (left.y) scrollTo(0, left.y);
  mark(rows.find((row) => row.dataset.id === left.id));
}
addEventListener("pagehide", () => sessionStorage.setItem(leftAt, JSON.stringify({ top: wrap?.scrollTop ?? 0, y: scrollY, id: rows[at]?.dataset.id })));

// Shows cut-off text under the pointer.
list.addEventListener("mouseover", (event) => {
  const cell = event.target.closest("tbody td");
  if (!cell || cell.title) return;
  if ([cell, ...cell.children].some((part) => part.scrollWidth > part.clientWidth)) cell.title = cell.textContent.trim();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if ($("dialog[open]") || $(".menu:popover-open")) return;
  if (event.key === "j") moveTo(at + 1);
  else if (event.key === "k") moveTo(at - 1);
  else if (event.key === "x" && at >= 0 && !list.classList.contains("no-bulk")) $(".pick input", rows[at]).click();
  else if (event.key === "s" && $("[name=rowid]:checked", list) && $("#set-button")) $("#set-button").click();
  else if (event.key === "s" && at >= 0) offer(rows[at]);
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
