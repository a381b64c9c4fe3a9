"""Roles x columns: what a role may not see is nowhere on its pages and in none of its files.

A canary stands in each such column of a row that the role may view; every surface is searched for it.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from clusters import Database
from doors import Company, ids_of, opened
from flask import Flask
from permission_table import NOT_SEEN, cells, roles, states, tables
from sqlalchemy import Engine

from homecare.models import business_models
from homecare.models.columns import Kind, kind_of

# What stands in the column, and how a page, a file or an option could show it.
CANARIES: dict[tuple[str, str], tuple[str, str]] = {
    ("patients", "fayda_id"): ("999911220088", r"9999\W?1122"),
    ("patients", "email"): ("canary.mail@example.com", r"canary\.mail"),
    ("patients", "emergency_contact"): ("Canary uncle", r"Canary uncle"),
    ("patients", "phone_number"): ("+251911876543", r"0?911\W?876\W?543"),
    ("patients", "address"): ("Canary street", r"Canary street"),
    ("patients", "geolocation"): ("SRID=4326;POINT(38.765432 8.912345)", r"8\.9123|38\.7654"),
    ("marketing_leads", "phone_number"): ("+251911876544", r"0?911\W?876\W?544"),
    ("marketing_leads", "email"): ("canary.lead@example.com", r"canary\.lead"),
    ("marketing_platforms", "api_key"): ("canarykey", r"canarykey"),
    ("visit_services", "visit_notes"): ("Canary note", r"Canary note"),
    ("visit_services", "prescription_file"): ("canary-prescription", r"canary-prescription"),
    ("visit_services", "vitals_file"): ("canary-vitals", r"canary-vitals"),
    ("staff", "email"): ("canary.staff@example.com", r"canary\.staff"),
    ("staff", "role"): ("CanaryRole", r"CanaryRole"),
    ("staff", "status"): ("CanaryStatus", r"CanaryStatus"),
    ("staff", "hire_date"): ("1991-02-03", r"3 Feb 1991|1991-02-03"),
    ("staff", "photo"): ("canary-photo", r"canary-photo"),
    ("staff", "user_id"): ("77665544", r"77,?665,?544"),
    ("staff", "created_at"): ("1991-02-04 10:00", r"4 Feb 1991|1991-02-04"),
    ("staff", "updated_at"): ("1991-02-05 10:00", r"5 Feb 1991|1991-02-05"),
}
UNSEEN = [
    pytest.param(role, table, column, id=f"{role}-{table}-{column}")
    for role, table in cells()
    for column, state in states(role, table).items()
    if cells()[role, table].may("view") and state != "code"
]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    made = opened(app, owner_engine)
    for table in tables():
        planted = {column: value for (name, column), (value, _) in CANARIES.items() if name == table}
        if planted:
            setting = ", ".join(f"{column} = :{column}" for column in planted)
            made.run(f"UPDATE {table} SET {setting} WHERE id = :id", id=canary_row(made, table), **planted)
    return made


def canary_row(company: Company, table: str) -> int:
    """The row with the canaries: one that the caregiver, who has the narrowest scope, has as own where there is one."""
    if table == "staff":
        return int(company.scalar("SELECT max(id) FROM staff"))
    scoped = [r for r in roles() if cells()[r, table].scopes.get("view") == "own"]
    if not scoped:
        return int(company.scalar(f"SELECT min(id) FROM {table}"))
    return company.own("Caregiver", table)[0]


def viewed(company: Company, role: str, table: str) -> int:
    """A row that the role may view: the canaries' one; of a table with own rows another is given them if need be."""
    row_id = canary_row(company, table)
    return row_id if row_id in company.own(role, table) else company.own(role, table)[0]


def plant(company: Company, role: str, table: str, column: str) -> tuple[int, str]:
    """Puts the canary into a row this role may view; returns the row and the pattern that would betray it."""
    row_id, (value, pattern) = viewed(company, role, table), CANARIES[table, column]
    unique = business_models()[table].__table__.columns[column].unique
    if unique:
        taken = f"UPDATE {table} SET {column} = {column} || id WHERE {column} = :v AND id <> :id"
        company.run(taken, v=value, id=row_id)
    company.run(f"UPDATE {table} SET {column} = :v WHERE id = :id", v=value, id=row_id)
    return row_id, pattern


def unpacked(workbook: bytes) -> str:
    """All the text of an XLSX."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist())


def filter_of(table: str, column: str) -> str:
    kind = kind_of(business_models()[table].__table__.columns[column])  # type: ignore[arg-type]
    only_empty = kind in (Kind.LONG, Kind.FILE, Kind.POINT)
    return f"{column}__isnull" if only_empty else f"{column}__eq"


def test_every_unseen_column_has_a_canary() -> None:
    asked = {(rule.table, column) for rule in NOT_SEEN for column in rule.columns if rule.state != "code"}

    assert asked == set(CANARIES)


@pytest.mark.parametrize(("role", "table", "column"), UNSEEN)
def test_no_page_shows_it(company: Company, role: str, table: str, column: str) -> None:
    walker = company.as_(role)
    row_id, pattern = plant(company, role, table, column)
    hidden = states(role, table)[column] == "hidden"

    chosen = walker.get(f"/admin/{table}/", columns=f"id,{column}", id__eq=row_id)
    details = walker.get(f"/admin/{table}/details/", id=row_id)
    plain = walker.get(f"/admin/{table}/", id__eq=row_id)

    assert (chosen.status_code, details.status_code, plain.status_code) == (403 if hidden else 200, 200, 200)
    assert ids_of(plain.get_data(as_text=True)) == [row_id]
    for answer in (chosen, details, plain):
        assert not re.search(pattern, answer.get_data(as_text=True))


@pytest.mark.parametrize(("role", "table", "column"), UNSEEN)
def test_nothing_can_be_found_or_ordered_by_it(company: Company, role: str, table: str, column: str) -> None:
    walker = company.as_(role)
    row_id, _ = plant(company, role, table, column)
    value = CANARIES[table, column][0]
    refused = 400 if states(role, table)[column] == "write-only" else 403
    sortable = column not in ("address", "emergency_contact", "geolocation", "fayda_id", "photo", "api_key",
                              "visit_notes", "prescription_file", "vitals_file")  # fmt: skip

    name = filter_of(table, column)
    filtered = walker.get(f"/admin/{table}/", **{name: "0" if name.endswith("isnull") else value})
    ordered = walker.get(f"/admin/{table}/", sort=column)
    searched = walker.get(f"/admin/{table}/", search=value[:200])

    assert (filtered.status_code, ordered.status_code) == (refused, 403 if sortable else 400)
    assert row_id not in ids_of(searched.get_data(as_text=True))


@pytest.mark.parametrize(("role", "table", "column"), [p for p in UNSEEN if cells()[p.values[0:2]].may("export")])
def test_no_file_takes_it_along(company: Company, role: str, table: str, column: str) -> None:
    row_id, pattern = plant(company, role, table, column)

    answer = company.as_(role).get(f"/admin/{table}/export/csv/", id__eq=row_id)

    workbook = company.as_(role).get(f"/admin/{table}/export/xlsx/", id__eq=row_id)

    assert (answer.status_code, workbook.status_code) == (200, 200)
    assert not re.search(pattern, answer.get_data(as_text=True))
    assert answer.get_data(as_text=True).count("\n") == 2
    assert not re.search(pattern, unpacked(workbook.get_data()))


@pytest.mark.parametrize(("role", "table", "column"), UNSEEN)
def test_no_name_of_a_row_betrays_it(company: Company, role: str, table: str, column: str) -> None:
    """The label by which other tables and their pickers call the row."""
    row_id, pattern = plant(company, role, table, column)
    walker, name = company.as_(role), CANARIES[table, column][0].split("@")[0]
    for other, model in business_models().items():
        for key in model.__table__.columns:
            if any(k.column.table.name == table for k in key.foreign_keys) and cells()[role, other].may("view"):
                found = walker.get(f"/admin/{other}/ajax/lookup/", name=key.name, query=name)
                assert not re.search(pattern, found.get_data(as_text=True))
                shown = walker.get(f"/admin/{other}/", columns=key.name, **{f"{key.name}__eq": row_id})
                assert not re.search(pattern, shown.get_data(as_text=True))
                related = walker.get(f"/admin/{table}/related/", id=row_id, of=other, by=key.name)
                assert not re.search(pattern, related.get_data(as_text=True))


def test_glass_breaks_for_a_reason_that_is_kept_first(company: Company) -> None:
    admin, row_id = company.as_("Admin"), canary_row(company, "visit_services")
    plant(company, "Admin", "visit_services", "visit_notes")

    without = admin.post(f"/admin/visit_services/reveal/?id={row_id}", {"reason": " "})
    shown = admin.post(f"/admin/visit_services/reveal/?id={row_id}", {"reason": "A complaint of the family"})

    assert (without.status_code, shown.status_code) == (302, 200)
    assert "Canary note" in shown.get_data(as_text=True)
    kept = company.rows("SELECT reason, row_id FROM dashboard.reads WHERE kind = 'reveal'")
    assert [tuple(row) for row in kept] == [("A complaint of the family", str(row_id))]


@pytest.mark.parametrize("role", [r for r in roles() if r != "Admin" and cells()[r, "visit_services"].may("view")])
def test_nobody_but_admin_breaks_glass(company: Company, role: str) -> None:
    walker = company.as_(role)
    row_id = company.own(role, "visit_services")[0]

    with company.one_denial(walker, "visit_services"):
        answer = walker.post(f"/admin/visit_services/reveal/?id={row_id}", {"reason": "Out of curiosity"})

    assert answer.status_code == 403


def test_marketing_sees_a_touched_patient_by_code_alone(company: Company) -> None:
    marketing = company.as_("Marketing")
    touch = company.rows(
        "SELECT t.id, p.patient_code, p.full_name FROM campaign_patients t JOIN patients p ON p.id = t.patient_id "
        "ORDER BY t.id LIMIT 1"
    )[0]

    pages = [
        marketing.get("/admin/campaign_patients/details/", id=touch.id),
        marketing.get("/admin/campaign_patients/edit/", id=touch.id),
        marketing.get("/admin/campaign_patients/export/csv/", id__eq=touch.id),
        marketing.get("/admin/campaign_patients/ajax/lookup/", name="patient_id", query=touch.patient_code),
        marketing.get("/admin/campaign_patients/", id__eq=touch.id),
    ]

    for answer in pages:
        assert touch.patient_code in answer.get_data(as_text=True)
        assert touch.full_name not in answer.get_data(as_text=True)
    by_name = marketing.get("/admin/campaign_patients/ajax/lookup/", name="patient_id", query=touch.full_name)
    assert by_name.json == []
