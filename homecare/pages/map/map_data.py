"""What the map's script is sent with the page: addresses, the ground, what the layer draws. No name of a patient."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from homecare.models.ours.sub_cities import LATITUDES, LONGITUDES
from homecare.pages.map import place_names
from homecare.pages.map.map_screen import MapScreen
from homecare.pages.map.map_words import OF_CELLS
from homecare.queries.booked.travel import Point, great_circle_km
from homecare.queries.map import sub_city_shapes
from homecare.queries.map.stops import Route
from homecare.queries.map.sub_city_shapes import SubCityShape
from homecare.web import urls
from homecare.web.settings import current_config

# Beyond it a tile has nothing finer to say: the browser enlarges the last one.
DEEPEST, DEEPEST_OF_CELLS = 18, 12
# So far around its centre a sub-city has room for its name beside the counts.
ROOMY_KM = 2.0
Box = tuple[float, float, float, float]
CITY: Box = (LONGITUDES[0], LATITUDES[0], LONGITUDES[1], LATITUDES[1])


def ground(
    session: Session, shares: Mapping[str, int] | None = None, changes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What lies under every map. `shares` tint the sub-cities by name, `changes` are written on them. Two statements:
    the areas of the sub-cities and the line around them.
    """
    shapes = sub_city_shapes.sub_city_shapes(session)
    most = max((shares or {}).values(), default=0)
    return {
        "city": _feature(sub_city_shapes.city_outline(session)),
        "areas": _collection([_area(shape, (shares or {}).get(shape.name, 0) / (most or 1)) for shape in shapes]),
        "centres": _collection([_centre(shape, shapes, (changes or {}).get(shape.name, "")) for shape in shapes]),
        "labels": place_names.features(),
        "home": _around([corner for shape in shapes for corner in shape.area["coordinates"][0]]),
        "urls": _urls(),
    }


def load(session: Session, screen: MapScreen) -> dict[str, Any]:
    """The ground, and what the page's layer draws on it."""
    at = screen.words.at
    colour = [("colour", screen.request.colour)] if screen.request.colour else []
    made = ground(session, screen.shares, screen.changes)
    return made | {
        "layer": screen.layer if screen.tells_places else OF_CELLS[0],
        "view": {"center": [at.longitude, at.latitude], "zoom": at.zoom} if at else None,
        "bounds": _bounds(screen),
        "maxzoom": DEEPEST if screen.tells_places else DEEPEST_OF_CELLS,
        "legend": [{"key": one.key, "colour": one.colour, "raised": one.is_raised} for one in screen.swatches],
        "within": screen.drawn_shapes,
        "routes": [_route(route) for route in screen.routes],
        "uncovered": [
            [cell.bounds.longitude, cell.bounds.latitude, cell.count] for cell in screen.uncovered if cell.bounds
        ],
        "around": [[one.longitude, one.latitude] for one in screen.around.patients] if screen.around else [],
        "urls": made["urls"]
        | {
            "tiles": urls.tiles([*screen.conditions, *colour]),
            "card": url_for("map.card_view"),
            "here": screen.url(),
        },
    }


def _urls() -> dict[str, str]:
    vendor: Any = current_app.jinja_env.globals["vendor"]
    files = {
        "maplibre": "maplibre.mjs", "sheet": "maplibre.css", "near": "outlines-near.json",
        "world": "outlines-world.json",
        "font": "noto-sans-ethiopic-400.woff2", "draw": "terra-draw.js", "draw_on": "terra-draw-maplibre.js",
        "pmtiles": "pmtiles.js", "basemaps": "basemaps.js",
    }  # fmt: skip
    streets = url_for("map.streets_view") if current_config().basemap_pmtiles else ""
    return {name: vendor(file) for name, file in files.items()} | {"streets": streets}


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _area(shape: SubCityShape, share: float) -> dict[str, Any]:
    return _feature(shape.area, id=shape.id, name=shape.name, share=share)


def _centre(shape: SubCityShape, shapes: Sequence[SubCityShape], change: str) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": shape.centre}
    amharic = place_names.in_amharic(shape.name)
    apart = (great_circle_km(_point(shape), _point(other)) for other in shapes if other is not shape)
    # Areas meet half way between their centres.
    roomy = min(apart, default=math.inf) / 2 > ROOMY_KM
    return _feature(point, kind="sub-city", name=shape.name, amharic=amharic, rank=shape.id, change=change, roomy=roomy)


def _point(shape: SubCityShape) -> Point:
    return Point(shape.centre[1], shape.centre[0])


def _bounds(screen: MapScreen) -> Box:
    """Around every cell that has a patient."""
    found = [cell.bounds for cell in screen.cells if cell.bounds]
    return _around([corner for at in found for corner in ((at.west, at.south), (at.east, at.north))])


def _around(points: Sequence[Sequence[float]]) -> Box:
    """West, south, east and north of them; of the city without any."""
    if not points:
        return CITY
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def _route(route: Route) -> dict[str, Any]:
    """The stops that have a place, in order, with how they stand out."""
    stops = [
        {"patient": stop.visit["patient_id"], "number": stop.number, "at": [stop.at.longitude, stop.at.latitude],
         "tone": _tone(stop.visit)}
        for stop in route.stops if stop.at is not None
    ]  # fmt: skip
    return {"staff": route.staff_id, "stops": stops}


def _tone(visit: dict[str, Any]) -> str:
    return "missed" if visit["missed"] else "late" if visit["late"] or visit["stuck"] else ""
