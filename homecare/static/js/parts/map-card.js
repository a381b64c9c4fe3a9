// The card of a patient on the map. Names come from the server, one at a time, and are noted there.
import { $, make } from "../core/dom.js";
import { read } from "../core/server.js";

const ABOVE_PX = 18;
const card = () => $("#card");
let shown = null;

/** Beside the point `at`; without one where the patient lives. The focus goes to the card and comes back. */
export async function open(map, url, id, at) {
  const box = card();
  const told = await read(`${url}?id=${encodeURIComponent(id)}`).catch((error) => ({ name: error.message === "404" ? "This patient is not there any more." : "The card could not be loaded.", facts: [], links: [] }));
  shut(map);
  shown = { at: at ?? told.at, back: document.activeElement, follow: () => follow(map) };
  box.replaceChildren(
    make("header", {}, make("h2", { id: "card-name", textContent: told.name }),
      ...(told.status ? [make("span", { className: `badge badge-${told.tone}`, textContent: told.status })] : []),
      make("button", { type: "button", className: "btn btn-quiet btn-icon shut", textContent: "×", "aria-label": "Close", onclick: () => shut(map, true) })),
    ...told.facts.map((line, place) => make("p", { className: place ? "" : "muted", textContent: line })),
    ...(told.links.length ? [make("p", { className: "links" }, ...told.links.map(([textContent, href]) => make("a", { textContent, href })))] : []),
  );
  box.hidden = false;
  map.on("move", shown.follow);
  follow(map);
  box.focus({ preventScroll: true });
}

export function shut(map, returns = false) {
  if (!shown) return;
  map.off("move", shown.follow);
  card().hidden = true;
  if (returns) (shown.back?.isConnected ? shown.back : map.getCanvas()).focus();
  shown = null;
}

/** Above its point, within the map; where the card is as wide as a telephone the style sheet places it. */
function follow(map) {
  const box = card();
  const { clientWidth: wide, clientHeight: high } = map.getContainer();
  const { x, y } = shown.at ? map.project(shown.at) : { x: wide / 2, y: high / 2 };
  const above = y - box.offsetHeight - ABOVE_PX;
  const phone = matchMedia("(max-width: 720px)").matches;
  box.style.setProperty("left", phone ? "" : `${Math.max(12, Math.min(x - box.offsetWidth / 2, wide - box.offsetWidth - 64))}px`);
  box.style.setProperty("top", phone ? "" : `${above > 12 ? above : Math.min(y + ABOVE_PX, high - box.offsetHeight - 12)}px`);
}
