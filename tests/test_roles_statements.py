"""A change of the roles reads them once to show them and once under the lock, and knows from there what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from roles_page import RolesPage
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from statements_sent import statements

from homecare.access.stored import grants
from homecare.access.stored.document import from_policy
from homecare.models import PolicyVersion


@pytest.fixture
def it(as_role: Callable[..., Visitor]) -> RolesPage:
    return RolesPage(as_role("Admin"))


def loads(sent: list[str]) -> int:
    """How many of the statements read the whole policy."""
    return sum("array_agg" in one and "dashboard.grants" in one for one in sent)


def save(it: RolesPage) -> Callable[[], Any]:
    form = it.form("Nurse")
    return lambda: it.send("Nurse", {"t.invoices.view": "all"}, "save", form)


def posted(it: RolesPage, url: str, **values: str) -> Callable[[], Any]:
    form = it.form("Nurse")
    sent = {"csrf_token": form["csrf_token"], "_version": form["_version"], **values}
    return lambda: it.visitor.post(f"/admin/roles/{url}", data=sent)


def make(it: RolesPage) -> Callable[[], Any]:
    return posted(it, "new", name="Porter", like="Nurse")


def rename(it: RolesPage) -> Callable[[], Any]:
    return posted(it, "rename?role=Porter", name="Carrier")


def rename_in_letters(it: RolesPage) -> Callable[[], Any]:
    return posted(it, "rename?role=Carrier", name="CARRIER")


def import_file(it: RolesPage) -> Callable[[], Any]:
    text = it.visitor.get("/admin/roles/history/export").text.replace("name: CARRIER", "name: Carrier")
    return posted(it, "history/file", text=text, _do="save")


def delete(it: RolesPage) -> Callable[[], Any]:
    return posted(it, "delete?role=Carrier")


def roll_back(it: RolesPage) -> Callable[[], Any]:
    return posted(it, "history/roll-back", number="1")


CHANGES = (save, make, rename, rename_in_letters, import_file, delete, roll_back)


def newest(engine: Engine) -> PolicyVersion:
    with Session(engine) as session:
        return session.scalars(select(PolicyVersion).order_by(PolicyVersion.version.desc()).limit(1)).one()


def test_a_change_reads_the_policy_twice_at_most_and_writes_down_what_is_stored(
    it: RolesPage, owner_engine: Engine
) -> None:
    for change in CHANGES:
        do = change(it)
        with statements() as sent:
            assert do().status_code == 302, change.__name__

        assert 1 <= loads(sent) <= 2, change.__name__
        with Session(owner_engine) as session:
            assert newest(owner_engine).document == from_policy(grants.stored_policy(session)), change.__name__


def test_a_rename_is_one_version_and_no_more(it: RolesPage, owner_engine: Engine) -> None:
    make(it)()
    before = newest(owner_engine).version

    rename(it)()

    assert (newest(owner_engine).version, newest(owner_engine).note) == (before + 1, "Porter is now Carrier")
