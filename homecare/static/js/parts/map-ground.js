// What lies under the patients: outlines, the areas of the sub-cities, a grid and names. No glyphs, no sprite, no host.
const LATIN_AND_ETHIOPIC = ["HC Medium", "system-ui"];
const TWO_LINES = ["format", ["get", "name"], {}, "\n", {}, ["get", "amharic"], { "font-scale": 0.92 }];
// On the layer of demand a sub-city's name says what came and went there.
const WITH_CHANGE = ["case", ["==", ["get", "change"], ""], TWO_LINES,
  ["format", ["get", "name"], {}, "\n", {}, ["get", "amharic"], { "font-scale": 0.92 }, "\n", {}, ["get", "change"], { "text-font": ["literal", ["HC Bold", "system-ui"]], "font-scale": 1.08 }]];
// Beside the counts that stand in the middle, in ems; farther out where the area is large enough that the name stays in
// it. A name that finds no place gives way: in another's area it would tell what is not so.
const BESIDE = [
  "top", [0, 0.4], "top", [0, 1.9], "bottom", [0, -1.9], "left", [2, 0], "right", [-2, 0],
  "top-left", [1.6, 1.2], "top-right", [-1.6, 1.2], "bottom-left", [1.6, -1.2], "bottom-right", [-1.6, -1.2],
];
const FARTHER = [...BESIDE, ...[3.4, 4.8].flatMap((far) => ["top", [0, far], "bottom", [0, -far], "left", [far, 0], "right", [-far, 0]])];
// Below this zoom the region around Ethiopia does not fill the map.
export const WORLD_BELOW = 5.5;
// From here on the region's own borders, which the coarse world's would double.
const NEAR_FROM = 4;
// Degrees between two lines, by the zoom from which on they are drawn.
const GRID = [[0, 30], [3, 10], [5, 5], [6, 2], [7, 1], [8, 0.5], [9, 0.2], [10, 0.1], [11, 0.05], [12, 0.02], [13, 0.01], [14, 0.005]];

// The capital's name gives way to those of its sub-cities.
const SUB_CITIES_FROM = 9.6;

const fill = (id, source, kind, colour) => ({
  id, type: "fill", source, filter: ["==", ["get", "kind"], kind],
  paint: (c) => ({ "fill-color": c[colour], "fill-antialias": false }),
});

const line = (id, source, kind, colour, width, more = {}) => ({
  id, type: "line", source, filter: ["==", ["get", "kind"], kind], ...more,
  layout: { "line-join": "round" },
  paint: (c) => ({ "line-color": c[colour], "line-width": width }),
});

const names = (id, source, kind, size, more = {}) => ({
  id, type: "symbol", source, filter: ["==", ["get", "kind"], kind], ...more,
  layout: {
    "text-field": TWO_LINES, "text-font": LATIN_AND_ETHIOPIC, "text-size": size, "text-line-height": 1.25, "text-padding": 4,
    "symbol-sort-key": ["get", "rank"], ...more.layout,
  },
  paint: (c) => ({ "text-color": c["map-name"], "text-halo-color": c["map-halo"], "text-halo-width": 1.4 }),
});

/** Layers in drawing order; `paint` is a function of the colours, so that a change of theme repaints and reloads nothing. */
export const GROUND = [
  { id: "water", type: "background", paint: (c) => ({ "background-color": c["map-water"] }) },
  fill("world-land", "world", "land", "map-land"),
  fill("land", "near", "land", "map-land"),
  fill("home", "near", "home", "map-home"),
  { ...fill("world-lake", "world", "lake", "map-water"), maxzoom: WORLD_BELOW },
  fill("lake", "near", "lake", "map-water"),
  line("river", "near", "river", "map-water", ["interpolate", ["linear"], ["zoom"], 4, 0.5, 9, 2], { minzoom: 4.5 }),
  // Of the two scales one at a time, or every border stands twice.
  line("world-border", "world", "border", "map-border", 0.8, { maxzoom: NEAR_FROM }),
  line("border", "near", "border", "map-border", 1, { minzoom: NEAR_FROM }),
  { id: "grid", type: "line", source: "grid", paint: (c) => ({ "line-color": c["map-grid"], "line-width": 1 }) },
  { id: "area", type: "fill", source: "areas", minzoom: 8, paint: (c) => ({ "fill-color": c["map-area"] }) },
  {
    id: "area-tint", type: "fill", source: "areas", minzoom: 8,
    paint: (c) => ({ "fill-color": c.accent, "fill-opacity": ["interpolate", ["linear"], ["coalesce", ["get", "share"], 0], 0, 0.03, 1, 0.14] }),
  },
  {
    id: "area-line", type: "line", source: "areas", minzoom: 9,
    paint: (c) => ({ "line-color": c["map-border"], "line-width": 1, "line-opacity": 0.7 }),
  },
  { id: "city-glow", type: "line", source: "city", minzoom: 8, paint: (c) => ({ "line-color": c.accent, "line-width": 6, "line-blur": 6, "line-opacity": 0.16 }) },
  { id: "city", type: "line", source: "city", minzoom: 8, paint: (c) => ({ "line-color": c.accent, "line-width": 1, "line-opacity": 0.35 }) },
];

const town = (id, zooms) => names(id, "labels", "town", 12, {
  ...zooms, layout: { "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 0.5 },
});

/** Above everything but the counts: a name gives way to a number, not the other way round. */
export const NAMES = [
  names("countries", "labels", "country", 12, { minzoom: 3.5, maxzoom: 7.5, layout: { "text-letter-spacing": 0.04 } }),
  { ...town("capital", { minzoom: 4, maxzoom: SUB_CITIES_FROM }), filter: ["==", ["get", "rank"], 0] },
  { ...town("towns", { minzoom: 5 }), filter: ["all", ["==", ["get", "kind"], "town"], [">", ["get", "rank"], 0]] },
  {
    ...names("sub-cities", "centres", "sub-city", 12, {
      minzoom: SUB_CITIES_FROM,
      layout: { "text-field": WITH_CHANGE, "text-variable-anchor-offset": ["case", ["get", "roomy"], ["literal", FARTHER], ["literal", BESIDE]], "text-justify": "auto" },
    }),
  },
];

export const sourcesOf = (data) => ({
  near: { type: "geojson", data: data.urls.near },
  world: { type: "geojson", data: collection([]) },
  areas: { type: "geojson", data: data.areas, promoteId: "id" },
  city: { type: "geojson", data: data.city },
  centres: { type: "geojson", data: data.centres },
  labels: { type: "geojson", data: data.labels },
  grid: { type: "geojson", data: collection([]) },
});

export const collection = (features) => ({ type: "FeatureCollection", features });

/** The world is fetched by who zooms out so far, once; the grid follows the view. */
export function follow(map, data) {
  let asked = false;
  let drawn = "";
  const run = () => {
    if (map.getZoom() < WORLD_BELOW + 0.5 && !asked) {
      asked = true;
      map.getSource("world").setData(data.urls.world);
    }
    const made = grid(map.getBounds(), map.getZoom());
    if (made.key !== drawn) map.getSource("grid").setData(made.lines);
    drawn = made.key;
  };
  map.on("moveend", run);
  run();
}

/** Meridians and parallels over a view, with a margin, so that small moves draw nothing anew. */
function grid(bounds, zoom) {
  const step = GRID.findLast(([from]) => zoom >= from)[1];
  const span = (low, high, most) => [Math.max(-most, Math.floor(low / step - 8) * step), Math.min(most, Math.ceil(high / step + 8) * step)];
  const coarse = (number) => Math.round(number / step / 8) * step * 8;
  const [west, east] = span(coarse(bounds.getWest()), coarse(bounds.getEast()), 180);
  const [south, north] = span(coarse(bounds.getSouth()), coarse(bounds.getNorth()), 85);
  const coordinates = [];
  for (let x = west; x <= east; x += step) coordinates.push([[x, south], [x, north]]);
  for (let y = south; y <= north; y += step) coordinates.push([[west, y], [east, y]]);
  return { key: [step, west, south, east, north].join(), lines: { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } } };
}
