"""Every page of every role in light, dark and at 375 px, and everything its buttons open.

Too long for every run of the tests, some 20 minutes on two cores: `make walk`.
"""

from __future__ import annotations

import pytest
from browsing import sign_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page
from walking import (
    WIDTHS,
    as_wide_as,
    behind,
    in_every_look,
    menu_links,
    with_everything_opened,
)

from homecare.access.stored.defaults import ROLES

OF_ROLES = (
    "/admin/roles/edit?role=Nurse",
    "/admin/roles/explain?person=5&table=patients&action=view",
    "/admin/roles/history/",
    "/admin/roles/tables/",
    "/admin/roles/tables/edit?table=patients",
    "/admin/roles/view-as/",
)
OF_EVERYBODY = ("/admin/admin_task_tracking/?search=nothing+like+it",)
WITH_EVERYTHING = ("/admin/visit_services/", "/admin/admin_task_tracking/")
MUCH = [role.name.lower() for role in ROLES]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def as_demo(page: Page, request: pytest.FixtureRequest) -> Page:
    as_wide_as(page, WIDTHS[0])
    return sign_in(page, request.getfixturevalue("role"), DEMO_PASSWORD)


@pytest.mark.parametrize("role", MUCH)
def test_every_page_of_a_role_passes_in_every_look(as_demo: Page, role: str) -> None:
    lists = menu_links(as_demo)
    pages = [*lists, *OF_EVERYBODY, *(OF_ROLES if "/admin/roles/" in lists else ())]
    pages += [url for of in lists for url in behind(as_demo, of)]
    told = in_every_look(as_demo, "/admin/", "document")
    told += [fault for url in pages for fault in in_every_look(as_demo, url)]
    assert told == [], "\n".join(told)


@pytest.mark.parametrize("role", MUCH)
def test_everything_that_opens_passes_in_every_look(as_demo: Page, role: str) -> None:
    lists = menu_links(as_demo)
    url = next(url for url in WITH_EVERYTHING if url in lists)
    pages = ["/admin/", url, *behind(as_demo, url)]
    told = [fault for page in pages for fault in with_everything_opened(as_demo, page)]
    assert told == [], "\n".join(told)
