"""Files that leave: readable by a spreadsheet, harmless in it, of the list's rows, in a stream."""

from __future__ import annotations

import csv
import gc
import io
import re
from typing import Any

import pytest
from clusters import Database
from doors import Company

from homecare.admin import exporter
from homecare.queries.values import parse_phone


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def export(company: Company, words: str, table: str = "patients", role: str = "Admin") -> list[list[str]]:
    answer = company.as_(role).get(f"/admin/{table}/export/csv/?{words}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"), newline="")))


def test_a_file_begins_with_the_mark_that_says_utf_8(company: Company) -> None:
    answer = company.as_("Admin").get("/admin/lead_sources/export/csv/")

    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lead_sources.csv"'


LIVE = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "=HYPERLINK(\"http://evil.example\")",
        "+251911A", "-", "--1", "\n=1", "Bole;=1+1", "Bole\n=1+1", "Bole; @SUM(A1)", "=1;=1",
        "Bole\t+251911A"]  # fmt: skip


@pytest.mark.parametrize("formula", LIVE)
def test_no_cell_is_a_live_formula(company: Company, formula: str) -> None:
    row_id = company.scalar("SELECT min(id) FROM patients")
    company.run("UPDATE patients SET address = :f WHERE id = :id", f=formula, id=row_id)

    ((_, cell),) = export(company, f"columns=id,address&id__eq={row_id}")[1:]

    assert cell.replace("'", "") == formula
    # A spreadsheet of another region ends a cell at a semicolon or a tab, and a line wherever it is.
    pieces = [piece.strip(" ") for piece in re.split(r"[;\t\r\n]", cell)]
    assert [piece for piece in pieces if piece.startswith(("=", "+", "-", "@", "＝"))] == []


@pytest.mark.parametrize(
    "harmless",
    ["-12.5", "+251911234567", "Bole - house 4", "a=b", "ሐና ግርማ", "1,5", 'say "yes"', "0911; +251922334455; -3", "a;b"],
)
def test_a_harmless_cell_stays_as_it_is(company: Company, harmless: str) -> None:
    row_id = company.scalar("SELECT min(id) FROM patients")
    company.run("UPDATE patients SET address = :text WHERE id = :id", text=harmless, id=row_id)

    assert export(company, f"columns=address&id__eq={row_id}")[1:] == [[harmless]]


def test_phones_stay_readable(company: Company) -> None:
    phones = {parse_phone(row[0]) for row in export(company, "columns=phone_number&phone_number__isnull=0")[1:]}

    assert phones == {
        row[0] for row in company.rows("SELECT phone_number FROM patients WHERE phone_number IS NOT NULL")
    }


SPREADSHEET_DROPS = re.compile(r"[+-]?\d+")
SURVIVE = [
    ("phone_number", "+251911000111", "0911 000 111"), ("phone_number", "0911000111", "0911 000 111"),
    ("phone_number", "+442079460958", "+44 20 7946 0958"), ("phone_number", "+12025550147", "+1 202 555 0147"),
    ("fayda_id", "9999000011112222", "9999 0000 1111 2222"), ("fayda_id", "999900001111", "9999 0000 1111"),
    ("address", "1000200030004000", "1000 2000 3000 4000"), ("address", "0012345", "0012 345"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "held", "written"), SURVIVE)
def test_a_spreadsheet_drops_no_digit_and_no_plus(company: Company, column: str, held: str, written: str) -> None:
    row_id = company.scalar("SELECT min(id) FROM patients")
    company.run(f"UPDATE patients SET {column} = :held WHERE id = :id", held=held, id=row_id)

    ((cell,),) = export(company, f"columns={column}&id__eq={row_id}")[1:]

    assert cell == written
    assert not SPREADSHEET_DROPS.fullmatch(cell)
    assert company.rows(f"SELECT {column} FROM patients WHERE id = {row_id}")[0][0] == held


def test_a_workbook_is_offered_first(company: Company) -> None:
    page = company.as_("Admin").get("/admin/patients/").get_data(as_text=True)

    assert 'action="/admin/patients/export/xlsx/"' in page
    assert 'id="export-kind"><option value="xlsx">' in page


@pytest.mark.parametrize(("words", "sql"), [
    ("status__eq=Completed&sort=scheduled_at", "status = 'Completed' ORDER BY scheduled_at, id"),
    ("is=unassigned&sort=-id", "staff_id IS NULL AND status IN ('Pending', 'Scheduled') ORDER BY id DESC"),
    ("", "true ORDER BY scheduled_at DESC, id DESC"),
])  # fmt: skip
def test_a_file_holds_the_rows_of_the_list_in_its_order(company: Company, words: str, sql: str) -> None:
    lines = export(company, f"columns=id&{words}", "visit_services")

    assert [int(line[0]) for line in lines[1:]] == [
        r.id for r in company.rows(f"SELECT id FROM visit_services WHERE {sql}")
    ]


def test_a_masked_column_is_absent(company: Company) -> None:
    company.run("INSERT INTO dashboard.grants (role, resource, action) VALUES ('Auditor', 'patients', 'export')")

    heads = export(company, "", role="Auditor")[0]
    chosen = export(company, "columns=full_name,phone_number,fayda_id", role="Auditor")[0]

    assert {"Fayda number", "Phone number", "Email", "Address", "Place", "Emergency contact"} & set(heads) == set()
    assert chosen == ["Full name"]


def test_an_export_is_written_down_before_it_leaves(company: Company) -> None:
    export(company, "gender__eq=Female&columns=id")

    row = company.rows("SELECT kind, resource, reason FROM dashboard.reads ORDER BY id DESC LIMIT 1")[0]
    assert (row.kind, row.resource) == ("export", "patients")
    assert "gender__eq=Female" in row.reason


def test_a_file_leaves_in_pieces(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporter, "ROWS_AT_ONCE", 100)
    admin = company.as_("Admin")

    answer: Any = admin.visitor.get("/admin/patients/export/csv/?columns=id", buffered=False)
    pieces = [piece for piece in answer.iter_encoded() if piece]
    answer.close()

    assert len(pieces) >= company.size("patients") / 100


def test_there_is_no_export_of_an_unknown_kind(company: Company) -> None:
    assert company.as_("Admin").get("/admin/patients/export/exe/").status_code == 404


def test_who_asks_for_the_head_of_a_file_alone_holds_no_cursor(company: Company) -> None:
    """Unread files would use up the connections, and a cursor that is only collected is a warning, which fails."""
    admin = company.as_("Admin")
    for _ in range(30):
        assert admin.visitor.head("/admin/patients/export/csv/").status_code == 200
    gc.collect()

    assert admin.get("/admin/patients/").status_code == 200
