"""Assigning, moving, ending and making visits and shifts: all or none, in one change set, and held against others."""

from __future__ import annotations

from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    HANA,
    TERMINATED,
    Person,
    acting_for,
    at,
    empty,
    inserted,
    rows,
    shift,
    version,
    visit,
)  # fmt: skip
from flask import Flask
from sqlalchemy import Engine

from homecare import clock
from homecare.actions.assigning.booking import (
    Booked,
    ConflictsError,
    NewShift,
    NewVisit,
    ShiftChange,
    VisitChange,
    change_shifts,
    change_visits,
    create_shift,
    create_visits,
)  # fmt: skip
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.rows import RowsChangedError
from homecare.actions.rules import RuleError
from homecare.config import Config


class Desk:
    """A coordinator at work; every call is an action of its own."""

    def __init__(self, person: Person, engine: Engine) -> None:
        self.session, self.by = person
        self.engine = engine

    def change(self, row_id: int, *, answered: Any = (), together: bool = True, **values: Any) -> Booked:
        change = VisitChange(row_id, version(self.engine, "visit_services", row_id), values)
        return change_visits(
            session=self.session, by=self.by, changes=[change], answered=answered, label="A change", together=together
        )

    def make(self, *visits: NewVisit, answered: Any = ()) -> Booked:
        return create_visits(session=self.session, by=self.by, visits=visits, answered=answered, label="New")

    def change_shift(self, row_id: int, *, answered: Any = (), **values: Any) -> Booked:
        change = ShiftChange(row_id, version(self.engine, "caregiver_assignments", row_id), values)
        return change_shifts(session=self.session, by=self.by, changes=[change], answered=answered, label="A change")

    def visit(self, row_id: int) -> Any:
        return rows(
            self.engine,
            "SELECT v.*, p.purpose, p.minutes, p.pair_id, p.ending_reason, p.call_reason, p.told_at "
            "FROM visit_services v LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id WHERE v.id = :id",
            id=row_id,
        )[0]


@pytest.fixture
def desk(person: Person, owner_engine: Engine) -> Desk:
    return Desk(person, owner_engine)


def test_an_assignment_moves_with_its_length_in_one_change_set(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine)

    done = desk.change(row_id, staff_id=ALMAZ, scheduled_at=at(10), minutes=90, purpose="Wound care")

    found = desk.visit(row_id)
    assert (found.staff_id, found.scheduled_at, found.minutes, found.purpose) == (ALMAZ, at(10), 90, "Wound care")
    sets = rows(
        owner_engine, "SELECT kind, label, resource FROM dashboard.change_sets WHERE id = :id", id=done.change_set
    )
    assert [tuple(one) for one in sets] == [("assign", "A change", "visit_services")]


def test_somebody_elses_hour_is_refused_and_nothing_is_written(desk: Desk, owner_engine: Engine) -> None:
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ)
    row_id = visit(owner_engine)

    with pytest.raises(ConflictsError) as refused:
        desk.change(row_id, staff_id=ALMAZ, minutes=30)

    assert [one.check for one in refused.value.conflicts] == ["overlap"]
    assert (desk.visit(row_id).staff_id, desk.visit(row_id).minutes) == (None, None)


def test_a_block_is_not_answered_and_a_warning_is(desk: Desk, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=BEKELE)
    row_id = visit(owner_engine)

    with pytest.raises(ConflictsError) as asked:
        desk.change(row_id, staff_id=ALMAZ)
    (warning,) = asked.value.conflicts
    assert (warning.check, warning.level) == ("patient_twice", "warn")
    desk.change(row_id, staff_id=ALMAZ, answered=[warning.key])
    with pytest.raises(ConflictsError) as refused:
        desk.change(row_id, staff_id=TERMINATED, answered=["inactive:504", warning.key])

    assert [one.key for one in refused.value.conflicts] == [f"inactive:{TERMINATED}"]
    assert desk.visit(row_id).staff_id == ALMAZ


def test_a_time_in_the_past_is_asked_not_refused(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine)

    with pytest.raises(ConflictsError) as asked:
        desk.change(row_id, scheduled_at=at(9, day=-2000))
    (question,) = asked.value.conflicts
    desk.change(row_id, scheduled_at=at(9, day=-2000), answered=[question.key])

    assert (question.level, question.key) == ("warn", f"scheduled_at:{row_id}")
    assert "in the past" in question.sentence
    assert desk.visit(row_id).scheduled_at == at(9, day=-2000)


def test_a_longer_visit_is_held_against_the_next(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)
    visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT, scheduled_at=at(10))

    with pytest.raises(ConflictsError) as refused:
        desk.change(row_id, minutes=75)

    assert [one.check for one in refused.value.conflicts] == ["overlap"]
    desk.change(row_id, purpose="Check-up")


def test_a_row_changed_meanwhile_is_refused(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine)

    with pytest.raises(RowsChangedError) as refused:
        change_visits(session=desk.session, by=desk.by, answered=(), label="",
                      changes=[VisitChange(row_id, "1", {"staff_id": ALMAZ})])  # fmt: skip

    assert refused.value.ids == [row_id]


@pytest.mark.parametrize("status", ["Cancelled", "Missed"])
def test_an_ended_visit_has_a_reason_of_the_list(desk: Desk, owner_engine: Engine, status: str) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)

    for reason in ({}, {"ending_reason": "No idea"}, {"ending_reason": ""}):
        with pytest.raises(RuleError) as refused:
            desk.change(row_id, status=status, **reason)
        assert refused.value.field == "ending_reason"
    desk.change(row_id, status=status, ending_reason="In hospital")
    assert desk.visit(row_id).ending_reason == "In hospital"

    desk.change(row_id, status="Scheduled")
    assert desk.visit(row_id).ending_reason == ""


@pytest.mark.parametrize(("values", "field"), [
    ({"purpose": "Gardening"}, "purpose"), ({"minutes": 4}, "minutes"), ({"minutes": 1441}, "minutes"),
    ({"minutes": "60"}, "minutes"), ({"status": "Completed"}, "staff_id"),
])  # fmt: skip
def test_bad_values_are_refused_at_their_field(
    desk: Desk, owner_engine: Engine, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        desk.change(visit(owner_engine), **values)

    assert refused.value.field == field


def test_a_purpose_brings_its_minutes(desk: Desk, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dashboard.listed_words SET minutes = 35 WHERE word = 'Medication'")
    row_id = visit(owner_engine)

    desk.change(row_id, purpose="Medication")

    assert desk.visit(row_id).minutes == 35


@pytest.mark.parametrize(("values", "reason"), [
    ({"scheduled_at": at(11)}, "moved"), ({"staff_id": None}, "no carer"), ({"staff_id": BEKELE}, None),
    ({"status": "Cancelled", "ending_reason": "Other"}, "cancelled"), ({"purpose": "Check-up"}, ""),
])  # fmt: skip
def test_a_patient_is_called_about_what_they_knew(
    desk: Desk, owner_engine: Engine, values: dict[str, Any], reason: str | None
) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)

    desk.change(row_id, **values)

    assert desk.visit(row_id).call_reason == reason


def test_a_new_move_has_to_be_told_anew(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)
    inserted(owner_engine, "dashboard.visit_plans", visit_id=row_id, call_reason="moved", told_at=clock.now_utc())

    desk.change(row_id, scheduled_at=at(11))

    assert (desk.visit(row_id).call_reason, desk.visit(row_id).told_at) == ("moved", None)


def test_nobody_is_called_about_a_request_that_was_never_promised(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, status="Pending")

    desk.change(row_id, scheduled_at=at(11))

    assert desk.visit(row_id).call_reason is None


def test_a_lost_carer_found_again_in_time_needs_no_call(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)

    desk.change(row_id, staff_id=None)
    assert desk.visit(row_id).call_reason == "no carer"
    desk.change(row_id, staff_id=BEKELE)
    assert desk.visit(row_id).call_reason == ""


def test_a_visit_put_back_to_its_time_needs_no_call(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)
    known = desk.visit(row_id).scheduled_at

    desk.change(row_id, scheduled_at=at(11))
    desk.change(row_id, scheduled_at=at(12))
    assert desk.visit(row_id).call_reason == "moved"
    desk.change(row_id, scheduled_at=known)
    assert desk.visit(row_id).call_reason == ""
    desk.change(row_id, scheduled_at=at(11))
    assert desk.visit(row_id).call_reason == "moved"


def test_a_moved_visit_that_has_its_carer_again_needs_its_call_still(desk: Desk, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ)

    desk.change(row_id, scheduled_at=at(11))
    desk.change(row_id, staff_id=None)
    desk.change(row_id, staff_id=BEKELE)

    assert desk.visit(row_id).call_reason == "moved"


def pair(desk: Desk) -> list[int]:
    """Almaz and one still to be found."""
    return desk.make(NewVisit(HANA, ALMAZ, at(9), pair=True)).ids


def test_a_visit_of_two_carers_is_two_rows_tied(desk: Desk) -> None:
    first, second = pair(desk)

    assert {desk.visit(one).pair_id for one in (first, second)} == {first}
    assert [desk.visit(one).staff_id for one in (first, second)] == [ALMAZ, None]
    with pytest.raises(ConflictsError) as refused:
        desk.change(second, staff_id=ALMAZ)
    assert [one.check for one in refused.value.conflicts] == ["overlap"]
    desk.change(second, staff_id=BEKELE)


def test_two_carers_move_and_are_cancelled_together_unless_asked(desk: Desk) -> None:
    first, second = pair(desk)

    assert sorted(desk.change(first, scheduled_at=at(10), minutes=45).ids) == [first, second]
    assert {(desk.visit(one).scheduled_at, desk.visit(one).minutes) for one in (first, second)} == {(at(10), 45)}
    desk.change(second, status="Cancelled", ending_reason="In hospital")
    assert {desk.visit(one).status for one in (first, second)} == {"Cancelled"}
    desk.change(second, status="Scheduled")
    assert {desk.visit(one).status for one in (first, second)} == {"Scheduled"}
    desk.change(first, scheduled_at=at(14), together=False, answered=[f"patient_twice:{second}"])
    assert [desk.visit(one).scheduled_at for one in (first, second)] == [at(14), at(10)]


def test_a_check_in_of_one_carer_is_not_that_of_the_other(desk: Desk) -> None:
    first, second = pair(desk)

    desk.change(first, status="In Progress", answered=[f"status:{first}"])

    assert desk.visit(second).status == "Pending"


def test_visits_are_made_with_their_plans(desk: Desk) -> None:
    one, other = desk.make(
        NewVisit(HANA, ALMAZ, at(9), minutes=30, purpose="Check-up"), NewVisit(DAWIT, None, at(9))
    ).ids

    assert (desk.visit(one).minutes, desk.visit(one).purpose, desk.visit(one).status) == (30, "Check-up", "Pending")
    assert desk.visit(other).purpose is None


def test_of_visits_made_together_none_is_made_if_one_is_blocked(desk: Desk, owner_engine: Engine) -> None:
    with pytest.raises(ConflictsError) as refused:
        desk.make(NewVisit(HANA, ALMAZ, at(9)), NewVisit(DAWIT, ALMAZ, at(9.5)))

    assert [one.booking for one in refused.value.conflicts] == [1]
    assert rows(owner_engine, "SELECT id FROM visit_services") == []


def test_a_new_visit_in_the_past_is_asked_by_its_place(desk: Desk) -> None:
    made = (NewVisit(HANA, ALMAZ, at(9)), NewVisit(DAWIT, ALMAZ, at(9, day=-900)))
    with pytest.raises(ConflictsError) as asked:
        desk.make(*made)

    assert [one.key for one in asked.value.conflicts] == ["scheduled_at:new-1"]
    desk.make(*made, answered=["scheduled_at:new-1"])


def test_a_shift_is_made_moved_and_refused_where_another_stands(desk: Desk, owner_engine: Engine) -> None:
    other = shift(owner_engine, patient_id=DAWIT, staff_id=BEKELE)
    (row_id,) = create_shift(session=desk.session, by=desk.by, answered=(), label="New",
                             shift=NewShift(HANA, ALMAZ, at(8), at(16))).ids  # fmt: skip

    with pytest.raises(ConflictsError) as refused:
        desk.change_shift(row_id, staff_id=BEKELE)

    (conflict,) = refused.value.conflicts
    assert conflict.key == f"overlap:{other}"
    assert "Bekele Alemu already has a shift with Dawit Worku" in conflict.sentence
    desk.change_shift(row_id, staff_id=BEKELE, shift_start=at(16), shift_end=at(20), answered=[f"day_hours:{BEKELE}"])
    found = rows(owner_engine, "SELECT staff_id, shift_start FROM caregiver_assignments WHERE id = :id", id=row_id)
    assert [tuple(one) for one in found] == [(BEKELE, at(16))]


def test_a_shift_in_the_past_is_asked(desk: Desk) -> None:
    past = NewShift(HANA, ALMAZ, at(8, day=-2000), at(16, day=-2000))
    with pytest.raises(ConflictsError) as asked:
        create_shift(session=desk.session, by=desk.by, answered=(), label="New", shift=past)

    assert [one.key for one in asked.value.conflicts] == ["shift_start:new-0"]


@pytest.mark.parametrize(("role", "values"), [
    ("Nurse", {"staff_id": ALMAZ}), ("Nurse", {"minutes": 30}), ("Finance", {"scheduled_at": at(11)}),
    ("Marketing", {"status": "Cancelled", "ending_reason": "Other"}), ("Auditor", {"purpose": "Check-up"}),
])  # fmt: skip
def test_other_roles_do_not_plan(
    app: Flask, config: Config, owner_engine: Engine, coordinator: int, new_person: Any, role: str,
    values: dict[str, Any],
) -> None:  # fmt: skip
    empty(owner_engine)
    row_id = visit(owner_engine)
    with acting_for(app, config, new_person(role)[0]) as person, pytest.raises(NotAllowedError):
        Desk(person, owner_engine).change(row_id, **values)
