"""A form value sent back unchanged is not written, not validated, and changes no status time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from clusters import Database
from doors import Company, Walker, opened_form

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


DAY = "2026-03-09 06:00"
# A status that another application wrote with stray spaces, and the times that a change of status would take.
HELD = [
    ("visit_services", "status", "Scheduled ", {"check_in_time": DAY, "check_out_time": DAY}),
    ("visit_services", "status", " In  Progress", {"check_in_time": DAY}),
    ("invoices", "status", "Overdue ", {"paid_at": DAY}),
    ("marketing_leads", "status", "Old\tword", {"converted_to_patient_at": DAY}),
    ("staff", "role", "admin ", {}),
    ("patients", "gender", "female ", {}),
]  # fmt: skip


@pytest.mark.parametrize("strips", [False, True], ids=["as it is", "as a browser strips it"])
@pytest.mark.parametrize(("table", "column", "word", "times"), HELD)
def test_a_choice_with_stray_spaces_keeps_its_times(
    company: Company, admin: Walker, table: str, column: str, word: str, times: dict[str, str], strips: bool
) -> None:
    row_id = company.scalar(f"SELECT max(id) - 3 FROM {table}")
    setting = ", ".join(f"{name} = :{name}" for name in (column, *times))
    company.run(f"UPDATE {table} SET {setting} WHERE id = :id", id=row_id, **{column: word}, **times)
    before, url = company.whole(table, row_id), f"/admin/{table}/edit/?id={row_id}"
    form = opened_form(admin, url)
    assert form[column] == word

    answer = admin.post(url, form | ({column: " ".join(word.split())} if strips else {}))

    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert company.whole(table, row_id) == before


def test_every_option_of_a_select_says_its_value() -> None:
    """Where it says none the browser sends its words instead, without the spaces around them."""
    found = [
        (path.name, option)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for option in re.findall(r"<option[^>]*>", path.read_text())
        if "value=" not in option
    ]
    assert found == []


# What a column holds, and what the browser sends of it.
SENT = [
    ("landing_pages", "notes", "One\r\nTwo\rThree\n", "One\r\nTwo\r\nThree\r\n"),
    ("patients", "full_name", "Hana\nGirma", "HanaGirma"),
    ("patients", "full_name", "Hana \u200bGirma ", "Hana \u200bGirma "),
    ("patients", "full_name", "Zu\u0308rich", "Z\u00fcrich"),
    ("patients", "email", " Hana@EXAMPLE.com ", "Hana@EXAMPLE.com"),
    ("landing_pages", "url", "ftp://old.example \n", "ftp://old.example"),
    ("patients", "phone_number", "0911234567 ext 5", "0911234567 ext 5"),
    ("patients", "phone_number", "+251 911-23-45-67", "0911 234 567"),
]


@pytest.mark.parametrize(("table", "column", "held", "sent"), SENT)
def test_what_the_browser_does_to_a_text_is_no_change(
    company: Company, admin: Walker, table: str, column: str, held: str, sent: str
) -> None:
    row_id = company.scalar(f"SELECT max(id) - 2 FROM {table}")
    company.run(f"UPDATE {table} SET {column} = :held WHERE id = :id", id=row_id, held=held)
    before, url = company.whole(table, row_id), f"/admin/{table}/edit/?id={row_id}"

    answer = admin.post(url, opened_form(admin, url) | {column: sent})

    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert company.whole(table, row_id) == before


@pytest.mark.parametrize("surface", ["edit", "ajax/update", "action"])
@pytest.mark.parametrize(
    ("table", "column"),
    [("staff", "role"), ("staff", "status"), ("patients", "patient_code"), ("patients", "full_name")],
)
def test_a_needed_column_is_not_said_to_be_emptied(
    company: Company, admin: Walker, table: str, column: str, surface: str
) -> None:
    """Its default would be what a new row takes; a saved one kept what it had, and the page said that it was saved."""
    row_id = company.scalar(f"SELECT max(id) FROM {table}")
    before, form = company.whole(table, row_id), opened_form(admin, f"/admin/{table}/edit/?id={row_id}")
    one = {"id": row_id, "rowid": row_id, "action": "set", "field": column, "value": "", "version": form["_version"]}

    answer = admin.post(f"/admin/{table}/{surface}/?id={row_id}", form | {column: ""} if surface == "edit" else one)

    assert answer.status_code == 422
    assert "needed" in answer.get_data(as_text=True)
    assert company.whole(table, row_id) == before


def test_a_new_row_takes_the_default_of_what_is_left_empty(company: Company, admin: Walker) -> None:
    form = opened_form(admin, "/admin/patients/new/") | {"full_name": "Code By Default", "patient_code": " "}

    assert admin.post("/admin/patients/new/", form).status_code == 302
    assert company.scalar("SELECT patient_code FROM patients WHERE full_name = 'Code By Default'").startswith("HHC-")
