"""A role's settings take effect: its start page, and how long it may be idle."""

from __future__ import annotations

from collections.abc import Callable

from conftest import PASSWORD
from flask import Flask
from sqlalchemy import Engine, text


def change(engine: Engine, statement: str, **values: object) -> None:
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def idle_for(engine: Engine, minutes: int) -> None:
    change(engine, "UPDATE dashboard.sessions SET last_used_at = last_used_at - make_interval(mins => :m)", m=minutes)


def test_a_person_begins_at_the_start_page_of_their_role(
    app: Flask, new_person: Callable[..., tuple[int, str]], owner_engine: Engine
) -> None:
    change(owner_engine, "UPDATE dashboard.roles SET start_page = '/admin/invoices/?is=overdue' WHERE name = 'Finance'")
    email = new_person("Finance")[1]
    assert app.test_client().sign_in(email, PASSWORD).location == "/admin/invoices/?is=overdue"
    asked_for = app.test_client().send("/login?next=/admin/staff/", {"email": email, "password": PASSWORD})
    assert asked_for.location == "/admin/staff/"


def test_a_role_may_be_idle_as_long_as_it_says(
    app: Flask, new_person: Callable[..., tuple[int, str]], owner_engine: Engine
) -> None:
    change(owner_engine, "UPDATE dashboard.roles SET idle_minutes = 60 WHERE name = 'Manager'")
    change(owner_engine, "UPDATE dashboard.roles SET idle_minutes = 5 WHERE name = 'Auditor'")
    manager, auditor = app.test_client(), app.test_client()
    manager.sign_in(new_person("Manager")[1], PASSWORD)
    auditor.sign_in(new_person("Auditor")[1], PASSWORD)
    idle_for(owner_engine, 10)
    assert manager.get("/admin/").status_code == 200
    assert auditor.get("/admin/").status_code == 302
