"""A reason opens columns of one record to one person for a while, and whoever answers for it is told."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, Walker

NOTE = "Wound clean and dry, seen by nobody else"
DETAILS = "/admin/visit_services/details/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def visit(company: Company) -> int:
    company.run("DELETE FROM dashboard.glass_openings")
    nurse = company.as_("Nurse")
    found = int(company.own("Nurse", "visit_services")[0])
    company.run("UPDATE visit_services SET visit_notes = :note, staff_id = :me", note=NOTE, me=nurse.staff_id)
    return found


def opened(admin: Walker, visit: int) -> None:
    answer = admin.post(f"/admin/visit_services/reveal/?id={visit}", {"reason": "A complaint of the family"})
    assert NOTE in answer.text


def test_it_stays_open_of_that_record_alone_until_its_time(company: Company, admin: Walker, visit: int) -> None:
    assert NOTE not in admin.get(DETAILS, id=visit).text
    opened(admin, visit)

    assert NOTE in admin.get(DETAILS, id=visit).text
    other = company.scalar("SELECT max(id) FROM visit_services WHERE id <> :id", id=visit)
    assert NOTE not in admin.get(DETAILS, id=other).text
    company.run("UPDATE dashboard.glass_openings SET until = until - interval '15 minutes 1 second'")
    assert NOTE not in admin.get(DETAILS, id=visit).text


def test_it_is_closed_by_hand(admin: Walker, visit: int) -> None:
    opened(admin, visit)
    admin.post(f"/admin/visit_services/reveal/?id={visit}", {"_do": "end"})

    assert NOTE not in admin.get(DETAILS, id=visit).text


def test_whose_visit_it_is_and_the_auditor_are_told(company: Company, admin: Walker, visit: int) -> None:
    nurse, auditor = company.as_("Nurse"), company.as_("Auditor")
    opened(admin, visit)

    assert [w.get("/session").json["unread"] > 0 for w in (nurse, auditor, admin)] == [True, True, False]
    assert "gave a reason and opened" in nurse.get("/admin/notifications/").text
    assert "A complaint of the family" in auditor.get("/admin/break-glass/").text
    assert nurse.get("/admin/break-glass/").status_code == 403
