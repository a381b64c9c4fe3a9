"""How long the way between two places takes: great-circle km x 1.4 / 18 km/h + 10 min (assumed, always "estimated")."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_KM = 6371.0087714
DETOUR = 1.4
KM_AN_HOUR = 18
EXTRA_MINUTES = 10


class Point(NamedTuple):
    """In degrees."""

    latitude: float
    longitude: float


def great_circle_km(one: Point, other: Point) -> float:
    a, b = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    part = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, part)))


def travel_minutes(one: Point, other: Point) -> int:
    """Rounded up. The same place takes none."""
    if one == other:
        return 0
    return math.ceil(great_circle_km(one, other) * DETOUR / KM_AN_HOUR * 60 + EXTRA_MINUTES)
