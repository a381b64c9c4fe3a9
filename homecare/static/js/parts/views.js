// The panel of saved views closes like every menu: by Esc, or by a click beside it.
import { $ } from "../core/dom.js";

const views = $(".views");

document.addEventListener("click", (event) => {
  if (views.open && !views.contains(event.target)) views.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !views.open || $("dialog[open]")) return;
  // One Esc closes one thing.
  event.preventDefault();
  event.stopImmediatePropagation();
  views.open = false;
  $("summary", views).focus();
}, true);
