"""A change of the roles reads them once to show them and once under the lock, and knows from there what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import Visitor
from flask import Flask
from roles_page import RolesPage
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from homecare.access.stored import grants
from homecare.access.stored.document import from_policy
from homecare.db import db
from homecare.models import PolicyVersion


@pytest.fixture
def it(as_role: Callable[..., Visitor]) -> RolesPage:
    return RolesPage(as_role("Admin"))


@contextmanager
def loads(app: Flask) -> Iterator[list[str]]:
    """The statements that read the whole policy while the block runs."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "array_agg" in statement and "dashboard.grants" in statement:
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


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
    app: Flask, it: RolesPage, owner_engine: Engine
) -> None:
    for change in CHANGES:
        do = change(it)
        with loads(app) as sent:
            assert do().status_code == 302, change.__name__

        assert 1 <= len(sent) <= 2, change.__name__
        with Session(owner_engine) as session:
            assert newest(owner_engine).document == from_policy(grants.stored_policy(session)), change.__name__


def test_a_rename_is_one_version_and_no_more(it: RolesPage, owner_engine: Engine) -> None:
    make(it)()
    before = newest(owner_engine).version

    rename(it)()

    assert (newest(owner_engine).version, newest(owner_engine).note) == (before + 1, "Porter is now Carrier")
