// Patients on the map: clusters with their counts, single ones in the colour of what they are coloured by.

const COUNT = ["get", "count"];
const ONE = ["==", COUNT, 1];
const SHORT = ["case",
  [">=", COUNT, 10000], ["concat", ["to-string", ["round", ["/", COUNT, 1000]]], "k"],
  [">=", COUNT, 1000], ["concat", ["number-format", ["/", COUNT, 1000], { "max-fraction-digits": 1 }], "k"],
  ["to-string", COUNT]];
const RADIUS = ["interpolate", ["linear"], ["sqrt", COUNT], 1.4, 12, 18, 23, 60, 24];
const PRESSED = ["clusters", "points", "stops"];
const PLACES = { source: "patients", "source-layer": "patients" };

/** The tiles and their layers. `data.legend` names the colour of each key; what it does not name is "Other". */
export function patients(data) {
  const below = [
    { id: "points", type: "circle", ...PLACES, filter: ["all", ONE, ["has", "id"]], layout: { "circle-sort-key": ["case", raised(data), 1, 0] },
      paint: (c) => ({ "circle-color": byKey(data, c), "circle-radius": ["case", raised(data), 6.5, 5], "circle-stroke-color": c["map-area"], "circle-stroke-width": 1.5 }) },
    { id: "chosen", type: "circle", ...PLACES, filter: ["==", ["get", "id"], 0],
      paint: (c) => ({ "circle-color": "transparent", "circle-radius": 12, "circle-stroke-color": c.accent, "circle-stroke-width": 2.5 }) },
  ];
  const above = [
    { id: "halo", type: "circle", ...PLACES, filter: ["any", [">", COUNT, 1], ["!", ["has", "id"]]],
      paint: (c) => ({ "circle-color": c.accent, "circle-opacity": 0.16, "circle-radius": ["interpolate", ["linear"], ["sqrt", COUNT], 1.4, 16, 18, 27, 60, 28] }) },
    { id: "clusters", type: "circle", ...PLACES, filter: ["any", [">", COUNT, 1], ["!", ["has", "id"]]],
      paint: (c) => ({ "circle-color": c.accent, "circle-radius": RADIUS, "circle-stroke-color": c["map-area"], "circle-stroke-width": 1.5 }) },
    { id: "counts", type: "symbol", ...PLACES, filter: ["any", [">", COUNT, 1], ["!", ["has", "id"]]],
      layout: { "text-field": SHORT, "text-font": ["HC Bold", "system-ui"], "text-size": 13, "text-allow-overlap": true, "text-padding": 8 },
      paint: (c) => ({ "text-color": c["on-accent"] }) },
  ];
  const tiles = [`${location.origin}${data.urls.tiles}`];
  return { below, above, sources: { patients: { type: "vector", tiles, minzoom: 0, maxzoom: data.maxzoom } } };
}

/** What is missed must not be overlooked, nor told by colour alone. */
const raised = (data) => ["in", ["coalesce", ["get", "key"], ""], ["literal", data.legend.filter((one) => one.raised).map((one) => one.key)]];

function byKey(data, c) {
  const named = data.legend.filter((one) => one.colour !== "map-other");
  if (!named.length) return c.accent;
  return ["match", ["to-string", ["coalesce", ["get", "key"], ""]], ...named.flatMap((one) => [String(one.key), c[one.colour]]), c["map-other"]];
}

/** Hovering says what can be pressed; a cluster opens, a single patient is told to `onPatient`. */
export function listen(map, { isIdle, zoomInto, onPatient, onGround }) {
  for (const layer of PRESSED) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  map.on("click", (event) => {
    if (!isIdle()) return;
    const around = [[event.point.x - 4, event.point.y - 4], [event.point.x + 4, event.point.y + 4]];
    const [found] = map.queryRenderedFeatures(around, { layers: PRESSED.filter((id) => map.getLayer(id)) });
    if (!found) return onGround(event);
    if (found.layer.id === "clusters") zoomInto(found.geometry.coordinates);
    else onPatient(found.properties.id ?? found.properties.patient, found.geometry.coordinates);
  });
}

export const choose = (map, id) => map.setFilter("chosen", ["==", ["get", "id"], id ?? 0]);

