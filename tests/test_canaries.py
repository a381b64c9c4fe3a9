"""A crawl of every address per role finds exactly the cells that IT's grants let the role see.

In the sample a role crawls the addresses of every third table, and all that are of no table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from canaries import ADDRESSES, Canary, filled_in, planted, table_of, visible
from conftest import PASSWORD, Visitor
from flask import Flask
from sampling import some
from sqlalchemy import Engine, text

from homecare.access import resources
from homecare.access.pages import PAGES
from homecare.access.stored.defaults import ROLES
from homecare.models import business_models
from homecare.models.columns import Kind, Privacy


@dataclass(frozen=True)
class Crawl:
    """What one role's person saw, by address, when it went through `tables`."""

    role: str
    tables: list[str]
    staff_id: int
    pages: dict[str, str]


# What they show is a file's name at most, kept elsewhere; and never a secret.
UNSEEN_KINDS = (Kind.FILE, Kind.SECRET)


@pytest.fixture(scope="module")
def people(new_person: Callable[..., tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {role.name: new_person(role.name) for role in ROLES}


@pytest.fixture(scope="module")
def canaries(owner_engine: Engine, people: dict[str, tuple[int, str]]) -> list[Canary]:
    return planted(owner_engine, people)


@pytest.fixture(
    scope="module", params=enumerate(role.name for role in ROLES), ids=lambda turn_and_role: turn_and_role[1]
)
def crawl(
    request: pytest.FixtureRequest, app: Flask, people: dict[str, tuple[int, str]], canaries: list[Canary]
) -> Crawl:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    turn, role = request.param
    staff_id, email = people[role]
    tables = some(resources.tables(), 3, turn)
    assert visitor.sign_in(email, PASSWORD).status_code == 302
    addresses = [one for one in ADDRESSES if table_of(one) in (None, *tables)]
    urls = [url for address in addresses for url in filled_in(address, canaries, role)]
    return Crawl(role, tables, staff_id, {url: visitor.get(url, buffered=True).text for url in urls})


def test_a_crawl_finds_exactly_what_the_role_may_see(
    crawl: Crawl, canaries: list[Canary], owner_engine: Engine
) -> None:
    everything = "\n".join(crawl.pages.values())
    found = {canary for canary in canaries if canary.sings(everything)}

    with owner_engine.connect() as connection:
        allowed = set(visible(connection, crawl.role, canaries))
    assert {(c.table, c.column, c.owner) for c in found - allowed} == set()
    missed = {c for c in allowed - found if c.table in crawl.tables and c.kind not in UNSEEN_KINDS}
    assert {(c.table, c.column, c.owner) for c in missed} == set()


def test_every_page_with_something_of_a_person_is_in_the_read_log(
    crawl: Crawl, canaries: list[Canary], owner_engine: Engine
) -> None:
    of_people = [canary for canary in canaries if is_of_people(canary)]
    lines = "SELECT DISTINCT kind, resource, unnest(ids) AS id FROM dashboard.reads WHERE staff_id = :me"
    with owner_engine.connect() as connection:
        read = set(map(tuple, connection.execute(text(lines), {"me": crawl.staff_id})))

    unread = {
        (url, canary.table, canary.column)
        for url, page in crawl.pages.items()
        for canary in of_people
        if canary.sings(page) and (kind_of_page(url), canary.table, canary.row_id) not in read
    }

    assert unread == set()


def is_of_people(canary: Canary) -> bool:
    """Anything of a patient or lead, and what is personal or clinical of what hangs on one."""
    privacy = business_models()[canary.table].__table__.columns[canary.column].info["privacy"]
    is_private = canary.table != "staff" and privacy in (Privacy.PERSONAL, Privacy.CLINICAL)
    return is_private or canary.table in ("patients", "marketing_leads")


def kind_of_page(url: str) -> str:
    """What the read log calls it."""
    path = url.partition("?")[0].removeprefix("/admin/")
    of_work = [page for page in PAGES.values() if page.resource in ("page:assign", "page:hours") and page.path]
    for page in sorted(of_work, key=lambda page: len(page.path), reverse=True):
        if path.startswith(page.path):
            return page.name
    if path.startswith("audit/"):
        return "audit"
    parts = url.partition("?")[0].strip("/").split("/")[1:]
    if len(parts) < 2:
        return "home" if not parts else "search" if parts == ["search"] else "list"
    return {"edit": "form", "new": "form", "ajax": "lookup"}.get(parts[1], parts[1])
