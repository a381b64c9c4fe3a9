"""A change is previewed before it is saved, with correct numbers, and locks nobody out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from roles_page import RolesPage, forms_in
from sqlalchemy import Engine, text

SEEN = re.compile(
    r'<tr data-staff="(\d+)" data-table="(\w+)">.*?<td class="right">([^<]+)</td><td class="right">([^<]+)</td></tr>'
)


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def it(app: Flask) -> RolesPage:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    assert visitor.sign_in("admin@homecare.example", DEMO_PASSWORD).status_code == 302
    return RolesPage(visitor)


def sign_in(app: Flask, email: str) -> Any:
    visitor = app.test_client()
    assert visitor.sign_in(email, DEMO_PASSWORD).status_code == 302  # type: ignore[attr-defined]
    return visitor


def numbers(page: str) -> dict[tuple[int, str], tuple[str, str]]:
    return {(int(staff), table): (now, after) for staff, table, now, after in SEEN.findall(page)}


def exported(visitor: Any, table: str) -> int:
    """How many rows this person really gets of a table."""
    lines = visitor.get(f"/admin/{table}/export/csv/?columns=id", buffered=True).text.strip().splitlines()
    return len(lines) - 1


# Export beside view, so that the person's own file of the list can be counted.
CHANGES = {"t.patients.view": "all", "t.patients.export": "all", "t.invoices.view": "all", "t.invoices.export": "all",
           "t.visit_services.export": "own", "t.messages.view": ""}  # fmt: skip


def test_the_numbers_of_the_preview_come_true(it: RolesPage, app: Flask, owner_engine: Engine) -> None:
    nurse = sign_in(app, "nurse@homecare.example")
    with owner_engine.connect() as connection:
        me = connection.scalar(text("SELECT id FROM staff WHERE email = 'nurse@homecare.example'"))
    told = numbers(it.preview("Nurse", CHANGES).text)

    it.save("Nurse", CHANGES)

    assert told[me, "messages"][1] == "none"
    assert nurse.get("/admin/messages/").status_code == 403
    for table in ("patients", "invoices"):
        assert exported(nurse, table) == int(told[me, table][1].replace(",", ""))


def test_own_rows_are_counted_for_each_person(it: RolesPage, app: Flask, owner_engine: Engine) -> None:
    changes = {"t.patients.view": "own", "t.patients.export": "own", "t.marketing_tasks.view": ""}
    it.save("Coordinator", {"t.patients.view": "all", "t.patients.export": "all"})
    told = numbers(it.preview("Coordinator", changes).text)
    everybody = "SELECT id, email FROM staff WHERE role = 'Coordinator' AND status = 'Active'"

    it.save("Coordinator", changes)

    with owner_engine.connect() as connection:
        people = connection.execute(text(everybody)).all()
    visitor = sign_in(app, "coordinator@homecare.example")
    me = next(row.id for row in people if row.email == "coordinator@homecare.example")
    assert {staff for staff, table in told if table == "patients"} == {row.id for row in people}
    assert exported(visitor, "patients") == int(told[me, "patients"][1])


def test_the_preview_says_who_gains_and_loses_what(it: RolesPage) -> None:
    page = it.preview(
        "Finance", {"t.invoices.delete": "all", "t.patients.view": "", "s.invoices.amount": "masked"}
    ).text

    gains, loses = page.index("Gains"), page.index("Loses")
    assert gains < page.index("delete Invoices: no → all") < loses
    assert loses < page.index("view Patients: all → no")
    assert "Amount of Invoices: shown → masked" in page
    assert not it.form("Finance").get("t.invoices.delete")


def test_who_comes_second_is_refused_and_keeps_what_was_typed(it: RolesPage) -> None:
    opened = it.form("Inventory")
    it.save("Inventory", {"t.events.view": "all"})

    answer = it.send("Inventory", {"t.referrals.view": "all"}, "save", opened)

    assert answer.status_code == 409
    assert "Somebody else saved the roles meanwhile" in answer.text
    kept = next(form for form in forms_in(answer.text) if "complete" in form)
    assert kept["t.referrals.view"] == "all"
    assert not it.form("Inventory").get("t.referrals.view")


def test_a_change_that_leaves_no_admin_is_refused_with_the_reason(it: RolesPage) -> None:
    for do in ("preview", "save"):
        answer = it.send("Admin", {"r.everything": ""}, do)
        assert answer.status_code == 422
        assert "No Active person who can sign in would have every permission" in answer.text

    assert it.visitor.get("/admin/roles/").status_code == 200


def test_nobody_takes_the_roles_page_from_themselves(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Deputy")
    it.save("Deputy", {"p.roles": "all"})
    deputy = RolesPage(as_role("Deputy"))

    answer = deputy.send("Deputy", {"p.roles": ""}, "save")

    assert answer.status_code == 422
    assert "This would take away your own access to the roles page" in answer.text
    assert deputy.visitor.get("/admin/roles/").status_code == 200


def test_a_renamed_role_takes_its_staff_along(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Porter", like="Inventory")
    porter = as_role(" porter ")

    answer = it.visitor.post(
        "/admin/roles/rename?role=Porter",
        data={"csrf_token": it.form("Porter")["csrf_token"], "_version": it.version(), "name": "Driver"},
    )

    assert answer.status_code == 302
    assert "Driver" in porter.get("/admin/").text
    assert porter.get("/admin/inventory_items/").status_code == 200
    assert it.visitor.get("/admin/roles/edit?role=Porter").status_code == 404


def delete(it: RolesPage, role: str) -> Any:
    form = {"csrf_token": it.form(role)["csrf_token"], "_version": it.version()}
    return it.visitor.post(f"/admin/roles/delete?role={role}", data=form)


def test_a_role_goes_only_when_nobody_holds_it(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    it.make("Cook")
    it.make("Gardener")
    as_role("Cook", status="Terminated")

    refused, done = delete(it, "Cook"), delete(it, "Gardener")

    assert refused.status_code == 422
    assert "1 on the staff has the role Cook" in refused.text
    assert done.status_code == 302
    assert it.visitor.get(it.url("Gardener")).status_code == 404


def test_staff_of_an_unknown_role_stand_on_top(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    as_role("Wizard", first_name="Merlin")

    page = it.visitor.get("/admin/roles/").text

    assert page.index("Merlin") < page.index("<table")
    assert "Merlin" in it.visitor.get("/admin/staff/?is=unknown_role").text


@pytest.mark.parametrize("role", ["Manager", "Nurse", "Auditor"])
@pytest.mark.parametrize(
    "address",
    ["/admin/roles/", "/admin/roles/edit?role=Nurse", "/admin/roles/explain", "/admin/roles/history/",
     "/admin/roles/history/compare", "/admin/roles/history/export", "/admin/roles/history/file",
     "/admin/roles/view-as/", "/admin/roles/tables/", "/admin/roles/tables/edit?table=patients"],
)  # fmt: skip
def test_only_it_opens_the_pages_of_the_roles(as_role: Callable[..., Visitor], role: str, address: str) -> None:
    assert as_role(role).get(address).status_code == 403


def test_a_new_role_can_be_given_on_the_staff_form(it: RolesPage) -> None:
    it.make("Midwife")

    assert '<option value="Midwife">' in it.visitor.get("/admin/staff/new/").text
