// The few things every module needs: making elements, sending forms, telling the person, opening a shared menu.

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

export const token = () => $('input[name="csrf_token"]').value;

/** Posts a form and reads JSON. Throws an Error whose message is for the person; `status` 0 means no answer came. */
export async function send(url, values) {
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  let answer;
  try {
    answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(values) });
  } catch {
    throw Object.assign(new Error("No connection. Nothing was saved; try again."), { status: 0 });
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(body.error || "That did not work. Reload the page and try again."), {
      status: answer.status,
    });
  }
  return body;
}

export async function read(url, signal) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/** A sentence at the corner. `action` is [word, function]; errors stay until they are closed. */
export function toast(text, { kind = "success", action } = {}) {
  const box = make("div", { className: `notice notice-${kind}` }, make("p", { textContent: text }));
  if (kind === "error") box.setAttribute("role", "alert");
  const close = () => box.remove();
  const [word, run] = action || (kind === "error" ? ["Close", () => {}] : []);
  if (word) box.append(make("button", { type: "button", textContent: word, onclick: () => { close(); run(); } }));
  $(".toasts").append(box);
  if (kind !== "error") leave(box);
  return box;
}

/** Takes a notice away after a while, but not from under the pointer or the keyboard. */
export function leave(box) {
  const go = () => (box.matches(":hover, :focus-within") ? setTimeout(go, 2000) : box.remove());
  setTimeout(go, 8000);
}

/** Opens a popover menu beside the button, moves by arrows, closes on Esc and gives the focus back. */
export function openMenu(menu, button) {
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight + 8 <= innerHeight;
  menu.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)}px`);
  menu.style.setProperty("left", `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`);
  button.setAttribute("aria-expanded", "true");
  const items = () => $$("a, button", menu);
  items()[0]?.focus();
  const move = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const list = items();
    list[(list.indexOf(document.activeElement) + step + list.length) % list.length]?.focus();
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
