"""What the roster tells to whom: nobody else's hours, rows or places, and a sentence whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from clusters import Database
from doors import Company
from roster_day import RosterDay, roster_day
from sqlalchemy import Engine

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def made(owner_engine: Engine, company: Company) -> RosterDay:
    for role in ("Coordinator", "Doctor", "Nurse", "Caregiver"):
        company.as_(role)
    day = roster_day(owner_engine)
    company.run("UPDATE staff SET status = 'Active' WHERE email LIKE '%@homecare.example'")
    return day


@pytest.fixture
def day(made: RosterDay) -> Iterator[RosterDay]:
    made.clear()
    yield made
    made.clear()


def sent(company: Company, path: str, **fields: Any) -> Any:
    walker = company.as_("Coordinator")
    return walker.visitor.post(f"/admin/assign/{path}", data=fields, headers=JSON | {"X-CSRFToken": walker.csrf})


@pytest.mark.parametrize("role", ["Caregiver", "Nurse", "Doctor"])
def test_who_has_their_own_day_is_told_their_own_hours(company: Company, day: RosterDay, role: str) -> None:
    walker, other = company.as_(role), day.nurses["Ababa"]
    for staff_id in (walker.staff_id, other):
        company.run("DELETE FROM dashboard.working_days WHERE staff_id = :id", id=staff_id)
        company.run("INSERT INTO dashboard.working_days (staff_id, weekday, starts, ends)"
                    " SELECT :id, n, '08:00', '17:00' FROM generate_series(1, 7) AS n", id=staff_id)  # fmt: skip

    own = walker.get(f"/admin/assign/refresh.json?day={day.day}").json["hours"]
    everybodys = company.as_("Coordinator").get(f"/admin/assign/refresh.json?day={day.day}").json["hours"]

    assert own == {str(walker.staff_id): [480, 1020]}
    assert {str(other), str(walker.staff_id)} <= {*everybodys}


@pytest.mark.parametrize("more", [{}, {"check": 1}], ids=["sent", "checked"])
@pytest.mark.parametrize("value", ["\x00", "x\x00"])
def test_what_cannot_be_stored_is_named_at_its_field(
    company: Company, day: RosterDay, value: str, more: dict[str, Any]
) -> None:
    visit = {"visit_id": day.visit(0, 9), "version": "1"}
    new = {"patient_id": day.patients[1].id, "scheduled_at": f"{day.day}T06:00:00Z"}
    shift = company.scalar("SELECT min(id) FROM caregiver_assignments")

    answers = {
        (path, name): sent(company, path, **fields, **more, **{name: value})
        for path, name, fields in (
            ("visits/", "purpose", visit), ("visits/", "ending_reason", visit), ("visits/new/", "purpose", new),
            ("shifts/", "status", {"shift_id": shift, "version": "1"}),
        )
    }  # fmt: skip

    assert {key: (one.status_code, one.json["field"]) for key, one in answers.items()} == {
        key: (422, key[1]) for key in answers
    }
    assert all("cannot be stored" in one.json["error"] for one in answers.values())


NEAR_THE_ENDS = (
    "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "0001-01-02T09:00:00Z", "0001-01-03T09:00:00Z",
    "0001-01-09T00:00:00Z", "9999-12-22T12:00:00Z", "9999-12-29T00:00:00Z", "9999-12-30T23:59:00Z",
    "9999-12-31T23:59:00Z",
)  # fmt: skip


@pytest.mark.parametrize("moment", NEAR_THE_ENDS)
def test_a_moment_near_the_ends_of_the_calendar_is_refused_in_a_sentence(
    company: Company, day: RosterDay, moment: str
) -> None:
    visit, nurse, patient = day.visit(0, 9), day.nurses["Ababa"], day.patients[1].id
    shift = company.scalar("SELECT min(id) FROM caregiver_assignments")
    sendings: tuple[tuple[str, dict[str, Any]], ...] = (
        ("visits/", {"visit_id": visit, "version": "1", "staff_id": nurse, "scheduled_at": moment}),
        ("visits/new/", {"patient_id": patient, "staff_id": nurse, "scheduled_at": moment}),
        ("shifts/", {"shift_id": shift, "version": "1", "shift_start": moment}),
        ("shifts/", {"shift_id": shift, "version": "1", "shift_end": moment}),
        ("shifts/new/", {"patient_id": patient, "staff_id": nurse, "shift_start": moment, "shift_end": moment}),
    )
    for path, fields in sendings:
        for more in ({}, {"check": 1}):
            answer = sent(company, path, **fields, **more)
            assert (answer.status_code, answer.json["error"][-4:-2]) == (422, "0Z"), (path, answer.json)

    asked = {"patient_id": patient, "start": moment, "minutes": 60}
    assert company.as_("Coordinator").get("/admin/assign/suggestions.json", **asked).status_code == 400


@pytest.mark.parametrize("moment", ["0001-01-02 00:00", "0001-01-03 09:00", "9999-12-30 23:59", "infinity"])
def test_a_visit_stored_near_the_ends_of_the_calendar_can_be_asked_about(
    company: Company, day: RosterDay, moment: str
) -> None:
    visit = day.visit(0, 9)
    day.run("UPDATE visit_services SET scheduled_at = :moment WHERE id = :id", moment=moment, id=visit)
    try:
        checked = sent(company, "visits/", visit_id=visit, version="1", staff_id=day.nurses["Ababa"], check=1)
        found = company.as_("Coordinator").get("/admin/assign/suggestions.json", visit=visit)
    finally:
        day.run("DELETE FROM dashboard.visit_plans WHERE visit_id = :id", id=visit)
        day.run("DELETE FROM visit_services WHERE id = :id", id=visit)

    assert (checked.status_code, found.status_code, found.json) == (200, 200, {"suggestions": []})
