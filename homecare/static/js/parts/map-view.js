// Where the map stands: in the address, so that a link and a saved view open it again, and kept from page to page.
import { $ } from "../core/dom.js";

const KEPT = "map-view";
const PADDING = { padding: 48, animate: false, maxZoom: 16 };
// Conditions that have a place of their own: the map opens there.
const PLACED = ["area", "near", "around"];

/** Moves a new map to where the address says, else to where it stood when a condition was changed, else over it all. */
export function settle(map, data, shapes) {
  const words = new URLSearchParams(location.search);
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  const cameFromHere = URL.canParse(document.referrer) && new URL(document.referrer).pathname === location.pathname;
  if (data.view) return;
  if (PLACED.some((word) => words.has(word))) {
    const around = boundsOf([...shapes, ...data.around.map((at) => [at])].flat());
    if (around) map.fitBounds(around, PADDING);
  } else if (kept && cameFromHere) map.jumpTo(kept);
}

/** The view over all that may be seen: the city, or wherever the patients are. */
export const opening = (data) => ({ bounds: data.view ? undefined : inCity(data) ? data.home : data.bounds, fitBoundsOptions: PADDING, ...data.view });

const inCity = ({ home, bounds }) => bounds[0] < home[2] && bounds[2] > home[0] && bounds[1] < home[3] && bounds[3] > home[1];

export const fit = (map, bounds, duration) => map.fitBounds(bounds, { ...PADDING, animate: true, duration });

/** Tells the address and the form of saved views about every move. */
export function tell(map) {
  const saved = $('.views-save input[name="query"]');
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter().wrap();
    const zoom = map.getZoom();
    const words = new URLSearchParams(location.search);
    words.set("at", `${lat.toFixed(5)},${lng.toFixed(5)},${zoom.toFixed(2)}`);
    const told = String(words).replaceAll("%2C", ",").replaceAll("%7E", "~");
    history.replaceState(history.state, "", `?${told}`);
    if (saved) saved.value = told;
    sessionStorage.setItem(KEPT, JSON.stringify({ center: [lng, lat], zoom }));
  });
}

/** West, south, east and north of points; null without any. */
export function boundsOf(points) {
  if (!points.length) return null;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

export const meet = (one, other) => one[0] <= other[2] && one[2] >= other[0] && one[1] <= other[3] && one[3] >= other[1];
