"""Many who book one person at one time: one succeeds, and the others are told whose booking stands there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from bookings_made import ALMAZ, DAWIT, HANA, acting_for, at, empty, rows, version, visit
from conftest import PASSWORD, Visitor
from flask import Flask
from forms import form_with
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.assigning.booking import (
    ConflictsError,
    NewShift,
    NewVisit,
    VisitChange,
    change_visits,
    create_shift,
    create_visits,
)
from homecare.config import Config

AT_ONCE = 20
# `bench/bookings.py` plays a hundred.
ROUNDS = 3
Action = Callable[[Session, Acting, int], Any]


def together(deed: Callable[[int], Any]) -> list[Any]:
    """What each of twenty gets who begin at one moment: its answer, or the error raised."""
    ready = threading.Barrier(AT_ONCE)

    def run(number: int) -> Any:
        ready.wait()
        try:
            return deed(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [*pool.map(run, range(AT_ONCE))]


def new_visit(session: Session, by: Acting, number: int) -> Any:
    made = NewVisit((HANA, DAWIT)[number % 2], ALMAZ, at(9))
    return create_visits(session=session, by=by, visits=[made], answered=(), label="New")


def new_shift(session: Session, by: Acting, number: int) -> Any:
    made = NewShift(HANA, ALMAZ, at(8), at(16))
    return create_shift(session=session, by=by, shift=made, answered=(), label="New")


@pytest.mark.parametrize(("action", "table"), [(new_visit, "visit_services"), (new_shift, "caregiver_assignments")])
def test_of_twenty_that_book_one_hour_one_succeeds(
    app: Flask, config: Config, coordinator: int, owner_engine: Engine, action: Action, table: str
) -> None:
    def deed(number: int) -> Any:
        with acting_for(app, config, coordinator) as person:
            return action(*person, number)

    for _ in range(ROUNDS):
        empty(owner_engine)
        found = together(deed)

        refused = [one for one in found if isinstance(one, ConflictsError)]
        assert len(refused) == AT_ONCE - 1, [one for one in found if not isinstance(one, ConflictsError)]
        assert all("Almaz Kebede already has a" in str(one) for one in refused)
        assert len(rows(owner_engine, f"SELECT id FROM {table} WHERE staff_id = :who", who=ALMAZ)) == 1


def test_of_twenty_visits_given_to_one_person_one_is_theirs(
    app: Flask, config: Config, coordinator: int, owner_engine: Engine
) -> None:
    empty(owner_engine)
    ids = [visit(owner_engine, patient_id=(HANA, DAWIT)[number % 2]) for number in range(AT_ONCE)]
    at_version = {row_id: version(owner_engine, "visit_services", row_id) for row_id in ids}
    twice = [f"patient_twice:{row_id}" for row_id in ids]

    def deed(number: int) -> Any:
        change = VisitChange(ids[number], at_version[ids[number]], {"staff_id": ALMAZ})
        with acting_for(app, config, coordinator) as (session, by):
            return change_visits(session=session, by=by, changes=[change], answered=twice, label="")

    found = together(deed)

    assert sum(isinstance(one, ConflictsError) for one in found) == AT_ONCE - 1, found
    assert len(rows(owner_engine, "SELECT id FROM visit_services WHERE staff_id = :who", who=ALMAZ)) == 1


def test_those_who_book_several_people_in_any_order_do_not_stand_in_each_others_way(
    app: Flask, config: Config, coordinator: int, owner_engine: Engine
) -> None:
    empty(owner_engine)
    people = [row.id for row in rows(owner_engine, "SELECT id FROM staff WHERE id IN (501, 502, 503) ORDER BY id")]

    def deed(number: int) -> Any:
        order = people if number % 2 else people[::-1]
        made = [NewVisit(HANA, who, at(2 + number * 4, day=index)) for index, who in enumerate(order)]
        with acting_for(app, config, coordinator) as (session, by):
            asked = [f"week_hours:{who}" for who in people] + [f"day_hours:{who}" for who in people]
            return create_visits(session=session, by=by, visits=made, answered=asked, label="")

    found = together(deed)

    unexpected = [one for one in found if isinstance(one, Exception) and not isinstance(one, ConflictsError)]
    assert unexpected == []
    assert any(not isinstance(one, Exception) for one in found)


def test_of_twenty_forms_saved_at_once_one_is_stored_and_none_fails(
    app: Flask, owner_engine: Engine, coordinator: int, new_person: Callable[..., tuple[int, str]]
) -> None:
    empty(owner_engine)
    email = new_person("Coordinator")[1]
    url = "/admin/visit_services/new/"

    def opened(_number: int) -> tuple[Visitor, dict[str, str]]:
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in(email, PASSWORD)
        return visitor, form_with(visitor.get(url).get_data(as_text=True), "_token")

    forms = [opened(number) for number in range(AT_ONCE)]
    typed = {"patient_id": str(HANA), "staff_id": str(ALMAZ), "scheduled_at": f"{at(12):%Y-%m-%dT%H:%M}"}

    def deed(number: int) -> tuple[int, str]:
        visitor, form = forms[number]
        answer = visitor.post(url, data=form | typed)
        return answer.status_code, answer.get_data(as_text=True)

    answers = together(deed)

    assert sorted(status for status, _ in answers) == [302, *[422] * (AT_ONCE - 1)]
    assert all("Almaz Kebede already has a visit with" in page for status, page in answers if status == 422)
    assert len(rows(owner_engine, "SELECT id FROM visit_services")) == 1
