// The style sheet's colours as a map needs them: it cannot read custom properties, nor light-dark().
const NAMES = [
  "surface", "text", "accent", "on-accent", "done", "late", "missed", "running", "planned", "waiting",
  "map-water", "map-land", "map-home", "map-area", "map-border", "map-grid", "map-road", "map-name", "map-halo",
  "map-1", "map-2", "map-3", "map-4", "map-5", "map-6", "map-7", "map-8", "map-other",
];

/** By name, as rgb(): those of the present theme. */
export function colours() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const found = Object.fromEntries(NAMES.map((name) => {
    probe.style.setProperty("color", `var(--${name})`);
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return found;
}

/** Runs whenever the theme changes, by choice or by the system. */
export function onTheme(run) {
  new MutationObserver(run).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
