"""The map's conditions on lists, exports and chips, held against plain SQL; and how areas are spelled."""

from __future__ import annotations

import csv
import io
import math

import pytest
from clusters import Database
from doors import Company, count_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jobs_done import worked

from homecare import clock
from homecare.config import Config
from homecare.records.on_map.shapes import LONGEST, Circle, Degrees, Ring, read_shape, spelled

NOW = "timezone('utc', now())"
MONTH = f"{clock.today():%Y-%m}"
DAY = "(timezone('utc', now()) + interval '3 hours')::date"
SINCE = f"({DAY} - 20) - interval '3 hours'"
LAST = """(SELECT max(coalesce(check_out_time, check_in_time, scheduled_at)) FROM visit_services v
    WHERE v.patient_id = patients.id AND status = 'Completed')"""
NEXT = f"""(SELECT min(scheduled_at) FROM visit_services v WHERE v.patient_id = patients.id
    AND coalesce(status, 'Pending') IN ('Pending', 'Scheduled') AND scheduled_at > {NOW})"""
STATUS = """(SELECT status FROM visit_services v WHERE v.patient_id = patients.id
    AND status IN ('Completed', 'In Progress', 'Missed') ORDER BY scheduled_at DESC NULLS LAST, id DESC LIMIT 1)"""
TOUCH = """coalesce(initial_campaign_id, (SELECT coalesce(l.campaign_id, p.campaign_id) FROM marketing_leads l
    LEFT JOIN landing_pages p ON p.id = l.landing_page_id WHERE l.id = marketing_lead_id))"""
POINT = "ST_SetSRID(ST_MakePoint(38.76, 9.01), 4326)::geography"
CITY = "(SELECT name FROM dashboard.sub_cities c WHERE c.id = dashboard.sub_city(geolocation))"
RING = "ST_GeomFromText('POLYGON((38.7 8.9, 38.7 9.1, 38.85 9.1, 38.85 8.9, 38.7 8.9))', 4326)"
# The words, what the chip says, and the same in SQL.
CONDITIONS = {
    "last_visit_before=-20d": ("Last visit before", f"coalesce({LAST}, '-infinity') < {SINCE}"),
    "next_visit_within=5": ("Next visit within 5 days", f"{NEXT} < {NOW} + interval '5 days'"),
    "last_status=Missed": ("Last status: Missed", f"{STATUS} = 'Missed'"),
    "last_status=none": ("Last status: none", f"{STATUS} IS NULL"),
    "campaign=none": ("First campaign: none", f"{TOUCH} IS NULL"),
    "campaign=1": ("First campaign: ", f"{TOUCH} = 1"),
    f"month={MONTH}": ("New in ", f"to_char(created_at + interval '3 hours', 'YYYY-MM') = '{MONTH}'"),
    f"lost_in={MONTH}": ("Lost in ", f"""{NEXT} IS NULL AND coalesce({LAST}, created_at) + interval '60 days' <= {NOW}
        AND to_char(coalesce({LAST}, created_at) + interval '60 days 3 hours', 'YYYY-MM') = '{MONTH}'"""),
    "area=bole": ("In Bole", f"{CITY} = 'Bole'"),
    "area=Outside": ("In Outside", f"geolocation IS NOT NULL AND {CITY} IS NULL"),
    "area=ring~8.9_38.7~9.1_38.7~9.1_38.85~8.9_38.85": (
        "In a drawn area", f"ST_Intersects(geolocation::geometry, {RING})"),
    "near=9.01,38.76,3": ("Within 3 km of 9.01, 38.76", f"ST_DWithin(geolocation, {POINT}, 3000)"),
    "near=1,4": ("Within 4 km of ", "ST_DWithin(geolocation, (SELECT geolocation FROM patients WHERE id = 1), 4000)"),
    "has_place=0": ("Without a place", "geolocation IS NULL"),
    "has_place=1": ("On the map", "geolocation IS NOT NULL"),
    "is=outside_ethiopia": ("Outside Ethiopia", "geolocation && ST_MakeEnvelope(-80, -50, 0, 0, 4326)::geography"),
}  # fmt: skip


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(company: Company, config: Config) -> Company:
    company.run("INSERT INTO patients (full_name, geolocation) VALUES ('Far', 'POINT(-40 -9)')")
    company.run("UPDATE patients SET created_at = created_at - interval '61 days' WHERE id % 50 = 0")
    company.run("DELETE FROM visit_services WHERE patient_id % 50 = 0")
    company.run(f"UPDATE patients SET created_at = {NOW} - interval '60 days 1 hour' WHERE id % 100 = 0")
    worked(config, "places")
    return company


@pytest.mark.parametrize("words", CONDITIONS)
def test_a_list_and_its_export_hold_the_patients_of_the_condition(company: Company, words: str) -> None:
    chip, where = CONDITIONS[words]
    expected = company.rows(f"SELECT patient_code FROM patients WHERE {where} ORDER BY 1")
    manager = company.as_("Manager")
    listed = manager.get(f"/admin/patients/?{words}")
    exported = manager.get(f"/admin/patients/export/csv/?{words}&columns=patient_code").get_data(as_text=True)

    assert count_of(listed.text) == f"{len(expected):,}"
    assert chip in listed.text
    assert sorted(row[0] for row in [*csv.reader(io.StringIO(exported.lstrip("\ufeff")))][1:]) == [
        r[0] for r in expected
    ]


def test_a_caregivers_chip_has_the_name(company: Company) -> None:
    row = company.rows(
        "SELECT caregiver_id, first_name, count(*) AS patients FROM dashboard.places "
        "JOIN staff ON staff.id = caregiver_id GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1"
    )[0]
    page = company.as_("Manager").get("/admin/patients/", active_caregiver=row.caregiver_id).text

    assert count_of(page) == f"{row.patients:,}"
    assert f"Active caregiver: {row.first_name}" in page


@pytest.mark.parametrize(
    "words", ["last_status=Missed", "active_caregiver=1", "next_visit_within=7", "lost_in=2026-10"]
)
def test_who_sees_own_visits_alone_asks_nothing_of_all_visits(company: Company, words: str) -> None:
    assert company.as_("Nurse").get(f"/admin/patients/?{words}").status_code == 403


@pytest.mark.parametrize(
    "words",
    ["area=", "area=Atlantis", "area=ring~1_1~2_2", "area=circle~91_38~3", "near=9,38,0", "near=x", "near=9,38,NaN",
     "last_visit_before=soon", "next_visit_within=0", "last_status=Cancelled", "campaign=0x1", "month=2026-00",
     "has_place=2", "lost_in=", "active_caregiver=-1", "area=99999999999999999999",
     "month=0001-01", "month=9999-12", "lost_in=0001-01", "lost_in=9999-12", "month=1899-12", "lost_in=2200-01"],
)  # fmt: skip
def test_a_value_that_is_none_is_refused_beside_the_list(company: Company, words: str) -> None:
    answer = company.as_("Manager").get(f"/admin/patients/?{words}")

    assert answer.status_code == 400


def test_an_area_that_is_gone_holds_nobody(company: Company) -> None:
    answer = company.as_("Manager").get("/admin/patients/?area=4711")

    assert (answer.status_code, count_of(answer.text)) == (200, "0")
    assert "In an area that was removed" in answer.text


CORNER = st.builds(
    Degrees,
    st.integers(-85 * 10**5, 85 * 10**5).map(lambda number: number / 10**5),
    st.integers(-180 * 10**5, 180 * 10**5).map(lambda number: number / 10**5),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CORNER, min_size=3, max_size=9))
def test_a_ring_is_read_as_it_was_spelled_and_fits_an_address(corners: list[Degrees]) -> None:
    text = spelled(Ring(tuple(corners)))
    read = read_shape(text)

    assert isinstance(read, Ring)
    for one, other in zip(read.corners, corners, strict=True):
        assert math.isclose(one.latitude, other.latitude, abs_tol=1e-9)
        assert math.isclose(one.longitude, other.longitude, abs_tol=1e-9)


def test_the_longest_ring_fits() -> None:
    longest = Ring((Degrees(-80.00001, -179.99999),) * 100)

    assert len(spelled(longest)) <= LONGEST
    assert read_shape(spelled(longest)) == longest


def test_a_circle_is_read_as_it_was_spelled() -> None:
    assert read_shape(spelled(Circle(Degrees(9.01, -38.76), 2.5))) == Circle(Degrees(9.01, -38.76), 2.5)


@pytest.mark.parametrize("text", ["ring~" + "9.01_38.76~" * 100_000, "circle~" + "9" * 100_000, "ring" * 10_000])
def test_a_drawing_too_long_for_an_address_is_refused_unread(text: str) -> None:
    with pytest.raises(ValueError, match="at most 100 corners"):
        read_shape(text)


def test_a_scribble_is_refused_before_the_database_sorts_it_out() -> None:
    star = [Degrees(9 + math.cos(corner * 2.3), 38 + math.sin(corner * 2.3)) for corner in range(60)]

    with pytest.raises(ValueError, match="may cross 50 times"):
        read_shape(spelled(Ring(tuple(star))))
    assert read_shape("ring~9_38~10_39~9_39~10_38") == Ring(
        (Degrees(9, 38), Degrees(10, 39), Degrees(9, 39), Degrees(10, 38))
    )


@pytest.mark.parametrize("text", ["circle~9_-180~500", "circle~9_179.9~50", "circle~84.9_38~500", "circle~-85_0~1"])
def test_a_circle_across_the_end_of_the_map_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="beyond the end of the map"):
        read_shape(text)
