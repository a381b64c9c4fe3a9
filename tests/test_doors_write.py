"""Roles x tables x the surfaces that write: new, edit, inline, bulk set, delete, bulk delete.

A refusal is the status, the row as it was, and one line in the log of refusals.
"""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker
from forms import form_with
from new_rows import change, new_row
from permission_table import cells
from sampling import some_of_each

EVERYWHERE = [pytest.param(role, table, id=f"{role}-{table}") for role, table in cells()]


def where(action: str, granted: bool) -> list[Any]:
    return some_of_each(
        [p for p in EVERYWHERE if cells()[str(p.values[0]), str(p.values[1])].may(action) == granted], 3
    )


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def create(company: Company, walker: Walker, table: str) -> int:
    """Makes a row through the form; its id is the highest of the table."""
    form = form_with(walker.get(f"/admin/{table}/new/").get_data(as_text=True), "_token")
    answer = walker.post(f"/admin/{table}/new/", form | new_row(company, walker.role, table))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return int(company.scalar(f"SELECT max(id) FROM {table}"))


def visible(company: Company, role: str, table: str) -> int:
    if table == "visit_services" and cells()[role, table].scopes.get("view") != "own":
        # One that was made is not planned anew without a question.
        return int(company.scalar("SELECT max(id) FROM visit_services WHERE status IN ('Pending', 'Scheduled')"))
    own = company.own(role, table)
    return own[0] if own else int(company.scalar(f"SELECT min(id) FROM {table}"))


@pytest.mark.parametrize(("role", "table"), where("create", True))
def test_who_may_create_makes_a_row(company: Company, role: str, table: str) -> None:
    before = company.size(table)

    create(company, company.as_(role), table)

    assert company.size(table) == before + 1


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("role", "table"), where("create", False))
def test_who_may_not_create_makes_nothing(company: Company, role: str, table: str, method: str) -> None:
    walker, before = company.as_(role), company.size(table)
    form = new_row(company, role, table) | {"_token": f"a-new-form-of-{role}-{table}"}

    with company.one_denial(walker, table):
        answer = walker.get(f"/admin/{table}/new/") if method == "get" else walker.post(f"/admin/{table}/new/", form)

    assert answer.status_code == 403
    assert company.size(table) == before


def edit(company: Company, walker: Walker, table: str, row_id: int, column: str, value: str) -> Any:
    url = f"/admin/{table}/edit/?id={row_id}"
    opened_form = walker.get(url)
    form = {"_token": f"a-form-of-{row_id}-{value}", "_version": company.whole(table, row_id).xmin}
    if opened_form.status_code == 200:
        form = form_with(opened_form.get_data(as_text=True), "_version")
    return walker.post(url, form | {column: value})


def inline(company: Company, walker: Walker, table: str, row_id: int, column: str, value: str) -> Any:
    version = company.whole(table, row_id).xmin
    sent = {"id": row_id, "field": column, "value": value, "version": version}
    return walker.post(f"/admin/{table}/ajax/update/", sent)


def bulk_set(company: Company, walker: Walker, table: str, row_id: int, column: str, value: str) -> Any:
    sent = {"action": "set", "field": column, "value": value} | company.confirmed(table, row_id)
    return walker.post(f"/admin/{table}/action/", sent)


WAYS = {"edit": (edit, 302), "inline": (inline, 200), "bulk set": (bulk_set, 302)}


def offered_at_once(walker: Walker, table: str) -> list[str]:
    """The columns that the dialog of a bulk change offers."""
    page = html.unescape(walker.get(f"/admin/{table}/").get_data(as_text=True))
    data = json.JSONDecoder().raw_decode(page, page.index('{"', page.index("data-list=")))[0]
    return [column["name"] for column in data["columns"] if column["set"]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("role", "table"), where("edit", True))
def test_who_may_edit_changes_the_row(company: Company, role: str, table: str, way: str) -> None:
    row_id, (column, value) = visible(company, role, table), change(company, role, table)
    before = company.whole(table, row_id).row
    send, done = WAYS[way]
    # A bulk change sets what its dialog offers and nothing else.
    is_set = way != "bulk set" or column in offered_at_once(company.as_(role), table)

    answer = send(company, company.as_(role), table, row_id, column, value)

    assert answer.status_code == (done if is_set else 422), answer.get_data(as_text=True)
    after = company.whole(table, row_id).row
    assert {name for name in after if after[name] != before[name]} - {"updated_at"} == ({column} if is_set else set())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("role", "table"), where("edit", False))
def test_who_may_not_edit_changes_nothing(company: Company, role: str, table: str, way: str) -> None:
    row_id, (column, value) = visible(company, role, table), change(company, role, table)
    walker, before = company.as_(role), company.whole(table, row_id)
    refusals = company.size("dashboard.denials")

    answer = WAYS[way][0](company, walker, table, row_id, column, value)

    assert answer.status_code == 403
    assert company.whole(table, row_id) == before
    # Opening the form was refused before sending it was.
    assert company.size("dashboard.denials") == refusals + (2 if way == "edit" else 1)


def delete(company: Company, walker: Walker, table: str, row_id: int) -> Any:
    version = company.whole(table, row_id).xmin
    return walker.post(f"/admin/{table}/delete/", {"id": row_id, "_version": version})


def bulk_delete(company: Company, walker: Walker, table: str, row_id: int) -> Any:
    return walker.post(f"/admin/{table}/action/", {"action": "delete"} | company.confirmed(table, row_id))


def ask_delete(company: Company, walker: Walker, table: str, row_id: int) -> Any:
    return walker.get(f"/admin/{table}/delete/?id={row_id}")


@pytest.mark.parametrize("way", [delete, bulk_delete])
@pytest.mark.parametrize(("role", "table"), where("delete", True))
def test_who_may_delete_deletes(company: Company, role: str, table: str, way: Any) -> None:
    walker = company.as_(role)
    row_id = create(company, walker, table)

    assert ask_delete(company, walker, table, row_id).status_code == 200
    assert way(company, walker, table, row_id).status_code == 302

    assert company.whole(table, row_id) is None


@pytest.mark.parametrize("way", [delete, bulk_delete, ask_delete])
@pytest.mark.parametrize(("role", "table"), where("delete", False))
def test_who_may_not_delete_deletes_nothing(company: Company, role: str, table: str, way: Any) -> None:
    walker, row_id = company.as_(role), visible(company, role, table)
    before = company.whole(table, row_id)

    with company.one_denial(walker, table):
        assert way(company, walker, table, row_id).status_code == 403

    assert company.whole(table, row_id) == before


@pytest.mark.parametrize(("role", "table"), some_of_each(EVERYWHERE, 3))
def test_the_list_offers_what_the_door_lets_through(company: Company, role: str, table: str) -> None:
    cell, page = cells()[role, table], company.as_(role).get(f"/admin/{table}/").get_data(as_text=True)

    assert (f'href="/admin/{table}/new/' in page) == cell.may("create")
    assert (f"/admin/{table}/export/xlsx/" in page) == cell.may("export")
