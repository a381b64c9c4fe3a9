"""A tile counts exactly the patients of the list, each once, for whom it may tell and as much as it may."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, count_of
from jobs_done import worked
from statements_sent import statements
from tiles_read import Point, points

from homecare.config import Config
from homecare.queries.map import tile_cutting

ON_MAP = "geolocation IS NOT NULL AND NOT ST_IsEmpty(geolocation::geometry) AND abs(ST_Y(geolocation::geometry)) <= 85"
ZOOMS = (0, 6, 9, 12, 14, 15)
# A patient on the corner of four tiles of zooms 12 and deeper, one beyond the map's end, one without a place.
ADDED = """INSERT INTO patients (full_name, geolocation, source) VALUES
    ('On the edge', 'POINT(38.7597656250 0)', 'NGO'), ('Beyond', 'POINT(38 89)', 'NGO'), ('Nowhere', NULL, 'NGO'),
    ('At the end', 'POINT(180 9)', 'NGO'), ('In the sea', 'POINT(-30.5 -12)', NULL)"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(company: Company, config: Config) -> Company:
    company.run(ADDED)
    worked(config, "places")
    return company


def tile_of(latitude: float, longitude: float, zoom: int) -> tuple[int, int]:
    """By the formula of every web map."""
    side = 1 << zoom
    x = int((longitude + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * side)
    return min(x, side - 1), min(y, side - 1)


def tiles(company: Company, zoom: int) -> set[tuple[int, int]]:
    """Those that hold patients, and their neighbours, where somebody on an edge would stand twice."""
    places = company.rows(
        f"SELECT ST_Y(g) AS lat, ST_X(g) AS lon FROM (SELECT geolocation::geometry AS g FROM patients WHERE {ON_MAP}) p"
    )
    around = {tile_of(place.lat, place.lon, zoom) for place in places}
    centres = around if zoom < 10 else {tile_of(0, 38.7597656250, zoom)}
    near = {(x + dx, y + dy) for x, y in centres for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    return around | {(x, y) for x, y in near if 0 <= x < 1 << zoom and 0 <= y < 1 << zoom}


def tile(walker: Walker, z: Any, x: Any, y: Any, **words: Any) -> list[Point]:
    answer = walker.get(f"/admin/map/tiles/{z}/{x}/{y}.mvt", **words)
    assert answer.status_code == (200 if answer.data else 204), answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    if answer.status_code == 200:
        assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    return points(answer.data)


def total(company: Company, role: str, zoom: int, **words: Any) -> int:
    walker = company.as_(role)
    return sum(
        int(point.words["count"]) for x, y in tiles(company, zoom) for point in tile(walker, zoom, x, y, **words)
    )


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_tiles_of_a_zoom_count_every_patient_with_a_place_once(company: Company, zoom: int) -> None:
    expected = company.scalar(f"SELECT count(*) FROM patients WHERE {ON_MAP}")

    assert total(company, "Manager", zoom) == expected


CONDITIONS: tuple[dict[str, str], ...] = (
    {"source__eq": "Referral"},
    {"source__in": "Referral,NGO", "acquisition_channel__isnull": "0"},
    {"source__isnull": "1"},
    {"last_status": "Completed"},
    {"last_status": "none", "area": "Bole"},
    {"area": "Outside"},
    {"active_caregiver": "{caregiver}"},
    {"campaign": "none"},
    {"next_visit_within": "7"},
    {"last_visit_before": "-10d"},
    {"gender__eq": "Female"},
    {"search": "Abebe"},
    {"no_visit_for": "30"},
    {"near": "9.01,38.76,4"},
    {"area": "circle~9.0_38.76~5", "source__ne": "NGO"},
    {"area": "ring~8.9_38.7~9.1_38.7~9.1_38.85~8.9_38.85"},
    {"is": "outside_ethiopia"},
)


@pytest.mark.parametrize("words", CONDITIONS, ids=lambda words: "&".join(f"{k}={v}" for k, v in words.items()))
@pytest.mark.parametrize("zoom", [0, 11])
def test_under_any_condition_the_map_counts_what_the_list_does(
    company: Company, words: dict[str, str], zoom: int
) -> None:
    asked = "SELECT min(caregiver_id) FROM dashboard.places WHERE m IS NOT NULL"
    caregiver = company.scalar(asked)
    words = {key: value.format(caregiver=caregiver) for key, value in words.items()}
    listed = company.as_("Manager").get("/admin/patients/", has_place="1", **words)
    found = re.search(r'class="muted count">\s*([\d,]+)', listed.text)

    assert listed.status_code == 200
    assert found, listed.text[:3000]
    assert total(company, "Manager", zoom, **words) == int(found[1].replace(",", ""))


FEW: tuple[dict[str, str], ...] = ({"source__eq": "NGO"}, {"last_status": "Missed", "area": "Bole"})


@pytest.mark.parametrize("words", FEW, ids="&".join)
@pytest.mark.parametrize("zoom", [12, 13])
def test_a_few_of_a_tile_are_looked_for_where_they_are(company: Company, words: dict[str, str], zoom: int) -> None:
    """Cells know in which part of the tile; where they know of nobody, no place is read."""
    manager, read, counted = company.as_("Manager"), Counter[tuple[str, bool]](), 0
    for x, y in tiles(company, zoom):
        with statements() as sent:
            found = tile(manager, zoom, x, y, **words)
        asked = " ".join(each for each in sent if "dashboard.places" in each)
        read["looked" if asked else "not looked", bool(found)] += 1
        counted += len(found)
        side = 1 << 2 * (28 - zoom)
        ranges = re.findall(r"places\.m >= (\d+) AND dashboard\.places\.m < (\d+)", asked)
        assert all(0 < int(end) - int(first) <= side for first, end in ranges), asked
        assert bool(ranges) == bool(asked)

    assert set(read) == {("looked", True), ("not looked", False)}
    assert counted == int(count_of(manager.get("/admin/patients/", has_place="1", **words).text).replace(",", ""))


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_clinicians_find_their_own_patients_alone(company: Company, role: str) -> None:
    own = company.own(role, "patients")
    expected = company.scalar(f"SELECT count(*) FROM patients WHERE {ON_MAP} AND id = ANY(:ids)", ids=own)

    assert total(company, role, 9) == expected > 0


def test_a_single_patient_has_an_id_and_a_colour_and_nothing_else(company: Company) -> None:
    singles = {}
    walker = company.as_("Manager")
    for x, y in tiles(company, 14):
        for point in tile(walker, 14, x, y, colour="channel"):
            assert set(point.words) <= {"count", "id", "key"}
            assert ("id" in point.words) is (point.words["count"] == 1)
            if "id" in point.words:
                singles[point.words["id"]] = point.words["key"]
    stored = dict(company.rows("SELECT id, coalesce(acquisition_channel, '') FROM patients"))

    assert len(singles) > 20
    assert {row_id: stored[row_id] for row_id in singles} == singles


@pytest.mark.parametrize("colour", ["last_status", "caregiver", "campaign", "sub_city"])
@pytest.mark.parametrize("zoom", [9, 13])
def test_every_colour_is_the_kept_fact_of_the_patient(company: Company, colour: str, zoom: int) -> None:
    column = {"caregiver": "caregiver_id::text", "campaign": "campaign_id::text", "last_status": "last_status"}
    city = "coalesce((SELECT name FROM dashboard.sub_cities c WHERE c.id = sub_city_id), 'Outside')"
    kept = f"SELECT patient_id, coalesce({column.get(colour, city)}, '') FROM dashboard.places"
    stored = dict(company.rows(kept))
    walker = company.as_("Manager")
    found = {
        point.words["id"]: point.words["key"]
        for x, y in tiles(company, zoom)
        for point in tile(walker, zoom, x, y, colour=colour)
        if "id" in point.words
    }

    assert found
    assert {row_id: stored[row_id] for row_id in found} == found


def test_many_at_one_place_are_a_cluster_and_never_a_sample(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_cutting, "POINTS", ((12, 2),))
    counted = Counter[int]()
    for x, y in tiles(company, 15):
        counted.update(point.words["count"] for point in tile(company.as_("Manager"), 15, x, y))

    assert max(counted) > 1
    assert sum(count * times for count, times in counted.items()) == total(company, "Manager", 0)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("-1/0/0", {}), ("30/0/0", {}), ("3/8/0", {}), ("0/0/1", {}), ("a/0/0", {}), ("1e1/0/0", {}), ("٣/0/0", {}),
        ("0/0/0", {"near": "91,38,3"}), ("0/0/0", {"near": "NaN,38,3"}), ("0/0/0", {"near": "9"}),
        ("0/0/0", {"near": ",,"}), ("0/0/0", {"near": "9,38,-3"}), ("0/0/0", {"area": ""}),
        ("0/0/0", {"area": "circle~9_nan~3"}), ("0/0/0", {"area": "Atlantis"}), ("0/0/0", {"colour": "gender"}),
        ("0/0/0", {"area": "ring~" + "~".join(["9.01_38.76"] * 100_000)}), ("0/0/0", {"nonsense": "1"}),
        ("0/0/0", {"area": "ring~9_38~9_39"}), ("0/0/0", {"last_status": "Cancelled"}), ("0/0/0", {"month": "2026"}),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_no_tile_or_no_condition_is_refused_in_a_sentence(
    company: Company, path: str, words: dict[str, str]
) -> None:
    answer = company.as_("Manager").get(f"/admin/map/tiles/{path}.mvt", **words)

    assert answer.status_code == 400
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("role", ["Finance", "Inventory"])
def test_who_has_no_right_to_the_map_gets_no_tile(company: Company, role: str) -> None:
    assert company.as_(role).get("/admin/map/tiles/0/0/0.mvt").status_code == 403


def test_a_condition_that_takes_too_long_asks_to_come_nearer(
    company: Company, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_cutting, "MOST_MS", 1)
    many = "SELECT 'Many', 'POINT(38.7 9)' FROM generate_series(1, 20000)"
    company.run(f"INSERT INTO patients (full_name, geolocation) {many}")
    worked(config, "places")

    answer = company.as_("Manager").get("/admin/map/tiles/0/0/0.mvt", no_visit_for="60", address__isnull="1")

    assert answer.status_code == 422
    assert "Come nearer" in answer.text
