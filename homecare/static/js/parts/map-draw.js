// An area drawn by hand. Terra Draw is loaded when drawing begins; what is drawn becomes a condition.
import { script } from "./classic-script.js";
import { colours } from "./map-colours.js";
import { circleWord, MOST_CORNERS, ringWord } from "./map-shapes.js";

const HINTS = {
  polygon: "Click the corners; click the first one again to close the area. Esc gives up.",
  circle: "Click the middle, then the edge. Esc gives up.",
};
let drawing = null;

/** Begins, or gives up what was begun; `done` gets the area as the address spells it. */
export async function draw(map, urls, shape, { say, done, ended }) {
  if (drawing) return stop();
  await script(urls.draw);
  await script(urls.draw_on);
  const { TerraDraw, TerraDrawPolygonMode, TerraDrawCircleMode } = window.terraDraw;
  const c = colours();
  const styles = { fillColor: hex(c.accent), fillOpacity: 0.12, outlineColor: hex(c.accent), outlineWidth: 2, closingPointColor: hex(c.accent), closingPointOutlineColor: hex(c.surface) };
  const tool = new TerraDraw({
    adapter: new window.terraDrawMaplibreGlAdapter.TerraDrawMapLibreGLAdapter({ map }),
    modes: [new TerraDrawPolygonMode({ styles }), new TerraDrawCircleMode({ styles })],
  });
  drawing = { tool, map, say, ended, leave: (event) => event.key === "Escape" && stop() };
  tool.start();
  tool.setMode(shape);
  say(HINTS[shape]);
  document.addEventListener("keydown", drawing.leave);
  tool.on("finish", (id) => {
    const feature = tool.getSnapshot().find((one) => one.id === id);
    const word = feature && wordOf(feature, shape, say);
    if (word) done(word);
  });
}

function wordOf({ geometry, properties }, shape, say) {
  const corners = geometry.coordinates[0].slice(0, -1);
  if (shape === "circle") {
    const mean = (at) => corners.reduce((sum, corner) => sum + corner[at], 0) / corners.length;
    return circleWord([mean(0), mean(1)], properties.radiusKilometers);
  }
  if (corners.length <= MOST_CORNERS) return ringWord(corners);
  say(`An area has at most ${MOST_CORNERS} corners; this has ${corners.length}. Esc gives up.`);
  return "";
}

function stop() {
  const { tool, say, ended, leave } = drawing;
  drawing = null;
  document.removeEventListener("keydown", leave);
  tool.stop();
  say("");
  ended();
}

/** Terra Draw takes no rgb(). */
const hex = (rgb) => `#${rgb.match(/\d+/g).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
