"""Every list that every role may open, and each kind of page behind it, as its person finds them on the first day."""

from __future__ import annotations

import pytest
from browsing import AXE, sign_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page

from homecare.access.defaults import ROLES

LEVELS = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']}"
# Rows are alike: axe reads the first few, in a tenth of the time.
FEWER_ROWS = "document.querySelectorAll('main tbody tr:nth-child(n+6)').forEach(row => row.remove())"
LIST = """() => {
    const box = document.querySelector('.table-wrap');
    const rows = [...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect());
    if (!box) return {rows: 0, shown: 0, over: 0};
    const bottom = Math.min(innerHeight, box.getBoundingClientRect().bottom);
    const shown = rows.filter(row => row.bottom <= bottom).length;
    return {rows: rows.length, shown, over: box.scrollWidth - box.clientWidth};
}"""
# What leads from a list to a record, from there to its form or, where there is none, to the question before a deletion.
AHEAD = (".row-name[href], .row-name a", "a[data-key=e], a.danger[href*=delete]")
LOOKS = (("light", 1366), ("dark", 1366), ("light", 375), ("dark", 375))


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def href(page: Page, selector: str) -> str | None:
    found = page.locator(selector)
    return found.first.get_attribute("href") if found.count() else None


def faults(page: Page, look: str, part: str = "document") -> list[str]:
    """What is wrong with the page as it stands, whatever kind of page it is; axe reads `part` of it."""
    page.evaluate(FEWER_ROWS)
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run({part}, {LEVELS})")["violations"]
    told = [f"{page.url} {look} {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        told.append(f"{page.url} {look} scrolls sideways")
    if page.locator(".btn-primary:visible").count() > 1:
        told.append(f"{page.url} {look} has more than one filled button")
    return told


def opened(page: Page, url: str) -> list[str]:
    answer = page.goto(url)
    return [] if answer and answer.ok else [f"{url} is offered and answers {answer and answer.status}"]


def list_faults(page: Page, url: str) -> list[str]:
    told = opened(page, url)
    size = page.evaluate(LIST)
    if size["shown"] < min(13, size["rows"]) or size["over"]:
        told.append(f"{url} shows {size}")
    # The frame around it is the same on every page of the role.
    return told + faults(page, "light", "document.querySelector('main')")


def in_every_look(page: Page, url: str) -> list[str]:
    told = opened(page, url)
    for theme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 768})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        # Colours that are still on their way to the other theme are nobody's contrast.
        page.reload(wait_until="networkidle")
        told += faults(page, f"{theme} {width}")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return told


@pytest.mark.parametrize("role", [role.name.lower() for role in ROLES])
def test_every_page_of_a_role_is_accessible_fits_and_answers(page: Page, role: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    sign_in(page, role, DEMO_PASSWORD)
    lists = page.eval_on_selector_all(".side-menu li a", "links => links.map(link => link.getAttribute('href'))")
    told = [fault for url in dict.fromkeys(lists) for fault in list_faults(page, url)]
    told += in_every_look(page, "/admin/patients/" if "/admin/patients/" in lists else "/admin/admin_task_tracking/")
    for selector in AHEAD:
        if url := href(page, selector):
            told += in_every_look(page, url)
    assert told == []
