"""A day or a week copied to another: previewed with every conflict, made as shown, and taken back whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    FAR,
    HANA,
    MONDAY,
    Person,
    at,
    inserted,
    rows,
    shift,
    visit,
)
from sqlalchemy import Engine

from homecare import clock
from homecare.actions.assigning.booking import Booked
from homecare.actions.assigning.planning.copying import Copying, create_copy, draft_copy
from homecare.actions.assigning.planning.drafts import LEFT_OUT, UNASSIGNED
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import undo

FIRST = clock.to_addis(MONDAY).date()
NEXT = FIRST + timedelta(days=7)
COPIES = (
    "SELECT v.id, v.staff_id, v.patient_id, v.scheduled_at, v.status, p.minutes, p.purpose, p.pair_id "
    "FROM visit_services v LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id WHERE v.scheduled_at >= :start "
    "ORDER BY v.scheduled_at, v.id"
)


def copied(person: Person, copying: Copying, blocked: str = LEFT_OUT) -> Booked:
    session, by = person
    key = draft_copy(session, by, copying, blocked).key
    return create_copy(session=session, by=by, copying=copying, blocked=blocked, seen=key, answered=key, label="A copy")


def copies(engine: Engine) -> Any:
    return rows(engine, COPIES, start=at(0, 7))


def test_a_week_is_copied_with_its_people_times_and_plans(person: Person, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=ALMAZ, minutes=45, purpose="Wound care", status="Completed")
    visit(owner_engine, patient_id=DAWIT, scheduled_at=at(10, 4))
    visit(owner_engine, staff_id=BEKELE, scheduled_at=at(10, 6), status="Cancelled")

    copied(person, Copying(FIRST + timedelta(days=2), NEXT + timedelta(days=5), "week"))

    found = [tuple(row)[1:7] for row in copies(owner_engine)]
    assert found == [
        (ALMAZ, HANA, at(9, 7), "Pending", 45, "Wound care"), (None, DAWIT, at(10, 11), "Pending", None, None),
    ]  # fmt: skip


def test_a_day_of_one_person_is_copied_with_the_shift(person: Person, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=ALMAZ)
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT)
    shift(owner_engine, staff_id=ALMAZ, status="Completed")

    done = copied(person, Copying(FIRST, NEXT, staff_id=ALMAZ, shifts=True))

    assert [(row.id, row.staff_id) for row in copies(owner_engine)] == [(done.ids[0], ALMAZ)]
    shifts = rows(owner_engine, "SELECT staff_id, shift_start, shift_end, status FROM caregiver_assignments "
                                "WHERE shift_start >= :start", start=at(0, 7))  # fmt: skip
    assert [tuple(one) for one in shifts] == [(ALMAZ, at(8, 7), at(16, 7), "Assigned")]


@pytest.mark.parametrize(("blocked", "carers"), [(LEFT_OUT, [BEKELE]), (UNASSIGNED, [None, BEKELE])])
def test_what_is_blocked_is_left_out_or_has_no_carer(
    person: Person, owner_engine: Engine, blocked: str, carers: list[int | None]
) -> None:
    session, by = person
    visit(owner_engine, staff_id=ALMAZ)
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=at(11))
    visit(owner_engine, staff_id=ALMAZ, patient_id=FAR, scheduled_at=at(9, 7))
    draft = draft_copy(session, by, Copying(FIRST, NEXT), blocked)

    copied(person, Copying(FIRST, NEXT), blocked)

    assert "Almaz Kebede already has a visit with Fikre Wolde" in draft.lines[0].against[0].sentence
    assert [row.staff_id for row in copies(owner_engine) if row.patient_id != FAR] == carers
    assert len(draft.made) == len(carers)


def test_a_copied_visit_stands_in_its_copied_shift(person: Person, owner_engine: Engine) -> None:
    session, by = person
    visit(owner_engine, staff_id=ALMAZ)
    shift(owner_engine, staff_id=ALMAZ)
    shift(owner_engine, staff_id=ALMAZ, shift_start=at(17, 7), shift_end=at(18, 7))

    alone = draft_copy(session, by, Copying(FIRST, NEXT), LEFT_OUT)
    together = draft_copy(session, by, Copying(FIRST, NEXT, shifts=True), LEFT_OUT)

    assert [one.check for one in alone.warnings] == ["outside_shift"]
    assert [one.check for one in together.warnings if one.check == "outside_shift"] == []


def test_two_carers_of_one_visit_stay_two(person: Person, owner_engine: Engine) -> None:
    one, other = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=BEKELE)
    for row_id in (one, other):
        inserted(owner_engine, "dashboard.visit_plans", visit_id=row_id, pair_id=one)

    copied(person, Copying(FIRST, NEXT))

    found = copies(owner_engine)
    assert [row.staff_id for row in found] == [ALMAZ, BEKELE]
    assert {row.pair_id for row in found} == {found[0].id}


def test_of_two_carers_one_blocked_leaves_out_both(person: Person, owner_engine: Engine) -> None:
    one, other = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=BEKELE)
    for row_id in (one, other):
        inserted(owner_engine, "dashboard.visit_plans", visit_id=row_id, pair_id=one)
    visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT, scheduled_at=at(9, 7))

    draft = draft_copy(*person, Copying(FIRST, NEXT), LEFT_OUT)

    assert [line.made for line in draft.lines] == [None, None]


def test_a_copy_is_taken_back_whole(person: Person, owner_engine: Engine) -> None:
    session, by = person
    visit(owner_engine, staff_id=ALMAZ, minutes=45)
    shift(owner_engine, staff_id=ALMAZ)
    done = copied(person, Copying(FIRST, NEXT, shifts=True))
    assert len(copies(owner_engine)) == 1

    undo(session=session, token=done.change_set, resource="visit_services", by=by)

    assert copies(owner_engine) == []
    assert len(rows(owner_engine, "SELECT id FROM caregiver_assignments")) == 1


@pytest.mark.parametrize(("copying", "field"), [
    (Copying(FIRST, FIRST), "target"), (Copying(FIRST, FIRST + timedelta(days=1), "week"), "target"),
    (Copying(NEXT, FIRST), "source"), (Copying(FIRST, FIRST + timedelta(days=9000)), "target"),
])  # fmt: skip
def test_what_cannot_be_copied_is_said_at_its_field(person: Person, copying: Copying, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        draft_copy(*person, copying, LEFT_OUT)

    assert refused.value.field == field
