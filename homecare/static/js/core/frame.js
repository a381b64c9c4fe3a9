import { $, $$, leave, toast } from "./dom.js";

const root = document.documentElement;

for (const group of $$(".side-menu details")) {
  const name = `menu:${group.dataset.group}`;
  const holdsThisPage = Boolean($('[aria-current="page"]', group));
  if (localStorage.getItem(name) === "closed" && !holdsThisPage && !root.classList.contains("folded")) group.open = false;
  $("summary", group).addEventListener("click", () => {
    localStorage.setItem(name, group.open ? "closed" : "open");
  });
}
for (const current of $$('.side-menu [aria-current="page"], .tabs [aria-current="page"]')) current.scrollIntoView({ block: "nearest", inline: "nearest" });

const fold = $("#fold");
const tellFold = () => {
  const folded = root.classList.contains("folded");
  fold?.setAttribute("aria-expanded", String(!folded));
  // A folded menu shows the icons alone.
  for (const link of $$(".side-menu .places a")) folded ? (link.title = link.textContent.trim()) : link.removeAttribute("title");
};
tellFold();
fold?.addEventListener("click", () => {
  const folded = root.classList.toggle("folded");
  localStorage.setItem("menu", folded ? "folded" : "open");
  // A folded menu shows no headings that could open a group.
  if (folded) $$(".side-menu details").forEach((group) => (group.open = true));
  tellFold();
});

const tellTheme = () => {
  const chosen = localStorage.getItem("theme") || "auto";
  $$("[data-look]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.look === chosen)));
};
tellTheme();
// Not data-theme: Tabler applies a theme to any element with that attribute.
for (const button of $$("[data-look]")) {
  button.addEventListener("click", () => {
    localStorage.setItem("theme", button.dataset.look);
    dispatchEvent(new Event("theme-chosen"));
    tellTheme();
  });
}

$$(".toasts .notice-success").forEach(leave);
$$(".toasts [data-close]").forEach((button) => button.addEventListener("click", () => button.parentElement.remove()));

// Attributes open and close dialogs: data-open="id" on a button, data-shut inside the dialog.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-shut]")) event.target.closest("dialog")?.close();
  if (event.target.tagName === "DIALOG") {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && event.detail) event.target.close();
  }
  const copied = event.target.closest("[data-copy]");
  if (copied) copy(copied);
});

/** Puts a link into the clipboard and says so. Where the browser keeps it shut, the text beside is selected instead. */
async function copy(button) {
  button.closest("[popover]")?.hidePopover();
  const field = $("input", button.parentElement);
  try {
    await navigator.clipboard.writeText(new URL(button.dataset.copy || location.href, location.href).href);
    toast("The link is copied.");
  } catch {
    field?.select();
    toast(field ? "This browser does not let the page copy. The link is selected: press Ctrl+C." : "This browser does not let the page copy. Copy the link from the address line.", { kind: "error" });
  }
}
