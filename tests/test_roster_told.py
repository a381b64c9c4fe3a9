"""What the roster tells to whom: nobody else's hours, rows or places, and a sentence whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
def roster_made(owner_engine: Engine, company: Company) -> RosterDay:
    for role in ("Coordinator", "Doctor", "Nurse", "Caregiver"):
        company.as_(role)
    day = roster_day(owner_engine)
    company.run("UPDATE staff SET status = 'Active' WHERE email LIKE '%@homecare.example'")
    return day


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
            assert (answer.status_code, moment in answer.json["error"]) == (422, True), (path, answer.json)

    asked = {"patient_id": patient, "start": moment, "minutes": 60}
    for more in (asked, asked | {"start": f"{day.day}T06:00:00Z", "end": moment}):
        assert company.as_("Coordinator").get("/admin/assign/suggestions.json", **more).status_code == 400


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


@contextmanager
def without(company: Company, resource: str, *actions: str) -> Iterator[None]:
    """Coordinators lack these rights while the block runs."""
    which = "FROM dashboard.grants WHERE role = 'Coordinator' AND resource = :resource AND action = ANY(:actions)"
    given = {"resource": resource, "actions": [*actions]}
    taken = company.rows(f"SELECT role, resource, action, scope, level {which}", **given)
    assert company.run(f"DELETE {which}", **given) == len(actions)
    company.run("UPDATE dashboard.policy_state SET version = version + 1")
    try:
        yield
    finally:
        for row in taken:
            company.run("INSERT INTO dashboard.grants (role, resource, action, scope, level)"
                        " VALUES (:role, :resource, :action, :scope, :level)", **row._mapping)  # fmt: skip
        company.run("UPDATE dashboard.policy_state SET version = version + 1")


@pytest.mark.parametrize("path", ["visits/", "visits/new/", "shifts/", "shifts/new/"])
def test_who_may_not_change_the_table_is_told_of_no_conflict(company: Company, day: RosterDay, path: str) -> None:
    nurse, patient = day.nurses["Ababa"], day.patients[1].id
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")
    shift = day.scalar(
        "INSERT INTO caregiver_assignments (patient_id, staff_id, shift_start, shift_end, status)"
        " SELECT patient_id, :other, scheduled_at, scheduled_at + interval '1 hour', 'Assigned'"
        " FROM visit_services WHERE id = :visit RETURNING id", other=day.nurses["Bayush"], visit=visit)  # fmt: skip
    begins, ends = f"{day.day}T06:00:00Z", f"{day.day}T08:00:00Z"
    fields: dict[str, Any] = {
        "visits/": {"visit_id": visit, "staff_id": nurse},
        "visits/new/": {"patient_id": patient, "staff_id": nurse, "scheduled_at": begins},
        "shifts/": {"shift_id": shift, "staff_id": nurse},
        "shifts/new/": {"patient_id": day.patients[2].id, "staff_id": nurse, "shift_start": begins, "shift_end": ends},
    }[path]
    table = "visit_services" if path.startswith("visits") else "caregiver_assignments"

    assert sent(company, path, check=1, **fields).json["conflicts"]
    with without(company, table, "create" if path.endswith("new/") else "edit"):
        answer = sent(company, path, check=1, **fields)

    assert answer.status_code == 403
    assert "conflicts" not in answer.text


def test_a_row_that_is_not_shown_stands_against_without_its_words(company: Company, day: RosterDay) -> None:
    nurse, patient = day.nurses["Ababa"], day.patients[1]
    day.visit(1, 9, "Ababa")
    shift = {"patient_id": day.patients[2].id, "staff_id": nurse, "check": 1, "shift_start": f"{day.day}T05:00:00Z",
             "shift_end": f"{day.day}T07:00:00Z"}  # fmt: skip

    shown = sent(company, "shifts/new/", **shift).json["conflicts"][0]["sentence"]
    with without(company, "visit_services", "view"):
        hidden = sent(company, "shifts/new/", **shift).json["conflicts"][0]["sentence"]

    assert shown.startswith(f"Ababa Tadesse already has a visit with {patient.full_name} on ")
    assert hidden == "Ababa Tadesse is busy then. Choose another person or time."


PLACED = "UPDATE patients SET geolocation = :place WHERE id = :id"


def test_who_may_not_see_places_is_told_of_no_way(company: Company, day: RosterDay) -> None:
    near, far = day.patients[1].id, day.patients[2].id
    day.visit(1, 9, "Ababa")
    new = {"patient_id": far, "staff_id": day.nurses["Ababa"], "check": 1, "scheduled_at": f"{day.day}T07:05:00Z"}
    for patient, latitude in ((near, "9.0"), (far, "9.1")):
        company.run(PLACED, place=f"SRID=4326;POINT(38.75 {latitude})", id=patient)
    stored = company.rows("SELECT state FROM dashboard.field_rules WHERE role = 'Coordinator'"
                          " AND resource = 'patients' AND column_name = 'geolocation'")  # fmt: skip
    assert stored == []
    try:
        seen = sent(company, "visits/new/", **new).json["conflicts"]
        company.run("INSERT INTO dashboard.field_rules (role, resource, column_name, state)"
                    " VALUES ('Coordinator', 'patients', 'geolocation', 'hidden')")  # fmt: skip
        company.run("UPDATE dashboard.policy_state SET version = version + 1")
        unseen = sent(company, "visits/new/", **new).json["conflicts"]
    finally:
        company.run("DELETE FROM dashboard.field_rules WHERE role = 'Coordinator' AND resource = 'patients'"
                    " AND column_name = 'geolocation'")  # fmt: skip
        company.run("UPDATE dashboard.policy_state SET version = version + 1")
        company.run("UPDATE patients SET geolocation = NULL WHERE id IN (:near, :far)", near=near, far=far)

    assert [one["key"].partition(":")[0] for one in seen] == ["travel"]
    assert "The way" in seen[0]["sentence"]
    assert unseen == []


def test_a_shift_or_visit_that_is_not_shown_has_no_times(company: Company, day: RosterDay) -> None:
    visit = day.visit(1, 9, "Bayush")
    day.run("INSERT INTO caregiver_assignments (patient_id, staff_id, shift_start, shift_end, status)"
            " SELECT :patient, :nurse, scheduled_at + interval '4 hours', scheduled_at + interval '6 hours', 'Assigned'"
            " FROM visit_services WHERE id = :visit", patient=day.patients[2].id, nurse=day.nurses["Ababa"],
            visit=visit)  # fmt: skip
    new = {"patient_id": day.patients[1].id, "staff_id": day.nurses["Ababa"], "check": 1,
           "scheduled_at": f"{day.day}T06:00:00Z"}  # fmt: skip

    def told() -> dict[str, str]:
        answer = sent(company, "visits/new/", **new)
        return {one["key"].partition(":")[0]: one["sentence"] for one in answer.json["conflicts"]}

    shown = told()
    with without(company, "caregiver_assignments", "view"):
        no_shift = told()
    with without(company, "visit_services", "view"):
        no_visit = told()

    assert " from 13:00 to 15:00" in shown["outside_shift"]
    assert " from 09:00 to 10:00" in shown["patient_twice"]
    assert no_shift["outside_shift"] == "This is outside the shift of Ababa Tadesse."
    assert no_visit["patient_twice"] == f"{day.patients[1].full_name} is busy then."
