"""Every list that every role may open, and each kind of page behind it, as its person finds them on the first day.

The sample has every list of the Admin's, who has them all, and of the others every fourth, and two of the pages behind
for each. `make walk` looks at all the others too, in every look.
"""

from __future__ import annotations

import pytest
from browsing import sign_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page
from sampling import some
from walking import MAIN, WIDTHS, as_wide_as, behind, faults, in_every_look, menu_links, opened

from homecare.access.stored.defaults import ROLES

LIST = """() => {
    const box = document.querySelector('.page-list .table-wrap');
    const rows = [...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect());
    if (!box) return {rows: 0, shown: 0, over: 0};
    const bottom = Math.min(innerHeight, box.getBoundingClientRect().bottom);
    const shown = rows.filter(row => row.bottom <= bottom).length;
    return {rows: rows.length, shown, over: box.scrollWidth - box.clientWidth};
}"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def list_faults(page: Page, url: str) -> list[str]:
    told = opened(page, url)
    size = page.evaluate(LIST)
    if size["shown"] < min(13, size["rows"]) or size["over"]:
        told.append(f"{url} shows {size}")
    # The frame around it is the same on every page of the role.
    return told + faults(page, "light", MAIN)


@pytest.mark.parametrize(("turn", "role"), [*enumerate(role.name.lower() for role in ROLES)])
def test_every_page_of_a_role_is_accessible_fits_and_answers(page: Page, turn: int, role: str) -> None:
    as_wide_as(page, WIDTHS[0])
    sign_in(page, role, DEMO_PASSWORD)
    lists = menu_links(page)
    told = [fault for url in (lists if role == "admin" else some(lists, 8, turn)) for fault in list_faults(page, url)]
    of_kinds = "/admin/patients/" if "/admin/patients/" in lists else "/admin/admin_task_tracking/"
    for url in some(["/admin/", of_kinds, *behind(page, of_kinds)], 4, turn):
        told += in_every_look(page, url, "document" if url == "/admin/" else MAIN)
    assert told == []
