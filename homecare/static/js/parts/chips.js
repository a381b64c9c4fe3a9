// The line of conditions: those that do not fit are behind a button with their number.
import { $, $$ } from "../core/dom.js";

const chips = $("#chips");
const more = $("#more-chips");

function fit() {
  const open = more.getAttribute("aria-expanded") === "true";
  more.hidden = true;
  const items = $$("li", chips);
  const isBelow = (item) => item.offsetTop > items[0].offsetTop;
  // The button needs room too, so it is shown before measuring.
  if (items.some(isBelow)) more.hidden = false;
  const below = items.filter(isBelow);
  items.forEach((item) => (item.inert = !open && below.includes(item)));
  more.textContent = open ? "Fewer" : `${below.length} more`;
}

if (chips?.children.length) {
  more.addEventListener("click", () => {
    const open = more.getAttribute("aria-expanded") !== "true";
    more.setAttribute("aria-expanded", String(open));
    chips.classList.toggle("open", open);
    fit();
  });
  new ResizeObserver(fit).observe(chips.parentElement);
}
