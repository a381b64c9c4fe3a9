// One search box for everything: menu pages at once, records as the server finds them.
import { $, $$, make } from "../core/dom.js";
import { read } from "../core/server.js";

const dialog = $("#search-everything");
const input = $("input", dialog);
const list = $("[role=listbox]", dialog);
const told = $("[role=status]", dialog);
let asked;
let waiting;

const places = $$(".side-menu a[href]").map((link) => ({
  group: "Pages", label: link.textContent.trim(), url: link.getAttribute("href"), hint: "",
}));

function show(found) {
  list.replaceChildren();
  let group = "";
  found.forEach((item, number) => {
    if (item.group !== group) {
      group = item.group;
      list.append(make("li", { role: "presentation", className: "group", textContent: group }));
    }
    const option = make("li", { role: "option", id: `found-${number}`, "aria-selected": "false", "data-url": item.url },
      make("span", { textContent: item.label }), make("span", { className: "muted", textContent: item.hint || "" }));
    list.append(option);
  });
  choose(0);
}

function choose(number) {
  const options = $$("[role=option]", list);
  const at = options.length ? (number + options.length) % options.length : -1;
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
  input.setAttribute("aria-expanded", String(options.length > 0));
  if (at < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", options[at].id);
  options[at]?.scrollIntoView({ block: "nearest" });
}

const current = () => $$("[role=option]", list).findIndex((option) => option.getAttribute("aria-selected") === "true");

async function ask() {
  const text = input.value.trim();
  const here = places.filter((place) => place.label.toLowerCase().includes(text.toLowerCase())).slice(0, text ? 5 : 30);
  show(here);
  told.textContent = "";
  asked?.abort();
  if (text.length < 2) return;
  asked = new AbortController();
  try {
    const answer = await read(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`, asked.signal);
    const found = answer.groups.flatMap(({ name, items }) => items.map((item) => ({ ...item, group: name })));
    const known = new Set(found.map((item) => item.url));
    show([...found, ...here.filter((place) => !known.has(place.url))]);
    const count = list.querySelectorAll("[role=option]").length;
    told.textContent = count ? `${count} choice${count === 1 ? "" : "s"}` : `Nothing matches “${text}”. Try a name, a code or a phone number.`;
  } catch (error) {
    if (error.name !== "AbortError") told.textContent = "The search does not answer. Try again.";
  }
}

dialog.addEventListener("toggle", () => dialog.open && ask());
input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 80);
});
input.addEventListener("keydown", (event) => {
  // A search field uses the first Esc itself, to clear its text.
  if (event.key === "Escape") {
    event.preventDefault();
    dialog.close();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    choose(current() + step);
  }
  if (event.key === "Enter") {
    event.preventDefault();
    const url = $("[aria-selected=true]", list)?.dataset.url;
    if (url) location.assign(url);
  }
});
list.addEventListener("click", (event) => {
  const url = event.target.closest("[role=option]")?.dataset.url;
  if (url) location.assign(url);
});
