// Areas as the address spells them: "ring~9.01_38.76~…", "circle~9.01_38.76~2.5", or a sub-city by name.
const KM_PER_DEGREE = 111.2;
const DIGITS = 5;
const STEPS = 64;
export const MOST_CORNERS = 100;

const spelled = ([longitude, latitude]) => `${Number(latitude.toFixed(DIGITS))}_${Number(longitude.toFixed(DIGITS))}`;

/** Corners as longitude and latitude, the last not repeating the first. */
export const ringWord = (corners) => `ring~${corners.map(spelled).join("~")}`;

export const circleWord = (centre, km) => `circle~${spelled(centre)}~${Number(km.toFixed(2))}`;

/** The closed ring of a spelled shape; of a sub-city that of its area; null for what has none. */
export function ringOf(word, areas) {
  const [kind, ...parts] = word.split("~");
  const points = parts.filter((part) => part.includes("_")).map((part) => part.split("_").map(Number).reverse());
  if (kind === "ring") return [...points, points[0]];
  if (kind === "circle") return circle(points[0], Number(parts[1]));
  return areas.features.find((one) => one.properties.name === word)?.geometry.coordinates[0] ?? null;
}

function circle([longitude, latitude], km) {
  const wide = km / (KM_PER_DEGREE * Math.cos((latitude * Math.PI) / 180));
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const turn = (2 * Math.PI * step) / STEPS;
    return [longitude + wide * Math.cos(turn), latitude + (km / KM_PER_DEGREE) * Math.sin(turn)];
  });
}

const collection = (type, shapes) => ({ type: "FeatureCollection", features: shapes.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type, coordinates } })) });

/** The point that `around` names, as longitude and latitude; null for a patient or nobody. */
export function pointOf(around) {
  const parts = around.split(",").map(Number);
  return parts.length === 2 && parts.every(Number.isFinite) ? parts.reverse() : null;
}

/** The layers that show what the conditions reach, and who is near the point `asked`. */
export function within(rings, near, asked) {
  return {
    sources: {
      within: { type: "geojson", data: collection("Polygon", rings.map((ring) => [ring])) },
      around: { type: "geojson", data: collection("Point", near) },
      asked: { type: "geojson", data: collection("Point", asked ? [asked] : []) },
    },
    layers: [
      { id: "around", type: "circle", source: "around", paint: (c) => ({ "circle-color": "transparent", "circle-radius": 10, "circle-stroke-color": c.accent, "circle-stroke-width": 2 }) },
      { id: "asked", type: "circle", source: "asked", paint: (c) => ({ "circle-color": c["map-area"], "circle-radius": 6, "circle-stroke-color": c.text, "circle-stroke-width": 4 }) },
      { id: "within", type: "fill", source: "within", paint: (c) => ({ "fill-color": c.accent, "fill-opacity": 0.08 }) },
      { id: "within-line", type: "line", source: "within", paint: (c) => ({ "line-color": c.accent, "line-width": 2 }) },
    ],
  };
}
