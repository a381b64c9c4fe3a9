"""Areas as an address spells them, and as SQL.

`ring~9.01_38.76~9.02_38.77~9_38.78` is a polygon by its corners, latitude and longitude, the last joined to the first;
`circle~9.01_38.76~2.5` a point and how many km around it. Only signs that an address carries as they are, and short
enough for one: 100 corners with five decimals, a metre, are at most 2,104 characters.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, literal, literal_column

LONGEST = 2_200
FEWEST_CORNERS, MOST_CORNERS = 3, 100
MOST_CROSSINGS = 50
MOST_KM = 500.0
# The least that a degree of latitude measures.
KM_A_DEGREE = 110.5
MOST_LATITUDE, MOST_LONGITUDE = 85.0, 180.0
# Decimals of a degree that tell a metre.
METRE = 5
NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?")
MERCATOR: ColumnElement[int] = literal_column("3857")


class Degrees(NamedTuple):
    """A point of the map."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return f"{self.latitude:.5g}, {self.longitude:.6g}"


@dataclass(frozen=True)
class Ring:
    corners: tuple[Degrees, ...]


@dataclass(frozen=True)
class Circle:
    centre: Degrees
    km: float


def read_shape(text: str) -> Ring | Circle:
    """Raises ValueError with a sentence."""
    if len(text) > LONGEST:
        raise ValueError(f"An area has at most {MOST_CORNERS} corners and {LONGEST:,} characters. Draw it with fewer.")
    kind, *parts = text.split("~")
    if kind == "circle" and len(parts) == 2:
        return _on_the_map(Circle(_corner(parts[0]), read_km(parts[1])))
    if kind == "ring":
        if not FEWEST_CORNERS <= len(parts) <= MOST_CORNERS:
            raise ValueError(f"An area has {FEWEST_CORNERS} to {MOST_CORNERS} corners; this has {len(parts)}.")
        return _drawn(Ring(tuple(_corner(part) for part in parts)))
    raise ValueError("Write an area as ring~lat_lon~lat_lon~lat_lon or circle~lat_lon~km.")


def _on_the_map(circle: Circle) -> Circle:
    """Raises ValueError where the edge leaves the map: on the square a circle across its end would be the rest of the
    world.
    """
    high = circle.km / KM_A_DEGREE
    north = abs(circle.centre.latitude) + high
    wide = high / math.cos(math.radians(north)) if north < MOST_LATITUDE else math.inf
    if abs(circle.centre.longitude) + wide > MOST_LONGITUDE:
        raise ValueError("This circle reaches beyond the end of the map. Choose a smaller one, or one further inside.")
    return circle


def _drawn(ring: Ring) -> Ring:
    """Raises ValueError where lines cross so often that nobody drew them: each crossing is a corner to the database."""
    if (crossings := count_crossings(ring)) > MOST_CROSSINGS:
        raise ValueError(
            f"The lines of an area may cross {MOST_CROSSINGS} times; these cross {crossings:,} times. Draw around it."
        )
    return ring


def count_crossings(ring: Ring) -> int:
    """How many pairs of its lines cross within both; 3 ms for 100 corners."""
    lines = list(zip(ring.corners, (*ring.corners[1:], ring.corners[0]), strict=True))
    return sum(_cross(*one, *other) for place, one in enumerate(lines) for other in lines[:place])


def _cross(a: Degrees, b: Degrees, c: Degrees, d: Degrees) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Degrees, b: Degrees, c: Degrees) -> float:
    """Above 0 where c lies on one side of the line from a to b, below on the other."""
    return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])


def _corner(text: str) -> Degrees:
    parts = text.split("_")
    if len(parts) != 2:
        raise ValueError(f"A corner is lat_lon, such as 9.01_38.76; this is {text[:40]!r}.")
    return read_degrees(*parts)


def read_degrees(latitude: str, longitude: str) -> Degrees:
    found = Degrees(_number(latitude), _number(longitude))
    if abs(found.latitude) > MOST_LATITUDE or abs(found.longitude) > MOST_LONGITUDE:
        raise ValueError(
            f"The map goes from latitude -{MOST_LATITUDE:g} to {MOST_LATITUDE:g} and longitude -{MOST_LONGITUDE:g} to "
            f"{MOST_LONGITUDE:g}; this is {latitude[:20]}, {longitude[:20]}."
        )
    return found


def read_km(text: str) -> float:
    found = _number(text)
    if not 0 < found <= MOST_KM:
        raise ValueError(f"The distance must be above 0 and at most {MOST_KM:g} km; this is {text[:20]!r}.")
    return found


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text.strip()) or not text.isascii():
        raise ValueError(f"Write degrees and km as numbers such as 9.01; this is {text[:20]!r}.")
    return float(text)


def point(at: Degrees) -> ColumnElement[object]:
    """As the geography that patients' places are."""
    return func.geography(func.ST_SetSRID(func.ST_MakePoint(at.longitude, at.latitude), 4326))


def outline(shape: Ring | Circle) -> ColumnElement[object]:
    """As a geometry on the Mercator square in metres. A ring that crosses itself encloses what either part does."""
    if isinstance(shape, Circle):
        around = func.ST_Buffer(point(shape.centre), shape.km * 1000, "quad_segs=16")
        return func.ST_Transform(func.geometry(around), MERCATOR)
    corners = [*shape.corners, shape.corners[0]]
    drawn = "POLYGON((" + ", ".join(f"{at.longitude!r} {at.latitude!r}" for at in corners) + "))"
    return func.ST_Transform(func.ST_MakeValid(func.ST_GeomFromText(literal(drawn), 4326)), MERCATOR)


def spelled(shape: Ring | Circle, decimals: int = METRE) -> str:
    """The shape as an address has it."""
    if isinstance(shape, Circle):
        return f"circle~{_spelled(shape.centre, decimals)}~{shape.km:g}"
    return "~".join(["ring", *(_spelled(corner, decimals) for corner in shape.corners)])


def _spelled(at: Degrees, decimals: int) -> str:
    parts = 10**decimals
    return "_".join(f"{math.floor(number * parts + 0.5) / parts:.{decimals}f}".rstrip("0").rstrip(".") for number in at)
