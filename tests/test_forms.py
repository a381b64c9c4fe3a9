"""Forms: errors are shown at their field and typed values stay; exactly what was typed is saved."""

from __future__ import annotations

import re

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with
from new_rows import new_row
from permission_table import tables

from homecare.models import business_models


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


EDITABLE = [table for table in tables() if table != "messages"]


@pytest.mark.parametrize("table", EDITABLE)
def test_a_form_sent_back_as_it_came_writes_nothing(company: Company, admin: Walker, table: str) -> None:
    """Of each table a few rows from the oldest to the newest, and one for every column that is NULL somewhere."""
    empty = [
        f"(SELECT max(id) FROM {table} WHERE {c.name} IS NULL)" for c in business_models()[table].__table__.columns
    ]
    ends = [f"(SELECT min(id) FROM {table})", f"(SELECT max(id) FROM {table})"]
    for row in company.rows(f"SELECT DISTINCT unnest(ARRAY[{', '.join(ends + empty)}]) AS id"):
        if row.id is None:
            continue
        before = company.whole(table, row.id)

        answer = admin.post(
            f"/admin/{table}/edit/?id={row.id}", opened_form(admin, f"/admin/{table}/edit/?id={row.id}")
        )

        assert answer.status_code == 302, answer.get_data(as_text=True)
        assert company.whole(table, row.id) == before


ODD = {
    "patients": {
        "address": "Line one\r\nline two",
        "geolocation": "SRID=4326;POINT(0.00001 51.5)",
        "gender": "Unlisted",
    },
    "insurance_claims": {"coverage_amount": "10.005", "submitted_at": "2026-03-09 10:11:12.123456"},
    "visit_services": {"status": "Odd", "scheduled_at": "1850-01-01 00:00"},
    "landing_pages": {"url": "ftp://old.example/page", "notes": "\n  two spaces \n"},
    "international_referrals": {"revenue_share_ratio": "1.23456789"},
    "staff": {"phone": "ext. 12", "email": "not an e-mail"},
    "marketing_leads": {"phone_number": "0911 23", "notes": '"quotes" & <b>marks</b>'},
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
    ("patients", "date_of_birth", "2199-01-01", "in the future"),
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

    answer = admin.visitor.post(
        "/admin/patients/new/", data=raw, content_type=kind, headers={"X-CSRFToken": admin.csrf}
    )

    assert answer.status_code == 302
    stored = company.scalar("SELECT full_name FROM patients ORDER BY id DESC LIMIT 1")
    assert stored == "Hana%ED%A0%80"


@pytest.mark.parametrize(("lat", "lon", "word"), [
    ("51.5", "0.1", "not in Ethiopia"), ("9.02", "1e2", "degrees"),
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


def test_what_is_taken_is_told_beside_all_else_that_is_wrong(company: Company, admin: Walker) -> None:
    owner = company.rows("SELECT id, phone_number FROM patients WHERE phone_number IS NOT NULL LIMIT 1")[0]
    form = opened_form(admin, "/admin/patients/new/") | {"phone_number": owner.phone_number, "email": "hana@"}

    page = admin.post("/admin/patients/new/", form).get_data(as_text=True)

    assert "needed" in error_at(page, "full_name")
    assert "e-mail" in error_at(page, "email")
    assert "already has this phone number" in error_at(page, "phone_number")
    assert f'href="/admin/patients/details/?id={owner.id}" target="_blank"' in page


def test_a_row_is_no_double_of_itself(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM patients WHERE phone_number IS NOT NULL")
    url = f"/admin/patients/edit/?id={row_id}"

    page = admin.post(url, opened_form(admin, url) | {"email": "hana@"}).get_data(as_text=True)

    assert "e-mail" in error_at(page, "email")
    assert "already" not in page


def test_a_place_copied_from_a_map_may_have_more_digits_than_it_knows(company: Company, admin: Walker) -> None:
    sent = {"full_name": "Place Copied", "geolocation-lat": "9.02273689999999", "geolocation-lon": "38.746812345678"}

    answer = admin.post("/admin/patients/new/", opened_form(admin, "/admin/patients/new/") | sent)

    assert answer.status_code == 302
    stored = "SELECT ST_AsText(geolocation) FROM patients WHERE full_name = 'Place Copied'"
    assert company.scalar(stored) == "POINT(38.746812 9.022737)"


def test_another_one_begins_with_what_the_first_began_with(company: Company, admin: Walker) -> None:
    patient_id = company.scalar("SELECT min(id) FROM patients")
    url = f"/admin/visit_services/new/?patient_id={patient_id}&url=/admin/"

    answer = admin.post(url, opened_form(admin, url) | {"_then": "add"})

    assert answer.location == f"/admin/visit_services/new/?patient_id={patient_id}&url=/admin/"
    assert opened_form(admin, answer.location)["patient_id"] == str(patient_id)


@pytest.mark.parametrize(("typed", "column"), [("Chaltu Girma", "full_name"), ("0911 000 765", "phone_number")])
def test_what_a_picker_did_not_find_begins_the_new_record(admin: Walker, typed: str, column: str) -> None:
    assert opened_form(admin, f"/admin/patients/new/?picker=picker-1&named={typed}")[column] == typed


def test_a_parent_that_is_not_there_begins_nothing(admin: Walker) -> None:
    assert opened_form(admin, "/admin/visit_services/new/?patient_id=99999999")["patient_id"] == ""


def test_a_name_in_two_columns_is_begun_in_both(admin: Walker) -> None:
    form = opened_form(admin, "/admin/staff/new/?named=Chaltu Girma Hailu")

    assert (form["first_name"], form["last_name"]) == ("Chaltu", "Girma Hailu")


def test_a_picker_tells_what_a_member_of_staff_does_and_that_they_are_away(company: Company, admin: Walker) -> None:
    away = company.rows("SELECT first_name, last_name, role FROM staff WHERE status = 'On Leave' LIMIT 1")[0]
    name = f"{away.first_name} {away.last_name}"

    found = admin.get(f"/admin/visit_services/ajax/lookup/?name=staff_id&query={name}").get_json()

    assert found[0][1].startswith(f"{name} · {away.role} · On Leave")
    assert "Active" not in admin.get("/admin/visit_services/ajax/lookup/?name=staff_id").get_data(as_text=True)


def test_a_new_form_shows_the_defaults_and_what_a_section_is_about(admin: Walker) -> None:
    assert opened_form(admin, "/admin/events/new/")["is_free_service"] == "0"
    assert opened_form(admin, "/admin/marketing_budgets/new/")["spent_amount"] == "0.00"
    assert "Nothing is sent from here." in admin.get("/admin/messages/new/").get_data(as_text=True)


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


@pytest.mark.parametrize("way", ["ajax/update", "action"])
def test_one_cell_that_is_needed_is_not_emptied(company: Company, admin: Walker, way: str) -> None:
    row_id = company.scalar("SELECT min(id) FROM visit_services")
    before = company.whole("visit_services", row_id)
    sent = {"id": row_id, "rowid": row_id, "action": "set", "version": before.xmin}

    answer = admin.post(
        f"/admin/visit_services/{way}/",
        sent | company.confirmed("visit_services", row_id) | {"field": "patient_id", "value": " "},
    )

    assert answer.status_code == 422
    assert "needed" in answer.get_data(as_text=True)
    assert company.whole("visit_services", row_id) == before


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
