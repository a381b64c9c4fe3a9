"""What a reason opened is open to one session, for those columns, until it ends; everything about it is on record."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from homecare.actions.transaction import transaction

NOTE = "Wound clean and dry, seen by nobody else"
REASON = {"reason": "A complaint of the family"}
DETAILS = "/admin/visit_services/details/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def visit(company: Company) -> int:
    nurse = company.as_("Nurse")
    found = int(company.own("Nurse", "visit_services")[0])
    company.run("DELETE FROM dashboard.glass_openings")
    company.run("DELETE FROM dashboard.notifications")
    company.run(
        "UPDATE visit_services SET visit_notes = :note, staff_id = :me WHERE id = :id",
        note=NOTE,
        me=nurse.staff_id,
        id=found,
    )
    return found


@pytest.fixture
def manager(company: Company) -> Iterator[Walker]:
    """Has the notes behind glass as an Admin has."""
    rule = "('Manager', 'visit_services', 'visit_notes', 'break-glass', 'never')"
    company.run(
        f"INSERT INTO dashboard.field_rules VALUES {rule} "
        "ON CONFLICT (role, resource, column_name) DO UPDATE SET state = 'break-glass'"
    )
    yield company.enter("Manager", "manager@homecare.example", DEMO_PASSWORD)
    company.run("UPDATE staff SET role = 'Manager' WHERE email = 'manager@homecare.example'")


def reveal(walker: Walker, visit: int, **more: str) -> str:
    return str(walker.post(f"/admin/visit_services/reveal/?id={visit}", REASON | more).text)


def sees(walker: Walker, visit: int) -> bool:
    return NOTE in walker.get(DETAILS, id=visit).text


def entered(company: Company) -> Walker:
    return company.enter("Admin", "admin@homecare.example", DEMO_PASSWORD)


def test_it_is_over_with_the_session(company: Company, visit: int) -> None:
    admin = entered(company)
    assert NOTE in reveal(admin, visit)
    assert sees(admin, visit)
    admin.post("/logout")

    assert not sees(entered(company), visit)
    assert company.scalar("SELECT ended_how FROM dashboard.glass_openings") == "session over"


def test_another_session_and_another_person_have_it_shut(company: Company, manager: Walker, visit: int) -> None:
    admin, elsewhere = entered(company), entered(company)
    reveal(admin, visit)

    assert [sees(walker, visit) for walker in (admin, elsewhere, manager)] == [True, False, False]


def test_another_role_shuts_it_and_the_old_one_does_not_open_it_again(
    company: Company, manager: Walker, visit: int
) -> None:
    assert NOTE in reveal(manager, visit)
    assert sees(manager, visit)
    for role in ("Coordinator", "Manager"):
        company.run("UPDATE staff SET role = :role WHERE id = :me", role=role, me=manager.staff_id)
        assert not sees(manager, visit)

    assert "Role or status changed" in company.as_("Admin").get("/admin/break-glass/").text


def test_a_column_that_was_not_chosen_stays_shut(company: Company, visit: int) -> None:
    company.run("UPDATE visit_services SET prescription_file = 'none' WHERE id = :id", id=visit)
    admin = entered(company)
    page = reveal(admin, visit, choice="1", column="prescription_file")

    assert NOTE not in page
    assert not sees(admin, visit)
    columns = company.scalar("SELECT columns FROM dashboard.glass_openings")
    assert columns == ["prescription_file"]
    # What is not behind glass is not opened by asking for it.
    refused = admin.post(f"/admin/visit_services/reveal/?id={visit}", REASON | {"choice": "1", "column": "status"})
    assert refused.status_code == 403


def test_without_minutes_it_is_read_once(company: Company, visit: int) -> None:
    company.run("UPDATE dashboard.roles SET glass_minutes = 0 WHERE name = 'Admin'")
    try:
        admin = entered(company)
        assert NOTE in reveal(admin, visit)
        assert not sees(admin, visit)
        assert "to read once." in company.as_("Nurse").get("/admin/notifications/").text
        assert "Shown once" in admin.get("/admin/break-glass/").text
    finally:
        company.run("UPDATE dashboard.roles SET glass_minutes = 15 WHERE name = 'Admin'")


def test_an_opening_that_is_taken_back_tells_nobody(
    company: Company, visit: int, db_session: scoped_session[Session]
) -> None:
    """The database refuses the opening's end: nothing of it stays, and the bell of nobody rings."""
    company.run("ALTER TABLE dashboard.notifications ADD CONSTRAINT refused CHECK (kind <> 'break-glass') NOT VALID")
    try:
        answer = entered(company).post(f"/admin/visit_services/reveal/?id={visit}", REASON)
    finally:
        company.run("ALTER TABLE dashboard.notifications DROP CONSTRAINT refused")

    assert answer.status_code >= 400
    assert NOTE not in answer.text
    assert company.scalar("SELECT count(*) FROM dashboard.glass_openings") == 0
    assert company.scalar("SELECT count(*) FROM dashboard.notifications") == 0
    with transaction(db_session(), by=None):
        db_session().execute(text("SELECT 1"), execution_options={"unscoped": True})


def test_whoever_looks_as_somebody_else_opens_nothing(company: Company, manager: Walker, visit: int) -> None:
    admin = entered(company)
    admin.post("/admin/roles/view-as/start", {"person": manager.staff_id})

    assert admin.post(f"/admin/visit_services/reveal/?id={visit}", REASON).status_code == 403
    assert not sees(admin, visit)
    assert company.scalar("SELECT count(*) FROM dashboard.glass_openings") == 0


def test_looking_at_the_list_of_openings_is_on_record(company: Company, visit: int) -> None:
    reveal(entered(company), visit)
    auditor = company.as_("Auditor")
    last = company.scalar("SELECT coalesce(max(id), 0) FROM dashboard.reads")
    auditor.get("/admin/break-glass/", person=company.as_("Admin").staff_id)

    found = company.rows("SELECT staff_id, kind FROM dashboard.reads WHERE id > :last", last=last)
    assert (auditor.staff_id, "break-glass") in {tuple(row) for row in found}


def test_only_what_is_needed_stands_in_what_is_told(company: Company, visit: int) -> None:
    reveal(entered(company), visit)

    found = company.rows("SELECT parts, row_id, read_id FROM dashboard.notifications")
    assert found
    assert all(row.row_id == visit and row.read_id for row in found)
    assert NOTE not in json.dumps([row.parts for row in found])
    assert REASON["reason"] not in json.dumps([row.parts for row in found])
