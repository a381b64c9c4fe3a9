// A record: its related records in tabs, loaded when opened, and links to its neighbours in the list the person came from.
import { $, $$, openMenu } from "../core/dom.js";
import { ask } from "../core/server.js";

const page = $(".details");
const { table, id } = page.dataset;

$("#more").addEventListener("click", (event) => openMenu($("#more-menu"), event.currentTarget));

// Tabs: without a script they are links to the lists.
const tabs = $$(".tabs a");
const panel = $("#related-panel");
let asked;

async function open(tab, focus) {
  tabs.forEach((one) => {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
  });
  if (focus) tab.focus();
  panel.setAttribute("aria-labelledby", tab.id);
  panel.setAttribute("aria-busy", "true");
  sessionStorage.setItem(`tab:${table}`, new URL(tab.dataset.url, location.href).search.replace(/id=\d+&/, ""));
  asked?.abort();
  asked = new AbortController();
  try {
    const { signal } = asked;
    const answer = await ask(tab.dataset.url, () => ({ signal }));
    if (!answer.ok) throw new Error();
    panel.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") panel.textContent = "This could not be loaded. Open the tab again.";
  }
  panel.removeAttribute("aria-busy");
}

if (tabs.length) {
  $(".tabs").setAttribute("role", "tablist");
  $(".tabs").setAttribute("aria-label", "Related records");
  panel.setAttribute("role", "tabpanel");
  tabs.forEach((tab, place) => {
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "related-panel");
    tab.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(tab);
    });
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        open(tabs[(to + tabs.length) % tabs.length], true);
      }
    });
  });
  const wanted = sessionStorage.getItem(`tab:${table}`);
  open(tabs.find((tab) => tab.dataset.url.replace(/id=\d+&/, "").endsWith(wanted)) ?? tabs[0]);
}

// The list the person came from, as that page stored it.
const list = JSON.parse(sessionStorage.getItem(`list:${table}`) || "null");
const at = list ? list.ids.indexOf(id) : -1;
if (at >= 0) {
  const show = (link, other, edge) => {
    if (other) link.href = `/admin/${table}/details/?id=${other}`;
    else if (edge) {
      link.href = `/admin/${table}/${edge}`;
      link.setAttribute("aria-label", "The list continues");
    } else {
      // Without an address it is no longer a link, and an accessible name needs a role.
      link.setAttribute("role", "link");
      link.setAttribute("aria-disabled", "true");
    }
  };
  show($("#record-before"), list.ids[at - 1], list.before);
  show($("#record-after"), list.ids[at + 1], list.next);
  $(".beside").hidden = false;
  $$(".place a").at(-1).href = list.url;
}
