"""The page of a conflict says who saved meanwhile, as far as the reader may know them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with
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


def test_what_one_of_the_two_left_alone_is_no_choice(company: Company, admin: Walker) -> None:
    """They changed the e-mail and the address, I the phone and the address: the address alone is to be chosen."""
    row_id = company.scalar("SELECT max(id) FROM partner_hospitals")
    url, manager = f"/admin/partner_hospitals/edit/?id={row_id}", company.as_("Manager")
    mine = opened_form(admin, url) | {"contact_phone": "0911 234 567", "address": "Mine"}
    theirs = opened_form(manager, url) | {"contact_email": "theirs@example.org", "address": "Theirs"}
    assert manager.post(url, theirs).status_code == 302

    answer = admin.post(url, mine)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert re.findall(r'name="keep-(\w+)"', page) == ["address", "address"]
    back = form_with(page, "_token")
    assert (back["contact_email"], back["contact_phone"], back["address"]) == (
        "theirs@example.org",
        "0911 234 567",
        "Mine",
    )
    assert admin.post(url, back).status_code == 302
    row = company.whole("partner_hospitals", row_id).row
    assert (row["contact_email"], row["contact_phone"], row["address"]) == (
        "theirs@example.org",
        "+251911234567",
        "Mine",
    )


def test_without_a_field_that_both_changed_nothing_is_to_be_chosen(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT min(id) FROM invoices WHERE status = 'Pending'")
    url = f"/admin/invoices/edit/?id={row_id}"
    mine = opened_form(admin, url) | {"amount": "1234.50"}
    company.run("UPDATE invoices SET status = 'Overdue' WHERE id = :id", id=row_id)

    page = admin.post(url, mine).get_data(as_text=True)

    assert "keep-" not in page
    assert "Save again to add your changes to theirs." in page
    back = form_with(page, "_token")
    assert (back["amount"], back["status"]) == ("1234.50", "Overdue")
