"""Unique columns treat as equal what people do, and roles are compared in one way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from homecare.access.policy import folded

TAKEN = "Another row already has this value"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def create(walker: Walker, table: str, values: dict[str, str]) -> Any:
    return walker.post(f"/admin/{table}/new/", opened_form(walker, f"/admin/{table}/new/") | values)


@pytest.mark.parametrize(("table", "column", "stored", "typed"), [
    ("lead_sources", "name", "ፀሐይ Radio", "ጸሀይ  radio"),
    ("lead_sources", "name", "Zu\u0308rich", "ZÜRICH"),
    ("marketing_platforms", "name", "D’Almeida", "D'Almeida"),
    ("marketing_platforms", "name", "Two Words", "Two\u00a0 Words"),
    ("patients", "email", "Hana@Example.com", "hana@example.com"),
    ("marketing_leads", "email", "Sara@Example.com", "SARA@example.com"),
    ("staff", "email", "Upper@Example.com", "upper@EXAMPLE.com"),
])  # fmt: skip
def test_another_way_of_writing_is_taken_where_a_column_is_unique(
    company: Company, table: str, column: str, stored: str, typed: str
) -> None:
    named = {"patients": "full_name", "marketing_leads": "full_name", "staff": "first_name, last_name"}.get(table)
    extra = ", 'A'" * (len(named.split(",")) if named else 0)
    company.run(f"INSERT INTO {table} ({column}{f', {named}' if named else ''}) VALUES (:stored{extra})", stored=stored)
    size = company.size(table)
    names = {"full_name": "Hana Girma", "first_name": "Hana", "last_name": "Girma"} if named else {}

    answer = create(company.as_("Admin"), table, {**names, column: typed})

    assert answer.status_code in (409, 422)
    assert TAKEN in answer.get_data(as_text=True)
    assert company.size(table) == size


def test_renaming_into_another_way_of_writing_is_refused_and_ones_own_is_not(company: Company) -> None:
    admin = company.as_("Admin")
    company.run("INSERT INTO lead_sources (id, name) VALUES (9001, 'Café'), (9002, 'Other')")
    url = "/admin/lead_sources/edit/?id="

    refused = admin.post(f"{url}9002", opened_form(admin, f"{url}9002") | {"name": "CAFE"})
    taken = admin.post(f"{url}9001", opened_form(admin, f"{url}9001") | {"name": "CAFE"})

    assert TAKEN in refused.get_data(as_text=True)
    assert taken.status_code == 302
    assert company.rows("SELECT name FROM lead_sources WHERE id > 9000 ORDER BY id") == [("CAFE",), ("Other",)]


def test_addresses_that_differ_by_an_accent_are_two_people(company: Company) -> None:
    company.run("INSERT INTO patients (full_name, email) VALUES ('José', 'josé@example.com')")

    answer = create(company.as_("Admin"), "patients", {"full_name": "Jose", "email": "jose@example.com"})

    assert answer.status_code == 302


def test_an_address_is_stored_in_lower_case(company: Company) -> None:
    values = {"first_name": "Sara", "last_name": "Tesfaye", "email": "Sara.T@Example.COM"}

    create(company.as_("Admin"), "staff", values)

    assert company.scalar("SELECT email FROM staff WHERE lower(email) = 'sara.t@example.com'") == "sara.t@example.com"


def test_of_two_who_write_the_same_at_once_one_is_refused(company: Company) -> None:
    admin = company.as_("Admin")
    names = ["Hälfte", "halfte", "HÄLFTE", "Ha\u0308lfte", "hÄlfte", "Halfte"]
    forms = [opened_form(admin, "/admin/lead_sources/new/") | {"name": name} for name in names]

    with ThreadPoolExecutor(len(forms)) as pool:
        answers = list(pool.map(lambda form: admin.post("/admin/lead_sources/new/", form).status_code, forms))

    assert sorted(answers)[0] == 302
    assert company.scalar("SELECT count(*) FROM lead_sources WHERE dashboard.fold(name) = 'halfte'") == 1


@example("İ")
@example("ẞ straße")
@example("\u00a0Admin\u2003\x1f")
@example("ΣΑΣ ςσ")
@example("ǅ ﬁ K")
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_role_is_folded_alike_in_python_and_in_the_database(owner_engine: Engine, word: str) -> None:
    with owner_engine.connect() as connection:
        assert connection.scalar(text("SELECT dashboard.plain_word(:word)"), {"word": word}) == folded(word)


def test_a_role_written_with_spaces_and_capitals_is_counted_as_it_is_admitted(company: Company) -> None:
    company.run("UPDATE staff SET role = E'\\u00a0NURSE\\t' WHERE email = 'nurse@homecare.example'")
    key = company.scalar("SELECT id FROM staff WHERE email = 'nurse@homecare.example'")

    page = company.as_("Admin").get("/admin/staff/", **{"is": "unknown_role", "id__eq": str(key)})

    assert company.as_("Nurse").get("/admin/patients/").status_code == 200
    assert f'data-id="{key}"' not in page.get_data(as_text=True)
