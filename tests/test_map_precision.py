"""Who may not know where patients live learns of areas of five and more, and can work out nothing finer."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from jobs_done import worked
from tiles_read import points

from homecare.config import Config

MASKED = ("Marketing", "Auditor")
PLACED = "geolocation IS NOT NULL"
ROW = re.compile(r'id="r(\d+)"')
Cell = tuple[int, int]
Words = tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(company: Company, config: Config) -> Company:
    worked(config, "places")
    return company


@pytest.fixture(scope="module")
def cells(company: Company) -> list[Cell]:
    """The tiles of zoom 12 that hold patients: each is one published cell."""
    x = "floor((ST_X(geolocation::geometry) + 180) / 360 * 4096)::int"
    y = "floor((1 - asinh(tan(radians(ST_Y(geolocation::geometry)))) / pi()) / 2 * 4096)::int"
    return [(row.x, row.y) for row in company.rows(f"SELECT DISTINCT {x} AS x, {y} AS y FROM patients WHERE {PLACED}")]


def seen(walker: Walker, z: int, cell: Cell, words: Words = ()) -> list[dict[str, Any]]:
    answer = walker.visitor.get(f"/admin/map/tiles/{z}/{cell[0]}/{cell[1]}.mvt", query_string=list(words))
    assert answer.status_code == (200 if answer.data else 204), answer.get_data(as_text=True)
    return [point.words for point in points(answer.data)]


def number(walker: Walker, cell: Cell, words: Words = ()) -> int:
    return sum(int(each["count"]) for each in seen(walker, 12, cell, words))


@pytest.mark.parametrize("role", MASKED)
def test_masked_roles_see_fives_without_ids_down_to_zoom_12(company: Company, cells: list[Cell], role: str) -> None:
    walker = company.as_(role)
    for zoom in (0, 5, 9, 10, 11, 12):
        tiles = {(x >> (12 - zoom), y >> (12 - zoom)) for x, y in cells}
        told = [words for tile in tiles for words in seen(walker, zoom, tile)]
        assert told
        assert all(set(words) == {"count"} and words["count"] >= 5 and words["count"] % 5 == 0 for words in told)
    for x, y in cells:
        assert [seen(walker, 13, (2 * x + dx, 2 * y + dy)) for dx in (0, 1) for dy in (0, 1)] == [[]] * 4


@pytest.mark.parametrize("role", MASKED)
def test_their_cells_hold_most_patients_and_coarser_ones_are_their_sums(
    company: Company, cells: list[Cell], role: str
) -> None:
    walker = company.as_(role)
    finest = sum(number(walker, cell) for cell in cells)
    placed = company.scalar(f"SELECT count(*) FROM patients WHERE {PLACED}")

    assert 0.85 * placed <= finest <= placed
    assert sum(words["count"] for words in seen(walker, 0, (0, 0))) == finest


FINER = (
    {"area": "Bole"}, {"area": "circle~9.01_38.76~2"}, {"near": "9.01,38.76,3"}, {"near": "1,3"}, {"has_place": "1"},
    {"is": "outside_ethiopia"}, {"gender__eq": "Female"}, {"search": "Abebe"}, {"last_status": "Missed"},
    {"active_caregiver": "1"}, {"source__in": "NGO"}, {"source__isnull": "1"}, {"created_at__gte": "-3d"},
    {"id__eq": "1"}, {"colour": "channel"}, {"geolocation__isnull": "0"},
)  # fmt: skip


@pytest.mark.parametrize("words", FINER, ids=str)
@pytest.mark.parametrize("role", MASKED)
def test_masked_roles_filter_by_source_campaign_and_month_alone(
    company: Company, role: str, words: dict[str, str]
) -> None:
    assert company.as_(role).get("/admin/map/tiles/9/311/243.mvt", **words).status_code == 403


@pytest.mark.parametrize("words", FINER[:6], ids=str)
@pytest.mark.parametrize("role", ["Auditor", "Finance"])
def test_lists_and_exports_take_no_condition_of_a_place_from_who_may_not_know_it(
    company: Company, role: str, words: dict[str, str]
) -> None:
    walker = company.as_(role)

    assert walker.get("/admin/patients/", **words).status_code == 403
    assert walker.get("/admin/patients/export/csv/", **words).status_code == 403


@pytest.mark.parametrize("role", ["Auditor", "Finance", "Marketing"])
@pytest.mark.parametrize("area", ["Bole", "circle~9.01_38.76~2"])
def test_visits_are_not_listed_by_where_their_patients_live(company: Company, role: str, area: str) -> None:
    assert company.as_(role).get("/admin/visit_services/", patient_area=area).status_code == 403


def test_who_has_own_patients_lists_visits_by_the_places_of_these_alone(company: Company) -> None:
    nurse, past = company.as_("Nurse"), company.other("Nurse", "patients")
    company.run("UPDATE patients SET geolocation = 'POINT(38.75 9)' WHERE id = :id", id=past)
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, status, scheduled_at) "
        "VALUES (:patient, :staff, 'Completed', '2021-05-03 09:00')",
        patient=past, staff=nurse.staff_id,
    )  # fmt: skip
    anywhere = nurse.get("/admin/visit_services/", scheduled_at__lte="2021-12-31")
    there = nurse.get("/admin/visit_services/", scheduled_at__lte="2021-12-31", patient_area="circle~9_38.75~60")
    today = nurse.get("/admin/visit_services/", patient_area="circle~9_38.75~60")

    assert [len(ROW.findall(listed.text)) for listed in (anywhere, there)] == [1, 0]
    assert ROW.findall(today.text)


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_clinicians_use_a_place_among_their_own_patients(company: Company, role: str) -> None:
    walker, other = company.as_(role), company.other(role, "patients")
    around = walker.get("/admin/patients/", area="circle~9_38.75~60")
    near_another = walker.get("/admin/patients/", near=f"{other},60")

    assert (around.status_code, near_another.status_code) == (200, 200)
    listed = {int(row_id) for row_id in ROW.findall(around.text)}
    assert listed
    assert listed <= set(company.own(role, "patients"))
    assert ROW.findall(near_another.text) == []


def filters(company: Company) -> list[Words]:
    """Each of source, campaign and month, and each two of them: what a masked role can say."""
    sources = [
        ("source__eq", row[0]) for row in company.rows("SELECT DISTINCT source FROM patients WHERE source <> ''")
    ]
    months = company.rows("SELECT DISTINCT to_char(created_at + interval '3 hours', 'YYYY-MM') FROM patients")
    campaigns = company.rows("SELECT DISTINCT coalesce(campaign_id::text, 'none') FROM dashboard.places")
    kinds = [sources, [("month", row[0]) for row in months], [("campaign", row[0]) for row in campaigns]]
    pairs = [(one, other) for i, of in enumerate(kinds) for others in kinds[i + 1 :] for one in of for other in others]
    return [(), *((one,) for of in kinds for one in of), *pairs]


def test_the_difference_of_no_two_filters_tells_of_one_person(company: Company, cells: list[Cell]) -> None:
    """The attack: two filters of which one is within the other, in one cell. What is between them is bounded by what
    the two numbers can stand for; a bound of one alone would be somebody.
    """
    walker, dice = company.as_("Marketing"), random.Random(7)
    every = filters(company)
    nested = [(wide, narrow) for narrow in every for wide in every if set(wide) < set(narrow)]
    pairs = dice.sample(nested, 500)
    busiest = sorted(cells, key=lambda cell: -number(walker, cell))[:2]
    told = {
        (words, cell): number(walker, cell, words) for words in {w for pair in pairs for w in pair} for cell in busiest
    }

    def stands_for(words: Words, cell: Cell) -> tuple[int, int]:
        return told[words, cell], told[words, cell] + 4

    singled_out = []
    for wide, narrow in pairs:
        for cell in busiest:
            (least, most), (least_within, most_within) = stands_for(wide, cell), stands_for(narrow, cell)
            fewest, largest = max(0, least - most_within), most - least_within
            assert told[narrow, cell] <= told[wide, cell]
            if fewest == largest == 1:
                singled_out.append((wide, narrow, cell))
    assert any(told.values())
    assert all(count % 5 == 0 for count in told.values())
    assert singled_out == []


def test_what_the_parts_leave_over_is_never_one_person(company: Company, cells: list[Cell]) -> None:
    """The other attack: all parts of a filter, taken off the whole."""
    walker = company.as_("Auditor")
    every = [words for words in filters(company) if len(words) == 1]
    for cell in sorted(cells, key=lambda cell: -number(walker, cell))[:2]:
        whole = number(walker, cell)
        for kind in ("source__eq", "month", "campaign"):
            parts = [number(walker, cell, words) for words in every if words[0][0] == kind]
            told = [part for part in parts if part]
            hidden = len(parts) - len(told)
            fewest = max(0, whole - sum(told) - 4 * len(told))
            largest = min(4 * hidden, whole + 4 - sum(told))
            assert (fewest, largest) != (1, 1)


def test_one_copy_is_published_a_day(company: Company, cells: list[Cell], config: Config) -> None:
    walker = company.as_("Marketing")
    busiest = max(cells, key=lambda cell: number(walker, cell))
    before = number(walker, busiest)
    company.run(
        "INSERT INTO patients (full_name, geolocation) SELECT 'New', p.geolocation FROM generate_series(1, 25), "
        "(SELECT geolocation FROM patients JOIN dashboard.places ON patient_id = id "
        "WHERE m >> 32 = (SELECT cell FROM dashboard.published_cells WHERE kind = 0 ORDER BY patients DESC LIMIT 1) "
        "LIMIT 1) p"
    )

    worked(config, "places")
    same_day = number(walker, busiest)
    company.run("UPDATE dashboard.published_cells SET day = day - 1")
    worked(config, "places")

    assert same_day == before
    assert number(walker, busiest) >= before + 25


@pytest.mark.parametrize(
    "words", [{"source__eq": "Rumour"}, {"month": "2026-13"}, {"campaign": "x"}, {"month": "2026-10,2026-11"}], ids=str
)
def test_a_wrong_value_is_refused_in_a_sentence(company: Company, words: dict[str, str]) -> None:
    answer = company.as_("Marketing").get("/admin/map/tiles/9/311/243.mvt", **words)

    assert answer.status_code == 400
