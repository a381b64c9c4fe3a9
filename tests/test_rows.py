"""Writing rows: a status and its time change together everywhere, and what is deleted with a row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from permission_table import tables
from sqlalchemy import Connection

from homecare import clock


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def sizes(connection: Connection) -> dict[str, int]:
    names = [table for table in tables() if table != "patients"]
    return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}


def gone_with(company: Company, patient_id: int) -> dict[str, int]:
    """What the database itself takes along, found by doing it and taking it back."""
    with company.engine.connect() as connection:
        before = sizes(connection)
        connection.exec_driver_sql(f"DELETE FROM patients WHERE id = {patient_id}")
        after = sizes(connection)
        connection.rollback()
    return {name: before[name] - after[name] for name in before if before[name] != after[name]}


def test_delete_says_the_numbers_that_go(company: Company, admin: Walker) -> None:
    patient_id = company.scalar("SELECT patient_id FROM invoices GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")

    page = admin.get("/admin/patients/delete/", id=patient_id).get_data(as_text=True)

    told = [int(number.replace(",", "")) for number in re.findall(r"<li>([\d,]+) ", page.split("These stay")[0])]
    assert sorted(told) == sorted(gone_with(company, patient_id).values())


# status, its time, on every surface: (table, status column, reached, time column, a status that takes it back)
PAIRS: list[tuple[str, str, str, str, str]] = [
    ("invoices", "status", "Paid", "paid_at", "Pending"),
    ("admin_task_tracking", "task_status", "Completed", "completed_date", "Assigned"),
    ("marketing_tasks", "status", "Completed", "completed_at", "Pending"),
    ("marketing_leads", "status", "Converted", "converted_to_patient_at", "Contacted"),
    ("insurance_claims", "claim_status", "Approved", "processed_at", "Submitted"),
    ("visit_services", "status", "In Progress", "check_in_time", "Scheduled"),
]


def by_form(company: Company, admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    return admin.post(url, opened_form(admin, url) | {field: value})


def in_place(company: Company, admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    return admin.post(
        f"/admin/{table}/ajax/update/", {"id": row_id, "field": field, "value": value, "version": version}
    )


def in_bulk(company: Company, admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    sent = {"action": "set", "field": field, "value": value} | company.confirmed(table, row_id)
    return admin.post(f"/admin/{table}/action/", sent)


@pytest.mark.parametrize(("way", "done"), [(by_form, 302), (in_place, 200), (in_bulk, 302)])
@pytest.mark.parametrize(("table", "status", "reached", "time", "back"), PAIRS)
def test_a_status_and_its_time_move_together(
    company: Company, admin: Walker, table: str, status: str, reached: str, time: str, back: str, way: Any, done: int
) -> None:
    row_id = company.scalar(
        f"SELECT max(id) FROM {table}" + (" WHERE staff_id > 0" if table == "visit_services" else "")
    )
    if table == "marketing_leads":
        # A lead without a patient is not set to Converted without a question.
        company.run("UPDATE patients SET marketing_lead_id = :id WHERE id = (SELECT max(id) FROM patients)", id=row_id)
    moment, extra = "2026-09-01T10:00", ""
    if table == "visit_services":
        # Today's: one that begins more than a day before its time is asked about.
        moment = f"{clock.to_addis(clock.now_utc()):%Y-%m-%dT%H:%M}"
        extra = ", check_out_time = NULL, scheduled_at = timezone('utc', now()) + interval '2 hours'"
    company.run(f"UPDATE {table} SET {status} = :back, {time} = NULL{extra} WHERE id = :id", back=back, id=row_id)

    for value, is_set in ((reached, True), (back, False)):
        answer = way(company, admin, table, row_id, status, value, company.whole(table, row_id).xmin)
        assert answer.status_code == done
        now = company.whole(table, row_id).row
        assert (now[status], now[time] is not None) == (value, is_set)

    if table != "insurance_claims":
        version = company.whole(table, row_id).xmin
        assert way(company, admin, table, row_id, time, moment, version).status_code == done
        assert company.whole(table, row_id).row[status] == reached
