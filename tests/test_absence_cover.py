"""Somebody is absent: all they had is given away in one change set that is checked again, and taken back as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    HANA,
    HIWOT,
    TERMINATED,
    Person,
    acting_for,
    at,
    inserted,
    rows,
    shift,
    version,
    visit,
)
from flask import Flask
from sqlalchemy import Engine

from homecare.actions.assigning.absence_cover import Away, Cover, cover_absence
from homecare.actions.assigning.refusing import ConflictsError
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.assigning.telling import tell
from homecare.actions.rows import RowsChangedError
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import undo
from homecare.config import Config
from homecare.queries.assigned.affected import affected
from homecare.queries.assigned.to_call import calls
from homecare.queries.assigned.who_instead import with_choices

SICK = Away(ALMAZ, at(0), at(24), "Sick")


@pytest.fixture
def person(person: Person, owner_engine: Engine) -> Person:
    for table in ("admin_task_tracking", "marketing_tasks"):
        with owner_engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return person


def cover(engine: Engine, table: str, row_id: int, staff_id: int | None) -> Cover:
    return Cover(table, row_id, version(engine, table, row_id), staff_id)


def carried(person: Person, *covers: Cover, answered: Any = ()) -> str:
    session, by = person
    return cover_absence(session=session, by=by, away=SICK, covers=covers, answered=answered, label="Sick")


def carer(engine: Engine, table: str, row_id: int) -> Any:
    return rows(engine, f"SELECT staff_id FROM {table} WHERE id = :id", id=row_id)[0][0]


def test_everything_is_given_away_and_taken_back_as_one(person: Person, owner_engine: Engine) -> None:
    seen, lost = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=ALMAZ, scheduled_at=at(13))
    given, ended = (
        shift(owner_engine, staff_id=ALMAZ, patient_id=DAWIT, shift_start=at(hour), shift_end=at(hour + 2))
        for hour in (15, 18)
    )
    task = inserted(owner_engine, "admin_task_tracking", staff_id=ALMAZ, visit_service_id=seen)
    made = carried(
        person,
        cover(owner_engine, "visit_services", seen, BEKELE),
        cover(owner_engine, "visit_services", lost, None),
        cover(owner_engine, "caregiver_assignments", given, BEKELE),
        cover(owner_engine, "caregiver_assignments", ended, None),
        cover(owner_engine, "admin_task_tracking", task, HIWOT),
        answered={"outside_shift:" + str(given), "travel:" + str(given)},
    )

    assert [carer(owner_engine, "visit_services", one) for one in (seen, lost)] == [BEKELE, None]
    shifts = "SELECT staff_id, status FROM caregiver_assignments ORDER BY shift_start"
    assert [tuple(row) for row in rows(owner_engine, shifts)] == [(BEKELE, "Assigned"), (ALMAZ, "Cancelled")]
    assert carer(owner_engine, "admin_task_tracking", task) == HIWOT
    assert rows(owner_engine, "SELECT count(*) FROM dashboard.absences")[0][0] == 1

    undo(session=person[0], token=made, resource="visit_services", by=person[1])
    assert [carer(owner_engine, "visit_services", one) for one in (seen, lost)] == [ALMAZ, ALMAZ]
    assert [tuple(row) for row in rows(owner_engine, shifts)] == [(ALMAZ, "Assigned"), (ALMAZ, "Assigned")]
    assert carer(owner_engine, "admin_task_tracking", task) == ALMAZ
    assert rows(owner_engine, "SELECT count(*) FROM dashboard.absences")[0][0] == 0


def test_a_conflict_leaves_everything_as_it_was(person: Person, owner_engine: Engine) -> None:
    first, second = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=ALMAZ, scheduled_at=at(13))
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=at(13.5))
    with pytest.raises(ConflictsError) as refused:
        carried(person, *(cover(owner_engine, "visit_services", one, BEKELE) for one in (first, second)))

    assert [one.check for one in refused.value.conflicts] == ["overlap"]
    assert carer(owner_engine, "visit_services", first) == ALMAZ
    assert rows(owner_engine, "SELECT count(*) FROM dashboard.absences")[0][0] == 0


def test_what_was_planned_meanwhile_is_not_passed_over(person: Person, owner_engine: Engine) -> None:
    known = visit(owner_engine, staff_id=ALMAZ)
    sent = cover(owner_engine, "visit_services", known, BEKELE)
    visit(owner_engine, staff_id=ALMAZ, scheduled_at=at(16))

    with pytest.raises(RowsChangedError):
        carried(person, sent)
    assert carer(owner_engine, "visit_services", known) == ALMAZ


def test_nobody_is_proposed_twice_for_one_time(person: Person, owner_engine: Engine) -> None:
    for patient_id in (HANA, DAWIT):
        visit(owner_engine, staff_id=ALMAZ, patient_id=patient_id)
    visit(owner_engine, staff_id=ALMAZ, status="Completed", scheduled_at=at(5))
    found = with_choices(*person, affected(*person, ALMAZ, SICK.starts_at, SICK.ends_at), ALMAZ)

    assert [one.patient for one in found] == ["ሐና Girma", "Dawit Worku"]
    assert None not in {one.chosen for one in found}
    assert len({one.chosen for one in found}) == 2
    assert ALMAZ not in {choice.staff_id for one in found for choice in one.choices}


@pytest.mark.parametrize("to", [ALMAZ, TERMINATED])
@pytest.mark.parametrize("table", ["visit_services", "caregiver_assignments", "admin_task_tracking"])
def test_nothing_goes_to_who_is_absent_or_not_active(person: Person, owner_engine: Engine, table: str, to: int) -> None:
    make = {
        "visit_services": lambda: visit(owner_engine, staff_id=ALMAZ),
        "caregiver_assignments": lambda: shift(owner_engine, staff_id=ALMAZ),
        "admin_task_tracking": lambda: inserted(owner_engine, table, staff_id=ALMAZ, assigned_date=at(9)),
    }
    row_id = make[table]()
    with pytest.raises(RuleError) as refused:
        carried(person, cover(owner_engine, table, row_id, to))

    assert refused.value.field == f"{table}-{row_id}"
    assert rows(owner_engine, "SELECT count(*) FROM dashboard.absences")[0][0] == 0


def test_who_plans_nobodys_work_records_no_absence(
    app: Flask, config: Config, person: Person, new_person: Callable[..., tuple[int, str]]
) -> None:
    with acting_for(app, config, new_person("Nurse")[0]) as nurse, pytest.raises(NotAllowedError):
        carried(nurse)


def test_a_patient_is_called_once(person: Person, owner_engine: Engine) -> None:
    lost = visit(owner_engine, staff_id=ALMAZ)
    carried(person, cover(owner_engine, "visit_services", lost, None))
    (call,) = calls(*person)
    assert (call.visit_id, call.patient, call.reason) == (lost, "ሐና Girma", "no carer")

    token = tell(session=person[0], by=person[1], versions={call.plan_id: call.version})
    assert calls(*person) == []
    with pytest.raises(RowsChangedError):
        tell(session=person[0], by=person[1], versions={call.plan_id: call.version})

    undo(session=person[0], token=token, resource="visit_services", by=person[1])
    assert [one.visit_id for one in calls(*person)] == [lost]


@pytest.mark.parametrize("plan", [{"call_reason": ""}, {"call_reason": "moved", "told_at": at(1)}])
def test_nobody_is_told_what_needs_no_call(person: Person, owner_engine: Engine, plan: dict[str, Any]) -> None:
    due, other = visit(owner_engine), visit(owner_engine, scheduled_at=at(12))
    plans = [
        inserted(owner_engine, "dashboard.visit_plans", visit_id=due, call_reason="moved"),
        inserted(owner_engine, "dashboard.visit_plans", visit_id=other, **plan),
    ]
    before = rows(owner_engine, "SELECT id, told_at, told_by FROM dashboard.visit_plans ORDER BY id")
    with pytest.raises(RowsChangedError) as refused:
        tell(
            session=person[0],
            by=person[1],
            versions={each: version(owner_engine, "dashboard.visit_plans", each) for each in plans},
        )

    assert refused.value.ids == plans[1:]
    assert rows(owner_engine, "SELECT id, told_at, told_by FROM dashboard.visit_plans ORDER BY id") == before
