"""In which sub-city many places are: what `dashboard.sub_city` says of each, without asking it of most.

Angles on a sphere differ by under 0.6 % from distances on the spheroid. Where a wider margin leaves one centre
alone, and its reach surely includes the place, it is the nearest; near a border the function is asked.
"""

from __future__ import annotations

RADIUS_M = 6_371_009
# A distance lies between LEAST and MOST of the angle's, give or take METRES for what cosines round.
LEAST, MOST, METRES = 0.99, 1.01, 10


def _unit(lon: str, lat: str) -> str:
    """A place in degrees as a vector of length 1. The product of two is the cosine of the angle between them."""
    return (
        f"cos(radians({lat})) * cos(radians({lon})) AS x, cos(radians({lat})) * sin(radians({lon})) AS y, "
        f"sin(radians({lat})) AS z"
    )


# A part of a WITH, which `sub_city_of` reads: the centres, and from which cosine on their reach surely, or maybe,
# includes a place. One of less than METRES never surely does.
CENTRES = f"""
    centres AS MATERIALIZED (
        SELECT id, {_unit("ST_X(CAST(centre AS geometry))", "ST_Y(CAST(centre AS geometry))")},
            CASE WHEN reach_m > {METRES} THEN cos(least(pi(), (reach_m - {METRES}) / {MOST * RADIUS_M})) END AS surely,
            cos(least(pi(), (reach_m + {METRES}) / {LEAST * RADIUS_M})) AS maybe
        FROM dashboard.sub_cities)
"""  # noqa: S608 - constants of ours
_COSINE = "SELECT c.*, c.x * at.x + c.y * at.y + c.z * at.z AS cosine FROM centres c OFFSET 0"
# The cosine of what may still be as near as the nearest. NULL where there is none, which `least` alone would not keep.
_ANGLE = "acos(greatest(-1, least(1, max(cosine))))"
_RIVAL = f"cos(least(pi(), {_ANGLE} * {MOST / LEAST} + {2 * METRES / LEAST / RADIUS_M}))"


def sub_city_of(place: str) -> str:
    """A subquery for LEFT JOIN LATERAL with the column `sub_city_id`; no row where the place is none. `place` is an
    expression of a geography. It takes a fifth of the function's time.
    """
    return f"""
        SELECT CASE WHEN found.number = 1 AND nearest.rival IS NOT NULL THEN found.id
            WHEN found.number > 0 THEN dashboard.sub_city({place}) END AS sub_city_id
        FROM (SELECT {_unit("lon", "lat")}
            FROM (SELECT ST_X(CAST({place} AS geometry)) AS lon, ST_Y(CAST({place} AS geometry)) AS lat) degrees
            WHERE lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180 OFFSET 0) at
        CROSS JOIN LATERAL (SELECT CASE WHEN count(*) > 0 THEN {_RIVAL} END AS rival
            FROM ({_COSINE}) c WHERE cosine >= surely) nearest
        CROSS JOIN LATERAL (SELECT count(*) AS number, min(id) AS id FROM ({_COSINE}) c
            WHERE cosine >= greatest(maybe, nearest.rival)) found
    """  # noqa: S608 - constants of ours
