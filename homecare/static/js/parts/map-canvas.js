// The map itself: MapLibre with a style of ours in the colours of the theme, its state written on the element.
import { $$, make } from "../core/dom.js";
import { colours, onTheme } from "./map-colours.js";
import { follow, GROUND, NAMES, sourcesOf } from "./map-ground.js";

const ETHIOPIC = ["U+030E", "U+1200-1399", "U+2D80-2DDE", "U+AB01-AB2E"];
// constant: a move is seen as one, and nobody waits for it
export const MOVE_MS = 120;

/** Whether this browser can draw the map; asked before anything is loaded for it. */
export const drawable = () => Boolean(document.createElement("canvas").getContext("webgl2"));

/** The map in `box`, at `view`; `data` is what the page was sent, `over` the sources and layers between ground and names. Resolves
    as soon as the ground is being drawn. */
export async function open(box, data, view, over) {
  link(data.urls.sheet);
  const library = await import(data.urls.maplibre);
  const streets = data.urls.streets ? await (await import("./map-streets.js")).streets(library, data.urls, theme()).catch(() => null) : null;
  const layers = [...GROUND, ...over.below, ...NAMES, ...over.above];
  const map = new library.Map({
    container: box,
    style: styled(data, layers, streets, over.sources),
    ...view,
    minZoom: 1.5,
    maxZoom: 18,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    renderWorldCopies: false,
    attributionControl: false,
    fadeDuration: 0,
    localIdeographFontFamily: false,
    locale: { "Map.Title": "Map of patients" },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new library.ScaleControl({ maxWidth: 100, unit: "metric" }), "bottom-left");
  tellState(map, box);
  onTheme(() => repaint(map, layers, streets));
  map.once("load", () => follow(map, data));
  return map;
}

/** MapLibre's own style sheet, where the page has not linked it. */
function link(href) {
  if ($$('link[rel="stylesheet"]').every((one) => one.getAttribute("href") !== href)) document.head.append(make("link", { rel: "stylesheet", href }));
}

const theme = () => document.documentElement.dataset.bsTheme;

function styled(data, layers, streets, sources) {
  const palette = colours();
  return {
    version: 8,
    "font-faces": { "HC Medium": [{ url: new URL(data.urls.font, location.href).href, "unicode-range": ETHIOPIC }] },
    sources: { ...sourcesOf(data), ...streets?.sources, ...sources },
    layers: placed(layers, streets).map((layer) => painted(layer, palette)),
  };
}

/** Streets lie on the ground and under the areas of the sub-cities. */
function placed(layers, streets) {
  const at = layers.findIndex((layer) => layer.id === "grid");
  return streets ? [...layers.slice(0, at), ...streets.layers, ...layers.slice(at)] : layers;
}

const painted = ({ paint, ...layer }, palette) => ({ ...layer, paint: typeof paint === "function" ? paint(palette) : paint });

/** By property, never with a new style: that would take away what was drawn and chosen on the map. */
function repaint(map, layers, streets) {
  const palette = colours();
  for (const layer of layers) repaintLayer(map, layer, palette);
  for (const layer of streets?.again(theme()) ?? []) repaintLayer(map, layer, palette);
}

function repaintLayer(map, layer, palette) {
  if (!map.getLayer(layer.id)) return;
  for (const [name, value] of Object.entries(painted(layer, palette).paint ?? {})) map.setPaintProperty(layer.id, name, value);
}

function tellState(map, box) {
  const busy = () => (box.dataset.state = "busy");
  busy();
  map.on("movestart", busy);
  map.on("dataloading", busy);
  map.on("idle", () => {
    box.dataset.state = "idle";
    performance.mark("map-idle");
  });
}
