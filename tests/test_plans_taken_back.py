"""What is planned is in the trail with what it is planned for, and taken back together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    DAWIT,
    HANA,
    Person,
    at,
    empty,
    inserted,
    rows,
    version,
    visit,
)
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare.access.acting import Acting
from homecare.actions.assigning.booking import NewVisit, VisitChange, change_visits, create_visits
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.many import RowsRefusedError
from homecare.actions.taking_back.undoing import TouchedError, undo
from homecare.models import OURS_TRAILED

ALL = "SELECT to_jsonb(v) - 'updated_at' AS visit, to_jsonb(p) AS plan FROM visit_services v " \
      "LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id ORDER BY v.id"  # fmt: skip


def changed(person: Person, engine: Engine, row_id: int, **values: Any) -> str:
    session, by = person
    one = VisitChange(row_id, version(engine, "visit_services", row_id), values)
    return change_visits(session=session, by=by, changes=[one], answered=(), label="A change").change_set


def taken_back(person: Person, token: str) -> None:
    session, by = person
    undo(session=session, token=token, resource="visit_services", by=by)


@pytest.mark.parametrize("model", OURS_TRAILED, ids=lambda model: model.__tablename__)
def test_each_of_our_tables_that_is_taken_back_is_in_the_trail(
    owner_engine: Engine, coordinator: int, model: Any
) -> None:
    name = model.__tablename__
    made = {
        "absences": {"staff_id": ALMAZ, "starts_at": at(0), "ends_at": at(9), "kind": "Sick"},
        "patient_wishes": {"patient_id": HANA, "kind": "woman"},
        "tariffs": {"role": "Nurse", "amount": 900, "valid_from": "2030-01-07"},
        "visit_series": {"patient_id": HANA, "weekdays": [1], "at": "09:00", "first_day": "2030-01-07",
                         "last_day": "2030-01-14"},
        "working_days": {"staff_id": ALMAZ, "weekday": 1, "starts": "08:00", "ends": "17:00"},
        "working_terms": {"staff_id": ALMAZ, "gender": "woman"},
    }  # fmt: skip
    empty(owner_engine)
    values = made.get(name) or {"visit_id": visit(owner_engine), "minutes": 30}

    row_id = inserted(owner_engine, f"dashboard.{name}", **values)
    with owner_engine.begin() as connection:
        connection.execute(text(f"DELETE FROM dashboard.{name} WHERE id = :id"), {"id": row_id})

    found = rows(owner_engine, "SELECT kind FROM dashboard.changes WHERE resource = :name AND row_id = :id ORDER BY id",
                 name=name, id=row_id)  # fmt: skip
    assert [row.kind for row in found] == ["added", "removed"]


@pytest.mark.parametrize("planned", [{"minutes": 30, "purpose": "Check-up"}, {}], ids=["with a plan", "without"])
def test_length_and_carer_changed_in_one_go_come_back_in_one(
    person: Person, owner_engine: Engine, planned: dict[str, Any]
) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ, **planned)
    before = rows(owner_engine, ALL)

    token = changed(person, owner_engine, row_id, staff_id=BEKELE, minutes=90, scheduled_at=at(10))
    assert rows(owner_engine, ALL) != before
    taken_back(person, token)

    assert rows(owner_engine, ALL) == before


def test_only_the_length_comes_back_too(person: Person, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ, minutes=30)

    taken_back(person, changed(person, owner_engine, row_id, minutes=90))

    assert rows(owner_engine, ALL)[0].plan["minutes"] == 30


def test_visits_of_two_carers_go_again_with_their_plans(person: Person, owner_engine: Engine) -> None:
    session, by = person
    made = NewVisit(HANA, ALMAZ, at(9), pair=True)
    token = create_visits(session=session, by=by, visits=[made], answered=(), label="New").change_set

    taken_back(person, token)

    assert rows(owner_engine, ALL) == []
    assert rows(owner_engine, "SELECT id FROM dashboard.visit_plans") == []


def test_two_who_changed_places_change_back(person: Person, owner_engine: Engine) -> None:
    one, other = visit(owner_engine, staff_id=ALMAZ), visit(owner_engine, staff_id=BEKELE, patient_id=DAWIT)
    before = rows(owner_engine, ALL)
    session, by = person
    swap = [
        VisitChange(row_id, version(owner_engine, "visit_services", row_id), {"staff_id": staff_id})
        for row_id, staff_id in ((one, BEKELE), (other, ALMAZ))
    ]

    token = change_visits(session=session, by=by, changes=swap, answered=(), label="Swap").change_set
    taken_back(person, token)

    assert rows(owner_engine, ALL) == before


def test_it_does_not_come_back_into_an_hour_that_was_taken(person: Person, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ, minutes=30)
    token = changed(person, owner_engine, row_id, staff_id=BEKELE, minutes=90)
    visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT)
    before = rows(owner_engine, ALL)

    with pytest.raises(RowsRefusedError) as refused:
        taken_back(person, token)

    assert "Almaz Kebede already has a visit with Dawit Worku" in refused.value.refused[row_id].message
    assert rows(owner_engine, ALL) == before


def test_a_plan_that_somebody_changed_since_is_named(person: Person, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ, minutes=30)
    token = changed(person, owner_engine, row_id, minutes=90)
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.visit_plans SET minutes = 60"))

    with pytest.raises(TouchedError) as touched:
        taken_back(person, token)

    assert [one.resource for one in touched.value.touched] == ["visit_plans"]


def test_who_plans_no_longer_takes_no_plan_back(person: Person, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, staff_id=ALMAZ, minutes=30)
    token = changed(person, owner_engine, row_id, minutes=90)
    session, by = person
    less = Acting(by.person, by.policy.roles["nurse"], by.policy)

    with pytest.raises(NotAllowedError):
        undo(session=session, token=token, resource="visit_services", by=less)

    assert rows(owner_engine, ALL)[0].plan["minutes"] == 90


def test_a_deleted_visit_comes_back_with_its_plan(
    as_role: Callable[..., Visitor], coordinator: int, owner_engine: Engine
) -> None:
    empty(owner_engine)
    admin = as_role("Admin")
    row_id = visit(owner_engine, staff_id=ALMAZ, minutes=30)
    before = rows(owner_engine, ALL)
    sent = {"action": "delete", "confirmed": "1", "rowid": [row_id]}
    sent["versions"] = f"{row_id}:{version(owner_engine, 'visit_services', row_id)}"
    assert admin.send("/admin/visit_services/action/", sent, form_at="/admin/").status_code == 302
    assert rows(owner_engine, ALL) == []
    change = rows(owner_engine, "SELECT max(id) FROM dashboard.changes WHERE resource = 'visit_services'")[0][0]

    answer = admin.send("/admin/visit_services/deleted/restore/", {"change": change}, form_at="/admin/")

    assert answer.status_code == 302
    assert rows(owner_engine, ALL) == before


def test_the_audit_page_lists_a_plan_and_does_not_open_it(
    as_role: Callable[..., Visitor], person: Person, owner_engine: Engine
) -> None:
    changed(person, owner_engine, visit(owner_engine, staff_id=ALMAZ), minutes=95, purpose="Wound care")

    page = as_role("Auditor").get("/admin/audit/").get_data(as_text=True)

    assert "visit_plans #" in page
    assert "Wound care" not in page
