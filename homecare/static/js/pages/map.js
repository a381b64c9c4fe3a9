// The map of patients: what the page was sent is drawn; where nothing can be drawn, the same stands in a table.
import { addCheck } from "../core/checks.js";
import { $, $$ } from "../core/dom.js";
import { drawable, MOVE_MS, open } from "../parts/map-canvas.js";
import * as card from "../parts/map-card.js";
import * as patients from "../parts/map-patients.js";
import { pointOf, ringOf, within } from "../parts/map-shapes.js";
import * as sheet from "../parts/map-sheet.js";
import * as stops from "../parts/map-stops.js";
import * as view from "../parts/map-view.js";
import { readPlace } from "../parts/place-text.js";

const NO_WEBGL = "This browser cannot draw the map, because it has no WebGL2. The same stands in these tables.";
const NOT_LOADED = "The map could not be loaded. Check the connection and reload the page. The same stands in these tables.";
// Beside a cluster of a few streets the next step shows single patients.
const STEPS_IN = 2;
const data = JSON.parse($("#map-data").textContent);
const box = $("#map");
const table = $("#table");
// While an area is drawn, a click is a corner of it.
let isDrawing = false;
const around = new URLSearchParams(location.search).get("around") ?? "";
const panel = sheet.listen($("#map-panel"), $("#grip"));

for (const button of $$("#filter-button, [data-open]")) button.addEventListener("click", () => prepare(button), { once: true });
listenToForms();
if (drawable()) await draw().catch(() => onlyTable(NOT_LOADED));
else onlyTable(NO_WEBGL);

/** What a dialog needs is loaded by who opens it. */
async function prepare(button) {
  if (button.id === "filter-button") {
    await import("../parts/filters.js");
    return button.click();
  }
  const pickers = $$(`#${button.dataset.open} .picker[data-lookup-url]`);
  if (pickers.length) pickers.forEach((await import("../parts/picker.js")).attach);
}

function onlyTable(sentence) {
  box.dataset.state = "table";
  box.hidden = $("#tools").hidden = true;
  // What moves the map has nothing to move; the tables say how many there are.
  for (const button of $$("#map-panel :is([data-area], [data-bounds])")) button.disabled = true;
  table.hidden = $("#why").hidden = false;
  $("#why").textContent = sentence;
}

async function draw() {
  table.hidden = true;
  const rings = data.within.map((word) => ringOf(word, data.areas)).filter(Boolean);
  const map = await open(box, data, view.opening(data), over(rings));
  view.settle(map, data, [...rings, [pointOf(around)].filter(Boolean)]);
  view.tell(map);
  listenToTools(map);
  listenToPanel(map);
  patients.listen(map, {
    isIdle: () => !isDrawing,
    zoomInto: (center) => map.easeTo({ center, zoom: Math.min(map.getMaxZoom(), map.getZoom() + STEPS_IN), duration: MOVE_MS }),
    onPatient: (id, at) => show(map, id, at),
    onGround: () => shutCard(map),
  });
  markAsked(map);
  tellInView(map);
  map.on("moveend", () => tellInView(map));
}

/** What lies between the ground and its names, and what stands above all. */
function over(rings) {
  const reached = within(rings, data.around, pointOf(around));
  const layer = { day: () => stops.stops(data.routes), demand: () => stops.demand(data.uncovered) }[data.layer]?.() ?? patients.patients(data);
  return { below: [...reached.layers, ...layer.below], above: layer.above, sources: { ...reached.sources, ...layer.sources } };
}

async function show(map, id, at) {
  if (data.layer === "patients") patients.choose(map, id);
  await card.open(map, data.urls.card, id, at);
}

/** Whom the address asks about. */
function markAsked(map) {
  if (data.layer === "patients" && /^\d+$/.test(around)) patients.choose(map, Number(around));
}

function shutCard(map) {
  card.shut(map);
  if (data.layer === "patients") patients.choose(map, 0);
}

function listenToTools(map) {
  $("#tools").hidden = false;
  $("#nearer").addEventListener("click", () => map.zoomIn({ duration: MOVE_MS }));
  $("#farther").addEventListener("click", () => map.zoomOut({ duration: MOVE_MS }));
  $("#fit").addEventListener("click", () => view.fit(map, data.bounds, MOVE_MS));
  $("#as-table").addEventListener("click", ({ currentTarget: button }) => {
    table.hidden = !table.hidden;
    button.setAttribute("aria-pressed", String(!table.hidden));
    if (!table.hidden) table.focus();
  });
  for (const button of $$("[data-draw]")) button.addEventListener("click", () => drawArea(map, button));
  document.addEventListener("keydown", (event) => event.key === "Escape" && !$("#card").hidden && shutCard(map));
}

async function drawArea(map, button) {
  const { draw } = await import("../parts/map-draw.js");
  shutCard(map);
  isDrawing = true;
  button.setAttribute("aria-pressed", "true");
  await draw(map, data.urls, button.dataset.draw, {
    say: (words) => ($("#hint").textContent = words),
    ended: () => {
      isDrawing = false;
      $$("[data-draw]").forEach((one) => one.setAttribute("aria-pressed", "false"));
    },
    done: (word) => {
      const url = new URL(data.urls.here, location.href);
      for (const name of ["area", "near"]) url.searchParams.delete(name);
      url.searchParams.set("area", word);
      location.assign(url);
    },
  });
}

/** The lists beside the map move it. A patient's link opens the record where there is no map, and when asked for beside. */
function listenToPanel(map) {
  $("#map-panel").addEventListener("click", (event) => {
    const button = event.target.closest("[data-area], [data-bounds], [data-patient], [data-route]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { area, bounds, patient, at, route } = button.dataset;
    if (route !== undefined) return stops.follow(map, Number(route));
    if (patient) {
      event.preventDefault();
      const point = at.split(",").map(Number);
      map.easeTo({ center: point, zoom: Math.max(map.getZoom(), 14), duration: MOVE_MS });
      show(map, Number(patient), point);
    } else {
      const ring = area && ringOf(area, data.areas);
      view.fit(map, bounds ? bounds.split(",").map(Number) : ring ? view.boundsOf(ring) : data.bounds, MOVE_MS);
    }
    panel.shut();
  });
}

/** Of the sub-cities, or cells, those that are in sight, and how many patients they have together. */
function tellInView(map) {
  const list = $("#in-view");
  if (!list) return;
  const [[west, south], [east, north]] = map.getBounds().toArray();
  let count = 0;
  for (const item of $$("li", list)) {
    const { area, bounds } = $("button", item).dataset;
    const ring = area && ringOf(area, data.areas);
    const around = bounds ? bounds.split(",").map(Number) : ring ? view.boundsOf(ring) : data.bounds;
    item.hidden = !view.meet(around, [west, south, east, north]);
    if (!item.hidden) count += Number(item.dataset.patients);
  }
  $("#view-count").textContent = count.toLocaleString("en");
  $("#view-empty").hidden = count > 0;
}

function listenToForms() {
  for (const field of $$("#colour, #day")) field.addEventListener("change", () => field.value || field.id === "colour" ? field.form.requestSubmit() : null);
  const near = $("#near-form");
  addCheck(near, () => {
    const place = readPlace($("[data-place]", near).value);
    $(".error", near).textContent = place ? "" : "Write a place as 9.01, 38.76 or paste a link of a map.";
    if (place) $('[name="near"]', near).value = `${place.latitude},${place.longitude},${$("#near-km").value}`;
    return Boolean(place);
  });
}
