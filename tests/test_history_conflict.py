"""The page of a conflict says who saved meanwhile, as far as the reader may know them."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from test_history import text_of


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def conflict(company: Company, walker: Walker, saver: Walker | None) -> Any:
    row_id = company.scalar("SELECT min(id) FROM partner_hospitals")
    url = f"/admin/partner_hospitals/edit/?id={row_id}"
    mine = opened_form(walker, url) | {"address": "Mine"}
    if saver is None:
        company.run("UPDATE partner_hospitals SET address = 'Theirs' || now()::text WHERE id = :id", id=row_id)
    else:
        form = opened_form(saver, url) | {"address": f"Theirs {saver.role}"}
        assert saver.post(url, form).status_code == 302
    answer = walker.post(url, mine)
    assert answer.status_code == 409
    return text_of(answer)


def test_it_names_another_person(company: Company, admin: Walker) -> None:
    manager = company.as_("Manager")
    name = company.scalar("SELECT concat(first_name, ' ', last_name) FROM staff WHERE id = :id", id=manager.staff_id)

    assert f"Saved last by: {name} on " in conflict(company, admin, manager)


def test_it_says_that_it_was_oneself(company: Company, admin: Walker) -> None:
    assert "Saved last by: You, in another window, on " in conflict(company, admin, admin)


def test_it_says_that_it_was_another_application(company: Company, admin: Walker) -> None:
    assert "Saved last by: Another application on " in conflict(company, admin, None)
