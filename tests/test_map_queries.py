"""What the map shows besides its tiles: held against plain SQL over the company's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bookings_made import acting_for
from clusters import Database
from doors import Company, count_of
from flask import Flask
from jobs_done import worked
from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.acting import Acting
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.on_map import area_saving
from homecare.actions.rules import RuleError
from homecare.config import Config
from homecare.queries.map import area_list, by_area, counts, demand, legend, nearest, patient_card, stops
from homecare.queries.map.nearest import Near, PlaceHiddenError
from homecare.records.on_map import map_request
from homecare.records.on_map.map_request import MapRequest

ON_MAP = "geolocation IS NOT NULL"
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(company: Company, config: Config) -> Company:
    worked(config, "places")
    return company


@pytest.fixture
def as_staff(company: Company, app: Flask, config: Config) -> Opened:
    """The session and rights of the demo's person of that role, own rows and all."""
    return lambda role: acting_for(app, config, company.as_(role).staff_id)


def asked(by: Acting, **words: str) -> MapRequest:
    return map_request.read(by, MultiDict(words))


@pytest.mark.parametrize("words", [{}, {"source__eq": "Referral"}, {"gender__eq": "Female"}], ids=str)
def test_the_parts_of_the_table_add_up_to_the_list(as_staff: Opened, company: Company, words: dict[str, str]) -> None:
    where = " AND ".join(f"{key.removesuffix('__eq')} = '{value}'" for key, value in words.items()) or "true"
    patients, placed = company.rows(f"SELECT count(*), count(geolocation) FROM patients WHERE {where}")[0]
    with as_staff("Manager") as (session, by):
        request = asked(by, **words)
        on_map = counts.on_map(session, request)
        areas = by_area.sub_cities(session, request)
        cells = by_area.cells(session, request)

    assert (on_map.count, on_map.without, on_map.as_of) == (placed, patients - placed, None)
    assert sum(area.patients for area in areas) == patients
    assert sum(cell.patients for cell in cells) == placed


@pytest.mark.parametrize("colour", list(map_request.COLOURS))
def test_a_legend_counts_everybody_on_the_map_and_opens_them(as_staff: Opened, company: Company, colour: str) -> None:
    with as_staff("Manager") as (session, by):
        rows = legend.legend(session, asked(by, colour=colour))
        first = rows[0]
        opened_again = counts.on_map(session, asked(by, **dict(first.words)))

    assert sum(row.count for row in rows) == company.scalar(f"SELECT count(*) FROM patients WHERE {ON_MAP}")
    assert opened_again.count == first.count
    assert all(row.label and not row.label.startswith("#") for row in rows)


def test_the_nearest_patients_are_those_of_plain_sql(as_staff: Opened, company: Company) -> None:
    point = "ST_SetSRID(ST_MakePoint(38.76, 9.01), 4326)::geography"
    plain = company.rows(
        f"SELECT id, ST_Distance(geolocation, {point}) FROM patients WHERE {ON_MAP} ORDER BY 2, 1 LIMIT 20"
    )
    with as_staff("Manager") as (session, by):
        found = nearest.patients(session, by, Near.of_text("9.01,38.76"))

    assert [(one.patient_id, one.metres) for one in found] == [(row.id, round(row[1])) for row in plain]
    assert all(one.minutes >= 10 and one.name for one in found)


def test_clinicians_find_only_own_patients_near(as_staff: Opened, company: Company) -> None:
    own = company.own("Nurse", "patients")
    near = company.scalar("SELECT min(id) FROM patients WHERE id = ANY(:ids) AND geolocation IS NOT NULL", ids=own)
    with as_staff("Nurse") as (session, by):
        found = nearest.patients(session, by, Near(near), most=1000)
        with pytest.raises(LookupError):
            nearest.patients(session, by, Near(company.other("Nurse", "patients")))

    placed = company.rows("SELECT id FROM patients WHERE id = ANY(:ids) AND geolocation IS NOT NULL", ids=own)
    assert {one.patient_id for one in found} == {row.id for row in placed} - {near}


def test_the_nearest_caregivers_are_by_their_nearest_visit(as_staff: Opened, company: Company) -> None:
    day = company.scalar(
        "SELECT (scheduled_at + interval '3 hours')::date FROM visit_services WHERE staff_id IS NOT NULL "
        "AND status = 'Completed' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    plain = company.rows(
        "SELECT v.staff_id, min(ST_Distance(p.geolocation, ST_MakePoint(38.76, 9.01)::geography, false)) AS metres "
        "FROM visit_services v JOIN patients p ON p.id = v.patient_id "
        "WHERE (v.scheduled_at + interval '3 hours')::date = :day AND v.staff_id IS NOT NULL "
        "AND v.status NOT IN ('Cancelled', 'Missed') AND p.geolocation IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 LIMIT 10",
        day=day,
    )
    with as_staff("Manager") as (session, by):
        found = nearest.caregivers(session, by, Near.of_text("9.01,38.76"), day)

    assert plain
    assert [one.staff_id for one in found] == [row.staff_id for row in plain]
    assert all(abs(one.metres - row.metres) < 3 for one, row in zip(found, plain, strict=True))


def test_a_visit_long_past_tells_no_place_of_who_is_nobodys_patient_any_more(
    as_staff: Opened, company: Company, config: Config
) -> None:
    """The visit stays one's own; where its patient lives is known for 30 days."""
    day = clock.today() - timedelta(days=200)
    nurse, past = company.as_("Nurse").staff_id, company.other("Nurse", "patients")
    company.run("UPDATE patients SET geolocation = 'POINT(38.76 9.01)' WHERE id = :id", id=past)
    kept = "VALUES (:patient, :staff, :status, :at)"
    for number, status in enumerate(("Completed", "Scheduled")):
        company.run(
            f"INSERT INTO visit_services (patient_id, staff_id, status, scheduled_at) {kept}",
            patient=past, staff=nurse, status=status, at=clock.day_start(day) + timedelta(hours=8 + number),
        )  # fmt: skip
    company.run(
        "INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) VALUES (:staff, :first, :last, 'Sick')",
        staff=nurse, first=clock.day_start(day), last=clock.day_start(day + timedelta(days=1)),
    )  # fmt: skip
    worked(config, "places")
    point = Near.of_text("9.01,38.76")
    with as_staff("Manager") as (session, by):
        assert nurse in [one.staff_id for one in nearest.caregivers(session, by, point, day, most=1000)]
        assert demand.uncovered(session, by, day, day)
    with as_staff("Nurse") as (session, by):
        assert nearest.caregivers(session, by, point, day) == []
        assert demand.uncovered(session, by, day, day) == []
        assert {stop.at for route in stops.of_day(session, by, day) for stop in route.stops} == {None}


@pytest.mark.parametrize("role", ["Marketing", "Auditor"])
def test_who_may_not_read_places_finds_nobody_near(as_staff: Opened, role: str) -> None:
    with as_staff(role) as (session, by):
        for search in (nearest.patients, lambda *of: nearest.caregivers(*of, clock.today())):
            with pytest.raises(PlaceHiddenError):
                search(session, by, Near.of_text("9.01,38.76"))
        assert patient_card.card(session, by, 1) is None
        assert stops.of_day(session, by, clock.today()) == []
        assert demand.uncovered(session, by, clock.today(), clock.today()) == []
        assert by_area.sub_cities(session, asked(by)) == []


def test_a_day_has_each_visit_once_in_order(as_staff: Opened, company: Company) -> None:
    day = clock.today() - timedelta(days=3)
    with as_staff("Manager") as (session, by):
        routes = stops.of_day(session, by, day)

    start, end = clock.day_start(day), clock.day_start(day + timedelta(days=1))
    plain = "SELECT id FROM visit_services WHERE scheduled_at >= :s AND scheduled_at < :e AND status <> 'Cancelled'"
    shown = [stop.visit["id"] for route in routes for stop in route.stops]
    assert sorted(shown) == sorted(row.id for row in company.rows(plain, s=start, e=end))
    for route in routes:
        assert [stop.number for stop in route.stops] == [*range(1, len(route.stops) + 1)]
        assert [stop.visit["planned"] for stop in route.stops] == sorted(stop.visit["planned"] for stop in route.stops)


def test_demand_is_new_and_lost_by_month(as_staff: Opened, company: Company) -> None:
    with as_staff("Manager") as (session, by):
        rows = demand.by_month(session, asked(by), months=600)
        months = {row.month for row in rows if row.lost}
        for month in months:
            of_month = counts.on_map(session, asked(by, lost_in=month))
            lost = sum(row.lost or 0 for row in rows if row.month == month)
            assert lost == of_month.count + (of_month.without or 0)

    new = company.rows("SELECT to_char(created_at + interval '3 hours', 'YYYY-MM'), count(*) FROM patients GROUP BY 1")
    assert {month: sum(row.new for row in rows if row.month == month) for month, _ in new} == dict(new)
    assert months
    last = max(row.month for row in rows)
    assert sum(row.patients for row in rows if row.month == last) == company.size("patients")


def test_uncovered_visits_are_counted_where_their_patients_are(as_staff: Opened, company: Company) -> None:
    first, last = clock.today(), clock.today() + timedelta(days=14)
    company.run(
        "UPDATE visit_services SET staff_id = NULL, status = 'Pending', check_in_time = NULL, check_out_time = NULL, "
        "scheduled_at = timezone('utc', now()) + interval '2 days' WHERE id IN (SELECT v.id FROM visit_services v "
        "JOIN patients p ON p.id = v.patient_id WHERE p.geolocation IS NOT NULL ORDER BY v.id LIMIT 7)"
    )
    with as_staff("Manager") as (session, by):
        cells = demand.uncovered(session, by, first, last)

    unassigned = company.scalar(
        "SELECT count(*) FROM visit_services v JOIN patients p ON p.id = v.patient_id WHERE v.staff_id IS NULL "
        "AND v.status IN ('Pending', 'Scheduled') AND v.check_in_time IS NULL AND p.geolocation IS NOT NULL "
        "AND v.scheduled_at >= :s AND v.scheduled_at < :e",
        s=clock.day_start(first), e=clock.day_start(last + timedelta(days=1)),
    )  # fmt: skip
    assert 7 <= unassigned <= sum(cell.visits for cell in cells)
    manager = company.as_("Manager")
    listed = [
        count_of(manager.visitor.get("/admin/visit_services/", query_string=[*cell.words]).text) for cell in cells
    ]
    assert listed == [f"{cell.visits:,}" for cell in cells]


def test_each_figure_of_demand_opens_its_patients(as_staff: Opened, company: Company) -> None:
    with as_staff("Manager") as (session, by):
        rows = demand.by_month(session, asked(by, source__eq="Referral"), months=3)
    manager, told = company.as_("Manager"), []
    for row in rows:
        figures = ((row.words_patients, row.patients), (row.words_new, row.new), (row.words_lost, row.lost))
        told += [(words, number) for words, number in figures if number]
    for words, number in told[:40]:
        listed = manager.visitor.get("/admin/patients/", query_string=[*words])
        assert count_of(listed.text) == f"{number:,}", words
    assert told


def test_an_area_is_saved_used_and_removed_by_whose_it_is(as_staff: Opened, company: Company) -> None:
    ring = "ring~8.9_38.7~9.1_38.7~9.1_38.85~8.9_38.85"
    with as_staff("Manager") as (session, by):
        area_id = area_saving.save(session=session, by=by, name=" Bole  school zone ", shape=ring)
        drawn = counts.on_map(session, asked(by, area=ring)).count
        saved = counts.on_map(session, asked(by, area=str(area_id))).count
        with pytest.raises(RuleError):
            area_saving.save(session=session, by=by, name="Bole school zone", shape=ring)
    with as_staff("Coordinator") as (session, other):
        assert [one.is_removable for one in area_list.saved(session, other)] == [False]
        with pytest.raises(NotAllowedError):
            area_saving.remove(session=session, by=other, area_id=area_id)
    with as_staff("Marketing") as (session, masked), pytest.raises(NotAllowedError):
        area_saving.save(session=session, by=masked, name="Mine", shape=ring)
    listed = company.as_("Manager").get("/admin/patients/", area=str(area_id)).text
    with as_staff("Manager") as (session, by):
        area_saving.remove(session=session, by=by, area_id=area_id)
        assert area_list.saved(session, by) == []

    assert drawn == saved > 0
    assert "In Bole school zone" in listed


def test_a_card_tells_a_clinician_no_more_than_their_lists_do(as_staff: Opened, company: Company) -> None:
    own = company.own("Nurse", "patients")
    with as_staff("Nurse") as (session, by):
        card = patient_card.card(session, by, own[0])
        assert patient_card.card(session, by, company.other("Nurse", "patients")) is None
    with as_staff("Manager") as (session, manager):
        whole = patient_card.card(session, manager, own[0])

    assert card is not None
    assert whole is not None
    assert (card.name, card.code) == (whole.name, whole.code)
    assert (card.last_status, card.caregiver) == ("", "")
    assert whole.last_status or whole.next_visit_at


@pytest.mark.parametrize("role", ["Admin", "Coordinator", "Doctor", "Nurse", "Caregiver", "Marketing", "Auditor"])
def test_everything_is_asked_under_the_role_s_own_scope(as_staff: Opened, company: Company, role: str) -> None:
    day = clock.today()
    with as_staff(role) as (session, by):
        request = asked(by)
        whole = sum(cell.patients for cell in by_area.cells(session, request))
        assert whole == counts.on_map(session, request).count > 0
        assert legend.legend(session, request) == []
        assert demand.by_month(session, request, months=2)
        area_list.saved(session, by)
        for colour in map_request.colours_of(by):
            assert legend.legend(session, asked(by, colour=colour))
        if request.listed is not None:
            demand.uncovered(session, by, day, day)
            stops.of_day(session, by, day)
            assert nearest.patients(session, by, Near.of_text("9.01,38.76"))
            nearest.caregivers(session, by, Near.of_text("9.01,38.76"), day)


def test_the_last_month_is_this_one() -> None:
    assert demand._last_months(14)[-1] == clock.today().replace(day=1)
    assert len({*demand._last_months(14)}) == 14
    assert all(isinstance(month, date) and month.day == 1 for month in demand._last_months(14))
