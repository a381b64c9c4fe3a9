"""A status and its time change together: tables x all the ways to write them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from new_rows import carer, new_row, patient

# table, its status, the time, the status that has it, one that does not
PAIRS = [
    ("invoices", "status", "paid_at", "Paid", "Cancelled"),
    ("admin_task_tracking", "task_status", "completed_date", "Completed", "Blocked"),
    ("marketing_tasks", "status", "completed_at", "Completed", "In Progress"),
    ("marketing_leads", "status", "converted_to_patient_at", "Converted", "Lost"),
    ("visit_services", "status", "check_out_time", "Completed", "Scheduled"),
    ("visit_services", "status", "check_in_time", "In Progress", "Scheduled"),
]
CLAIM = ("insurance_claims", "claim_status", "processed_at", "Rejected", "Submitted")
WHEN = "2026-09-01T10:00"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def created(company: Company, admin: Walker, table: str, **columns: str) -> Any:
    free = {"staff_id": carer(company), "patient_id": patient(company)} if table == "visit_services" else {}
    form = opened_form(admin, f"/admin/{table}/new/") | new_row(company, "Admin", table)
    sent = form | {name: str(value) for name, value in free.items()} | columns
    answer = admin.post(f"/admin/{table}/new/", sent)
    # A new lead that is Converted at once has no patient yet, which is asked.
    sure = re.findall(r'type="checkbox" name="_sure" value="(\w+)"', answer.get_data(as_text=True))
    return admin.post(f"/admin/{table}/new/", sent | {"_sure": sure}) if sure else answer


def last(company: Company, table: str) -> Any:
    return company.whole(table, company.scalar(f"SELECT max(id) FROM {table}")).row


def by_form(company: Company, admin: Walker, table: str, row_id: int, **columns: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    return admin.post(url, opened_form(admin, url) | columns)


def in_place(company: Company, admin: Walker, table: str, row_id: int, **columns: str) -> Any:
    ((field, value),) = columns.items()
    sent = {"id": row_id, "field": field, "value": value, "version": company.whole(table, row_id).xmin}
    return admin.post(f"/admin/{table}/ajax/update/", sent)


def in_bulk(company: Company, admin: Walker, table: str, row_id: int, **columns: str) -> Any:
    ((field, value),) = columns.items()
    sent = {"action": "set", "field": field, "value": value} | company.confirmed(table, row_id)
    return admin.post(f"/admin/{table}/action/", sent)


WAYS = [by_form, in_place, in_bulk]


def a_row(company: Company, admin: Walker, table: str, **columns: str) -> int:
    assert created(company, admin, table, **columns).status_code == 302
    row_id = int(company.scalar(f"SELECT max(id) FROM {table}"))
    if table == "marketing_leads":
        # Nothing is asked of a lead that has a patient.
        company.run("INSERT INTO patients (full_name, marketing_lead_id) VALUES ('Selam Girma', :id)", id=row_id)
    return row_id


@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), PAIRS)
def test_a_new_row_with_a_time_has_its_status(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str
) -> None:
    answer = created(company, admin, table, **{time: WHEN})

    assert answer.status_code == 302
    assert last(company, table)[status] == reached
    assert last(company, table)[time].startswith("2026-09-01T07:00")


@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), [*PAIRS, CLAIM])
def test_a_new_row_with_a_status_has_its_time(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str
) -> None:
    assert created(company, admin, table, **{status: reached}).status_code == 302

    assert last(company, table)[time] is not None


@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), [*PAIRS, CLAIM])
def test_a_status_that_contradicts_its_time_is_refused(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str
) -> None:
    before = company.size(table)

    answer = created(company, admin, table, **{status: other, time: WHEN})

    assert answer.status_code == 422
    assert f"{other} does not go with a " in answer.get_data(as_text=True)
    assert company.size(table) == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), PAIRS)
def test_a_time_brings_its_status_and_going_back_takes_it(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str, way: Any
) -> None:
    row_id = a_row(company, admin, table)

    way(company, admin, table, row_id, **{time: WHEN})
    assert company.whole(table, row_id).row[status] == reached
    way(company, admin, table, row_id, **{status: other})
    assert (company.whole(table, row_id).row[status], company.whole(table, row_id).row[time]) == (other, None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), PAIRS)
def test_the_time_of_a_status_is_not_emptied_alone(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str, way: Any
) -> None:
    row_id = a_row(company, admin, table, **{time: WHEN})
    before = company.whole(table, row_id)

    answer = way(company, admin, table, row_id, **{time: ""})

    assert answer.status_code == 422
    assert "Change the status instead." in answer.get_data(as_text=True)
    assert company.whole(table, row_id) == before


def test_a_claim_with_a_day_of_decision_needs_the_decision(company: Company, admin: Walker) -> None:
    row_id = a_row(company, admin, "insurance_claims")

    for way in WAYS:
        answer = way(company, admin, "insurance_claims", row_id, processed_at=WHEN)
        assert answer.status_code == 422
        assert "Choose Approved, Partially Approved, Rejected or Paid" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("table", "status", "time", "reached", "other"), PAIRS)
def test_an_undone_status_takes_its_time_along(
    company: Company, admin: Walker, table: str, status: str, time: str, reached: str, other: str
) -> None:
    row_id = a_row(company, admin, table)
    before = company.whole(table, row_id).row

    token = in_place(company, admin, table, row_id, **{time: WHEN}).json["undo"]
    assert admin.post(f"/admin/{table}/undo/", {"token": token}).status_code == 302

    after = company.whole(table, row_id).row
    assert (after[status], after[time]) == (before[status], before[time])


def test_a_visit_with_both_times_is_to_be_invoiced(company: Company, admin: Walker) -> None:
    created(company, admin, "visit_services", check_in_time="2026-09-01T09:00", check_out_time=WHEN)
    row_id = last(company, "visit_services")["id"]

    assert last(company, "visit_services")["status"] == "Completed"
    page = admin.get(f"/admin/visit_services/?is=to_invoice&id__in={row_id}").get_data(as_text=True)
    assert f'data-id="{row_id}"' in page


@pytest.mark.parametrize("word", ["paid ", "PAID", " Paid"])
def test_a_status_counts_however_it_is_written(company: Company, admin: Walker, word: str) -> None:
    """The other application writes it with spaces and in any case; tidying the word sets no time."""
    row_id = a_row(company, admin, "invoices")
    company.run("UPDATE invoices SET status = :word, paid_at = NULL WHERE id = :id", word=word, id=row_id)

    in_place(company, admin, "invoices", row_id, paid_at=WHEN)
    assert company.whole("invoices", row_id).row["status"] == word
    company.run("UPDATE invoices SET paid_at = NULL WHERE id = :id", id=row_id)
    in_place(company, admin, "invoices", row_id, status="Paid")
    assert (company.whole("invoices", row_id).row["status"], company.whole("invoices", row_id).row["paid_at"]) == (
        "Paid",
        None,
    )
