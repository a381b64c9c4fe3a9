"""Form tokens: a useless one is replaced, and the person learns what a used one saved."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from conftest import Visitor
from doors import Company, Walker, opened_form
from flask import Flask
from forms import form_with

NEW = "/admin/events/new/"
# A form with a column that must be filled in.
NEEDING = "/admin/patients/new/"
WRONG = ["", "short", "x" * 65, "ጤና ይስጥልኝ!", "with\ttab and more", "nul\0 and more of it"]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def outcome(walker: Walker, token: str) -> Any:
    return walker.get("/session/form", token=token).get_json()


@pytest.mark.parametrize("token", WRONG)
def test_a_malformed_token_is_answered_with_a_good_one(admin: Walker, token: str) -> None:
    answer = admin.post(NEW, opened_form(admin, NEW) | {"title": "Market day", "_token": token})
    assert answer.status_code == 422
    again = form_with(answer.text, "_token")

    assert (again["title"], len(again["_token"])) == ("Market day", 32)
    assert admin.post(NEW, again).status_code == 302


def test_a_token_of_another_form_is_answered_with_a_new_one(company: Company, admin: Walker) -> None:
    first, second = (row.id for row in company.rows("SELECT id FROM events ORDER BY id LIMIT 2"))
    used = opened_form(admin, f"/admin/events/edit/?id={first}")
    admin.post(f"/admin/events/edit/?id={first}", used | {"title": "Moved"})
    url = f"/admin/events/edit/?id={second}"

    answer = admin.post(url, opened_form(admin, url) | {"title": "Second", "_token": used["_token"]})

    assert answer.status_code == 422
    assert admin.post(url, form_with(answer.text, "_token")).status_code == 302


def test_an_ordinary_refusal_keeps_the_token(admin: Walker) -> None:
    form = opened_form(admin, NEEDING) | {"full_name": ""}

    assert form_with(admin.post(NEEDING, form).text, "_token")["_token"] == form["_token"]


def test_a_form_tells_what_it_saved(company: Company, admin: Walker) -> None:
    form = opened_form(admin, NEW) | {"title": "A day to find"}
    assert outcome(admin, form["_token"]) == {"saved": False}

    admin.post(NEW, form)

    row_id = company.scalar("SELECT id FROM events WHERE title = 'A day to find'")
    told = {"saved": True, "url": f"/admin/events/details/?id={row_id}", "one": "Event"}
    assert outcome(admin, form["_token"]) == told


def test_nobody_learns_what_another_persons_form_saved(company: Company, admin: Walker) -> None:
    form = opened_form(admin, NEW) | {"title": "Mine alone"}
    admin.post(NEW, form)

    assert outcome(company.as_("Manager"), form["_token"]) == {"saved": False}


@pytest.mark.parametrize("token", WRONG)
def test_what_is_no_token_saved_nothing(admin: Walker, token: str) -> None:
    assert outcome(admin, token) == {"saved": False}


def test_a_stranger_learns_nothing(app: Flask, client: Visitor) -> None:
    answer = client.get("/session/form?token=of-somebody-else", headers={"Accept": "application/json"})

    assert answer.status_code == 401


def test_a_script_is_told_where_to_go_on_and_a_browser_is_sent_there(admin: Walker) -> None:
    headers = {"X-CSRFToken": admin.csrf, "Accept": "application/json, text/html;q=0.9"}
    form = opened_form(admin, NEW) | {"title": "By a script", "_then": "add"}

    answer = admin.visitor.post(f"{NEW}?url=/admin/", data=form, headers=headers)

    assert (answer.status_code, answer.get_json()) == (200, {"to": f"{NEW}?url=/admin/"})
    assert "Event saved." in admin.get("/admin/").text


def test_a_script_gets_a_refused_form_as_a_page(admin: Walker) -> None:
    headers = {"X-CSRFToken": admin.csrf, "Accept": "application/json, text/html;q=0.9"}

    answer = admin.visitor.post(NEEDING, data=opened_form(admin, NEEDING) | {"full_name": ""}, headers=headers)

    assert answer.status_code == 422
    assert 'class="form-page"' in answer.text


def test_what_a_picker_opened_tells_the_record_that_was_made(company: Company, admin: Walker) -> None:
    url = "/admin/lead_sources/new/?picker=picker-1a"

    answer = admin.post(url, opened_form(admin, url) | {"name": "Radio Bilal"})

    row_id = company.scalar("SELECT id FROM lead_sources WHERE name = 'Radio Bilal'")
    assert answer.get_json() == {"picked": {"channel": "picker-1a", "id": row_id, "label": "Radio Bilal"}}
