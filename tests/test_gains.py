"""A person who edits roles can grant only their own rights, to other roles and to themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from conftest import Visitor
from roles_page import RolesPage
from sqlalchemy import Engine, text

AsRole = Callable[..., Visitor]
GRANTS = (
    ("page:roles", "view", "all", "all"), ("page:map", "view", "all", "cells"), ("patients", "view", "own", ""),
    ("events", "view", "all", ""), ("events", "edit", "all", ""), ("invoices", "view", "all", ""),
    ("visit_services", "view", "own", ""), ("visit_services", "edit", "all", ""),
)  # fmt: skip
RULES = (("invoices", "amount", "masked", "never"), ("events", "title", "shown", "never"))


@pytest.fixture
def it(as_role: AsRole, owner_engine: Engine) -> Iterator[RolesPage]:
    """A Warden, who has the page of the roles and little else; and the role Helper, which has nothing."""
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO dashboard.roles (name) VALUES ('Warden'), ('Helper')"))
        for resource, action, scope, level in GRANTS:
            grant = "INSERT INTO dashboard.grants VALUES ('Warden', :resource, :action, :scope, :level)"
            values = {"resource": resource, "action": action, "scope": scope, "level": level}
            connection.execute(text(grant), values)
        for rule in RULES:
            values = dict(zip(("resource", "column", "state", "write"), rule, strict=True))
            values_of = "('Warden', :resource, :column, :state, :write)"
            connection.execute(text(f"INSERT INTO dashboard.field_rules VALUES {values_of}"), values)
    yield RolesPage(as_role("Warden"))
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.roles WHERE name NOT IN ('Admin', 'Manager', 'Nurse')"))
        connection.execute(text("DELETE FROM staff WHERE role = 'Warden'"))


def stored(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            text("SELECT array_agg(to_jsonb(g) ORDER BY g) FROM dashboard.grants g UNION ALL "
                 "SELECT array_agg(to_jsonb(r) ORDER BY r) FROM dashboard.roles r UNION ALL "
                 "SELECT array_agg(to_jsonb(f) ORDER BY f) FROM dashboard.field_rules f")
        ).all()  # fmt: skip


MORE = [
    {"t.patients.view": "all"}, {"t.patients.edit": "own"}, {"t.staff.view": "all"}, {"t.events.delete": "all"},
    {"t.visit_services.edit": "all"}, {"t.invoices.view": "all"}, {"p.map": "exact"}, {"p.map": "own"},
    {"p.audit": "all"}, {"r.everything": "1"}, {"r.idle_minutes": "240"}, {"g.0.view": "all"},
    {"t.events.view": "all", "t.events.edit": "all"},
]  # fmt: skip


@pytest.mark.parametrize("role", ["Helper", "Warden"])
@pytest.mark.parametrize("more", MORE, ids=str)
def test_no_role_gains_what_the_saver_does_not_hold(
    it: RolesPage, owner_engine: Engine, role: str, more: dict[str, str]
) -> None:
    if role == "Warden":
        more = more | {"s.invoices.amount": "shown", "w.events.title": "always"}
    before = stored(owner_engine)

    answers = [it.send(role, more, do) for do in ("preview", "save")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("which you may not do yourself" in answer.text for answer in answers)
    assert stored(owner_engine) == before


def test_what_the_saver_holds_is_handed_on(it: RolesPage) -> None:
    held = {"t.patients.view": "own", "t.events.view": "all", "t.invoices.view": "all", "p.map": "cells"}
    unseen = {"s.invoices.amount": "masked", "s.patients.fayda_id": "hidden"}

    it.save("Helper", held | unseen)
    it.save("Helper", {"t.patients.view": "", "s.invoices.amount": "hidden"})

    assert it.form("Helper")["t.events.view"] == "all"


def file_with(it: RolesPage, change: Callable[[list[dict[str, Any]]], None]) -> str:
    roles = yaml.safe_load(it.visitor.get("/admin/roles/history/export").text)["roles"]
    change(roles)
    return yaml.safe_dump({"roles": roles}, sort_keys=False)


def everything(roles: list[dict[str, Any]]) -> None:
    next(role for role in roles if role["name"] == "Warden")["everything"] = True


def another(roles: list[dict[str, Any]]) -> None:
    roles.append({"name": "Second Admin", "everything": True})


def in_clear(roles: list[dict[str, Any]]) -> None:
    del next(role for role in roles if role["name"] == "Warden")["tables"]["invoices"]["fields"]


@pytest.mark.parametrize("change", [everything, another, in_clear])
def test_a_file_gives_no_more_than_the_matrix(
    it: RolesPage, owner_engine: Engine, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    before, sent = stored(owner_engine), {"text": file_with(it, change), "_version": it.version()}

    answers = [it.visitor.send("/admin/roles/history/file", sent | {"_do": do}) for do in ("preview", "save")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert stored(owner_engine) == before


def test_neither_does_going_back_nor_a_copy(it: RolesPage, as_role: AsRole, owner_engine: Engine) -> None:
    admin = RolesPage(as_role("Admin"))
    admin.save("Helper", {"t.staff.view": "all"})
    admin.save("Helper", {"t.staff.view": ""})
    with owner_engine.connect() as connection:
        newest = int(connection.scalar(text("SELECT max(version) FROM dashboard.policy_versions")) or 0)
    form = {"_version": it.version()}

    back = it.visitor.send("/admin/roles/history/roll-back", form | {"number": newest - 1}, form_at="/admin/")
    copy = it.visitor.send("/admin/roles/new", form | {"name": "Boss", "like": "Admin"}, form_at="/admin/")

    assert [back.status_code, copy.status_code] == [422, 422]


def test_a_rename_brings_nobody_in(it: RolesPage, as_role: AsRole, new_person: Callable[..., Any]) -> None:
    new_person("Wizard")
    form = {"_version": it.version(), "name": "Wizard"}

    assert it.visitor.send("/admin/roles/rename?role=Manager", form, form_at="/admin/").status_code == 422
    assert as_role("Admin").send("/admin/roles/rename?role=Helper", form, form_at="/admin/").status_code == 302


def test_who_holds_everything_gives_anything(it: RolesPage, as_role: AsRole) -> None:
    RolesPage(as_role("Admin")).save("Helper", {"t.staff.view": "all", "r.everything": "1"})
