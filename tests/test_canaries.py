"""A crawl of every address per role finds exactly the cells that IT's grants let the role see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from canaries import Canary, planted, visible
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine

from homecare.access import resources
from homecare.access.defaults import ROLES
from homecare.models.columns import Kind

ADDRESSES = [
    line.removeprefix("GET ")
    for line in (Path(__file__).parent / "routes.txt").read_text().splitlines()
    if line.startswith("GET ")
]
# What they show is a file's name at most, kept elsewhere; and never a secret.
UNSEEN_KINDS = (Kind.FILE, Kind.SECRET)


@pytest.fixture(scope="module")
def people(new_person: Callable[..., tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {role.name: new_person(role.name) for role in ROLES}


@pytest.fixture(scope="module")
def canaries(owner_engine: Engine, people: dict[str, tuple[int, str]]) -> list[Canary]:
    return planted(owner_engine, people)


def filled_in(address: str, canaries: list[Canary], role: str) -> Iterator[str]:
    """The address with rows of nobody, of one's own and of somebody else, with every relation and every column."""
    parts = address.strip("/").split("/")
    table = parts[1] if len(parts) > 1 else ""
    address = re.sub(r"<(version|table)>", "patients", address.replace("<export_type>", "csv"))
    if "<" in address or table not in resources.tables():
        yield re.sub(r"<[^>]+>", "1", address)
        return
    columns = resources.tables()[table]
    if address.endswith("/ajax/lookup/"):
        relations = [name for name, kind in columns.items() if kind is Kind.RELATION]
        yield from (f"{address}?name={name}&query={query}" for name in relations for query in ("", "q1"))
    elif address.endswith(("/details/", "/edit/", "/delete/")):
        other = "Nurse" if role != "Nurse" else "Doctor"
        rows = {c.row_id for c in canaries if c.table == table and c.owner in ("", role, other)}
        yield from (f"{address}?id={row_id}" for row_id in sorted(rows))
    elif address == f"/admin/{table}/":
        yield address
        yield f"{address}?search=q1"
        yield from (f"{address}?columns={name}" for name in columns)
    else:
        yield address


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_a_crawl_finds_exactly_what_the_role_may_see(
    app: Flask, people: dict[str, tuple[int, str]], canaries: list[Canary], owner_engine: Engine, role: str
) -> None:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    assert visitor.sign_in(people[role][1], PASSWORD).status_code == 302
    urls = [url for address in ADDRESSES for url in filled_in(address, canaries, role)]

    everything = "\n".join(visitor.get(url, buffered=True).text for url in urls)
    found = {canary for canary in canaries if canary.sings(everything)}

    with owner_engine.connect() as connection:
        allowed = set(visible(connection, role, canaries))
    assert {(c.table, c.column, c.owner) for c in found - allowed} == set()
    missed = {(c.table, c.column, c.owner) for c in allowed - found if c.kind not in UNSEEN_KINDS}
    assert missed == set()
