"""Exports as workbooks: real days and numbers, text that stays text, and nothing a role may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from conftest import Visitor
from openpyxl import load_workbook
from sqlalchemy import Engine, insert, text

from homecare.admin.list import workbook
from homecare.models import Invoice, Patient, Visit

AsRole = Callable[..., Visitor]
PATIENTS = "/admin/patients/export/xlsx/"
FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://evil.example")']


@pytest.fixture(scope="module", autouse=True)
def _rows(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        values = {
            "full_name": "Hana O'Hara በቀለ",
            "phone_number": "+251911234567",
            "date_of_birth": date(1950, 3, 9),
            "created_at": datetime(2026, 3, 9, 21, 30),
            "fayda_id": "999912345678",
        }
        patient = connection.execute(insert(Patient).values(values).returning(Patient.id)).scalar_one()
        visit = connection.execute(insert(Visit).values(patient_id=patient).returning(Visit.id)).scalar_one()
        paid = {"patient_id": patient, "service_id": visit, "amount": Decimal("1250.50"), "status": "Paid"}
        connection.execute(insert(Invoice).values(paid))
        connection.execute(insert(Patient), [{"full_name": formula} for formula in FORMULAS])


def sheet(visitor: Visitor, url: str) -> Any:
    answer = visitor.get(url)
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return load_workbook(BytesIO(answer.data)).worksheets[0]


def test_values_keep_their_kind(as_role: AsRole) -> None:
    columns = "full_name,phone_number,date_of_birth,created_at,email"

    found = sheet(as_role("Manager"), f"{PATIENTS}?columns={columns}&search=hana")

    assert [cell.value for cell in found[1]] == ["Full name", "Phone number", "Date of birth", "Created", "Email"]
    name, phone, born, created, email = found[2]
    assert (name.value, phone.value, phone.data_type) == ("Hana O'Hara በቀለ", "+251911234567", "s")
    assert (born.value, born.is_date, born.number_format) == (datetime(1950, 3, 9), True, "yyyy-mm-dd")
    assert created.value == datetime(2026, 3, 10, 0, 30), "Addis time"
    assert email.value is None


def test_money_is_a_number_and_a_relation_its_name(as_role: AsRole) -> None:
    found = sheet(as_role("Finance"), "/admin/invoices/export/xlsx/?columns=patient_id,amount,status")

    assert [cell.value for cell in found[2]] == ["Hana O'Hara በቀለ", 1250.5, "Paid"]
    assert found[2][1].number_format == "#,##0.00"


def test_the_head_is_bold_and_stays(as_role: AsRole) -> None:
    found = sheet(as_role("Manager"), PATIENTS)

    assert found.title == "Patients"
    assert found.freeze_panes == "A2"
    assert all(cell.font.bold for cell in found[1])
    assert not found[2][0].font.bold


def test_text_that_looks_like_a_formula_is_quoted_text(as_role: AsRole) -> None:
    found = sheet(as_role("Manager"), f"{PATIENTS}?columns=full_name&sort=full_name")

    cells = [row[0] for row in found.iter_rows(min_row=2) if row[0].value in FORMULAS]
    assert sorted(cell.value for cell in cells) == sorted(FORMULAS)
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_what_a_role_does_not_see_in_the_clear_is_not_in_the_file(as_role: AsRole, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(
            text("INSERT INTO dashboard.grants (role, resource, action) VALUES ('Finance', 'patients', 'export')")
        )
    finance = as_role("Finance")

    heads = [cell.value for cell in sheet(finance, PATIENTS)[1]]

    assert "Full name" in heads
    assert not {"Phone number", "Fayda number", "Place"} & set(heads)


def test_only_chosen_columns_leave_in_their_order(as_role: AsRole) -> None:
    found = sheet(as_role("Manager"), f"{PATIENTS}?columns=gender,full_name")

    assert [cell.value for cell in found[1]] == ["Gender", "Full name"]


def test_a_file_may_go_on_on_another_sheet(as_role: AsRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 4)

    book = load_workbook(BytesIO(as_role("Manager").get(f"{PATIENTS}?columns=full_name").data))

    assert book.sheetnames == ["Patients", "Patients 2"]
    assert [len(list(each.iter_rows())) for each in book] == [4, 4]


def test_characters_no_workbook_can_hold_are_left_out(as_role: AsRole, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO events (title) VALUES (E'Open\\x07 day')"))

    assert sheet(as_role("Manager"), "/admin/events/export/xlsx/?columns=title")["A2"].value == "Open day"


def test_an_empty_list_is_a_head_alone(as_role: AsRole) -> None:
    found = sheet(as_role("Manager"), f"{PATIENTS}?full_name__eq=Nobody")

    assert found.max_row == 1


def test_an_export_is_written_down_before_it_leaves(as_role: AsRole, owner_engine: Engine) -> None:
    manager = as_role("Manager")
    manager.get(f"{PATIENTS}?gender__eq=Female")

    with owner_engine.connect() as connection:
        read = connection.execute(text("SELECT kind, resource, reason FROM dashboard.reads WHERE staff_id = :me"),
                                  {"me": manager.staff_id}).one()  # fmt: skip
    assert tuple(read) == ("export", "patients", "?gender__eq=Female")


@pytest.mark.parametrize(("role", "url", "status"), [
    ("Nurse", PATIENTS, 403),
    ("Auditor", PATIENTS, 403),
    ("Manager", "/admin/patients/export/pdf/", 404),
    ("Manager", f"{PATIENTS}?columns=no_such", 400),
])  # fmt: skip
def test_an_export_that_is_not_to_be_had_is_refused(as_role: AsRole, role: str, url: str, status: int) -> None:
    assert as_role(role).get(url).status_code == status
