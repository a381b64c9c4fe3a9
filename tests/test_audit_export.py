"""The audit as a file: the entries of the page, safe to open, and recorded before it is sent."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from clusters import Database
from doors import Company
from openpyxl import load_workbook
from permission_table import roles
from test_audit_page import own

from homecare.local.initialise import SERVING

FILE = "/admin/audit/export/{}/?resource__eq=visit_services&staff_id__eq=4242"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def visits(company: Company) -> list[Any]:
    """Two changed visits and their patients, newest first."""
    found = company.rows("SELECT id, patient_id FROM visit_services ORDER BY id LIMIT 2")
    for visit in found:
        own(company, f"UPDATE visit_services SET check_out_time = now() WHERE id = {visit.id}")
    return found[::-1]


def rows_of(text: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(text.removeprefix("\ufeff")))]


def test_a_csv_has_the_entries_of_the_page(company: Company, visits: list[Any]) -> None:
    head, *rows = rows_of(company.as_("Auditor").get(FILE.format("csv")).text)

    assert head == ["When", "Who", "What", "Of what", "Columns", "More"]
    assert [row[3] for row in rows[:2]] == [f"Visit #{visit.id}" for visit in visits]
    assert len(rows) == company.scalar("SELECT count(*) FROM dashboard.changes WHERE staff_id = 4242")


def test_a_workbook_has_the_same_texts(company: Company, visits: list[Any]) -> None:
    auditor = company.as_("Auditor")
    book = load_workbook(io.BytesIO(auditor.get(FILE.format("xlsx")).data))
    cells = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]

    assert cells == rows_of(auditor.get(FILE.format("csv")).text)


def test_no_cell_is_a_live_formula(company: Company) -> None:
    company.run(
        "INSERT INTO dashboard.reads (staff_id, staff_name, kind, resource, row_id, ids, reason) "
        "VALUES (4242, '=cmd()', 'reveal', 'patients', '1', '{1}', '@SUM(1)')"
    )

    (row,) = rows_of(company.as_("Auditor").get("/admin/audit/export/csv/?log=reads&staff_id__eq=4242").text)[1:]

    assert row[1] == "'=cmd()"


@pytest.mark.parametrize("export_type", ["csv", "xlsx"])
def test_what_cannot_be_written_down_is_not_sent(company: Company, visits: list[Any], export_type: str) -> None:
    auditor = company.as_("Auditor")
    company.run(f"REVOKE INSERT ON dashboard.reads FROM {SERVING}")
    try:
        answer = auditor.get(FILE.format(export_type))
    finally:
        company.run(f"GRANT INSERT ON dashboard.reads TO {SERVING}")

    assert answer.status_code == 503
    assert "could not be recorded" in answer.text


def test_a_file_is_a_read_of_those_in_it(company: Company, visits: list[Any]) -> None:
    auditor = company.as_("Auditor")
    company.run("TRUNCATE dashboard.reads")

    auditor.get(FILE.format("csv"))

    found = company.rows("SELECT resource, ids FROM dashboard.reads WHERE kind = 'export' AND ids <> '{}'")
    ids = {row.resource: set(row.ids) for row in found}
    assert ids["visit_services"] == {visit.id for visit in visits}
    assert ids["patients"] == {visit.patient_id for visit in visits}


@pytest.mark.parametrize("role", [role for role in roles() if role not in ("Admin", "Manager", "Auditor")])
def test_nobody_else_gets_a_file(company: Company, role: str) -> None:
    walker = company.as_(role)

    with company.one_denial(walker, "page:audit"):
        assert walker.get(FILE.format("csv")).status_code == 403
