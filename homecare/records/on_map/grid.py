"""The Mercator square as tiles and cells: arithmetic alone, no rows.

Places are on a square of 2^28 units a side, `m` their interleaved bits (`models.Place`). A tile, and a cell of any
level, is one half-open range of `m`, so nobody is in two of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BITS = 28
DEEPEST_ZOOM = 22


@dataclass(frozen=True)
class Tile:
    """Zoom, column and row as in an address; the world is one tile at zoom 0."""

    z: int
    x: int
    y: int

    @property
    def units(self) -> int:
        """How many units a side has."""
        return 1 << (BITS - self.z)

    @property
    def cell(self) -> int:
        """Its number among the cells of the level `z`."""
        return spread(self.x) | spread(self.y) << 1

    def cells(self, level: int) -> tuple[int, int]:
        """The half-open range of its cells at a level not above it; at the level BITS the range of `m`."""
        finer = 2 * (level - self.z)
        return self.cell << finer, (self.cell + 1) << finer


def read_tile(z: str, x: str, y: str) -> Tile:
    """Raises ValueError with a sentence."""
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (z, x, y)):
        raise ValueError(
            f"A tile is /<zoom>/<column>/<row>.mvt in whole numbers from 0; this is {z[:9]}/{x[:9]}/{y[:9]}."
        )
    tile = Tile(int(z), int(x), int(y))
    if tile.z > DEEPEST_ZOOM:
        raise ValueError(f"The deepest zoom is {DEEPEST_ZOOM}; this is {tile.z}.")
    if max(tile.x, tile.y) >= 1 << tile.z:
        raise ValueError(f"At zoom {tile.z} columns and rows go from 0 to {(1 << tile.z) - 1}; this is {x}, {y}.")
    return tile


def spread(number: int) -> int:
    """The bits of the number, each at twice its place; `dashboard.spread_bits` in Python."""
    return sum(1 << 2 * bit for bit in range(BITS) if number >> bit & 1)


def gathered(number: int) -> int:
    """The other way: every second bit, from the lowest."""
    return sum(1 << bit for bit in range(BITS) if number >> 2 * bit & 1)


@dataclass(frozen=True)
class Bounds:
    """A cell in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def latitude(self) -> float:
        return (self.south + self.north) / 2

    @property
    def longitude(self) -> float:
        return (self.west + self.east) / 2


def bounds(level: int, cell: int) -> Bounds:
    column, row, side = gathered(cell), gathered(cell >> 1), 1 << level
    west, east = (360 * edge / side - 180 for edge in (column, column + 1))
    north, south = (_latitude(edge / side) for edge in (row, row + 1))
    return Bounds(west, south, east, north)


def units(latitude: float, longitude: float) -> tuple[float, float]:
    """A point, not beyond latitude 85, in units; `x` and `y` of a place are these without their fractions."""
    north = math.asinh(math.tan(math.radians(latitude)))
    return (longitude + 180) / 360 * (1 << BITS), (1 - north / math.pi) / 2 * (1 << BITS)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place in units."""
    return _latitude(y / (1 << BITS)), 360 * x / (1 << BITS) - 180


def _latitude(share: float) -> float:
    """Of the share of the square that lies north of it."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def joined(cells: Iterable[int], level: int) -> Iterator[tuple[int, int]]:
    """The half-open ranges of `m` of some cells of the level; those beside each other in number are one range."""
    bits, first, end = 2 * (BITS - level), -1, -1
    for cell in sorted(cells):
        if cell > end:
            if end > first:
                yield first << bits, end << bits
            first = cell
        end = cell + 1
    if end > first:
        yield first << bits, end << bits
