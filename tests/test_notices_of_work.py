"""Whatever page somebody's work is assigned, moved or taken away on, they are told once, and nobody else is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, because, opened_form
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from statements_sent import statements

from homecare.actions.told import moved_work
from homecare.actions.transaction import transaction
from homecare.models import AdminTask, Change

TASKS, VISITS = "/admin/admin_task_tracking", "/admin/visit_services"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _nothing_told(company: Company) -> None:
    company.run("DELETE FROM dashboard.notifications")


@pytest.fixture
def coordinator(company: Company) -> Walker:
    return company.as_("Coordinator")


@pytest.fixture
def nurse(company: Company) -> Walker:
    return company.as_("Nurse")


def added(company: Company, table: str, staff_id: int | None) -> int:
    """A row of another application's, of which nobody is told."""
    columns = {
        "visit_services": "(patient_id, staff_id, scheduled_at, status) "
        "SELECT min(id), :who, timezone('utc', now()) + interval '400 days', 'Scheduled' FROM patients",
        "admin_task_tracking": "(staff_id, remarks, task_status, assigned_date) "
        "SELECT :who, 'Call the pharmacy', 'Assigned', timezone('utc', now())",
        "marketing_tasks": "(title, assigned_to_staff_id) SELECT 'Print leaflets', :who",
    }[table]
    company.run(f"INSERT INTO {table} {columns}", who=staff_id)
    return int(company.scalar(f"SELECT max(id) FROM {table}"))


def told(company: Company) -> dict[int, tuple[Any, ...]]:
    """By person: the record, if it is one, and what was done with how many."""
    found = company.rows("SELECT staff_id, resource, row_id, parts FROM dashboard.notifications ORDER BY id")
    assert len({row.staff_id for row in found}) == len(found), "somebody was told twice of one change"
    return {row.staff_id: (row.resource, row.row_id, row.parts["done"]) for row in found}


def unread(walker: Walker) -> list[str]:
    page = walker.get("/admin/notifications/").text
    found = re.findall(r"(?s)<p><span class=\"visually-hidden\">Unread: </span>(.*?)</p>", page)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in found]


def inline(company: Company, walker: Walker, table: str, row_id: int, field: str, value: Any) -> Any:
    version = company.whole(table, row_id).xmin
    sent = {"id": row_id, "field": field, "value": value, "version": version, "sure": because(str(value))}
    answer = walker.post(f"/admin/{table}/ajax/update/", sent)
    if answer.status_code == 422 and answer.json.get("sure"):
        answer = walker.post(f"/admin/{table}/ajax/update/", sent | {"sure": answer.json["sure"]})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_form_tells_who_got_it_and_a_second_one_who_lost_it(
    company: Company, coordinator: Walker, nurse: Walker
) -> None:
    doctor = company.as_("Doctor")
    form = opened_form(coordinator, f"{TASKS}/new/") | {"staff_id": nurse.staff_id, "remarks": "Order gauze"}
    coordinator.post(f"{TASKS}/new/", form)
    task = company.scalar("SELECT max(id) FROM admin_task_tracking")
    assert told(company) == {nurse.staff_id: ("admin_task_tracking", task, [["assigned", "admin_task_tracking", 1]])}
    assert "assigned you an office task: Order gauze." in unread(nurse)[0]

    company.run("DELETE FROM dashboard.notifications")
    edit = f"{TASKS}/edit/?id={task}"
    coordinator.post(edit, opened_form(coordinator, edit) | {"staff_id": doctor.staff_id})

    assert {who: done[2][0][0] for who, done in told(company).items()} == {
        nurse.staff_id: "taken",
        doctor.staff_id: "assigned",
    }
    # What is no longer theirs has only its number.
    assert f"took an office task from you: Office task #{task}." in unread(nurse)[0]


def test_who_may_not_read_the_staff_is_told_of_somebody_at_the_office(company: Company, coordinator: Walker) -> None:
    caregiver = company.as_("Caregiver")
    visit = added(company, "visit_services", None)
    inline(company, coordinator, "visit_services", visit, "staff_id", caregiver.staff_id)

    assert unread(caregiver)[0].startswith("Somebody at the office assigned you a visit:")
    assert "Staff member #" not in caregiver.get("/admin/").text


def test_one_cell_tells_of_another_person_and_of_another_time(
    company: Company, coordinator: Walker, nurse: Walker
) -> None:
    visit = added(company, "visit_services", None)
    inline(company, coordinator, "visit_services", visit, "staff_id", nurse.staff_id)
    assert told(company)[nurse.staff_id][2] == [["assigned", "visit_services", 1]]

    company.run("DELETE FROM dashboard.notifications")
    inline(company, coordinator, "visit_services", visit, "scheduled_at", "2031-05-06 09:30")

    assert told(company) == {nurse.staff_id: ("visit_services", visit, [["moved", "visit_services", 1]])}
    assert "moved your visit:" in unread(nurse)[0]


def test_a_cancelled_one_is_taken_away_and_undo_gives_it_back(
    company: Company, coordinator: Walker, nurse: Walker
) -> None:
    visit = added(company, "visit_services", nurse.staff_id)
    undo = inline(company, coordinator, "visit_services", visit, "status", "Cancelled")["undo"]
    assert told(company)[nurse.staff_id][2] == [["taken", "visit_services", 1]]

    company.run("DELETE FROM dashboard.notifications")
    assert coordinator.post(f"{VISITS}/undo/", {"token": undo}).status_code == 302

    assert told(company)[nurse.staff_id][2] == [["assigned", "visit_services", 1]]


def test_many_at_once_are_told_in_one_sentence(company: Company, coordinator: Walker, nurse: Walker) -> None:
    tasks = [added(company, "admin_task_tracking", coordinator.staff_id) for _ in range(12)]
    wish = {"action": "set", "field": "staff_id", "value": nurse.staff_id, "rowid": tasks}
    answer = coordinator.post(f"{TASKS}/action/", wish | company.confirmed("admin_task_tracking", *tasks))
    assert answer.status_code == 302

    assert told(company) == {nurse.staff_id: ("", None, [["assigned", "admin_task_tracking", 12]])}
    assert unread(nurse)[0].startswith("12 office tasks were assigned to you by ")
    assert nurse.get("/session").json["unread"] == 1


def test_nobody_is_told_of_what_they_did_or_of_what_concerns_nobody(company: Company, coordinator: Walker) -> None:
    mine = added(company, "admin_task_tracking", coordinator.staff_id)
    inline(company, coordinator, "admin_task_tracking", mine, "assigned_date", "2031-05-06 09:30")
    other = added(company, "admin_task_tracking", company.as_("Nurse").staff_id)
    inline(company, coordinator, "admin_task_tracking", other, "remarks", "Call them twice")
    inline(company, coordinator, "admin_task_tracking", other, "task_status", "Completed")

    assert told(company) == {}


def test_marketing_tasks_and_deleted_rows_are_told_too(company: Company, admin: Walker, nurse: Walker) -> None:
    task = added(company, "marketing_tasks", nurse.staff_id)
    page = f"/admin/marketing_tasks/delete/?id={task}"
    admin.post(page, {"_version": company.whole("marketing_tasks", task).xmin})

    assert told(company) == {nurse.staff_id: ("marketing_tasks", task, [["taken", "marketing_tasks", 1]])}
    # The nurse may not read marketing tasks.
    assert f"took a marketing task from you: Marketing task #{task}." in unread(nurse)[0]


def fails(session: Session, staff_id: int) -> None:
    with transaction(session, by=None):
        session.add(AdminTask(staff_id=staff_id, remarks="Never"))
        session.flush()
        moved_work.tell_moved(session, change_set_of(session), None)
        raise ZeroDivisionError


def change_set_of(session: Session) -> Any:
    return session.scalar(select(Change.change_set).order_by(Change.id.desc()).limit(1))


def test_a_change_that_is_taken_back_tells_nobody(
    company: Company, db_session: scoped_session[Session], nurse: Walker
) -> None:
    session = db_session()
    with pytest.raises(ZeroDivisionError):
        fails(session, nurse.staff_id)

    assert told(company) == {}
    with transaction(session, by=None):
        session.add(AdminTask(staff_id=nurse.staff_id, remarks="For ever"))
    assert len(told(company)) == 1
    assert unread(nurse)[0].startswith("Somebody assigned you")


def test_there_and_back_in_one_transaction_is_nothing(
    company: Company, db_session: scoped_session[Session], nurse: Walker
) -> None:
    session, doctor = db_session(), company.as_("Doctor")
    task_id = added(company, "admin_task_tracking", nurse.staff_id)
    with transaction(session, by=None):
        task = session.get(AdminTask, task_id)
        for person in (doctor.staff_id, nurse.staff_id):
            task.staff_id = person  # type: ignore[union-attr]
            session.flush()

    assert told(company) == {}


def test_it_costs_a_statement_only_where_work_changes_hands(
    company: Company, coordinator: Walker, nurse: Walker
) -> None:
    task = added(company, "admin_task_tracking", coordinator.staff_id)
    with statements() as of_remark:
        inline(company, coordinator, "admin_task_tracking", task, "remarks", "Call the pharmacy at noon")
    with statements() as of_person:
        inline(company, coordinator, "admin_task_tracking", task, "staff_id", nurse.staff_id)

    def telling(sent: list[str]) -> int:
        return sum("INSERT INTO dashboard.notifications" in one for one in sent)

    assert (telling(of_remark), telling(of_person)) == (0, 1)
