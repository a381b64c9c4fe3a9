"""Roles x tables x the surfaces that read: what the document grants is there, the rest is refused and logged."""

from __future__ import annotations

import csv
import io

import permission_table
import pytest
from clusters import Database
from doors import Company, count_of, ids_of
from permission_table import Cell, cells
from sampling import some_of_each

from homecare.models import business_models

WHOLE_MATRIX = [pytest.param(role, table, id=f"{role}-{table}") for role, table in cells()]
EVERYWHERE = some_of_each(WHOLE_MATRIX, 3)
VIEWED = some_of_each([param for param in WHOLE_MATRIX if cells()[param.values[0:2]].may("view")], 3)  # type: ignore[index]
SURFACES = {
    "list": "",
    "search": "?search=a",
    "filter": "?id__ne=1",
    "sort": "?sort=-id",
    "count": "?id__isnull=0",
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def relation_of(table: str) -> tuple[str, str] | None:
    """The first relation of a table with the table it leads to."""
    columns = business_models()[table].__table__.columns
    return next(((c.name, next(iter(c.foreign_keys)).column.table.name) for c in columns if c.foreign_keys), None)


def test_the_document_speaks_of_every_table() -> None:
    assert set(permission_table.tables()) == set(business_models())


@pytest.mark.parametrize(
    "rule",
    [*permission_table.NOT_SEEN, *permission_table.SETS_ONLY, *permission_table.NEVER_SETS],
    ids=lambda rule: f"{rule.roles[0]}-{rule.table}-{rule.state}",
)
def test_every_field_rule_stands_in_the_document(rule: permission_table.Rule) -> None:
    assert rule.words in permission_table.text()


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("role", "table"), EVERYWHERE)
def test_a_list_opens_to_those_who_may_view(company: Company, role: str, table: str, surface: str) -> None:
    walker = company.as_(role)
    url = f"/admin/{table}/{SURFACES[surface]}"

    if cells()[role, table].may("view"):
        assert walker.get(url).status_code == 200
        return
    with company.one_denial(walker, table):
        assert walker.get(url).status_code == 403


@pytest.mark.parametrize(("role", "table"), VIEWED)
def test_a_list_holds_the_rows_the_role_may_view_and_counts_them(company: Company, role: str, table: str) -> None:
    own = company.own(role, table)

    page = company.as_(role).get(f"/admin/{table}/", sort="id").get_data(as_text=True)

    assert ids_of(page) == own[:50]
    assert count_of(page) == f"{len(own):,}"


@pytest.mark.parametrize(("role", "table"), EVERYWHERE)
def test_details_open_to_those_who_may_view(company: Company, role: str, table: str) -> None:
    walker, cell = company.as_(role), cells()[role, table]
    row_id = company.own(role, table)[0] if cell.may("view") else company.scalar(f"SELECT min(id) FROM {table}")

    if cell.may("view"):
        assert walker.get(f"/admin/{table}/details/", id=row_id).status_code == 200
        return
    with company.one_denial(walker, table):
        assert walker.get(f"/admin/{table}/details/", id=row_id).status_code == 403


@pytest.mark.parametrize(("role", "table"), EVERYWHERE)
def test_an_export_leaves_with_those_who_may_export_and_holds_their_rows(
    company: Company, role: str, table: str
) -> None:
    walker = company.as_(role)

    if not cells()[role, table].may("export"):
        for kind in ("csv", "xlsx"):
            with company.one_denial(walker, table):
                assert walker.get(f"/admin/{table}/export/{kind}/").status_code == 403
        return
    answer = walker.get(f"/admin/{table}/export/csv/", columns="id", sort="id")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [int(line[0]) for line in lines[1:]] == company.own(role, table)


def may_pick(cell: Cell, role: str, table: str, column: str, parent: str) -> bool:
    state = permission_table.states(role, table).get(column, "shown")
    return cell.may("view") and (state == "code" or (state == "shown" and cells()[role, parent].may("view")))


@pytest.mark.parametrize(("role", "table"), [p for p in EVERYWHERE if relation_of(str(p.values[1]))])
def test_a_parent_is_looked_up_by_those_who_may_view_it(company: Company, role: str, table: str) -> None:
    walker, (column, parent) = company.as_(role), relation_of(table) or ("", "")
    url = f"/admin/{table}/ajax/lookup/?name={column}&query="

    if not may_pick(cells()[role, table], role, table, column, parent):
        with company.one_denial(walker, table):
            assert walker.get(url).status_code == 403
        return
    answer = walker.get(url)
    assert answer.status_code == 200
    assert answer.json
    assert {choice[0] for choice in answer.json} <= set(company.own(role, parent))


@pytest.mark.parametrize("role", permission_table.roles())
def test_the_menu_names_the_tables_the_role_may_view(company: Company, role: str) -> None:
    home = company.as_(role).get("/admin/").get_data(as_text=True)

    named = {table for table in permission_table.tables() if f'href="/admin/{table}/"' in home}
    assert named == {table for table in permission_table.tables() if cells()[role, table].may("view")}
