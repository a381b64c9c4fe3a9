"""The same checks wherever a visit or shift gets a person, a time or a live status: its form, in the list, in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    HANA,
    TERMINATED,
    at,
    empty,
    fill,
    inserted,
    rows,
    shift,
    version,
    visit,
)  # fmt: skip
from conftest import Visitor
from forms import form_with
from sqlalchemy import Engine

from homecare import clock
from homecare.kinds import say

VISITS, SHIFTS = "visit_services", "caregiver_assignments"
MAKE = {VISITS: visit, SHIFTS: shift}
TIME = {VISITS: "scheduled_at", SHIFTS: "shift_start"}
LEFT = "Tigist Haile is Terminated, not Active."
TAKEN = {VISITS: "Bekele Alemu already has a visit with Dawit Worku", SHIFTS: "already has a shift"}
PAST = {VISITS: "This time is in the past", SHIFTS: "This shift is in the past"}


@pytest.fixture(scope="module", autouse=True)
def _people(owner_engine: Engine) -> None:
    fill(owner_engine)


@pytest.fixture
def coordinator(owner_engine: Engine, as_role: Callable[..., Visitor]) -> Visitor:
    empty(owner_engine)
    return as_role("Coordinator")


def typed(moment: datetime) -> str:
    return f"{clock.to_addis(moment):%Y-%m-%dT%H:%M}"


def by_new_form(who: Visitor, _engine: Engine, table: str, row_id: int | None, **columns: str) -> Any:
    url = f"/admin/{table}/new/"
    form = form_with(who.get(url).get_data(as_text=True), "_token")
    base = {"patient_id": str(HANA), "staff_id": str(ALMAZ)}
    times = {"shift_start": typed(at(8)), "shift_end": typed(at(16))}
    return who.post(url, data=form | base | ({"scheduled_at": typed(at(9))} if table == VISITS else times) | columns)


def by_form(who: Visitor, _engine: Engine, table: str, row_id: int, **columns: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    return who.post(url, data=form_with(who.get(url).get_data(as_text=True), "_token") | columns)


def in_place(who: Visitor, engine: Engine, table: str, row_id: int, **columns: str) -> Any:
    ((field, value),) = columns.items()
    sent = {"id": row_id, "field": field, "value": value, "version": version(engine, table, row_id)}
    return who.send(f"/admin/{table}/ajax/update/", sent, form_at="/admin/")


def in_bulk(who: Visitor, engine: Engine, table: str, row_id: int, **columns: str) -> Any:
    ((field, value),) = columns.items()
    sent = {"action": "set", "field": field, "value": value, "confirmed": "1", "rowid": [row_id]}
    return who.send(f"/admin/{table}/action/", sent | {"versions": f"{row_id}:{version(engine, table, row_id)}"},
                    form_at="/admin/")  # fmt: skip


# What each answers once it is saved.
SAVED = {by_form: 302, in_place: 200, in_bulk: 302}
CHANGING = [*SAVED]
SURFACES = [by_new_form, *CHANGING]


def held(engine: Engine, table: str) -> Any:
    return rows(engine, f"SELECT id, staff_id, status, {TIME[table]} AS time FROM {table} ORDER BY id")


def says(answer: Any, sentence: str) -> bool:
    text = answer.get_json()["error"] if answer.is_json else answer.get_data(as_text=True)
    return sentence in text.replace("&#39;", "'")


@pytest.mark.parametrize("table", [VISITS, SHIFTS])
@pytest.mark.parametrize("way", SURFACES)
def test_nobody_who_left_is_booked(coordinator: Visitor, owner_engine: Engine, way: Any, table: str) -> None:
    row_id = None if way is by_new_form else MAKE[table](owner_engine, staff_id=ALMAZ)
    before = held(owner_engine, table)

    answer = way(coordinator, owner_engine, table, row_id, staff_id=str(TERMINATED))

    assert answer.status_code == 422
    assert says(answer, LEFT)
    assert held(owner_engine, table) == before


@pytest.mark.parametrize("table", [VISITS, SHIFTS])
@pytest.mark.parametrize("way", SURFACES)
def test_nobody_is_booked_in_somebody_elses_hour(
    coordinator: Visitor, owner_engine: Engine, way: Any, table: str
) -> None:
    MAKE[table](owner_engine, staff_id=BEKELE, patient_id=DAWIT)
    row_id = None if way is by_new_form else MAKE[table](owner_engine, staff_id=ALMAZ)
    before = held(owner_engine, table)

    answer = way(coordinator, owner_engine, table, row_id, staff_id=str(BEKELE))

    assert answer.status_code == 422
    assert says(answer, TAKEN[table])
    assert held(owner_engine, table) == before


@pytest.mark.parametrize("table", [VISITS, SHIFTS])
@pytest.mark.parametrize("way", SURFACES)
def test_a_time_in_2020_is_asked_and_saved_once_that_is_said(
    coordinator: Visitor, owner_engine: Engine, way: Any, table: str
) -> None:
    row_id = None if way is by_new_form else MAKE[table](owner_engine, staff_id=ALMAZ)
    columns = {TIME[table]: "2020-03-09T08:00"}
    if table == SHIFTS and way not in (in_place, in_bulk):
        columns["shift_end"] = "2020-03-09T16:00"
    elif table == SHIFTS:
        with owner_engine.begin() as connection:
            connection.exec_driver_sql("UPDATE caregiver_assignments SET shift_end = '2020-03-09 16:00'::timestamp, "
                                       "shift_start = '2020-03-09 10:00'::timestamp")  # fmt: skip
    before = held(owner_engine, table)

    answer = way(coordinator, owner_engine, table, row_id, **columns)

    assert answer.status_code == 422
    assert says(answer, PAST[table])
    assert held(owner_engine, table) == before


@pytest.mark.parametrize("way", SURFACES)
@pytest.mark.parametrize("status", ["In Progress", "Completed"])
def test_a_visit_begun_or_ended_days_before_its_time_is_asked(
    coordinator: Visitor, owner_engine: Engine, way: Any, status: str
) -> None:
    row_id = None if way is by_new_form else visit(owner_engine, staff_id=ALMAZ)
    before = held(owner_engine, VISITS)

    answer = way(coordinator, owner_engine, VISITS, row_id, status=status)

    assert answer.status_code == 422
    assert says(answer, f"This visit is planned for {say.when(at(9))}; it would be {status} more than a day before")
    assert held(owner_engine, VISITS) == before


def test_a_check_in_days_before_its_time_is_asked_once_and_saved(coordinator: Visitor, owner_engine: Engine) -> None:
    row_id, url = visit(owner_engine, staff_id=ALMAZ), "/admin/visit_services/edit/"
    answer = by_form(coordinator, owner_engine, VISITS, row_id, check_in_time="2026-03-09T08:00")
    asked = re.findall(r'name="_sure" value="(\w+)"', answer.get_data(as_text=True))
    form = form_with(answer.get_data(as_text=True), "_token")

    assert len(asked) == 1
    assert coordinator.post(f"{url}?id={row_id}", data=form | {"_sure": asked}).status_code == 302
    ended = by_form(coordinator, owner_engine, VISITS, row_id, check_out_time="2026-03-09T09:00")
    assert ended.status_code == 302
    again = by_form(coordinator, owner_engine, VISITS, row_id, check_in_time="2026-03-09T07:00")
    assert again.status_code == 422
    assert says(again, "This visit is planned for")


def test_a_visit_begun_within_a_day_of_its_time_is_not_asked(coordinator: Visitor, owner_engine: Engine) -> None:
    soon = clock.now_utc().replace(second=0, microsecond=0) + timedelta(hours=23)
    row_id = visit(owner_engine, staff_id=ALMAZ, scheduled_at=soon)

    assert in_place(coordinator, owner_engine, VISITS, row_id, status="In Progress").status_code == 200


@pytest.mark.parametrize("end", [8, 7])
@pytest.mark.parametrize("way", SURFACES)
def test_a_shift_ends_after_it_begins(coordinator: Visitor, owner_engine: Engine, way: Any, end: int) -> None:
    row_id = None if way is by_new_form else shift(owner_engine, staff_id=ALMAZ)
    before = held(owner_engine, SHIFTS)

    answer = way(coordinator, owner_engine, SHIFTS, row_id, shift_end=typed(at(end)))

    assert answer.status_code == 422
    assert says(answer, "The shift must end after it begins.")
    assert held(owner_engine, SHIFTS) == before


@pytest.mark.parametrize("way", SURFACES)
def test_a_warning_is_a_question_whose_answer_saves(coordinator: Visitor, owner_engine: Engine, way: Any) -> None:
    visit(owner_engine, staff_id=BEKELE)
    row_id = None if way is by_new_form else visit(owner_engine)

    answer = way(coordinator, owner_engine, VISITS, row_id, staff_id=str(ALMAZ))

    assert answer.status_code == 422
    assert says(answer, "already has a visit on")
    assert not any(row.staff_id == ALMAZ for row in held(owner_engine, VISITS))
    page = answer.get_data(as_text=True)
    if way is in_place:
        sent = {
            "id": row_id,
            "field": "staff_id",
            "value": ALMAZ,
            "version": version(owner_engine, VISITS, row_id or 0),
        }
        sure = coordinator.send("/admin/visit_services/ajax/update/", sent | {"sure": answer.get_json()["sure"]},
                                form_at="/admin/")  # fmt: skip
        assert sure.status_code == 200
    elif way is in_bulk:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        assert coordinator.post("/admin/visit_services/action/", data=hidden).status_code == 302
    else:
        url = "/admin/visit_services/" + (f"edit/?id={row_id}" if row_id else "new/")
        sure = re.findall(r'type="checkbox" name="_sure" value="(\w+)"', page)
        assert coordinator.post(url, data=form_with(page, "_token") | {"_sure": sure}).status_code == 302
    assert any(row.staff_id == ALMAZ for row in held(owner_engine, VISITS))


@pytest.mark.parametrize("way", CHANGING)
def test_what_was_cancelled_comes_back_only_to_a_free_hour(
    coordinator: Visitor, owner_engine: Engine, way: Any
) -> None:
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT)
    row_id = visit(owner_engine, staff_id=BEKELE, status="Cancelled")

    answer = way(coordinator, owner_engine, VISITS, row_id, status="Scheduled")

    assert answer.status_code == 422
    assert says(answer, TAKEN[VISITS])


@pytest.mark.parametrize("way", CHANGING)
def test_what_books_nobody_otherwise_is_not_held(coordinator: Visitor, owner_engine: Engine, way: Any) -> None:
    """An overlap that stands already stops nobody from writing down what happened."""
    soon = clock.now_utc().replace(second=0, microsecond=0) + timedelta(hours=1)
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=soon)
    row_id = visit(owner_engine, staff_id=BEKELE, scheduled_at=soon)

    answer = way(coordinator, owner_engine, VISITS, row_id, status="In Progress")

    assert answer.status_code == SAVED[way]


def test_many_that_do_not_fit_one_person_are_refused_together(coordinator: Visitor, owner_engine: Engine) -> None:
    ids = [visit(owner_engine, patient_id=patient) for patient in (HANA, DAWIT)]
    sent = {"action": "set", "field": "staff_id", "value": ALMAZ, "confirmed": "1", "rowid": ids}
    versions = ",".join(f"{row_id}:{version(owner_engine, VISITS, row_id)}" for row_id in ids)

    answer = coordinator.send(f"/admin/{VISITS}/action/", sent | {"versions": versions}, form_at="/admin/")

    assert answer.status_code == 422
    assert says(answer, "Almaz Kebede already has a visit with")
    assert {row.staff_id for row in held(owner_engine, VISITS)} == {None}


@pytest.mark.parametrize("way", CHANGING)
def test_a_move_on_any_surface_puts_the_patient_on_the_call_list(
    coordinator: Visitor, owner_engine: Engine, way: Any
) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)

    assert way(coordinator, owner_engine, VISITS, row_id, scheduled_at=typed(at(14))).status_code == SAVED[way]

    assert [row.call_reason for row in rows(owner_engine, "SELECT call_reason FROM dashboard.visit_plans")] == ["moved"]


def test_a_change_is_not_taken_back_into_an_hour_that_was_taken_since(
    coordinator: Visitor, owner_engine: Engine
) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)
    token = in_place(coordinator, owner_engine, VISITS, row_id, staff_id=str(BEKELE)).get_json()["undo"]
    visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT)

    answer = coordinator.send(f"/admin/{VISITS}/undo/", {"token": token}, form_at="/admin/")

    assert answer.status_code == 422
    assert held(owner_engine, VISITS)[0].staff_id == BEKELE


def test_the_block_stands_at_the_field_that_was_changed(coordinator: Visitor, owner_engine: Engine) -> None:
    inserted(owner_engine, "dashboard.absences", staff_id=ALMAZ, starts_at=at(12), ends_at=at(18), kind="Sick")
    row_id = visit(owner_engine, staff_id=ALMAZ)

    answer = in_place(coordinator, owner_engine, VISITS, row_id, scheduled_at=typed(at(13)))

    assert (answer.status_code, answer.get_json()["field"]) == (422, "scheduled_at")
    assert says(answer, "Almaz Kebede is absent on")


@pytest.mark.parametrize("columns", [{"scheduled_at": typed(at(14))}, {"status": "Cancelled"}])
@pytest.mark.parametrize("way", CHANGING)
def test_a_visit_of_two_carers_is_not_moved_alone_unasked(
    coordinator: Visitor, owner_engine: Engine, way: Any, columns: dict[str, str]
) -> None:
    row_id, other = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=BEKELE)
    for each in (row_id, other):
        inserted(owner_engine, "dashboard.visit_plans", visit_id=each, pair_id=row_id)
    before = held(owner_engine, VISITS)

    answer = way(coordinator, owner_engine, VISITS, row_id, **columns)

    assert says(answer, "Two carers go to this visit, and the other one's visit stays as it is.")
    assert held(owner_engine, VISITS) == before
    with_it = way(coordinator, owner_engine, VISITS, row_id, staff_id="")
    assert with_it.status_code == SAVED[way]


def test_both_visits_of_two_carers_are_moved_in_bulk(coordinator: Visitor, owner_engine: Engine) -> None:
    both = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=BEKELE)
    for each in both:
        inserted(owner_engine, "dashboard.visit_plans", visit_id=each, pair_id=both[0])
    sent = {"action": "set", "field": "scheduled_at", "value": typed(at(14)), "confirmed": "1", "rowid": [*both]}
    versions = ",".join(f"{each}:{version(owner_engine, VISITS, each)}" for each in both)

    answer = coordinator.send(f"/admin/{VISITS}/action/", sent | {"versions": versions}, form_at="/admin/")

    assert answer.status_code == 302
    assert {row.time for row in held(owner_engine, VISITS)} == {at(14)}
