"""Forms: what is refused is said at its field and what was typed stays; what is saved is what was typed, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened
from flask import Flask
from forms import form_with
from new_rows import new_row
from permission_table import tables
from sqlalchemy import Engine

from homecare.models import business_models


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


@pytest.fixture
def admin(company: Company) -> Walker:
    return company.as_("Admin")


def opened_form(walker: Walker, url: str) -> dict[str, str]:
    return form_with(walker.get(url).get_data(as_text=True), "_token")


EDITABLE = [table for table in tables() if table != "messages"]


@pytest.mark.parametrize("table", EDITABLE)
def test_a_form_sent_back_as_it_came_writes_nothing(company: Company, admin: Walker, table: str) -> None:
    """Of each table a few rows from the oldest to the newest, and one for every column that is NULL somewhere."""
    empty = [f"(SELECT max(id) FROM {table} WHERE {c.name} IS NULL)" for c in business_models()[table].__table__.columns]
    ends = [f"(SELECT min(id) FROM {table})", f"(SELECT max(id) FROM {table})"]
    for row in company.rows(f"SELECT DISTINCT unnest(ARRAY[{', '.join(ends + empty)}]) AS id"):
        if row.id is None:
            continue
        before = company.whole(table, row.id)

        answer = admin.post(f"/admin/{table}/edit/?id={row.id}", opened_form(admin, f"/admin/{table}/edit/?id={row.id}"))

        assert answer.status_code == 302, answer.get_data(as_text=True)
        assert company.whole(table, row.id) == before


ODD = {
    "patients": {"address": "Line one\r\nline two", "geolocation": "SRID=4326;POINT(0.00001 51.5)", "gender": "Unlisted"},
    "insurance_claims": {"coverage_amount": "10.005", "submitted_at": "2026-03-09 10:11:12.123456"},
    "visit_services": {"status": "Odd", "scheduled_at": "1850-01-01 00:00"},
    "landing_pages": {"url": "ftp://old.example/page", "notes": "\n  two spaces \n"},
    "international_referrals": {"revenue_share_ratio": "1.23456789"},
    "staff": {"phone": "ext. 12", "email": "not an e-mail"},
    "marketing_leads": {"phone_number": "0911 23", "notes": "\"quotes\" & <b>marks</b>"},
}


@pytest.mark.parametrize("table", ODD)
def test_a_stored_value_the_form_would_not_take_is_kept(company: Company, admin: Walker, table: str) -> None:
    row_id = company.scalar(f"SELECT max(id) - 1 FROM {table}")
    setting = ", ".join(f"{column} = :{column}" for column in ODD[table])
    company.run(f"UPDATE {table} SET {setting} WHERE id = :id", id=row_id, **ODD[table])
    before, url = company.whole(table, row_id), f"/admin/{table}/edit/?id={row_id}"

    answer = admin.post(url, opened_form(admin, url))

    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert company.whole(table, row_id) == before


def test_a_page_with_a_column_named_url_goes_back_where_one_came_from(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM landing_pages")
    url = f"/admin/landing_pages/edit/?id={row_id}&url=/admin/landing_pages/%3Fsort%3Dname"
    before = company.whole("landing_pages", row_id)

    answer = admin.post(url, opened_form(admin, url))

    assert (answer.status_code, answer.location) == (302, "/admin/landing_pages/?sort=name")
    assert company.whole("landing_pages", row_id) == before


# What is typed into a column of a table, and a word of the sentence that refuses it.
REFUSED = [
    ("invoices", "amount", "NaN", "number"),
    ("invoices", "amount", "Infinity", "number"),
    ("invoices", "amount", "1e5", "number"),
    ("invoices", "amount", "-1", "zero or more"),
    ("invoices", "amount", "1.234", "2 decimals"),
    ("international_referrals", "revenue_share_ratio", "1.5", "0 to 1"),
    ("landing_pages", "conversion_rate", "101", "0 to 100"),
    ("landing_pages", "url", "javascript:alert(1)", "https://"),
    ("marketing_budgets", "allocated_amount", "99999999999999", "too large"),
    ("ngo_networks", "referral_count", "99999999999", "whole number"),
    ("patients", "date_of_birth", "10000-01-01", "such as"),
    ("patients", "date_of_birth", "2026-02-30", "calendar"),
    ("patients", "date_of_birth", "0001-01-01", "1900"),
    ("visit_services", "scheduled_at", "10000-01-01T10:00", "such as"),
    ("patients", "full_name", "Hana\x00Girma", "characters"),
    ("patients", "full_name", "H" * 256, "255"),
    ("patients", "full_name", "   ", "needed"),
    ("patients", "gender", "Robot", "choices"),
    ("patients", "phone_number", "12", "phone"),
    ("patients", "email", "hana@", "e-mail"),
    ("patients", "fayda_id", "123", "digits"),
    ("patients", "registered_by_staff_id", "999999", "does not exist"),
    ("patients", "registered_by_staff_id", "abc", "digits"),
    ("patients", "registered_by_staff_id", "1,2", "digits"),
    ("patients", "registered_by_staff_id", "18446744073709551616", "digits"),
    ("patients", "registered_by_staff_id", "0", "digits"),
]


def error_at(page: str, column: str) -> str:
    found = re.search(rf'id="{column}-error"[^>]*>([^<]+)<', page)
    assert found, f"nothing is said at {column}"
    return found[1]


@pytest.mark.parametrize(("table", "column", "typed", "word"), REFUSED)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    company: Company, admin: Walker, table: str, column: str, typed: str, word: str
) -> None:
    before = company.size(table)
    form = opened_form(admin, f"/admin/{table}/new/") | new_row(company, "Admin", table) | {column: typed}

    answer = admin.post(f"/admin/{table}/new/", form)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert word in error_at(page, column)
    assert form_with(page, "_token")[column].replace("\ufffd", "\x00") == typed
    assert company.size(table) == before


def test_half_a_letter_is_not_stored(company: Company, admin: Walker) -> None:
    """The bytes of a lone surrogate are no UTF-8: they arrive as they were escaped."""
    form = opened_form(admin, "/admin/patients/new/")
    raw = f"_token={form['_token']}&full_name=Hana%ED%A0%80".encode()
    kind = "application/x-www-form-urlencoded"

    answer = admin.visitor.post("/admin/patients/new/", data=raw, content_type=kind, headers={"X-CSRFToken": admin.csrf})

    assert answer.status_code == 302
    stored = company.scalar("SELECT full_name FROM patients ORDER BY id DESC LIMIT 1")
    assert stored == "Hana%ED%A0%80"


@pytest.mark.parametrize(("lat", "lon", "word"), [
    ("38.76", "8.98", "swapped"), ("91", "38", "-90 to 90"), ("9", "", "both"), ("NaN", "38", "number"),
])  # fmt: skip
def test_a_place_out_of_the_country_is_asked_about(admin: Walker, lat: str, lon: str, word: str) -> None:
    form = opened_form(admin, "/admin/patients/new/") | {"full_name": "Hana"}

    answer = admin.post("/admin/patients/new/", form | {"geolocation-lat": lat, "geolocation-lon": lon})

    assert answer.status_code == 422
    assert word in error_at(answer.get_data(as_text=True), "geolocation")


@pytest.mark.parametrize("row_id", ["abc", "1,2", "18446744073709551616", "-1", "0", "", "1%00", "٣", "1e3", " 1"])
@pytest.mark.parametrize("page", ["details", "edit", "delete"])
def test_an_id_that_is_none_is_not_found(admin: Walker, page: str, row_id: str) -> None:
    assert admin.get(f"/admin/patients/{page}/?id={row_id}").status_code == 404


def test_a_unique_field_left_empty_is_stored_as_null(company: Company, admin: Walker) -> None:
    for name in ("Hana One", "Hana Two"):
        form = opened_form(admin, "/admin/patients/new/") | {"full_name": name, "email": " ", "fayda_id": ""}
        assert admin.post("/admin/patients/new/", form).status_code == 302

    made = company.rows("SELECT email, fayda_id, phone_number FROM patients WHERE full_name LIKE 'Hana _w_' OR "
                        "full_name = 'Hana One'")  # fmt: skip
    assert [tuple(row) for row in made] == [(None, None, None)] * 2


def test_a_taken_value_is_told_at_its_field(company: Company, admin: Walker) -> None:
    taken = company.scalar("SELECT email FROM staff ORDER BY id LIMIT 1")
    form = opened_form(admin, "/admin/staff/new/") | new_row(company, "Admin", "staff") | {"email": taken}

    answer = admin.post("/admin/staff/new/", form)

    assert answer.status_code == 422
    assert "already" in error_at(answer.get_data(as_text=True), "email")


@pytest.mark.parametrize("field", ["geolocation", "api_key"])
def test_one_cell_that_is_made_of_more_is_not_emptied_by_accident(company: Company, admin: Walker, field: str) -> None:
    table = "patients" if field == "geolocation" else "marketing_platforms"
    company.run("UPDATE marketing_platforms SET api_key = 'ciphertext'")
    row_id = company.scalar(f"SELECT min(id) FROM {table} WHERE {field} IS NOT NULL")
    before = company.whole(table, row_id)
    value = "9.02" if field == "geolocation" else ""

    answer = admin.post(
        f"/admin/{table}/ajax/update/", {"id": row_id, "field": field, "value": value, "version": before.xmin}
    )

    assert answer.status_code == 422
    assert company.whole(table, row_id) == before


@pytest.mark.parametrize("hostile", [
    "http:/evil.example", "http:evil.example", "http://localhost\\@evil.example", "//evil.example", "/\\evil.example",
    "https://evil.example", "/%09/evil.example", "\t//evil.example", "javascript:alert(1)", "///evil.example", "/\n/x",
    "/\u2028/evil.example",
])  # fmt: skip
def test_no_form_sends_a_person_to_another_site(company: Company, admin: Walker, hostile: str) -> None:
    form = opened_form(admin, "/admin/lead_sources/new/") | new_row(company, "Admin", "lead_sources")

    answer = admin.post("/admin/lead_sources/new/", form | {"url": hostile})

    assert answer.status_code == 302
    assert answer.location.startswith("/admin/lead_sources/details/") or answer.location == "/%09/evil.example"


def gone_with(company: Company, patient_id: int) -> dict[str, int]:
    """What the database itself takes along, found by doing it and taking it back."""
    names = [table for table in tables() if table != "patients"]
    with company.engine.connect() as connection:
        count: Callable[[], dict[str, int]] = lambda: {  # noqa: E731
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names
        }
        before = count()
        connection.exec_driver_sql(f"DELETE FROM patients WHERE id = {patient_id}")
        after = count()
        connection.rollback()
    return {name: before[name] - after[name] for name in names if before[name] != after[name]}


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


def by_form(admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    return admin.post(url, opened_form(admin, url) | {field: value})


def in_place(admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    return admin.post(
        f"/admin/{table}/ajax/update/", {"id": row_id, "field": field, "value": value, "version": version}
    )


def in_bulk(admin: Walker, table: str, row_id: int, field: str, value: str, version: str) -> Any:
    sent = {"action": "set", "confirmed": "1", "rowid": row_id, "field": field, "value": value}
    return admin.post(f"/admin/{table}/action/", sent)


@pytest.mark.parametrize("way", [by_form, in_place, in_bulk])
@pytest.mark.parametrize(("table", "status", "reached", "time", "back"), PAIRS)
def test_a_status_and_its_time_move_together(
    company: Company, admin: Walker, table: str, status: str, reached: str, time: str, back: str, way: Any
) -> None:
    row_id = company.scalar(f"SELECT max(id) FROM {table}" + (" WHERE staff_id > 0" if table == "visit_services" else ""))
    extra = ", check_out_time = NULL" if table == "visit_services" else ""
    company.run(f"UPDATE {table} SET {status} = :back, {time} = NULL{extra} WHERE id = :id", back=back, id=row_id)

    for value, is_set in ((reached, True), (back, False)):
        answer = way(admin, table, row_id, status, value, company.whole(table, row_id).xmin)
        assert answer.status_code in (200, 302)
        now = company.whole(table, row_id).row
        assert (now[status], now[time] is not None) == (value, is_set)

    if table != "insurance_claims":
        assert way(admin, table, row_id, time, "2026-09-01T10:00", company.whole(table, row_id).xmin).status_code < 400
        assert company.whole(table, row_id).row[status] == reached
