// The map in a form: a pin that is dragged, or set by a click or with the keys, and follows what is typed.
import { $, make } from "../core/dom.js";
import { read } from "../core/server.js";
import { drawable, open as openMap } from "./map-canvas.js";
import { get, set } from "./place-inputs.js";

const CLOSE_ZOOM = 15;
const rounded = ({ lng, lat }) => ({ latitude: Number(lat.toFixed(6)), longitude: Number(lng.toFixed(6)) });

/** Opens under the inputs of `field`; rejects where no map can be drawn. */
export async function open(field, url) {
  if (!drawable()) throw new Error("no WebGL2");
  const data = await read(url);
  const { Marker } = await import(data.urls.maplibre);
  const box = make("div", { className: "map-box place-map" });
  const here = make("button", { type: "button", className: "btn", textContent: "Put the pin in the middle" });
  $("fieldset", field).append(box, here);
  const start = get(field);
  const view = start ? { center: [start.longitude, start.latitude], zoom: CLOSE_ZOOM } : { bounds: data.home };
  const map = await openMap(box, data, view, { below: [], above: [], sources: {} });
  const pin = new Marker({ element: make("span", { className: "map-pin" }), draggable: true });
  const put = (at) => set(field, rounded(at));
  const follow = () => {
    const place = get(field);
    if (!place) return pin.remove();
    pin.setLngLat([place.longitude, place.latitude]).addTo(map);
    if (!map.getBounds().contains(pin.getLngLat())) map.jumpTo({ center: pin.getLngLat() });
  };
  pin.on("dragend", () => put(pin.getLngLat()));
  map.on("click", (event) => put(event.lngLat.wrap()));
  here.addEventListener("click", () => put(map.getCenter().wrap()));
  field.addEventListener("input", follow);
  follow();
}
