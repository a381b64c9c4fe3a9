"""Explain says what the real request then does, over the whole matrix, rows and columns included."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from sampling import some, some_of_each
from sqlalchemy import Engine, text

from homecare.access import resources
from homecare.access.policy import Action
from homecare.access.stored.defaults import ROLES
from homecare.models.columns import Kind

VERDICT = re.compile(r'data-allowed="(yes|no)"')
ADDRESS = {
    Action.VIEW: "details/?id={}",
    Action.CREATE: "new/",
    Action.EDIT: "edit/?id={}",
    Action.DELETE: "delete/?id={}",
    Action.EXPORT: "export/csv/?columns=id",
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def signed_in(app: Flask, role: str) -> Any:
    visitor = app.test_client()
    email = f"{role.lower()}@homecare.example"
    assert visitor.sign_in(email, DEMO_PASSWORD).status_code == 302  # type: ignore[attr-defined]
    return visitor


@pytest.fixture
def it(app: Flask) -> Any:
    return signed_in(app, "Admin")


@pytest.fixture(scope="module")
def staff_ids(owner_engine: Engine) -> dict[str, int]:
    with owner_engine.connect() as connection:
        rows = connection.execute(text("SELECT email, id FROM staff WHERE email LIKE '%@homecare.example'"))
        return {row.email.partition("@")[0]: row.id for row in rows}


def verdict(it: Any, **asked: Any) -> bool:
    answer = it.get("/admin/roles/explain", query_string=asked)
    found = VERDICT.search(answer.text)
    assert found, (asked, answer.status_code)
    return found[1] == "yes"


@pytest.mark.parametrize(("turn", "role"), [*enumerate(role.name for role in ROLES)])
def test_the_verdict_is_what_the_request_does(
    app: Flask, it: Any, staff_ids: dict[str, int], owner_engine: Engine, turn: int, role: str
) -> None:
    visitor = signed_in(app, role)
    with owner_engine.connect() as connection:
        for table in some(resources.tables(), 5, turn):
            row_id = connection.scalar(text(f"SELECT max(id) FROM {table}"))
            for action, address in ADDRESS.items():
                asked = {"person": staff_ids[role.lower()], "table": table, "action": action}
                if "{}" in address:
                    asked["row"] = row_id
                status = visitor.get(f"/admin/{table}/{address.format(row_id)}", buffered=True).status_code
                assert verdict(it, **asked) is (status == 200), (asked, status)


ROLE_AND_TABLE = [
    pytest.param(role, table)
    for role in ("Nurse", "Finance", "Caregiver", "Admin", "Marketing")
    for table in ("patients", "visit_services", "campaign_patients", "marketing_platforms")
]


@pytest.mark.parametrize(("role", "table"), some_of_each(ROLE_AND_TABLE, 3))
def test_the_verdict_on_a_column_is_what_its_filter_and_its_form_do(
    app: Flask, it: Any, staff_ids: dict[str, int], role: str, table: str
) -> None:
    visitor, person = signed_in(app, role), staff_ids[role.lower()]
    if not verdict(it, person=person, table=table, action="view"):
        return
    for column, kind in resources.tables()[table].items():
        if column != "id" and kind is not Kind.SECRET:
            status = visitor.get(f"/admin/{table}/?{column}__isnull=1").status_code
            seen = verdict(it, person=person, table=table, action="view", field=column)
            assert seen is (status == 200), (column, status)
    form = visitor.get(f"/admin/{table}/new/")
    if form.status_code == 200:
        for column, kind in resources.tables()[table].items():
            name = f"{column}-lat" if kind is Kind.POINT else column
            on_form = re.search(rf'name="{name}[".]', form.text) is not None
            assert verdict(it, person=person, table=table, action="create", field=column) is on_form, column


def test_the_answer_links_to_the_cell_that_would_turn_it(it: Any) -> None:
    page = it.get("/admin/roles/explain?role=Finance&table=patients&action=edit").text
    link = re.search(r'href="(/admin/roles/edit\?role=Finance&amp;open=patients#(cell-patients-edit))"', page)
    assert link

    matrix = it.get(link[1].replace("&amp;", "&").partition("#")[0]).text

    assert f'id="{link[2]}"' in matrix


def test_who_is_not_active_is_told_so_with_a_link_to_their_record(
    it: Any, new_person: Callable[..., tuple[int, str]]
) -> None:
    staff_id, _ = new_person("Nurse", status="Suspended")

    page = it.get(f"/admin/roles/explain?person={staff_id}&table=patients&action=view").text

    assert VERDICT.findall(page) == ["no"]
    assert f"/admin/staff/edit/?id={staff_id}" in page


@pytest.mark.parametrize(
    "asked",
    ["role=Nurse&table=spaceships&action=view", "role=Nurse&table=patients&action=fly", "table=patients&action=view",
     "role=Nurse&table=patients&action=view&field=shoe", "person=99999999&table=patients&action=view",
     "role=Nurse&table=patients&action=view&row=abc"],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused_in_words(it: Any, asked: str) -> None:
    answer = it.get(f"/admin/roles/explain?{asked}")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_it_reaches_the_explanation_from_a_refusal(it: Any, as_role: Callable[..., Visitor]) -> None:
    refused = it.get("/admin/messages/edit/?id=1")
    assert refused.status_code == 403
    assert "Nobody may do this. Messages are a log" in refused.text
    link = re.search(r'href="(/admin/roles/explain[^"]+)"', refused.text)
    assert link

    assert "they are never edited" in it.get(link[1].replace("&amp;", "&")).text
    assert "/admin/roles/explain" not in as_role("Nurse").get("/admin/invoices/").text
