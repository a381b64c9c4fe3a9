"""Lists sorted by a name are in the order people expect, in pages and exports, and an index provides it."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from clusters import Database
from doors import Company, ids_of
from sqlalchemy import Engine, Table, text

from homecare import models
from homecare.models.indexes import is_sortable, ordered

NAMES = ("abebe", "Zewdu", "Élan", "ሀብታም", "Abel", "zahra", "E\u0301den", "ሰላም")
AS_PEOPLE_SORT = ["abebe", "Abel", "E\u0301den", "Élan", "zahra", "Zewdu", "ሀብታም", "ሰላም"]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module", autouse=True)
def _names(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        for name in NAMES:
            row = {"name": name, "department": "Choir"}
            for statement in (
                "INSERT INTO patients (full_name, address) VALUES (:name, :department)",
                "INSERT INTO staff (first_name, last_name, email, department) "
                "VALUES (:name, 'A', gen_random_uuid()::text, :department)",
                "INSERT INTO inventory_items (name, location) VALUES (:name, :department)",
                "INSERT INTO inventory_items (name, location) SELECT 'abebe', 'Many' FROM generate_series(1, 13)",
            ):
                connection.execute(text(statement), row)


@pytest.mark.parametrize(("table", "column", "only"), [
    ("staff", "first_name", {"department__eq": "Choir"}), ("inventory_items", "name", {"location__eq": "Choir"}),
])  # fmt: skip
def test_a_list_by_name_is_in_the_order_of_people(
    company: Company, table: str, column: str, only: dict[str, str]
) -> None:
    def names(sort: str) -> list[str]:
        ids = ids_of(company.as_("Admin").get(f"/admin/{table}/", sort=sort, **only).get_data(as_text=True))
        return [company.scalar(f"SELECT {column} FROM {table} WHERE id = :id", id=key) for key in ids]

    assert names(column) == AS_PEOPLE_SORT
    assert names(f"-{column}") == AS_PEOPLE_SORT[::-1]


def test_pages_of_a_list_by_name_leave_nobody_out_and_show_nobody_twice(company: Company) -> None:
    admin, seen, url = company.as_("Admin"), [], "/admin/inventory_items/?sort=name"
    while url:
        page = admin.get(url).get_data(as_text=True)
        seen += ids_of(page)
        following = re.search(r'href="(\?[^"]*\bafter=[^"]*)"', page)
        url = f"/admin/inventory_items/{following[1].replace('&amp;', '&')}" if following else ""

    rows = company.rows('SELECT id FROM inventory_items ORDER BY name COLLATE "und-x-icu", id')
    assert seen == [row.id for row in rows]
    assert len(seen) > 100


def test_an_export_is_in_the_order_of_the_list(company: Company) -> None:
    admin = company.as_("Admin")

    exported = admin.get("/admin/inventory_items/export/csv/", sort="name", location__eq="Choir", columns="name")

    assert re.findall(r'^"?([^\r\n",]+)', exported.get_data(as_text=True), re.M)[1:] == AS_PEOPLE_SORT


def collation(column: Any) -> str:
    return "" if ordered(column) is column else ' COLLATE "und-x-icu"'


def test_every_sorted_column_has_an_index_in_the_lists_order(owner_engine: Engine) -> None:
    tables = [cast(Table, model.__table__) for model in models.business_models().values()]
    wanted = {
        f"public.{t.name} USING btree ({c.name}{collation(c)}, id)" for t in tables for c in t.columns if is_sortable(c)
    }
    with owner_engine.connect() as connection:
        held: Any = connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")).all()

    found = {definition.partition(" ON ")[2].replace('"position"', "position") for definition in held}
    assert wanted - found == set()


@pytest.mark.parametrize("place", ["", """WHERE (full_name COLLATE "und-x-icu", id) > ('Élan', 5)"""])
def test_a_page_by_name_is_read_from_the_index(owner_engine: Engine, place: str) -> None:
    statement = f'SELECT id FROM patients {place} ORDER BY full_name COLLATE "und-x-icu", id LIMIT 51'
    with owner_engine.connect() as connection:
        plan = "".join(connection.scalars(text(f"EXPLAIN {statement}")).all())

    assert "ix_patients_full_name_order" in plan
    assert "Sort" not in plan
