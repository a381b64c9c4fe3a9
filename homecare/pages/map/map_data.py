"""What the map's script is sent with the page: addresses, the ground, and what the layer draws. No name of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from homecare.models.ours.sub_cities import LATITUDES, LONGITUDES
from homecare.pages.map import place_names
from homecare.pages.map.map_screen import MapScreen
from homecare.queries.map import sub_city_shapes
from homecare.queries.map.sub_city_shapes import SubCityShape
from homecare.web import urls
from homecare.web.settings import current_config

# Beyond it a tile has nothing finer to say: the browser enlarges the last one.
DEEPEST, DEEPEST_OF_CELLS = 18, 12
Box = tuple[float, float, float, float]
CITY: Box = (LONGITUDES[0], LATITUDES[0], LONGITUDES[1], LATITUDES[1])


def load(session: Session, screen: MapScreen) -> dict[str, Any]:
    """Two statements: the areas of the sub-cities and the line around them."""
    shapes = sub_city_shapes.sub_city_shapes(session)
    at = screen.words.at
    return {
        "layer": screen.layer,
        "view": {"center": [at.longitude, at.latitude], "zoom": at.zoom} if at else None,
        "city": _feature(sub_city_shapes.city_outline(session)),
        "areas": _collection([_area(shape, screen) for shape in shapes]),
        "centres": _collection([_centre(shape, screen.changes.get(shape.name, "")) for shape in shapes]),
        "labels": place_names.features(),
        "home": _around([corner for shape in shapes for corner in shape.area["coordinates"][0]]),
        "bounds": _bounds(screen),
        "maxzoom": DEEPEST if screen.tells_places else DEEPEST_OF_CELLS,
        "legend": [{"key": one.key, "colour": one.colour, "raised": one.is_raised} for one in screen.swatches],
        "within": screen.drawn_shapes,
        "routes": [_route(route) for route in screen.routes],
        "uncovered": [[cell.longitude, cell.latitude, cell.visits] for cell in screen.uncovered],
        "around": [[one.longitude, one.latitude] for one in screen.around.patients] if screen.around else [],
        "urls": _urls(screen),
    }


def _urls(screen: MapScreen) -> dict[str, str]:
    vendor = current_app.jinja_env.globals["vendor"]
    own = [("colour", screen.request.colour)] if screen.request.colour else []
    streets = current_config().basemap_pmtiles
    return {
        "maplibre": vendor("maplibre.mjs"),
        "near": vendor("outlines-near.json"),
        "world": vendor("outlines-world.json"),
        "font": vendor("noto-sans-ethiopic-500.woff2"),
        "draw": vendor("terra-draw.js"),
        "draw_on": vendor("terra-draw-maplibre.js"),
        "pmtiles": vendor("pmtiles.js"),
        "basemaps": vendor("basemaps.js"),
        "streets": url_for("map.streets_view") if streets else "",
        "tiles": urls.tiles([*screen.conditions, *own]),
        "card": url_for("map.card_view"),
        "here": screen.url(),
    }


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _area(shape: SubCityShape, screen: MapScreen) -> dict[str, Any]:
    """`share` is of the fullest sub-city: the map is tinted by it."""
    counts = screen.shares
    most = max(counts.values(), default=0)
    return _feature(shape.area, id=shape.id, name=shape.name, share=counts.get(shape.name, 0) / most if most else 0)


def _centre(shape: SubCityShape, change: str) -> dict[str, Any]:
    """`change` is how many patients came and went in the newest month, on the layer of demand alone."""
    point = {"type": "Point", "coordinates": shape.centre}
    amharic = place_names.in_amharic(shape.name)
    return _feature(point, kind="sub-city", name=shape.name, amharic=amharic, rank=shape.id, change=change)


def _bounds(screen: MapScreen) -> Box:
    """Around every cell that has a patient."""
    found = [cell.bounds for cell in screen.cells if cell.bounds]
    return _around([corner for west, south, east, north in found for corner in ((west, south), (east, north))])


def _around(points: Sequence[Sequence[float]]) -> Box:
    """West, south, east and north of them; of the city without any."""
    if not points:
        return CITY
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def _route(route: Any) -> dict[str, Any]:
    """The stops that have a place, in order, with how they stand out."""
    stops = [
        {"visit": stop.visit_id, "patient": stop.patient_id, "number": stop.number, "at": [stop.longitude, stop.latitude],
         "tone": "missed" if stop.missed else "late" if stop.late or stop.stuck else ""}
        for stop in route.stops if stop.latitude is not None
    ]  # fmt: skip
    return {"staff": route.staff_id, "stops": stops}
