"""Two databases that differ only in what a role may not see give that role the same answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import clusters
import pytest
from canaries import OWN, Canary, planted, visible
from clusters import Database
from conftest import PASSWORD, Visitor, configured
from flask import Flask
from sampling import some
from sqlalchemy import Engine, text

from homecare import create_app
from homecare.access import resources
from homecare.db import db
from homecare.models.columns import Kind

ROLES = ("Marketing", "Auditor", "Nurse", "Finance")
# Tokens, versions of rows and the like, of which no two answers have the same.
PASSING = re.compile(
    r'name="(csrf_token|_token|_version)"[^>]*|data-(?:version|ends-in-s)="\d+"|\b[0-9a-f]{16}\b|nonce="[^"]*"|datetime="[^"]*"'
)


@pytest.fixture(scope="module")
def people(new_person: Callable[..., tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {role: new_person(role) for role in ROLES}


@pytest.fixture(scope="module")
def canaries(owner_engine: Engine, people: dict[str, tuple[int, str]]) -> list[Canary]:
    return planted(owner_engine, people)


def change_unseen(connection: Any, role: str, canaries: list[Canary]) -> list[Canary]:
    """Another text in every cell that the role may not see; the end that a mask lets through stays."""
    seen = set(visible(connection, role, canaries))
    changed = [c for c in canaries if c not in seen and c.texts[0].startswith("q") and c.kind is not Kind.FILE]
    for canary in changed:
        if (canary.table, canary.column) not in (("staff", "role"), ("staff", "status")):
            statement = f"UPDATE {canary.table} SET {canary.column} = 'x' || {canary.column} WHERE id = {canary.row_id}"
            connection.execute(text(statement))
    return changed


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, app: Flask, database: Database, canaries: list[Canary], socket_folder: str,
    tmp_path: Path,
) -> Iterator[tuple[str, Flask, Flask, list[Canary]]]:  # fmt: skip
    """The role, the application on the one database and on its copy with other cells, and the cells that differ."""
    role: str = request.param
    with app.app_context():
        db.engine.dispose()  # a database in use cannot be copied
    engine: Engine = request.getfixturevalue("owner_engine")
    engine.dispose()
    with clusters.copy(socket_folder, database.name) as other:
        with other.owner_engine() as owner, owner.begin() as connection:
            changed = change_unseen(connection, role, canaries)
        twin = create_app(configured(other, tmp_path))
        twin.test_client_class = Visitor
        yield role, app, twin, changed
        with twin.app_context():
            db.engine.dispose()


def about(table: str, column: str, word: str) -> Iterator[str]:
    """Whatever looks into one cell."""
    yield f"/admin/{table}/?sort={column}"
    yield f"/admin/{table}/?sort=-{column}"
    for operator in ("eq", "contains", "startswith", "gte", "in"):
        yield f"/admin/{table}/?{column}__{operator}={word}"
        yield f"/admin/{table}/?{column}__{operator}=x{word}"
    for asked in (table, *(other for other in OWN if other != table)):
        yield f"/admin/{asked}/?search={word}"
        yield f"/admin/{asked}/?search=x{word}"


def questions(changed: list[Canary]) -> Iterator[str]:
    """Everything that looks into a cell that differs: by its old text, its new one and neither, through parents too."""
    columns = {(canary.table, canary.column): canary for canary in changed}
    for turn, ((table, column), canary) in enumerate(columns.items()):
        yield from some(about(table, column, canary.texts[0]), 5, turn)
    for table, kinds in resources.tables().items():
        yield f"/admin/{table}/"
        yield f"/admin/{table}/export/csv/"
        yield from (
            f"/admin/{table}/ajax/lookup/?name={name}&query=xq" for name, k in kinds.items() if k is Kind.RELATION
        )
    yield "/admin/search?q=xq1"


def answers(app: Flask, email: str, urls: list[str]) -> dict[str, tuple[int, str]]:
    visitor: Any = app.test_client()
    assert visitor.sign_in(email, PASSWORD).status_code == 302
    found = {}
    for url in urls:
        answer = visitor.get(url, buffered=True)
        found[url] = (answer.status_code, PASSING.sub("", answer.text))
    return found


@pytest.mark.parametrize("pair", ROLES, indirect=True)
def test_what_a_role_may_not_see_changes_no_answer(
    pair: tuple[str, Flask, Flask, list[Canary]], people: dict[str, tuple[int, str]]
) -> None:
    role, app, twin, changed = pair
    urls = list(dict.fromkeys(questions(changed)))

    one, other = (answers(each, people[role][1], urls) for each in (app, twin))

    assert len(changed) > 20
    assert [url for url in urls if one[url] != other[url]] == []
