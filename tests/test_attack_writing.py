"""Somebody of the staff tries to write what they may not, to lose what another wrote, or to stop everybody's work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from conftest import PASSWORD, Visitor
from doors import Company
from flask import Flask
from forms import form_with

HOSTILE = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def event_form(company: Company, row_id: int) -> dict[str, str]:
    return form_with(company.as_("Manager").get(f"/admin/events/edit/?id={row_id}").text, "title")


def test_a_name_is_escaped_in_the_cell_that_a_list_puts_in_place(company: Company) -> None:
    patient, referral = (company.scalar(f"SELECT max(id) FROM {table}") for table in ("patients", "referrals"))
    company.run("UPDATE patients SET full_name = :name WHERE id = :id", name=HOSTILE, id=patient)
    version = company.whole("referrals", referral).xmin

    answer = company.as_("Manager").post(
        "/admin/referrals/ajax/update/",
        {"id": referral, "field": "patient_id", "value": patient, "version": version},
    )

    assert answer.status_code == 200
    assert "<img" not in answer.json["cells"][0]
    assert "&lt;img src=x" in answer.json["cells"][0]


def test_the_token_of_one_rows_form_does_not_pass_for_another_row(company: Company) -> None:
    manager = company.as_("Manager")
    first, second = (row.id for row in company.rows("SELECT id FROM events ORDER BY id LIMIT 2"))
    used = event_form(company, first) | {"title": "A day in Bole"}
    assert manager.post(f"/admin/events/edit/?id={first}", used).status_code == 302
    before = company.whole("events", second)

    answer = manager.post(
        f"/admin/events/edit/?id={second}", used | {"_version": event_form(company, second)["_version"]}
    )

    assert answer.status_code == 422
    assert "This form was already used elsewhere. Open it again." in answer.text
    assert company.whole("events", second) == before


def test_an_address_in_capitals_is_the_one_that_is_there(
    company: Company, app: Flask, new_person: Callable[..., Any]
) -> None:
    _, email = new_person("Nurse")
    form = form_with(company.as_("Manager").get("/admin/staff/new/").text, "email")
    eve = {"first_name": "Eve", "last_name": "Tadesse", "email": email.replace("person", "PERSON")}
    refused = company.as_("Manager").post("/admin/staff/new/", form | eve)
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)

    assert (refused.status_code, "already has this email" in refused.text.lower()) == (422, True)
    assert visitor.sign_in(eve["email"], PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("&".join(["full_name__contains=a"] * 51), "A list takes at most 50 conditions; this has 51."),
        ("id__in=" + ",".join(["1"] * 501), "id__in: At most 500 values can be chosen; this has 501."),
    ],
    ids=["conditions", "values"],
)
def test_a_bulk_change_cannot_carry_a_statement_that_keeps_the_server_busy(
    company: Company, query: str, sentence: str
) -> None:
    form = {"action": "set", "all": "1", "query": query, "field": "gender", "value": "Male"}

    answer = company.as_("Manager").post("/admin/patients/action/", form)

    assert answer.status_code == 400
    assert sentence in re.sub(r"\s+", " ", answer.text)


@pytest.mark.parametrize(
    ("url", "word"), [("/admin/search", "q"), ("/admin/patients/", "search")], ids=["palette", "list"]
)
def test_a_search_of_a_hundred_words_is_refused_before_the_database_works(
    company: Company, url: str, word: str
) -> None:
    answer = company.as_("Nurse").get(url, **{word: "a " * 13})

    assert answer.status_code == 400
    assert "Search for at most 12 words." in answer.text
