"""A person's preferences for a list: the columns in order and the density."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, insert, text
from statements_sent import statements

from homecare.models import Patient

AsRole = Callable[..., Visitor]
LIST = "/admin/patients/"


@pytest.fixture(scope="module", autouse=True)
def _a_patient(owner_engine: Engine) -> None:
    """An empty list has no columns."""
    with owner_engine.begin() as connection:
        connection.execute(insert(Patient).values(full_name="Hana Girma"))


def keep(visitor: Visitor, table: str = "patients", **wishes: str) -> Any:
    return visitor.send(f"/admin/preferences/{table}/", wishes, form_at="/admin/")


def heads(visitor: Visitor, query: str = "?all=1") -> list[str]:
    page = visitor.get(f"{LIST}{query}").get_data(as_text=True)
    return re.findall(r'<th scope="col" data-name="(\w+)"', page)


def test_kept_columns_come_in_their_order_until_they_are_reset(as_role: AsRole) -> None:
    manager = as_role("Manager")
    usual = heads(manager)

    assert keep(manager, columns="gender,full_name").location == LIST
    assert heads(manager) == ["gender", "full_name"]
    assert heads(manager, "?columns=email") == ["email"]
    keep(manager, columns="")
    assert heads(manager) == usual


def test_density_and_columns_are_kept_apart(as_role: AsRole) -> None:
    manager = as_role("Manager")

    keep(manager, columns="full_name")
    keep(manager, density="dense")

    assert heads(manager) == ["full_name"]
    assert 'class="list dense"' in manager.get(f"{LIST}?all=1").get_data(as_text=True)


def test_columns_are_kept_for_oneself(as_role: AsRole) -> None:
    keep(as_role("Manager"), columns="gender")

    assert heads(as_role("Manager")) != ["gender"]


def test_a_kept_column_that_is_forbidden_by_now_is_left_out(as_role: AsRole, owner_engine: Engine) -> None:
    finance = as_role("Finance")
    with owner_engine.begin() as connection:
        kept = "INSERT INTO dashboard.list_preferences (staff_id, resource, columns) VALUES (:me, 'patients', :columns)"
        columns = ["geolocation", "gone", "gender"]
        connection.execute(text(kept), {"me": finance.staff_id, "columns": columns})

    assert heads(finance) == ["gender"]


@pytest.mark.parametrize(
    ("table", "wishes", "status"),
    [
        ("patients", {"columns": "geolocation"}, 422),
        ("patients", {"columns": "no_such"}, 422),
        ("patients", {"density": "loose"}, 422),
        ("patients", {}, 422),
        ("marketing_leads", {"columns": "full_name"}, 403),
        ("accounts", {"columns": "id"}, 404),
    ],
)
def test_what_cannot_be_kept_is_refused(as_role: AsRole, table: str, wishes: dict[str, str], status: int) -> None:
    assert keep(as_role("Finance"), table, **wishes).status_code == status


def test_views_and_columns_cost_a_list_one_statement(as_role: AsRole) -> None:
    manager = as_role("Manager")
    view = {"name": "Women", "path": LIST, "query": "?gender__eq=Female"}
    assert manager.send("/admin/views/", view, form_at="/admin/").location == f"{LIST}?gender__eq=Female"
    keep(manager, columns="full_name")
    with statements() as seen:
        manager.get(f"{LIST}?all=1")

    assert len([statement for statement in seen if "saved_views" in statement or "list_preferences" in statement]) == 1
