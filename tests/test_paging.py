"""Keyset pages visit every row once in one order; counts are exact where possible; a list has a fixed cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from clusters import Database
from doors import Company, count_of, ids_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, column, select, text
from sqlalchemy.orm import Session
from statements_sent import statements

from homecare.models import InventoryItem
from homecare.records import counting, paging


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def connection(owner_engine: Engine) -> Iterator[Connection]:
    with owner_engine.connect() as connection:
        connection.execute(text("CREATE TEMP TABLE inventory_items (LIKE public.inventory_items)"))
        yield connection
        connection.rollback()


COLUMNS = InventoryItem.__table__.c
SORTS = {
    "name": st.sampled_from(["", "a", "b", "ሐ", "~"]),
    "expiry_date": st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
}
SHELVES = st.lists(st.fixed_dictionaries(SORTS), max_size=12)


def walk(connection: Connection, by: Any, *, down: bool, size: int, backwards: bool) -> list[int]:
    """The ids in the order of the pages, turned from page to page through the anchors' own texts."""
    statement = select(COLUMNS.id.label("_id"), by.label("_sort"))
    place: dict[str, Any] = {"last": True} if backwards else {}
    found: list[int] = []
    for _ in range(20):
        page = paging.fetch(
            lambda s: connection.execute(s).all(), statement, by, COLUMNS.id, descending=down, size=size, **place
        )
        ids = [row._id for row in page.rows]
        found = ids + found if backwards else found + ids
        anchor = page.before if backwards else page.after
        if anchor is None:
            return found
        place = {"before" if backwards else "after": paging.parse_anchor(by, anchor.text(by))}
    raise AssertionError("the pages have no end")


@given(rows=SHELVES, sort=st.sampled_from(["id", "name", "expiry_date"]), down=st.booleans(), size=st.integers(1, 5))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_visited_once_in_one_order(
    connection: Connection, rows: list[dict[str, Any]], sort: str, down: bool, size: int
) -> None:
    connection.execute(text("DELETE FROM inventory_items"))
    for number, row in enumerate(rows, 1):
        connection.execute(InventoryItem.__table__.insert().values(id=number, **row))
    by = COLUMNS[sort]
    direction = "DESC" if down else "ASC"
    # Names are in the order of people.
    collation = 'COLLATE "und-x-icu"' if sort == "name" else ""
    order = f"{sort} {collation} {direction}, id {direction}"
    whole = [r.id for r in connection.execute(text(f"SELECT id FROM inventory_items ORDER BY {order}"))]

    assert walk(connection, by, down=down, size=size, backwards=False) == whole
    assert walk(connection, by, down=down, size=size, backwards=True) == whole


def links(page: str) -> dict[str, str]:
    """The pager's addresses by the word of the place they name."""
    found = {}
    for url in re.findall(r'href="(\?[^"]+)"', page.split('class="pager"')[1].split("</nav>")[0]):
        word = re.search(r"[?;&](after|before|last)=", url)
        found[word[1] if word else "first"] = url.replace("&amp;", "&")
    return found


@pytest.mark.parametrize(("where", "sort"), [
    ("caregiver_assignments", "-shift_start"), ("patients", "email"), ("patients", "-email"), ("staff", "first_name"),
])  # fmt: skip
def test_the_pager_goes_through_a_list_and_back(company: Company, where: str, sort: str) -> None:
    admin, forth, back = company.as_("Admin"), [], []
    column_, direction = sort.removeprefix("-"), "DESC" if sort.startswith("-") else "ASC"
    order = f"{column_} {direction}, id {direction}"
    whole = [row.id for row in company.rows(f"SELECT id FROM {where} ORDER BY {order}")]

    url = f"?sort={sort}"
    while url:
        page = admin.get(f"/admin/{where}/{url}").get_data(as_text=True)
        forth, url = forth + ids_of(page), links(page).get("after", "")
    url = f"?sort={sort}&last=1"
    while url:
        page = admin.get(f"/admin/{where}/{url}").get_data(as_text=True)
        back, url = ids_of(page) + back, links(page).get("before", "")

    assert forth == whole
    assert back == whole


@pytest.fixture(scope="module")
def many(company: Company) -> int:
    """Enough rows that a scan is dearer than an index, with NULLs among them."""
    company.run(
        "INSERT INTO inventory_items (name, status, expiry_date) SELECT 'Item ' || n, 'Available', "
        "CASE WHEN n % 10 > 0 THEN date '2026-01-01' + n % 1000 END FROM generate_series(1, 20000) n"
    )
    company.run("ANALYZE inventory_items")
    return company.size("inventory_items")


def plan_of(company: Company, statement: Any) -> str:
    compiled = statement.compile(company.engine, compile_kwargs={"literal_binds": True})
    return "\n".join(row[0] for row in company.rows("EXPLAIN " + str(compiled).replace(":", r"\:")))


@pytest.mark.parametrize("anchor", [paging.Anchor(9000), paging.Anchor(9000, date(2026, 6, 1))])
@pytest.mark.parametrize("down", [False, True])
def test_a_deep_page_is_read_from_an_index(company: Company, many: int, anchor: paging.Anchor, down: bool) -> None:
    statement, by, plans = select(COLUMNS.id.label("_id"), COLUMNS.expiry_date.label("_sort")), COLUMNS.expiry_date, []

    def run(asked: Any) -> list[Any]:
        plans.append(plan_of(company, asked))
        return []

    paging.fetch(run, statement, by, COLUMNS.id, descending=down, size=50, after=anchor)

    for plan in plans:
        assert "Index" in plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan


def test_a_long_count_is_an_estimate_for_those_who_see_everything(company: Company, many: int) -> None:
    page = company.as_("Admin").get("/admin/inventory_items/").get_data(as_text=True)

    assert count_of(page).startswith("≈ ")
    assert abs(int(count_of(page).removeprefix("≈ ").replace(",", "")) - many) < many / 10


def test_a_long_count_is_a_cap_for_those_who_do_not(company: Company, many: int) -> None:
    rule = "VALUES ('Nurse', 'inventory_items', 'location', 'masked', 'never')"
    company.run(f"INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) {rule}")

    page = company.as_("Nurse").get("/admin/inventory_items/").get_data(as_text=True)

    assert count_of(page) == "10,000+"


@pytest.mark.parametrize(("rows", "told"), [(10_000, "10,000"), (10_001, "10,000+")])
def test_a_count_is_exact_up_to_ten_thousand(company: Company, many: int, rows: int, told: str) -> None:
    numbers = select(column("n")).select_from(text(f"generate_series(1, {rows}) n"))

    with Session(company.engine) as session:
        assert str(counting.count(session, numbers, may_estimate=False)) == told


# The person, what they keep of lists, the page and the count; the cost of a list whatever it holds.
STATEMENTS_OF_A_LIST = 4
# Where patients are shown their reading is written down, in one statement more.
SHOWS_PATIENTS = {"patients", "visit_services", "messages", "referrals"}


def cost_of(company: Company, url: str, role: str) -> tuple[int, int]:
    """How many rows a list shows and how many statements it sent."""
    walker = company.as_(role)
    walker.get(url)
    with statements() as sent:
        page = walker.get(url).get_data(as_text=True)
    return len(ids_of(page)), len(sent)


@pytest.mark.parametrize("role", ["Admin", "Nurse"])
@pytest.mark.parametrize("where", ["patients", "visit_services", "messages", "referrals", "staff"])
def test_a_list_of_one_row_costs_what_a_list_of_fifty_costs(company: Company, where: str, role: str) -> None:
    one = company.own(role, where)[0]

    expected = STATEMENTS_OF_A_LIST + (where in SHOWS_PATIENTS)
    rows, cost = cost_of(company, f"/admin/{where}/?id__eq={one}", role)
    more, same = cost_of(company, f"/admin/{where}/?sort=id", role)

    assert (rows, cost) == (1, expected)
    assert (more > 1, same) == (True, expected)


def test_a_list_selects_only_the_columns_it_shows(company: Company) -> None:
    admin = company.as_("Admin")

    with statements() as sent:
        admin.get("/admin/patients/?columns=full_name")

    selected = next(statement for statement in sent if "full_name" in statement)
    assert "address" not in selected
    assert "geolocation" not in selected
