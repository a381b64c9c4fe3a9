"""Somebody always has every permission: no change, deletion or demotion leaves the company without an Admin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from clusters import Database
from conftest import PASSWORD
from doors import Company, Walker
from forms import form_with


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def only_admin(company: Company) -> Walker:
    company.run("UPDATE staff SET role = 'Manager' WHERE role = 'Admin' AND email <> 'admin@homecare.example'")
    return company.as_("Admin")


def set_own(company: Company, admin: Walker, field: str, value: str, version: str) -> list[Any]:
    url = f"/admin/staff/edit/?id={admin.staff_id}"
    form = form_with(admin.get(url).get_data(as_text=True), "_version")
    one = {"field": field, "value": value}
    return [
        admin.post(url, form | {field: value}),
        admin.post("/admin/staff/ajax/update/", one | {"id": admin.staff_id, "version": version}),
        admin.post("/admin/staff/action/", one | {"action": "set"} | company.confirmed("staff", admin.staff_id)),
    ]


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("role", "Manager", "own role"), ("status", "Inactive", "last active Admin"),
])  # fmt: skip
def test_the_last_admin_stays_an_active_admin(
    company: Company, only_admin: Walker, field: str, value: str, sentence: str
) -> None:
    before = company.whole("staff", only_admin.staff_id)

    for answer in set_own(company, only_admin, field, value, before.xmin):
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)

    assert company.whole("staff", only_admin.staff_id) == before


def test_the_last_admin_is_not_deleted(company: Company, only_admin: Walker) -> None:
    shown = company.confirmed("staff", only_admin.staff_id)
    version = company.whole("staff", only_admin.staff_id).xmin
    answers = [
        only_admin.post("/admin/staff/delete/", {"id": only_admin.staff_id, "_version": version}),
        only_admin.post("/admin/staff/action/", {"action": "delete"} | shown),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all("last active Admin" in answer.get_data(as_text=True) for answer in answers)
    assert company.whole("staff", only_admin.staff_id) is not None


def test_nobody_changes_their_own_role_even_with_another_admin(
    company: Company, new_person: Callable[..., tuple[int, str]]
) -> None:
    _, email = new_person("Admin")
    other = company.enter("Admin", email, PASSWORD)
    before = company.whole("staff", other.staff_id)

    for answer in set_own(company, other, "role", "Manager", before.xmin):
        assert answer.status_code == 422

    assert company.whole("staff", other.staff_id) == before


def test_two_admins_cannot_remove_each_other_at_once(
    company: Company, only_admin: Walker, new_person: Callable[..., tuple[int, str]]
) -> None:
    other = company.enter("Admin", new_person("Admin")[1], PASSWORD)
    company.run(
        "UPDATE staff SET role = 'Manager' WHERE role = 'Admin' AND id NOT IN (:a, :b)",
        a=only_admin.staff_id,
        b=other.staff_id,
    )
    start, answers = threading.Barrier(2), []

    def demote(who: Walker, whom: Walker) -> None:
        sent = {"action": "set", "field": "role", "value": "Manager"} | company.confirmed("staff", whom.staff_id)
        start.wait()
        answers.append(who.post("/admin/staff/action/", sent).status_code)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(demote, (only_admin, other), (other, only_admin)))

    assert company.scalar("SELECT count(*) FROM staff WHERE role = 'Admin' AND status = 'Active'") == 1
    assert answers.count(302) == 1
    company.run("UPDATE staff SET role = 'Admin' WHERE id = :id", id=only_admin.staff_id)
