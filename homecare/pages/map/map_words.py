"""What an address asks of the map's page beyond the patients' conditions: a layer, a day, a view, what lies around."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.precision import Precision
from homecare.kinds.times import parse_date
from homecare.web.errors import SpokenError

# By word: its tab. The first is what a bare address opens.
LAYERS = {"patients": "Patients", "day": "A day", "demand": "Demand"}
# A day's stops tell where somebody lives.
OF_CELLS = ("patients", "demand")
VIEW = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?),(\d{1,2}(?:\.\d{1,2})?)")
HIGHEST_LATITUDE, HIGHEST_ZOOM = 85, 22


@dataclass(frozen=True)
class View:
    """What is in sight: a centre in degrees and a zoom."""

    latitude: float
    longitude: float
    zoom: float


@dataclass(frozen=True)
class MapWords:
    """`around` is a point or a patient as `near` spells it, empty for none."""

    layer: str
    day: date
    at: View | None
    around: str


def read(args: MultiDict[str, str], precision: Precision) -> MapWords:
    """Answers 400 for what cannot be read."""
    offered = OF_CELLS if precision is Precision.CELLS else tuple(LAYERS)
    layer = args.get("layer") or offered[0]
    if layer not in offered:
        raise SpokenError(400, f"layer is one of {', '.join(offered)}; this is {layer[:40]!r}.")
    return MapWords(layer, _day(args.get("day", "")), _view(args.get("at", "")), args.get("around", "").strip())


def _day(text: str) -> date:
    if not text:
        return clock.today()
    try:
        return parse_date(text)
    except (ValueError, OverflowError) as error:
        raise SpokenError(400, f"day is a day such as 2026-11-25; this is {text[:40]!r}.") from error


def _view(text: str) -> View | None:
    if not text:
        return None
    found = VIEW.fullmatch(text)
    view = View(*(float(number) for number in found.groups())) if found else None
    if view is None or abs(view.latitude) > HIGHEST_LATITUDE or abs(view.longitude) > 180 or view.zoom > HIGHEST_ZOOM:
        raise SpokenError(400, f"at is latitude, longitude and zoom, such as 9.01,38.76,11.5; this is {text[:40]!r}.")
    return view
