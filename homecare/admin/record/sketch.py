"""A small drawing of where a place is in the city, made from our own centres: no tiles, no other host."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from homecare.models.ours.sub_cities import LATITUDES, LONGITUDES
from homecare.queries.places import Centre, Place

WIDTH = 280
DOT, RING = 3.0, 7.0
# Keeps a ring at the edge of the box whole.
MARGIN = RING + 2
# A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
_PER_LONGITUDE = (WIDTH - 2 * MARGIN) / (LONGITUDES[1] - LONGITUDES[0])
_PER_LATITUDE = _PER_LONGITUDE / math.cos(math.radians(sum(LATITUDES) / 2))
KM_PER_LATITUDE = 110.6
SCALE_KM = 5
HEIGHT = round(_PER_LATITUDE * (LATITUDES[1] - LATITUDES[0]) + 2 * MARGIN)
# The pixels per letter in the widest system font, at the size that facts.css sets.
LETTER, LINE = 6.5, 13.0
EDGE = 3.0

# left, top, right, bottom
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Spot:
    """A sub-city's dot and its name, beside it on a free side."""

    name: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str
    box: Box


@dataclass(frozen=True)
class Sketch:
    """The place at x, y among the spots. `sentence` describes the drawing, `sub_city` is the place's own sub-city."""

    sentence: str
    sub_city: str | None
    x: float
    y: float
    spots: tuple[Spot, ...]
    width: int = WIDTH
    height: int = HEIGHT
    scale_km: int = SCALE_KM
    scale: float = round(SCALE_KM / KM_PER_LATITUDE * _PER_LATITUDE, 1)


def sketch(place: Place) -> Sketch | None:
    """None for a place outside the box around the city. Words alone describe it."""
    inside = LATITUDES[0] <= place.latitude <= LATITUDES[1] and LONGITUDES[0] <= place.longitude <= LONGITUDES[1]
    if not inside:
        return None
    x, y = _position(place.latitude, place.longitude)
    return Sketch(place.sentence, place.sub_city, x, y, _beside(_spots(place.centres), _around(x, y, RING)))


@lru_cache(maxsize=8)
def _spots(centres: tuple[Centre, ...]) -> tuple[Spot, ...]:
    """Puts each name on a free side of its dot. The longest name goes first, because it has the fewest free sides."""
    dots = {centre: _position(centre.latitude, centre.longitude) for centre in centres}
    taken = [_around(x, y, DOT) for x, y in dots.values()]
    found: dict[Centre, Spot] = {}
    for centre in sorted(centres, key=lambda one: -len(one.name)):
        found[centre] = min(_sides(centre.name, *dots[centre]), key=lambda side: _cost(side.box, taken))
        taken.append(found[centre].box)
    return tuple(found[centre] for centre in centres)


def _beside(spots: tuple[Spot, ...], here: Box) -> tuple[Spot, ...]:
    """Moves names that the place would cover to another side, if one is free of everything else."""
    found = list(spots)
    for number, spot in enumerate(spots):
        if _cost(spot.box, [here]):
            taken = [one.box for one in found if one.name != spot.name]
            taken += [_around(one.x, one.y, DOT) for one in spots]
            free = [side for side in _sides(spot.name, spot.x, spot.y) if not _cost(side.box, taken)]
            found[number] = min(free, key=lambda side: _cost(side.box, [here]), default=spot)
    return tuple(found)


def _position(latitude: float, longitude: float) -> tuple[float, float]:
    x, y = (longitude - LONGITUDES[0]) * _PER_LONGITUDE, (LATITUDES[1] - latitude) * _PER_LATITUDE
    return round(MARGIN + x, 1), round(MARGIN + y, 1)


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _sides(name: str, x: float, y: float) -> Iterator[Spot]:
    """Right and left of the dot, then below and above (also centred), then a little lower or higher."""
    length = len(name) * LETTER
    for down in (0, LINE, -LINE, 5, -5):
        text_y = y + down + 4
        beside = 0 if abs(down) == LINE else DOT + 4
        for anchor, text_x, left in (
            ("start", x + beside, x + beside),
            ("end", x - beside, x - beside - length),
            ("middle", x, x - length / 2),
        ):
            if anchor != "middle" or not beside:
                box = left, text_y - 8, left + length, text_y + 2.5
                yield Spot(name, x, y, round(text_x, 1), round(text_y, 1), anchor, box)


def _cost(box: Box, taken: list[Box]) -> float:
    """How many square pixels of the box are taken. Leaving the drawing costs most."""
    left, top, right, bottom = box
    outside = left < EDGE or top < EDGE or right > WIDTH - EDGE or bottom > HEIGHT - EDGE
    return outside * 1e6 + sum(
        max(0.0, min(right, r) - max(left, le)) * max(0.0, min(bottom, b) - max(top, t)) for le, t, r, b in taken
    )
