"""A saved view replaces another only if that was confirmed, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from forms import form_with
from sqlalchemy import Engine, text

from homecare.actions.preferences import MOST_VIEWS

AsRole = Callable[..., Visitor]
LIST = "/admin/patients/"


def save(visitor: Visitor, name: str = "Mine", query: str = "gender__eq=Female", **changes: Any) -> Any:
    return visitor.send("/admin/views/", {"name": name, "path": LIST, "query": query} | changes, form_at="/admin/")


def kept(engine: Engine, visitor: Visitor) -> list[tuple[str, str, list[str], bool]]:
    with engine.connect() as connection:
        views = "SELECT name, query, roles, is_default FROM dashboard.saved_views WHERE staff_id = :me ORDER BY id"
        return [tuple(row) for row in connection.execute(text(views), {"me": visitor.staff_id})]


@pytest.fixture
def full(as_role: AsRole, owner_engine: Engine) -> Visitor:
    """A Manager with as many views as one may have."""
    manager = as_role("Manager")
    filled = """INSERT INTO dashboard.saved_views (staff_id, path, name, query)
        SELECT :me, :path, 'View ' || n, 'is=late' FROM generate_series(1, :most) n"""
    with owner_engine.begin() as connection:
        connection.execute(text(filled), {"me": manager.staff_id, "path": LIST, "most": MOST_VIEWS})
    return manager


def test_who_has_all_they_may_have_can_still_replace_one(full: Visitor, owner_engine: Engine) -> None:
    assert save(full, "View 7", replace="1").status_code == 302

    assert ("View 7", "gender__eq=Female", [], False) in kept(owner_engine, full)
    assert len(kept(owner_engine, full)) == MOST_VIEWS


def test_one_more_than_one_may_have_is_refused_by_its_name(full: Visitor, owner_engine: Engine) -> None:
    answer = save(full, "One more", default="1")

    assert answer.status_code == 422
    assert f"You have {MOST_VIEWS} saved views." in answer.text
    assert len(kept(owner_engine, full)) == MOST_VIEWS


def test_the_question_sends_back_what_was_asked_for(as_role: AsRole, owner_engine: Engine) -> None:
    manager = as_role("Manager")
    save(manager)
    question = save(manager, query="gender__eq=Male", default="1", roles=["Nurse", "Doctor"]).text

    answers = form_with(question, "path") | {"roles": ["Nurse", "Doctor"], "replace": "1"}
    assert manager.post("/admin/views/", data=answers).status_code == 302

    assert kept(owner_engine, manager) == [("Mine", "gender__eq=Male", ["Doctor", "Nurse"], True)]


def test_another_name_instead_keeps_both(as_role: AsRole, owner_engine: Engine) -> None:
    manager = as_role("Manager")
    save(manager)
    question = form_with(save(manager, query="gender__eq=Male").text, "path")

    manager.post("/admin/views/", data=question | {"name": "Men"})

    assert [name for name, *_ in kept(owner_engine, manager)] == ["Mine", "Men"]


@pytest.mark.parametrize("change", [{"query": "gender__eq=Male"}, {"default": "1"}, {"roles": ["Nurse"]}])
def test_whatever_would_change_is_asked_about(as_role: AsRole, owner_engine: Engine, change: dict[str, Any]) -> None:
    manager = as_role("Manager")
    save(manager)
    before = kept(owner_engine, manager)

    assert save(manager, **change).status_code == 409
    assert kept(owner_engine, manager) == before


def test_the_same_view_once_more_is_nothing_to_ask_about(as_role: AsRole, owner_engine: Engine) -> None:
    manager = as_role("Manager")

    assert [save(manager).status_code, save(manager).status_code] == [302, 302]
    assert len(kept(owner_engine, manager)) == 1


def test_a_view_of_another_page_or_person_is_not_in_the_way(as_role: AsRole) -> None:
    manager, other = as_role("Manager"), as_role("Manager")
    save(manager)

    assert save(manager, path="/admin/invoices/", query="status__eq=Paid").status_code == 302
    assert save(other, query="gender__eq=Male").status_code == 302


def test_a_script_is_asked_in_json(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager)
    headers = {"Accept": "application/json", "X-CSRFToken": manager.token("/admin/")}

    answer = manager.post("/admin/views/", data={"name": "Mine", "path": LIST, "query": "is=x"}, headers=headers)

    assert (answer.status_code, answer.get_json()["status"]) == (409, 409)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_that_is_refused_offers_no_file_of_everything(as_role: AsRole, kind: str) -> None:
    answer = as_role("Manager").get(f"{LIST}export/{kind}/?gender__eq=Female&nothing__eq=1")

    assert answer.status_code == 400
    assert f"/export/{kind}/?all=1" not in answer.text
    assert f'href="{LIST}?all=1">Open the patients without conditions' in answer.text


def test_a_list_that_is_refused_offers_the_whole_list(as_role: AsRole) -> None:
    manager = as_role("Manager")
    answer = manager.get(f"{LIST}?nothing__eq=1")

    assert answer.status_code == 400
    assert f'href="{LIST}?all=1"' in answer.text
    assert manager.get(f"{LIST}?all=1").status_code == 200


@pytest.mark.parametrize("url", [f"{LIST}ajax/lookup/?name=nothing", "/admin/roles/explain?table=nothing&action=view"])
def test_what_is_no_list_is_not_offered_without_conditions(as_role: AsRole, url: str) -> None:
    assert "without conditions" not in as_role("Admin").get(url).text
