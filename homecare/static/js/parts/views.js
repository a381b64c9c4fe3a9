// Closes the panel of saved views like every menu: on Esc, or on a click outside.
import { $ } from "../core/dom.js";

const views = $(".views");

document.addEventListener("click", (event) => {
  if (views.open && !views.contains(event.target)) views.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !views.open || $("dialog[open]")) return;
  // Each Esc closes only one thing.
  event.preventDefault();
  event.stopImmediatePropagation();
  views.open = false;
  $("summary", views).focus();
}, true);
