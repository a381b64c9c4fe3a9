"""Every page is in the registry once, and therefore in the menu or a tab, the matrix and the search."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, opened
from flask import Flask
from sqlalchemy import Engine

from homecare.access.pages import PAGE_LEVELS, PAGES, is_at_least, widest
from homecare.access.policy import Action, Grant, Policy, Role
from homecare.access.review.gains import beyond
from homecare.admin.door import GuardedView
from homecare.admin.table_view import TableView

# Views that are neither in the menu nor a tab, each with the reason.
NOWHERE = {
    "account": "One's own account opens from one's own menu on every page.",
    "search": "It opens from every page with Ctrl+K.",
    "views": "Saved views are kept and taken away on the page that they are of.",
    "notifications": "The bell opens it from every page.",
    "preferences": "The choice of columns and width is made in the list.",
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


def views(app: Flask) -> dict[str, GuardedView]:
    (admin,) = app.extensions["admin"]
    return {view.page.name: view for view in admin._views if not isinstance(view, TableView)}


def test_every_view_is_in_the_menu_a_tab_or_an_exception(app: Flask) -> None:
    tabbed = {path.strip("/") for page in PAGES.values() for _, path, _ in page.tabs}
    shown = {name for name in views(app) if PAGES[name].icon or PAGES[name].path in tabbed or PAGES[name].right_of}

    assert views(app).keys() - shown == NOWHERE.keys()


def test_every_registered_module_is_a_view(app: Flask) -> None:
    assert views(app).keys() == {page.name for page in PAGES.values() if page.module}


@pytest.mark.parametrize("title", [page.title for page in PAGES.values() if page.icon and page.module])
def test_every_page_of_the_menu_is_found_by_the_search(company: Company, title: str) -> None:
    groups = {
        group["name"]: group["items"] for group in company.as_("Admin").get("/admin/search", q=title).json["groups"]
    }

    assert title in {item["label"] for item in groups["Pages"]}


def test_every_page_with_levels_is_offered_in_the_matrix(company: Company) -> None:
    matrix = company.as_("Admin").get("/admin/roles/edit?role=Manager").text

    assert [page for page in PAGE_LEVELS if f'name="p.{page}"' not in matrix] == []


@pytest.mark.parametrize("page", PAGE_LEVELS)
def test_who_holds_everything_has_the_widest_level_by_name(page: str) -> None:
    verdict = Policy(1, [Role("Boss", everything=True)], (), ()).decide(
        Role("Boss", everything=True), f"page:{page}", Action.VIEW
    )

    assert verdict.level == widest(f"page:{page}") == next(iter(PAGES[page].levels))
    assert all(is_at_least(page, verdict.level, level) for level in PAGES[page].levels)


def given(level: str) -> Policy:
    roles = [Role("Giver"), Role("Taker")]
    grants = [Grant("Giver", "page:map", Action.VIEW, level="own")]
    return Policy(1, roles, [*grants, Grant("Taker", "page:map", Action.VIEW, level=level)] if level else grants, ())


@pytest.mark.parametrize(("level", "refused"), [("exact", True), ("own", False), ("cells", False)])
def test_a_page_is_handed_on_by_who_holds_as_much_of_it(level: str, refused: bool) -> None:
    before = given("")

    assert bool(beyond(before, given(level), before.roles["giver"])) is refused
