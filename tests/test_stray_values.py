"""A stray value never breaks a page: whatever a column's type permits can be listed, opened and paged past."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

import pytest
from clusters import Database
from doors import Company, Walker, ids_of, opened, opened_form
from flask import Flask
from permission_table import roles, tables
from sampling import some, some_of_each
from sqlalchemy import Engine
from strays import scatter

from homecare.tables.table import coded_tables

Strays = dict[str, list[int]]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    made = opened(app, owner_engine)
    for role in roles():
        made.as_(role)
    return made


@pytest.fixture(scope="module")
def strays(company: Company) -> Strays:
    return {table: scatter(company, table) for table in tables()}


def page(walker: Walker, url: str) -> str:
    answer = walker.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize("role", roles())
def test_home_opens(company: Company, strays: Strays, role: str) -> None:
    assert "<h1" in page(company.as_(role), "/admin/")


FIRST_OF_ALL = [
    "UPDATE invoices SET created_at = '-infinity', amount = 'NaN', status = 'Pending' WHERE id = 1",
    "UPDATE marketing_leads SET created_at = 'infinity', full_name = '\u200b', status = 'New' WHERE id = 1",
    "UPDATE inventory_items SET name = '', location = repeat('x', 255), status = NULL, expiry_date = current_date "
    "WHERE id = 1",
    "UPDATE marketing_tasks SET due_date = '-infinity', status = NULL, title = ' ', assigned_to_staff_id = :me "
    "WHERE id = 1",
    "UPDATE admin_task_tracking SET assigned_date = '0044-03-15 BC', task_status = NULL, staff_id = :me WHERE id = 1",
]


@pytest.mark.parametrize("role", roles())
def test_home_opens_where_strays_are_the_first_of_its_lists(company: Company, role: str) -> None:
    who = company.as_(role)
    for statement in FIRST_OF_ALL:
        company.run(statement, **({"me": who.staff_id} if ":me" in statement else {}))

    assert "<h1" in page(who, "/admin/")


@pytest.mark.parametrize("stray", ["NaN", "Infinity", "-Infinity"])
def test_a_stray_amount_is_left_out_of_homes_sum(company: Company, stray: str) -> None:
    finance = company.as_("Finance")
    this_week = "SELECT id FROM invoices WHERE status = 'Paid' ORDER BY paid_at DESC LIMIT 1"
    row = company.rows(f"SELECT id, amount FROM invoices WHERE id = ({this_week})")[0]
    company.run("UPDATE invoices SET amount = 0 WHERE id = :id", id=row.id)
    without = re.findall(r"ETB [0-9.,]+", page(finance, "/admin/"))

    company.run("UPDATE invoices SET amount = CAST(:stray AS numeric) WHERE id = :id", id=row.id, stray=stray)

    assert re.findall(r"ETB [0-9.,]+", page(finance, "/admin/")) == without
    company.run("UPDATE invoices SET amount = :amount WHERE id = :id", id=row.id, amount=row.amount)


@pytest.mark.parametrize("table", tables())
def test_its_row_is_read_and_opened(company: Company, strays: Strays, table: str) -> None:
    admin = company.as_("Admin")
    every = ",".join(coded_tables()[table].fields)
    chosen = ",".join(map(str, strays[table]))

    assert ids_of(page(admin, f"/admin/{table}/?id__in={chosen}&columns={every}&sort=id")) == strays[table]
    for row_id in strays[table]:
        for view in ("details", "edit", "delete")[: 1 if table == "messages" else 3]:
            page(admin, f"/admin/{table}/{view}/?id={row_id}")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("table", tables())
def test_it_is_exported(company: Company, strays: Strays, table: str, kind: str) -> None:
    every = ",".join(coded_tables()[table].fields)

    answer = company.as_("Admin").get(f"/admin/{table}/export/{kind}/?columns={every}")

    assert answer.status_code == 200
    assert len(answer.data) > 100


@pytest.mark.parametrize("table", tables())
def test_it_is_picked_and_found_among_others(company: Company, strays: Strays, table: str) -> None:
    admin = company.as_("Admin")
    for field in coded_tables()[table].fields.values():
        if field.target:
            page(admin, f"/admin/{table}/ajax/lookup/?name={field.name}")
            held = company.scalar(f"SELECT max({field.name}) FROM {table}")
            page(admin, f"/admin/{field.target}/related/?id={held}&of={table}&by={field.name}")
    for words in ("an", "0911 234", "ፀሐይ"):
        page(admin, f"/admin/{table}/?search={words}")


@pytest.mark.parametrize("table", [table for table in tables() if table != "messages"])
def test_a_form_sent_back_as_it_came_keeps_it(company: Company, strays: Strays, table: str) -> None:
    admin = company.as_("Admin")
    for row_id in strays[table]:
        before, url = company.whole(table, row_id), f"/admin/{table}/edit/?id={row_id}"

        answer = admin.post(url, opened_form(admin, url))

        assert answer.status_code == 302, re.findall(r'class="error"[^>]*>[^<]*', answer.get_data(as_text=True))
        assert company.whole(table, row_id) == before


def turned(walker: Walker, url: str, word: str) -> list[int]:
    """The ids of the pages from `url` on, by their links of the name `word`."""
    found: list[int] = []
    while url and len(found) < 50:
        shown = page(walker, url)
        found += ids_of(shown)
        further = re.search(rf'href="(\?[^"]*[?&;]{word}=[^"]*)"', shown)
        url = f"{url.partition('?')[0]}{html.unescape(further[1])}" if further else ""
    return found


BOTH_WAYS = [
    pytest.param(table, sign) for turn, table in enumerate(tables()) for sign in ("", "-")[:: -1 if turn % 2 else 1]
]


@pytest.mark.parametrize(("table", "sign"), some_of_each(BOTH_WAYS, 2))
def test_pages_turn_past_it_both_ways(
    company: Company, strays: Strays, monkeypatch: pytest.MonkeyPatch, table: str, sign: str
) -> None:
    monkeypatch.setattr("homecare.records.list_request.PAGE_SIZE", 2)
    admin, chosen = company.as_("Admin"), ",".join(map(str, strays[table]))
    sortable = [field for field in coded_tables()[table].fields.values() if field.sortable]
    for field in some(sortable, 2, len(sign)):
        url = f"/admin/{table}/?id__in={chosen}&sort={sign}{field.name}"

        onwards = turned(admin, url, "after")

        assert sorted(onwards) == strays[table], (field.name, onwards)
        back = turned(admin, f"{url}&last=1", "before")
        assert sorted(back) == strays[table], (field.name, back)


@pytest.mark.parametrize(("turn", "table"), [*enumerate(tables())])
def test_a_list_is_narrowed_by_what_it_shows(company: Company, strays: Strays, turn: int, table: str) -> None:
    """A value that no filter takes is said beside it; the page is there either way."""
    admin, chosen = company.as_("Admin"), ",".join(map(str, strays[table]))
    for name in some(coded_tables()[table].fields, 3, turn):
        held: list[Any] = company.rows(f"SELECT left({name}::text, 200) AS text FROM {table} WHERE id IN ({chosen})")
        for row in held:
            if row.text:
                answer = admin.get(f"/admin/{table}/?{name}__eq={quote(row.text)}")
                shown = answer.get_data(as_text=True)
                is_refused = "Correct the condition" in shown or "There is no condition" in shown
                assert answer.status_code == (400 if is_refused else 200), (name, row.text)
                assert shown.count("<h1") == 1


def test_search_finds_the_rows_beside_it(company: Company, strays: Strays) -> None:
    for role in roles():
        for words in ("an", "ፀሐይ", "0911", "x"):
            assert company.as_(role).get("/admin/search/", q=words).status_code == 200
