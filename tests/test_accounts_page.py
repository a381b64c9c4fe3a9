"""The accounts: who has one, and what who holds everything does to them; nobody else, and nobody to themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from playwright.sync_api import Page, expect
from second_factors import first_step, sent, set_up
from sqlalchemy import Engine, insert, text

from homecare.access.stored.defaults import ROLES
from homecare.models import Staff, StoredGrant
from homecare.queries import account_list

NewPerson = Callable[..., tuple[int, str]]
AsRole = Callable[..., Visitor]
CHANGES = ("create", "disable", "enable", "reset", "reset-second-factor", "end-session")
NAME = re.compile(r'class="row-name" href="/admin/accounts/details/\?id=(\d+)"')


def do(admin: Visitor, change: str, staff_id: int | None, **values: str) -> Any:
    return sent(admin, f"/admin/accounts/{change}?id={staff_id}", **values)


def stored(engine: Engine, staff_id: int | None) -> Any:
    with engine.connect() as connection:
        found = text("SELECT a.*, a.xmin FROM dashboard.accounts a WHERE staff_id = :id")
        return connection.execute(found, {"id": staff_id}).one_or_none()


def told(engine: Engine, staff_id: int) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        found = text("SELECT kind, reason FROM dashboard.sign_in_events WHERE staff_id = :id ORDER BY id")
        return [(row.kind, row.reason) for row in connection.execute(found, {"id": staff_id})]


def new_staff(engine: Engine, **columns: Any) -> int:
    values = {"first_name": "Hana", "last_name": "Girma", "email": "hana@test.example", "role": "Nurse"} | columns
    with engine.begin() as connection:
        return int(connection.execute(insert(Staff).values(values).returning(Staff.id)).scalar_one())


@pytest.fixture
def admin(as_role: AsRole) -> Visitor:
    return as_role("Admin", first_name="Sara", last_name="Alemu")


@pytest.mark.parametrize("role", [role.name for role in ROLES if not role.everything])
def test_no_other_role_opens_the_page_or_changes_an_account(
    as_role: AsRole, new_person: NewPerson, owner_engine: Engine, role: str
) -> None:
    person, staff_id = as_role(role), new_person("Nurse")[0]
    before = stored(owner_engine, staff_id)

    answers = [person.get("/admin/accounts/"), person.get(f"/admin/accounts/details/?id={staff_id}")]
    answers += [do(person, change, staff_id, session="1") for change in CHANGES]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert stored(owner_engine, staff_id) == before


def test_a_role_that_may_open_the_page_changes_nothing(
    as_role: AsRole, new_person: NewPerson, owner_engine: Engine
) -> None:
    """A link to set somebody's password hands their rights on."""
    grant = {"role": "Manager", "resource": "page:accounts", "action": "view", "level": "all"}
    with owner_engine.begin() as connection:
        connection.execute(insert(StoredGrant).values(grant))
    manager, staff_id = as_role("Manager"), new_person("Admin")[0]
    before, without = stored(owner_engine, staff_id), new_staff(owner_engine, email="without@test.example")

    shown = manager.get(f"/admin/accounts/details/?id={staff_id}")
    answers = [do(manager, change, staff_id, session="1") for change in CHANGES]
    answers.append(do(manager, "create", without))

    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.grants WHERE resource = 'page:accounts'"))
    assert (shown.status_code, "/admin/accounts/reset" in shown.text) == (200, False)
    assert {(answer.status_code, "Only who holds everything" in answer.text) for answer in answers} == {(422, True)}
    assert (stored(owner_engine, staff_id), stored(owner_engine, without)) == (before, None)


def test_an_account_is_made_for_one_of_the_staff(
    admin: Visitor, app: Flask, client: Visitor, owner_engine: Engine
) -> None:
    staff_id = new_staff(owner_engine)

    page = do(admin, "create", staff_id).text

    assert "Give Hana Girma this link" in page
    assert stored(owner_engine, staff_id).password_hash is None
    assert client.sign_in("hana@test.example", "").status_code == 422
    assert client.sign_in("hana@test.example", PASSWORD).status_code == 422
    assert "Waits for a password" in admin.get(f"/admin/accounts/details/?id={staff_id}").text
    assert "has an account already" in do(admin, "create", staff_id).text
    assert told(owner_engine, staff_id)[0] == ("created", "by Sara Alemu")


@pytest.mark.parametrize("email", ["", "no address", "TAKEN@test.example"])
def test_an_account_needs_an_e_mail_of_its_own(
    admin: Visitor, new_person: NewPerson, owner_engine: Engine, email: str
) -> None:
    if email == "TAKEN@test.example":
        new_person("Nurse", email="taken@test.example")
    staff_id = new_staff(owner_engine, email=email)

    assert do(admin, "create", staff_id).status_code == 422
    assert stored(owner_engine, staff_id) is None


def test_disabling_ends_the_sessions_until_it_is_enabled(
    admin: Visitor, as_role: AsRole, client: Visitor, owner_engine: Engine
) -> None:
    nurse = as_role("Nurse", email="away@test.example")

    assert do(admin, "disable", nurse.staff_id).status_code == 302
    assert nurse.get("/admin/").status_code == 302
    assert client.sign_in("away@test.example", PASSWORD).status_code == 422
    assert "disabled already" in do(admin, "disable", nurse.staff_id).text
    assert "Enable it first" in do(admin, "reset", nurse.staff_id).text

    assert do(admin, "enable", nurse.staff_id).status_code == 302
    assert nurse.get("/admin/").status_code == 302
    assert client.sign_in("away@test.example", PASSWORD).status_code == 302
    assert "open already" in do(admin, "enable", nurse.staff_id).text
    assert ("disabled", "by Sara Alemu") in told(owner_engine, nurse.staff_id or 0)


def test_a_reset_ends_every_session(admin: Visitor, as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")

    assert do(admin, "reset", nurse.staff_id).status_code == 200

    assert nurse.get("/admin/").status_code == 302
    assert told(owner_engine, nurse.staff_id or 0)[1:] == [
        ("reset", "by Sara Alemu"), ("ended", "the password was reset"),
    ]  # fmt: skip


def test_one_session_is_ended_from_here(admin: Visitor, app: Flask, as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse", email="two@test.example")
    other = app.test_client()
    other.sign_in("two@test.example", PASSWORD)
    page = admin.get(f"/admin/accounts/details/?id={nurse.staff_id}").text
    numbers = re.findall(r'name="session" value="(\d+)"', page)
    assert (len(numbers), "from 127.0.0.1" in page) == (2, True)

    assert do(admin, "end-session", nurse.staff_id, session=min(numbers, key=int)).status_code == 302

    assert (nurse.get("/admin/").status_code, other.get("/admin/").status_code) == (302, 200)
    again = do(admin, "end-session", nurse.staff_id, session=min(numbers, key=int))
    assert (again.status_code, "is over already" in again.text) == (422, True)


def test_the_session_of_one_is_not_ended_as_another_s(admin: Visitor, as_role: AsRole) -> None:
    nurse, doctor = as_role("Nurse"), as_role("Doctor")
    number = re.findall(r'value="(\d+)"', admin.get(f"/admin/accounts/details/?id={nurse.staff_id}").text)[-1]

    assert do(admin, "end-session", doctor.staff_id, session=number).status_code == 422
    assert nurse.get("/admin/").status_code == 200


def test_a_lost_second_factor_is_reset(admin: Visitor, as_role: AsRole, client: Visitor, owner_engine: Engine) -> None:
    nurse = as_role("Nurse", email="lost@test.example")
    set_up(nurse)
    assert first_step(client, "lost@test.example")

    assert do(admin, "reset-second-factor", nurse.staff_id).status_code == 302

    assert client.sign_in("lost@test.example", PASSWORD).status_code == 302
    assert nurse.get("/admin/").status_code == 302
    assert ("second factor off", "by Sara Alemu") in told(owner_engine, nurse.staff_id or 0)
    assert "has no second factor" in do(admin, "reset-second-factor", nurse.staff_id).text


@pytest.mark.parametrize("change", ["disable", "reset", "reset-second-factor"])
def test_nobody_shuts_themselves_out(admin: Visitor, new_person: NewPerson, owner_engine: Engine, change: str) -> None:
    new_person("Admin")
    before = stored(owner_engine, admin.staff_id)

    answer = do(admin, change, admin.staff_id)

    assert (answer.status_code, "You cannot" in answer.text) == (422, True)
    assert stored(owner_engine, admin.staff_id) == before


def test_the_last_admin_who_can_sign_in_is_not_disabled(
    admin: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    """The admin who asks is on leave by the time the account goes: the other is the last one."""
    staff_id = new_person("Admin")[0]
    with owner_engine.begin() as connection:
        rest = text("UPDATE staff SET role = 'Manager' WHERE role = 'Admin' AND id NOT IN (:one, :other)")
        connection.execute(rest, {"one": staff_id, "other": admin.staff_id})
        # Counts as an Admin for the door of this request, and not as one who can sign in.
        connection.execute(
            text("UPDATE dashboard.accounts SET password_hash = NULL WHERE staff_id = :id"), {"id": admin.staff_id}
        )
    before = stored(owner_engine, staff_id)

    answer = do(admin, "disable", staff_id)

    assert (answer.status_code, "last active Admin" in answer.text) == (422, True)
    assert stored(owner_engine, staff_id) == before


def test_a_new_account_is_made_from_the_list(admin: Visitor, owner_engine: Engine) -> None:
    staff_id = new_staff(owner_engine, first_name="Hirut", email="hirut@test.example")
    page = admin.get("/admin/accounts/").text
    found = re.search(r'<a class="btn btn-primary push" href="(\?show=without)"', page)
    assert found

    without = admin.get(f"/admin/accounts/{found[1]}&search=Hirut").text

    assert NAME.findall(without) == [str(staff_id)]
    link = re.search(r'id="link" readonly value="([^"]+)"', do(admin, "create", staff_id).text)
    assert link
    assert stored(owner_engine, staff_id) is not None


@pytest.mark.browser
def test_a_link_is_copied_by_a_button(page: Page, new_person: NewPerson, owner_engine: Engine) -> None:
    staff_id = new_staff(owner_engine, first_name="Selam", email="selam@test.example")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/login")
    page.get_by_label("E-mail").fill(new_person("Admin")[1])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    page.goto(f"/admin/accounts/details/?id={staff_id}")
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("button", name="Copy the link").click()

    expect(page.locator(".toasts")).to_contain_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_label("Link", exact=True).input_value()


@pytest.mark.parametrize("asked", ["", "x", "0", "-1", "99999999999", "\0"])
def test_a_number_that_is_none_is_refused_in_words(admin: Visitor, asked: str) -> None:
    assert admin.get("/admin/accounts/details/", query_string={"id": asked}).status_code == 400
    assert admin.get("/admin/accounts/", query_string={"after": asked or "x"}).status_code == 400


def test_who_is_not_there_is_not_found(admin: Visitor) -> None:
    assert admin.get("/admin/accounts/details/?id=999999").status_code == 404
    assert admin.get("/admin/accounts/?show=all").status_code == 400


def test_the_list_finds_and_pages_by_key(admin: Visitor, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_list, "PAGE", 3)
    names = ["Almaz", "Élan", "almaz", "ሀብታም", "Zewdu", "Bekele", "Almaz", "Chaltu"]
    made = {
        new_staff(owner_engine, first_name=name, last_name="Pager", email=f"p{number}@test.example")
        for number, name in enumerate(names)
    }
    url, pages = "/admin/accounts/?show=without&search=pager", []
    while url:
        page = admin.get(url).text
        pages.append([int(number) for number in NAME.findall(page)])
        found = re.search(r'rel="next" href="([^"]+)"', page)
        url = "/admin/accounts/" + found[1].replace("&amp;", "&") if found else ""

    assert [len(one) for one in pages] == [3, 3, 2]
    assert {number for one in pages for number in one} == made
    back = admin.get(f"/admin/accounts/?show=without&search=pager&before={pages[2][0]}").text
    assert [int(number) for number in NAME.findall(back)] == pages[1]
