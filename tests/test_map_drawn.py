"""Areas that are drawn: the ranges of places around them, and that the database knows how many are inside."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from clusters import Database
from doors import Company, count_of
from hypothesis import given
from hypothesis import strategies as st
from jobs_done import worked
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from homecare.config import Config
from homecare.models import Patient
from homecare.records.named import ANY, NAMED
from homecare.records.on_map.drawn import MOST_CELLS, Extent, around, ranges
from homecare.records.on_map.grid import spread, units
from homecare.records.on_map.shapes import Degrees

LATITUDES, LONGITUDES = st.floats(-85, 85), st.floats(-180, 179.999)


def m_of(at: Degrees) -> int:
    x, y = (min(math.floor(number), (1 << 28) - 1) for number in units(*at))
    return spread(x) | spread(y) << 1


@given(st.tuples(LATITUDES, LATITUDES), st.tuples(LONGITUDES, LONGITUDES), st.floats(0, 1), st.floats(0, 1))
def test_whatever_is_in_the_extent_is_in_its_ranges(
    latitudes: tuple[float, float], longitudes: tuple[float, float], north: float, east: float
) -> None:
    extent = Extent(min(latitudes), min(longitudes), max(latitudes), max(longitudes))
    inside = Degrees(
        extent.south + (extent.north - extent.south) * north, extent.west + (extent.east - extent.west) * east
    )
    found = ranges(extent)

    assert any(first <= m_of(inside) < end for first, end in found)
    assert len(found) <= MOST_CELLS
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))


@pytest.mark.parametrize(("at", "km"), [((84.9, 0), 100), ((0, 179.9), 100), ((-84, -179), 500)])
def test_near_the_end_of_the_map_it_goes_all_the_way_around(at: tuple[float, float], km: float) -> None:
    extent = around(Degrees(*at), km)

    assert (extent.west, extent.east) == (-180, 180)
    assert -85 <= extent.south <= extent.north <= 85


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(company: Company, config: Config) -> Company:
    """Three of four patients live in one street, the others are far away."""
    company.run(
        "UPDATE patients SET geolocation = CASE WHEN id % 4 > 0 THEN ST_MakePoint(38.76 + id % 9 * 0.0001, 9.01) "
        "ELSE ST_MakePoint(40 + id % 7, 5 + id % 9) END::geography"
    )
    worked(config, "places")
    company.run("ANALYZE patients, dashboard.places")
    return company


DRAWN = {
    "area": "ring~9.005_38.75~9.005_38.77~9.015_38.77~9.015_38.75",
    "near": "9.01,38.76,1",
}


@pytest.mark.parametrize("key", DRAWN)
def test_the_database_knows_how_many_are_in_a_full_street(company: Company, key: str) -> None:
    named = NAMED["patients", key, ANY]
    clause = named.predicate(**named.values({key: DRAWN[key]}))
    asked = str(
        select(Patient.id).where(clause).compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    )
    with company.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {asked}").scalar_one()
    expected = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]
    there = company.scalar("SELECT count(*) FROM patients WHERE id % 4 > 0")

    assert there / 3 < expected < there * 3


def test_a_saved_area_and_who_is_near_a_patient_are_the_same_lists(company: Company) -> None:
    near = company.scalar("SELECT id FROM patients WHERE id % 4 > 0 ORDER BY id LIMIT 1")
    there = company.scalar("SELECT count(*) FROM patients WHERE id % 4 > 0")
    manager = company.as_("Manager")
    manager.post("/admin/map/areas/", {"name": "The street", "shape": DRAWN["area"]})
    area = company.scalar("SELECT id FROM dashboard.areas WHERE name = 'The street'")

    for words in (f"area={area}", f"area={DRAWN['area']}", f"near={near},1", f"near={DRAWN['near']}"):
        assert count_of(manager.get(f"/admin/patients/?{words}").text) == f"{there:,}", words
    assert count_of(manager.get("/admin/patients/?area=999999").text) == "0"
