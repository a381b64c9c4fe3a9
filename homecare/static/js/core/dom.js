// The few things every module needs: making elements, telling the person, opening a shared menu.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** An element with properties (data-, aria- and for by attribute name) and children; text is never markup. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (/^(aria-|data-|for$|role$|form$|list$)/.test(name)) element.setAttribute(name, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Shows a message in the corner. `action` is [word, function]. Errors stay until they are closed, others `seconds`. */
export function toast(text, { kind = "success", action, seconds = 8 } = {}) {
  const box = make("div", { className: `notice notice-${kind}`, "data-seconds": seconds }, make("p", { textContent: text }));
  if (kind === "error") box.setAttribute("role", "alert");
  const close = () => box.remove();
  const [word, run] = action || (kind === "error" ? ["Close", () => {}] : []);
  if (word) box.append(make("button", { type: "button", textContent: word, "data-undo": word === "Undo" && "", onclick: () => { close(); run(); } }));
  $(".toasts").append(box);
  if (kind !== "error") leave(box);
  return box;
}

/** Removes a notice after a while, unless the pointer or the keyboard focus is on it. */
export function leave(box) {
  const go = () => (box.matches(":hover, :focus-within") ? setTimeout(go, 2000) : box.remove());
  setTimeout(go, 1000 * (box.dataset.seconds || 8));
}

/** The menu item a key moves to: by arrow, Home, End or first letters. -1: none. */
function placeInMenu(items, key) {
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step) return (at + step + items.length) % items.length;
  if (key === "Home") return 0;
  if (key === "End") return items.length - 1;
  if (key.length > 1 || key === " ") return -1;
  const after = [...items.keys()].map((number) => (at + 1 + number) % items.length);
  return after.find((number) => items[number].textContent.trim().toLowerCase().startsWith(key.toLowerCase())) ?? -1;
}

/** Opens a popover menu beside the button at the chosen item. Keys move, Esc closes and returns the focus. */
export function openMenu(menu, button) {
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight + 8 <= innerHeight;
  menu.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)}px`);
  menu.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`);
  button.setAttribute("aria-expanded", "true");
  const items = () => $$("a, button", menu);
  ($('[aria-checked="true"]', menu) ?? items()[0])?.focus();
  const move = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Tab continues from the button: a menu is one tab stop.
    if (event.key === "Tab") menu.hidePopover();
    const list = items();
    const place = placeInMenu(list, event.key);
    if (place < 0) return;
    event.preventDefault();
    list[place]?.focus();
  };
  menu.addEventListener("keydown", move);
  menu.addEventListener("toggle", function done(event) {
    if (event.newState !== "closed") return;
    menu.removeEventListener("keydown", move);
    menu.removeEventListener("toggle", done);
    button.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
  });
}

export const typing = (target) =>
  target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox");
