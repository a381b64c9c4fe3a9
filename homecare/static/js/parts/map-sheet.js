// The panel of a map on a telephone: a sheet of two heights, by its grip: pressed, or pulled up and down.
const PULL_PX = 24;

export function listen(panel, grip) {
  let from = null;
  let pulled = false;
  const set = (whole) => {
    panel.classList.toggle("whole", whole);
    grip.setAttribute("aria-expanded", String(whole));
    if (!whole) panel.scrollTop = 0;
  };
  grip.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    pulled = false;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (from === null || Math.abs(event.clientY - from) < PULL_PX) return;
    set(event.clientY < from);
    from = event.clientY;
    pulled = true;
  });
  grip.addEventListener("pointerup", () => (from = null));
  grip.addEventListener("click", () => pulled || set(!panel.classList.contains("whole")));
  return { shut: () => set(false) };
}
