"""What the roster sends: each address works, refuses each role that may not, and names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from roster_day import RosterDay, roster_day
from sqlalchemy import Engine

SENDING = ("visits/", "visits/new/", "shifts/", "shifts/new/", "undo/")
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def roster_made(owner_engine: Engine, company: Company) -> RosterDay:
    for role in ("Coordinator", "Manager", "Doctor", "Nurse", "Caregiver", "Marketing"):
        company.as_(role)
    return roster_day(owner_engine)


def sent(company: Company, path: str, role: str = "Coordinator", **fields: Any) -> Any:
    walker: Walker = company.as_(role)
    return walker.visitor.post(f"/admin/assign/{path}", data=fields, headers=JSON | {"X-CSRFToken": walker.csrf})


def version(day: RosterDay, visit: int) -> str:
    return str(day.scalar("SELECT xmin::text FROM visit_services WHERE id = :id", id=visit))


def at(day: RosterDay, hour: int) -> str:
    return f"{day.day}T{hour - 3:02}:00:00Z"


def assign(company: Company, day: RosterDay, visit: int, name: str, **more: Any) -> Any:
    return sent(company, "visits/", visit_id=visit, version=version(day, visit), staff_id=day.nurses[name], **more)


def test_a_visit_is_assigned_and_taken_back(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)

    answer = assign(company, day, visit, "Ababa")

    assert answer.status_code == 200, answer.json
    assert answer.json["done"] == f"{day.patients[0].full_name}: 09:00 to 10:00, Ababa Tadesse."
    assert [(one["id"], one["staff_id"]) for one in answer.json["visits"]] == [(visit, day.nurses["Ababa"])]
    assert day.row(visit)[0] == "Ababa"
    undone = sent(company, "undo/", token=answer.json["undo"], table="visit_services")
    assert undone.status_code == 200
    assert [(one["id"], one["staff_id"], one["version"].partition(".")[0]) for one in undone.json["visits"]] == [
        (visit, None, version(day, visit))
    ]
    assert day.row(visit)[0] is None
    assert sent(company, "undo/", token=answer.json["undo"], table="visit_services").status_code == 422


def test_a_block_answers_409_with_its_sentence_and_writes_nothing(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")

    answer = assign(company, day, visit, "Ababa", answered="overlap:1")

    assert answer.status_code == 409
    assert [one["level"] for one in answer.json["conflicts"]].count("block") == 1
    assert "Ababa Tadesse already has a visit" in answer.json["error"]
    assert day.row(visit)[0] is None


def test_a_warning_is_answered_by_its_key(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.visit(0, 9, "Ababa")

    first = assign(company, day, visit, "Bayush")
    keys = [one["key"] for one in first.json["conflicts"]]
    second = assign(company, day, visit, "Bayush", answered=",".join(keys))

    assert (first.status_code, {one["level"] for one in first.json["conflicts"]}) == (409, {"warn"})
    assert second.status_code == 200, second.json
    assert day.row(visit)[0] == "Bayush"


def test_a_check_tells_and_writes_nothing(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    day.visit(1, 9, "Ababa")
    before = company.size("visit_services"), company.size("caregiver_assignments")

    busy, free = (assign(company, day, visit, name, check=1) for name in ("Ababa", "Bayush"))
    new = sent(company, "visits/new/", patient_id=day.patients[2].id, staff_id=day.nurses["Ababa"], check=1,
               scheduled_at=at(day, 9))  # fmt: skip
    shift = sent(company, "shifts/new/", patient_id=day.patients[2].id, staff_id=day.nurses["Ababa"], check=1,
                 shift_start=at(day, 8), shift_end=at(day, 16))  # fmt: skip

    assert "already has a visit" in busy.json["conflicts"][0]["sentence"]
    assert free.json == {"conflicts": []}
    assert new.json["conflicts"]
    assert shift.json["conflicts"]
    assert day.row(visit)[0] is None
    assert (company.size("visit_services"), company.size("caregiver_assignments")) == before


def told(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [one["sentence"] for one in answer.json["conflicts"]]


def test_a_check_tells_what_the_save_asks_and_refuses(company: Company, day: RosterDay) -> None:
    """Not only who is busy: the rules of the table too, and in the words of the save."""
    visit, before = day.visit(0, 9), company.size("visit_services")
    past, far = "2026-01-05T09:00:00+03:00", "2090-01-05T09:00:00+03:00"
    new = {"patient_id": day.patients[2].id, "staff_id": day.nurses["Bayush"], "check": 1}
    ends = {"shift_start": at(day, 9), "shift_end": at(day, 9)}

    for moment, sentence in ((past, "This time is in the past"), (far, "This time is more than a year ahead.")):
        moved = sent(company, "visits/", visit_id=visit, scheduled_at=moment, check=1)
        made = sent(company, "visits/new/", **new, scheduled_at=moment)
        assert any(one.startswith(sentence) for one in told(moved))
        assert any(one.startswith(sentence) for one in told(made))
    assert any("in the past" in one for one in told(sent(company, "shifts/new/", **new, shift_start=past,
               shift_end="2026-01-05T12:00:00+03:00")))  # fmt: skip
    assert told(sent(company, "shifts/new/", **new, **ends)) == [
        "The shift must end after it begins. Correct one of them."
    ]
    assert told(sent(company, "visits/new/", **new | {"patient_id": 999999}, scheduled_at=at(day, 9)))
    assert told(sent(company, "visits/", visit_id=visit, staff_id=999999, check=1))
    assert (day.row(visit), company.size("visit_services")) == ((None, "09:00", 60, "Scheduled"), before)


def test_a_check_of_a_cancelled_visit_tells_no_way(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9, "Ababa")
    day.visit(1, 10, "Ababa")
    ending = company.scalar("SELECT word FROM dashboard.listed_words WHERE list = 'ending' ORDER BY position LIMIT 1")

    assert told(sent(company, "visits/", visit_id=visit, status="Cancelled", ending_reason=ending, check=1)) == []


def test_a_reason_without_its_status_is_refused(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)

    answer = sent(company, "visits/", visit_id=visit, version=version(day, visit), ending_reason="Patient refused")

    assert (answer.status_code, answer.json["field"]) == (422, "ending_reason")
    assert "Only a visit that is Cancelled or Missed has a reason." in answer.json["error"]


def test_a_visit_changed_meanwhile_is_409(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    stale = version(day, visit)
    day.run("UPDATE visit_services SET staff_id = :id WHERE id = :visit", id=day.nurses["Chaltu"], visit=visit)

    answer = sent(company, "visits/", visit_id=visit, version=stale, staff_id=day.nurses["Ababa"])

    assert (answer.status_code, answer.json["changed"]) == (409, [visit])
    assert day.row(visit)[0] == "Chaltu"


def test_two_carers_are_two_visits(company: Company, day: RosterDay) -> None:
    answer = sent(company, "visits/new/", patient_id=day.patients[3].id, staff_id=day.nurses["Ababa"], pair=1,
                  scheduled_at=at(day, 10), minutes=30, purpose="Wound care")  # fmt: skip

    assert answer.status_code == 200, answer.json
    assert [(one["minutes"], one["purpose"]) for one in answer.json["visits"]] == [(30, "Wound care")] * 2
    assert len({one["pair"] for one in answer.json["visits"]}) == 1
    assert answer.json["done"].endswith("10:00 to 10:30, Ababa Tadesse and nobody yet.")


def test_a_shift_is_made_moved_and_cancelled(company: Company, day: RosterDay) -> None:
    made = sent(company, "shifts/new/", patient_id=day.patients[3].id, staff_id=day.nurses["Ababa"],
                shift_start=at(day, 8), shift_end=at(day, 16))  # fmt: skip
    assert made.status_code == 200, made.json
    [shift] = made.json["shifts"]
    moved = sent(company, "shifts/", shift_id=shift["id"], version=shift["version"], staff_id=day.nurses["Bayush"],
                 shift_end=at(day, 14))  # fmt: skip
    assert moved.json["done"].endswith("shift 08:00 to 14:00, Bayush Tadesse."), moved.json
    now = moved.json["shifts"][0]["version"]
    gone = sent(company, "shifts/", shift_id=shift["id"], version=now, status="Cancelled")

    assert gone.status_code == 200, gone.json
    assert day.scalar("SELECT status FROM caregiver_assignments WHERE id = :id", id=shift["id"]) == "Cancelled"


WRONG: dict[str, dict[str, Any]] = {
    "no visit": {"visit_id": "x", "staff_id": ""},
    "no person": {"staff_id": "somebody"},
    "no moment": {"scheduled_at": "9 o'clock"},
    "no zone": {"scheduled_at": "2026-11-30T09:00:00"},
    "the end of time": {"scheduled_at": "9999-12-31T23:59:00Z"},
    "no length": {"minutes": "-5"},
    "too long": {"minutes": "1441"},
    "no status": {"status": "Gone"},
    "nothing": {},
    "a novel": {"purpose": "x" * 500},
}


@pytest.mark.parametrize("fields", WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_named(company: Company, day: RosterDay, fields: dict[str, Any]) -> None:
    visit = day.visit(0, 9)

    answer = sent(company, "visits/", **({"visit_id": visit, "version": version(day, visit)} | fields))

    assert answer.status_code == 422
    assert answer.json["error"]
    assert day.row(visit) == (None, "09:00", 60, "Scheduled")


@pytest.mark.parametrize("path", SENDING[:4])
def test_nothing_new_is_made_of_nothing(company: Company, path: str) -> None:
    assert sent(company, path).status_code == 422
    assert sent(company, path, patient_id=1).status_code == 422


@pytest.mark.parametrize("path", SENDING)
@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver", "Marketing", "Finance", "Inventory", "Auditor"])
def test_who_plans_nobody_is_refused(company: Company, day: RosterDay, role: str, path: str) -> None:
    day.run("UPDATE staff SET status = 'Active' WHERE email LIKE '%@homecare.example'")
    visit = day.visit(0, 9)

    answer = sent(company, path, role, visit_id=visit, version=version(day, visit), staff_id=day.nurses["Ababa"])

    assert answer.status_code == 403
    assert day.row(visit)[0] is None


def test_who_may_not_edit_visits_changes_none(company: Company, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    company.run("DELETE FROM dashboard.grants WHERE role = 'Coordinator' AND resource = 'visit_services'"
                " AND action = 'edit'")  # fmt: skip
    company.run("UPDATE dashboard.policy_state SET version = version + 1")
    try:
        answer = assign(company, day, visit, "Ababa")
        page = company.as_("Coordinator").get(f"/admin/assign/refresh.json?day={day.day}").json
    finally:
        company.run("INSERT INTO dashboard.grants (role, resource, action, scope, level)"
                    " VALUES ('Coordinator', 'visit_services', 'edit', 'all', '')")  # fmt: skip
        company.run("UPDATE dashboard.policy_state SET version = version + 1")

    assert answer.status_code == 403
    assert page["may"]["edit_visit"] is False
    assert day.row(visit)[0] is None


@pytest.mark.parametrize("path", SENDING)
def test_a_strange_form_is_refused(company: Company, path: str) -> None:
    walker = company.as_("Coordinator")

    assert walker.visitor.post(f"/admin/assign/{path}", data={"visit_id": 1}).status_code == 400
    assert walker.get(f"/admin/assign/{path}").status_code == 405


@pytest.mark.parametrize("planned", [True, False])
def test_a_length_that_somebody_set_meanwhile_is_not_written_over(
    company: Company, day: RosterDay, planned: bool
) -> None:
    """The length stands in the visit's plan: another one is no other row of the visit."""
    visit = day.visit(0, 9)
    if not planned:
        day.run("DELETE FROM dashboard.visit_plans WHERE visit_id = :id", id=visit)
    shown = company.as_("Manager").get(f"/admin/assign/data.json?day={day.day}").json["visits"]
    version_shown = next(one["version"] for one in shown if one["id"] == visit)
    change = {"visit_id": visit, "version": version_shown}

    first = sent(company, "visits/", "Manager", minutes=45, **change)
    second = sent(company, "visits/", minutes=90, **change)

    assert (first.status_code, second.status_code, day.row(visit)[2]) == (200, 409, 45)
    assert second.json["changed"] == [visit]
    now = first.json["visits"][0]["version"]
    assert sent(company, "visits/", minutes=90, **(change | {"version": now})).status_code == 200
    assert day.row(visit)[2] == 90
