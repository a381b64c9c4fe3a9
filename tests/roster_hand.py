"""A hand on the roster in the browser: opens a day, finds bars and rows, drags with the mouse."""

from __future__ import annotations

import re

from browsing import let_in
from clusters import DEMO_PASSWORD
from playwright.sync_api import Locator, Page, expect
from roster_day import RosterDay

ROSTER = "/admin/assign/"


def open_day(page: Page, day: RosterDay, words: str = "", width: int = 1366, height: int = 800) -> Page:
    page.set_viewport_size({"width": width, "height": height})
    let_in(page, "coordinator", DEMO_PASSWORD)
    page.goto(f"{ROSTER}?day={day.day}{words}")
    expect(page.locator("[role=grid]")).to_be_visible()
    return page


def bar(page: Page, visit: int) -> Locator:
    return page.locator(f'[data-key="visit-{visit}"]')


def row(page: Page, day: RosterDay, name: str) -> Locator:
    return page.locator(f'[data-row="s{day.nurses[name]}"]')


def drag(page: Page, what: Locator, to: Locator, dx: float = 0, *, drops: bool = True) -> None:
    """From where it lies to the row; `dx` pixels sideways."""
    start, end = what.bounding_box(), to.bounding_box()
    assert start
    assert end
    x, y = start["x"] + 12, start["y"] + start["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + 9, steps=2)
    page.mouse.move(x + dx, end["y"] + end["height"] / 2, steps=4)
    page.evaluate("new Promise(requestAnimationFrame)")
    if drops:
        page.mouse.up()


def told(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(".toasts .notice").last).to_contain_text(words)


def refresh(page: Page) -> None:
    """As when the page comes into sight again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def fits(page: Page) -> bool:
    """Whether the page needs no scrolling sideways. A phone makes its window as wide as a page that does."""
    size = page.viewport_size
    return size is not None and bool(page.evaluate("document.documentElement.scrollWidth") <= size["width"])
