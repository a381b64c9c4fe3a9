"""The access check itself: whatever nobody decided is shut, and decisions apply from the next request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import WITH_PROJECT, Database
from conftest import PASSWORD, Visitor
from doors import Company, Walker
from flask import Flask
from flask_admin import expose
from sqlalchemy import Engine

from homecare import create_app
from homecare.admin.door import GuardedView
from homecare.admin.table_view import BULK_ACTIONS, TableView
from homecare.config import Config
from homecare.db import db


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


class Forgotten(GuardedView):
    """A view whose author named no action for its method."""

    resource = "patients"

    @expose("/")
    def index(self) -> str:
        return "patients"


@pytest.fixture
def scratch(config: Config) -> Iterator[Flask]:
    """The application with the forgotten view in it."""
    made = create_app(config)
    made.extensions["admin"][0].add_view(Forgotten(name="Forgotten", endpoint="forgotten", url="/admin/forgotten"))
    made.test_client_class = Visitor
    yield made
    with made.app_context():
        db.engine.dispose()


def test_a_view_method_without_an_action_is_refused(scratch: Flask, owner_engine: Engine) -> None:
    company = Company(scratch, owner_engine)
    admin = company.as_("Admin")

    with company.one_denial(admin, "patients"):
        assert admin.get("/admin/forgotten/").status_code == 403


def views(app: Flask) -> list[Any]:
    return list(app.extensions["admin"][0]._views)


def test_every_method_of_every_view_has_an_action_and_no_action_is_left_over(app: Flask) -> None:
    for view in views(app):
        assert isinstance(view, GuardedView)
        methods = {name for _, name, _ in view._urls}
        # What a bulk action is stands in the form.
        declared = set(view.needs) | ({"action_view"} if isinstance(view, TableView) else set())
        assert methods == declared, view.endpoint


def test_every_bulk_action_has_its_right() -> None:
    assert {k: v.value for k, v in BULK_ACTIONS.items()} == {"delete": "delete", "set": "edit", "export": "export"}


def test_an_unknown_bulk_action_is_not_understood(company: Company) -> None:
    assert company.as_("Auditor").post("/admin/patients/action/", {"action": "erase", "rowid": "1"}).status_code == 400


class Worker:
    """A second process of the installation with the same browser."""

    def __init__(self, database: Database, walker: Walker) -> None:
        cookie = walker.visitor.get_cookie("homecare")
        assert cookie is not None
        script = Path(__file__).with_name("scratch_worker.py")
        arguments = [sys.executable, str(script), database.socket_folder, database.name, cookie.value]
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=WITH_PROJECT
        )

    def get(self, url: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(url + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def finance(company: Company, database: Database) -> Iterator[Callable[[str], tuple[int, int]]]:
    """Asks both workers as Finance."""
    walker = company.as_("Finance")
    worker = Worker(database, walker)
    yield lambda url: (walker.get(url).status_code, worker.get(url))
    worker.close()


INVOICES = "/admin/invoices/?columns=amount&sort=amount"
CHANGES = {
    "a grant": (
        "DELETE FROM dashboard.grants WHERE (role, resource, action) = ('Finance', 'invoices', 'view')",
        "INSERT INTO dashboard.grants (role, resource, action) VALUES ('Finance', 'invoices', 'view')",
    ),
    "a field rule": (
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state) "
        "VALUES ('Finance', 'invoices', 'amount', 'hidden')",
        "DELETE FROM dashboard.field_rules WHERE (role, resource, column_name) = ('Finance', 'invoices', 'amount')",
    ),
    "the role": (
        "UPDATE staff SET role = 'Inventory' WHERE email = 'finance@homecare.example'",
        "UPDATE staff SET role = ' fiNance ' WHERE email = 'finance@homecare.example'",
    ),
    "the role, to an unknown one": (
        "UPDATE staff SET role = 'Wizard' WHERE email = 'finance@homecare.example'",
        "UPDATE staff SET role = 'Finance' WHERE email = 'finance@homecare.example'",
    ),
    "the status": (
        "UPDATE staff SET status = 'On Leave' WHERE email = 'finance@homecare.example'",
        "UPDATE staff SET status = 'Active' WHERE email = 'finance@homecare.example'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_holds_from_the_next_request_in_every_worker(company: Company, finance: Any, change: str) -> None:
    there, back = CHANGES[change]
    assert finance(INVOICES) == (200, 200)

    company.run(there)
    assert finance(INVOICES) == (403, 403)

    company.run(back)
    assert finance(INVOICES) == (200, 200)


@pytest.mark.parametrize(("role", "status"), [("", "Active"), ("Wizard", "Active"), ("Admin", "Suspended")])
def test_without_a_role_or_not_active_one_is_signed_in_to_nothing(
    company: Company, new_person: Callable[..., tuple[int, str]], role: str, status: str
) -> None:
    _, email = new_person(role, status=status)
    nobody = company.enter(role, email, PASSWORD)

    with company.one_denial(nobody, "patients"):
        answer = nobody.get("/admin/patients/")

    assert answer.status_code == 403
    assert "You have no access" in answer.get_data(as_text=True)


def test_a_refusal_names_the_right_and_who_can_give_it(company: Company) -> None:
    page = company.as_("Nurse").get("/admin/invoices/").get_data(as_text=True)

    assert "no right to view invoices." in page
    assert "Admin can give it" in page


def test_a_refused_page_is_called_as_the_menu_calls_it(company: Company) -> None:
    assert "no right to view the page Changes and reads." in company.as_("Nurse").get("/admin/audit/").text
