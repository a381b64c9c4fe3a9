"""Unlikely values must be confirmed before they are saved, everywhere, and only for those values."""

from __future__ import annotations

import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with
from new_rows import carer, new_row, patient
from test_conflicts import a_browser, at_once
from test_times_of_statuses import in_bulk, in_place, last

# table, what is typed into a new row, the sentence
DOUBTS: list[tuple[str, dict[str, str], str]] = [
    ("invoices", {"amount": "0"}, "The amount is zero."),
    ("invoices", {"amount": "12000.01"}, "The amount is over ETB 12,000"),
    ("invoices", {"amount": "99999999999"}, "The amount is over ETB 12,000"),
    ("invoices", {"paid_at": "2090-01-01T10:00"}, "The time of payment is in the future."),
    ("visit_services", {"scheduled_at": "2026-01-05T08:00"}, "This time is in the past, and nobody has checked in."),
    ("visit_services", {"scheduled_at": "2090-01-05T08:00"}, "This time is more than a year ahead."),
    ("caregiver_assignments", {"shift_start": "2026-01-05T08:00", "shift_end": "2026-01-06T08:01"}, "longer than 24"),
    ("insurance_claims", {"coverage_amount": "0"}, "The amount claimed is zero."),
    ("marketing_budgets", {"allocated_amount": "100", "spent_amount": "100.01"}, "More is spent than was allocated."),
]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def sent(company: Company, admin: Walker, table: str, **columns: str) -> dict[str, str]:
    return opened_form(admin, f"/admin/{table}/new/") | new_row(company, "Admin", table) | columns


def create(admin: Walker, table: str, form: dict[str, Any]) -> Any:
    return admin.post(f"/admin/{table}/new/", form)


def boxes(answer: Any) -> list[str]:
    """The answers that the page offers, ticked or not."""
    return re.findall(r'type="checkbox" name="_sure" value="(\w+)"', answer.get_data(as_text=True))


@pytest.mark.parametrize(("table", "columns", "sentence"), DOUBTS)
def test_a_new_row_in_doubt_is_asked_and_saved_once_that_is_said(
    company: Company, admin: Walker, table: str, columns: dict[str, str], sentence: str
) -> None:
    form, before = sent(company, admin, table, **columns), company.size(table)

    answer = create(admin, table, form)

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    kept = form_with(answer.get_data(as_text=True), "_token")
    assert {name: kept[name] for name in columns} == columns
    assert company.size(table) == before
    assert create(admin, table, kept).status_code == 422
    assert create(admin, table, kept | {"_sure": boxes(answer)}).status_code == 302
    assert company.size(table) == before + 1


@pytest.mark.parametrize("columns", [
    {"amount": "12000"}, {"amount": "0.01"}, {"paid_at": "2026-01-05T08:00"},
])  # fmt: skip
def test_what_is_usual_is_not_asked(company: Company, admin: Walker, columns: dict[str, str]) -> None:
    assert create(admin, "invoices", sent(company, admin, "invoices", **columns)).status_code == 302


def test_a_visit_made_up_afterwards_is_not_asked(company: Company, admin: Walker) -> None:
    times = {"scheduled_at": "2026-01-05T08:00", "check_in_time": "2026-01-05T08:00", "staff_id": str(carer(company))}
    times["patient_id"] = str(patient(company))

    assert create(admin, "visit_services", sent(company, admin, "visit_services", **times)).status_code == 302


def test_an_answer_is_worth_nothing_for_another_value(company: Company, admin: Walker) -> None:
    answer = create(admin, "invoices", sent(company, admin, "invoices", amount="20000"))
    kept = form_with(answer.get_data(as_text=True), "_token") | {"_sure": boxes(answer)}

    again = create(admin, "invoices", kept | {"amount": "30000"})

    assert again.status_code == 422
    assert create(admin, "invoices", kept).status_code == 302


def test_an_answer_stays_while_something_else_is_mended(company: Company, admin: Walker) -> None:
    answer = create(admin, "invoices", sent(company, admin, "invoices", amount="20000"))
    kept = form_with(answer.get_data(as_text=True), "_token") | {"_sure": boxes(answer)}

    wrong = create(admin, "invoices", kept | {"patient_id": ""})
    mended = form_with(wrong.get_data(as_text=True), "_token") | {"patient_id": kept["patient_id"]}

    assert wrong.status_code == 422
    assert create(admin, "invoices", mended).status_code == 302


def test_a_second_live_invoice_of_a_visit_is_asked(company: Company, admin: Walker) -> None:
    form = sent(company, admin, "invoices")
    assert create(admin, "invoices", form).status_code == 302

    answer = create(admin, "invoices", form | {"_token": "another-form"})

    assert answer.status_code == 422
    assert "This visit already has an invoice" in answer.get_data(as_text=True)
    company.run("UPDATE invoices SET status = ' CANCELLED' WHERE service_id = :id", id=int(form["service_id"]))
    assert create(admin, "invoices", form | {"_token": "another-form"}).status_code == 302


def test_two_who_invoice_one_visit_at_once_make_one_invoice(company: Company, admin: Walker) -> None:
    browsers, form = [a_browser(company, admin) for _ in range(4)], sent(company, admin, "invoices")
    forms = [form | {"_token": f"invoice-number-{n}"} for n in range(4)]

    answers = at_once(*(lambda b=b, f=f: create(b, "invoices", f) for b, f in zip(browsers, forms, strict=True)))

    assert sorted(answer.status_code for answer in answers) == [302, 422, 422, 422]


def test_an_invoice_made_live_again_is_asked_and_one_that_is_paid_is_not(company: Company, admin: Walker) -> None:
    form = sent(company, admin, "invoices")
    create(admin, "invoices", form | {"status": "Cancelled"})
    cancelled = last(company, "invoices")["id"]
    create(admin, "invoices", form | {"_token": "the-live-one"})

    answer = in_place(company, admin, "invoices", cancelled, status="Pending")

    assert answer.status_code == 422
    assert "This visit already has an invoice" in answer.json["error"]
    row = {"id": cancelled, "field": "status", "value": "Pending", "version": company.whole("invoices", cancelled).xmin}
    assert admin.post("/admin/invoices/ajax/update/", row | {"sure": answer.json["sure"]}).status_code == 200
    assert in_place(company, admin, "invoices", cancelled, status="Paid").status_code == 200


def test_an_edit_asks_about_what_it_changes_alone(company: Company, admin: Walker) -> None:
    create(admin, "invoices", sent(company, admin, "invoices"))
    row_id = last(company, "invoices")["id"]
    company.run("UPDATE invoices SET amount = 0 WHERE id = :id", id=row_id)
    url = f"/admin/invoices/edit/?id={row_id}"

    assert admin.post(url, opened_form(admin, url) | {"status": "Overdue"}).status_code == 302
    assert admin.post(url, opened_form(admin, url) | {"amount": "99999"}).status_code == 422
    assert last(company, "invoices")["amount"] == 0


def test_rows_of_a_bulk_change_in_doubt_are_named_and_answered_once(company: Company, admin: Walker) -> None:
    ids = [
        row.id for row in company.rows("SELECT id FROM invoices WHERE amount BETWEEN 100 AND 9000 ORDER BY id LIMIT 3")
    ]
    change = {"action": "set", "field": "amount", "value": "50000"} | company.confirmed("invoices", *ids)
    before = [company.whole("invoices", row_id) for row_id in ids]

    answer = admin.post("/admin/invoices/action/", change)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert len(re.findall(r"details/\?id=\d+\">", page)) == 3
    assert [company.whole("invoices", row_id) for row_id in ids] == before
    asked = form_with(page, "sure") | {"rowid": ids}
    assert admin.post("/admin/invoices/action/", asked | {"value": "60000"}).status_code == 422
    assert admin.post("/admin/invoices/action/", asked).status_code == 302
    assert {company.whole("invoices", row_id).row["amount"] for row_id in ids} == {50000}


def test_a_row_in_doubt_that_somebody_saved_meanwhile_is_a_conflict(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM invoices")
    page = in_bulk(company, admin, "invoices", row_id, amount="70000").get_data(as_text=True)
    company.run("UPDATE invoices SET amount = 5 WHERE id = :id", id=row_id)

    assert admin.post("/admin/invoices/action/", form_with(page, "sure")).status_code == 409
    assert company.whole("invoices", row_id).row["amount"] == 5


def test_what_is_undone_is_not_asked(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT max(id) FROM invoices")
    company.run("UPDATE invoices SET amount = 0 WHERE id = :id", id=row_id)

    token = in_place(company, admin, "invoices", row_id, amount="500").json["undo"]

    assert admin.post("/admin/invoices/undo/", {"token": token}).status_code == 302
    assert company.whole("invoices", row_id).row["amount"] == 0
