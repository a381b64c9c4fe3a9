"""The sub-cities of many places at once are what the function says of each."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from homecare.models.ours.sub_cities import CENTRES as CITIES
from homecare.models.ours.sub_cities import LATITUDES, LONGITUDES
from homecare.work.facts.nearest_centre import CENTRES, sub_city_of

POINTS = 5_000
PLACED = """
    CREATE TEMPORARY TABLE placed AS SELECT n, CAST(ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS geography) AS place
    FROM unnest(CAST(:lons AS float[]), CAST(:lats AS float[])) WITH ORDINALITY points (lon, lat, n)
"""
# Half-way between two centres to the millimetre, and where a reach just ends: an angle alone would be wrong there.
ON_BORDERS = """
    INSERT INTO placed SELECT -1, ST_Project(ST_Project(a.centre, ST_Distance(a.centre, b.centre) / 2,
            ST_Azimuth(a.centre, b.centre)), near.m, radians(near.m * 17))
        FROM dashboard.sub_cities a JOIN dashboard.sub_cities b ON a.id <> b.id
        CROSS JOIN (VALUES (0), (0.001), (1), (40)) near (m)
    UNION ALL SELECT -2, ST_Project(a.centre, least(a.reach_m, 20000000) + near.m, radians(turned))
        FROM dashboard.sub_cities a CROSS JOIN generate_series(0, 350, 10) turned
        CROSS JOIN (VALUES (-1), (-0.001), (0), (0.001), (1)) near (m)
    UNION ALL SELECT -3, centre FROM dashboard.sub_cities
    UNION ALL VALUES (-4, NULL), (-5, CAST('POINT EMPTY' AS geography)), (-6, 'POINT(0 90)'), (-7, 'POINT(180 -90)'),
        (-8, 'POINT(NaN 9)')
"""
UNEQUAL = f"""
    WITH {CENTRES} SELECT n, ST_AsText(place), sub_city_id, dashboard.sub_city(place)
    FROM placed LEFT JOIN LATERAL ({sub_city_of("place")}) city ON true
    WHERE sub_city_id IS DISTINCT FROM dashboard.sub_city(place)
"""
REACHES = {
    "as they are": "SELECT",
    "of all lengths": "UPDATE dashboard.sub_cities SET reach_m = (ARRAY[0, 5, 300, 2500, 20000, 30000000])[1 + id % 6]",
    "with two centres at one place": """UPDATE dashboard.sub_cities SET centre =
        (SELECT centre FROM dashboard.sub_cities WHERE id = 4) WHERE id = 7""",
}


@pytest.fixture
def connection(owner_engine: Engine) -> Iterator[Connection]:
    """What is made here is rolled back."""
    with owner_engine.connect() as owner:
        yield owner


@pytest.mark.parametrize("reaches", REACHES)
def test_many_places_are_in_the_sub_cities_that_the_function_says(reaches: str, connection: Connection) -> None:
    dice = random.Random(reaches)
    lats = [dice.uniform(LATITUDES[0] - 0.1, LATITUDES[1] + 0.1) for _ in range(POINTS)]
    lons = [dice.uniform(LONGITUDES[0] - 0.1, LONGITUDES[1] + 0.1) for _ in range(POINTS)]
    connection.execute(text(REACHES[reaches]))
    connection.execute(text(PLACED), {"lats": lats, "lons": lons})
    connection.execute(text(ON_BORDERS))

    found = connection.scalar(text("SELECT count(DISTINCT dashboard.sub_city(place)) FROM placed"))
    assert [*connection.execute(text(UNEQUAL))] == []
    assert found == len(CITIES) - (reaches == "with two centres at one place")
