"""Which kept places lie in a drawn area, said so that the database knows how many these are before it looks.

An area on a full city holds a third of all patients, the same drawing in the country a handful, and a list of the first
is read another way than one of the second. What PostGIS counts by is far too coarse to tell them apart; how many places
are in a range of `m` is known to a hundredth. So an area is a few ranges of `m` around it, and the drawing itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, false, func, literal, or_, select

from homecare.models import Area
from homecare.records.on_map.grid import BITS, joined, spread, units
from homecare.records.on_map.shapes import (
    KM_A_DEGREE,
    METRE,
    MOST_LATITUDE,
    MOST_LONGITUDE,
    Circle,
    Degrees,
    Ring,
    outline,
)

# More ranges tell more exactly how many are in them, and take longer to look through.
MOST_CELLS = 32
HALF_M = 20037508.342789244
A_METRE = (1 << BITS) / (2 * HALF_M)


@dataclass(frozen=True)
class Saved:
    """An area with a name; `shape` is its drawing where that is known."""

    id: int
    shape: Ring | Circle | None = None


@dataclass(frozen=True)
class Extent:
    """In degrees, not beyond the map."""

    south: float
    west: float
    north: float
    east: float


def lies_in(row: Any, area: Saved | Ring | Circle) -> ColumnElement[bool]:
    """Whether a kept place is in the area: of a place, the middle of its unit, 15 cm."""
    if isinstance(area, Saved):
        inside, shape = _inside(row, select(Area.outline).where(Area.id == area.id)), area.shape
    else:
        # Once for all patients, however many corners there are.
        inside, shape = _inside(row, select(outline(area))), area
    return inside if shape is None else and_(in_ranges(row, ranges(extent(shape))), inside)


def _inside(row: Any, drawn: Select[Any]) -> ColumnElement[bool]:
    """The drawing is put on the square of units once, instead of each place into metres. In `coalesce` the database
    takes it to hold of every second row, where by itself it would be estimated by what PostGIS counts by."""
    to_units = (A_METRE, 0, 0, -A_METRE, HALF_M * A_METRE - 0.5, HALF_M * A_METRE - 0.5)
    square = select(func.ST_SetSRID(func.ST_Affine(drawn.scalar_subquery(), *to_units), 0)).scalar_subquery()
    inside: ColumnElement[bool] = func.coalesce(func.ST_Intersects(func.ST_MakePoint(row.x, row.y), square), false())
    return inside


def in_ranges(row: Any, ranges: Iterable[tuple[int, int]]) -> ColumnElement[bool]:
    """Written into the statement as they are: a plan that is kept for any numbers would know nothing of these."""

    def number(value: int) -> ColumnElement[int]:
        return literal(value, BigInteger, literal_execute=True)

    return or_(*(and_(row.m >= number(first), row.m < number(end)) for first, end in ranges))


def extent(shape: Ring | Circle) -> Extent:
    """A metre more to each side, because a drawing is spelled to a metre."""
    if isinstance(shape, Circle):
        return around(shape.centre, shape.km)
    latitudes, longitudes = [at.latitude for at in shape.corners], [at.longitude for at in shape.corners]
    more = 10**-METRE
    return _on_the_map(min(latitudes) - more, min(longitudes) - more, max(latitudes) + more, max(longitudes) + more)


def around(at: Degrees, km: float) -> Extent:
    """All that is within so many km, and a little more. Where the end of the map is near, all the way around."""
    high = km / KM_A_DEGREE + 10**-METRE
    far = abs(at.latitude) + high
    wide = high / math.cos(math.radians(far)) if far < MOST_LATITUDE else math.inf
    if abs(at.longitude) + wide > MOST_LONGITUDE:
        return _on_the_map(at.latitude - high, -MOST_LONGITUDE, at.latitude + high, MOST_LONGITUDE)
    return _on_the_map(at.latitude - high, at.longitude - wide, at.latitude + high, at.longitude + wide)


def _on_the_map(south: float, west: float, north: float, east: float) -> Extent:
    return Extent(
        max(south, -MOST_LATITUDE), max(west, -MOST_LONGITUDE), min(north, MOST_LATITUDE), min(east, MOST_LONGITUDE)
    )


def ranges(around: Extent) -> list[tuple[int, int]]:
    """Half-open ranges of `m` that hold every place of the extent: of its cells, as fine as MOST_CELLS allow."""
    left, top = _place(around.north, around.west)
    right, bottom = _place(around.south, around.east)
    size = max(right - left, bottom - top).bit_length()

    def cells(size: int) -> list[int]:
        columns, rows = range(left >> size, (right >> size) + 1), range(top >> size, (bottom >> size) + 1)
        return [spread(column) | spread(row) << 1 for column in columns for row in rows]

    while size and len(cells(size - 1)) <= MOST_CELLS:
        size -= 1
    return [*joined(cells(size), BITS - size)]


def _place(latitude: float, longitude: float) -> tuple[int, int]:
    x, y = units(latitude, longitude)
    return min(math.floor(x), (1 << BITS) - 1), min(math.floor(y), (1 << BITS) - 1)
