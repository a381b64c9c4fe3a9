"""Roles x columns: what a role may not set is refused on every surface, not ignored, and nothing else is saved."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company
from forms import form_with
from permission_table import cells, unsettable
from sampling import some_of_each

from homecare.models import business_models


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def refused_writes() -> list[Any]:
    found = []
    for role, table in cells():
        columns = [c.name for c in business_models()[table].__table__.columns]
        for column in sorted(unsettable(role, table, columns, creating=False)):
            if cells()[role, table].may("edit"):
                found.append(pytest.param(role, table, column, id=f"{role}-{table}-{column}"))
    return found


@pytest.mark.parametrize(("role", "table", "column"), some_of_each(refused_writes(), 3))
def test_what_a_role_may_not_set_is_refused_on_every_surface(
    company: Company, role: str, table: str, column: str
) -> None:
    walker, row_id = company.as_(role), company.own(role, table)[0]
    url, before = f"/admin/{table}/edit/?id={row_id}", company.whole(table, row_id)
    form = form_with(walker.get(url).get_data(as_text=True), "_version")
    assert {column, f"{column}-lat"}.isdisjoint(form)

    one = {"field": column, "value": "1"}
    with company.one_denial(walker, table):
        assert walker.post(url, form | {column: "1"}).status_code == 403
    with company.one_denial(walker, table):
        sent = one | {"id": row_id, "version": before.xmin}
        assert walker.post(f"/admin/{table}/ajax/update/", sent).status_code == 403
    with company.one_denial(walker, table):
        assert (
            walker.post(
                f"/admin/{table}/action/", one | {"action": "set", "confirmed": "1", "rowid": row_id}
            ).status_code
            == 403
        )

    assert company.whole(table, row_id) == before


@pytest.mark.parametrize(
    ("role", "table"), [pytest.param(*key, id="-".join(key)) for key, cell in cells().items() if cell.may("create")]
)
def test_a_new_row_takes_only_what_the_role_may_set(company: Company, role: str, table: str) -> None:
    walker, before = company.as_(role), company.size(table)
    columns = [c.name for c in business_models()[table].__table__.columns]
    form = form_with(walker.get(f"/admin/{table}/new/").get_data(as_text=True), "_token")

    for column in unsettable(role, table, columns, creating=True):
        assert column not in form
        with company.one_denial(walker, table):
            assert walker.post(f"/admin/{table}/new/", form | {column: "1"}).status_code == 403

    assert company.size(table) == before
