// A day on the map: each caregiver's stops in order, what is late or missed standing out; and visits nobody covers.
const point = (coordinates, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates } });
const collection = (features) => ({ type: "FeatureCollection", features });
const HIDDEN = ["==", ["get", "route"], -1];

/** Layers of the day; `follow` shows one route before the others. */
export function stops(routes) {
  const lines = routes.map((route, number) => ({
    type: "Feature", properties: { route: number }, geometry: { type: "LineString", coordinates: route.stops.map((stop) => stop.at) },
  })).filter((line, number) => routes[number].staff !== null && line.geometry.coordinates.length > 1);
  const points = routes.flatMap((route, number) => route.stops.map((stop) =>
    point(stop.at, { route: number, nobody: route.staff === null, number: stop.number, patient: stop.patient, tone: stop.tone })));
  const tone = (c, otherwise) => ["match", ["get", "tone"], "late", c.late, "missed", c.missed, otherwise];
  return {
    sources: { routes: { type: "geojson", data: collection(lines) }, stops: { type: "geojson", data: collection(points) } },
    below: [
      { id: "routes", type: "line", source: "routes", layout: { "line-join": "round" }, paint: (c) => ({ "line-color": c["map-other"], "line-width": 1.5, "line-opacity": 0.55 }) },
      { id: "route", type: "line", source: "routes", filter: HIDDEN, layout: { "line-join": "round" }, paint: (c) => ({ "line-color": c.accent, "line-width": 3 }) },
    ],
    above: [
      { id: "stops", type: "circle", source: "stops", layout: { "circle-sort-key": ["case", ["==", ["get", "tone"], ""], 0, 1] },
        paint: (c) => ({ "circle-color": tone(c, ["case", ["get", "nobody"], c["map-area"], c.accent]), "circle-radius": ["case", ["==", ["get", "tone"], ""], 9, 12],
          "circle-stroke-color": ["case", ["get", "nobody"], c.waiting, c["map-area"]], "circle-stroke-width": 1.5 }) },
      { id: "stop-numbers", type: "symbol", source: "stops",
        layout: { "text-field": ["to-string", ["get", "number"]], "text-font": ["HC Bold", "system-ui"], "text-size": 11, "text-allow-overlap": true, "text-padding": 6, "symbol-sort-key": ["case", ["==", ["get", "tone"], ""], 0, 1] },
        paint: (c) => ({ "text-color": ["case", ["all", ["get", "nobody"], ["==", ["get", "tone"], ""]], c.text, c["on-accent"]] }) },
    ],
  };
}

export const follow = (map, number) => map.setFilter("route", ["==", ["get", "route"], number]);

/** Cells with visits that nobody covers, by [longitude, latitude, visits]; what came and went is said with the names. */
export function demand(cells) {
  const points = cells.map(([longitude, latitude, visits]) => point([longitude, latitude], { visits }));
  return {
    sources: { uncovered: { type: "geojson", data: collection(points) } },
    below: [],
    above: [
      { id: "uncovered", type: "circle", source: "uncovered",
        paint: (c) => ({ "circle-color": c.late, "circle-radius": ["interpolate", ["linear"], ["get", "visits"], 1, 13, 20, 28], "circle-stroke-color": c["map-area"], "circle-stroke-width": 1.5 }) },
      { id: "uncovered-counts", type: "symbol", source: "uncovered",
        layout: { "text-field": ["to-string", ["get", "visits"]], "text-font": ["HC Bold", "system-ui"], "text-size": 12, "text-allow-overlap": true, "text-padding": 8 },
        paint: (c) => ({ "text-color": c["on-accent"] }) },
    ],
  };
}
