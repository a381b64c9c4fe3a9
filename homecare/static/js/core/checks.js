// What is looked at before a form is sent: one list a form, in the order of its making.

const lists = new WeakMap();

/**
 * `check` is given the event and returns whether the form may be sent; it says itself, at its place, what is wrong.
 * The first that objects ends it. A check of a part that is no longer on the page is passed over.
 */
export function addCheck(form, check, part = form) {
  if (!form) return;
  if (!lists.has(form)) {
    lists.set(form, []);
    form.addEventListener("submit", stopUnlessFit, true);
  }
  lists.get(form).push({ check, part });
}

function stopUnlessFit(event) {
  const checks = lists.get(event.currentTarget).filter(({ part }) => part.isConnected);
  if (checks.every(({ check }) => check(event))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
