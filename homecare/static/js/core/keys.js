// Single-letter shortcuts: the key in an element's data-key clicks the element.
import { $, $$, typing } from "./dom.js";

function openOnce(id) {
  const dialog = document.getElementById(id);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openOnce("search-everything");
    return;
  }
  const undo = $$(".toasts [data-undo]").at(-1);
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && undo && !typing(event.target) && !event.defaultPrevented) {
    event.preventDefault();
    undo.click();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || $("dialog[open]") || $(".menu:popover-open")) return;
  if (event.key === "?") {
    event.preventDefault();
    openOnce("shortcuts");
  } else if (event.key === "/") {
    event.preventDefault();
    openOnce("search-everything");
  } else {
    const pressed = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (!pressed || pressed.disabled) return;
    event.preventDefault();
    pressed.click();
  }
});
