"""The roster on a slow line: what is changed, taken back or asked while an answer is still on its way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from clusters import Database
from playwright.sync_api import Page, Route, expect
from roster_day import RosterDay
from roster_hand import ROSTER, bar, drag, open_day, row, told

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def held_back(page: Page, path: str) -> Callable[[], None]:
    """Answers of that path wait until the returned function lets them go; from then on none waits."""
    waiting: list[Route] | None = []

    def take(route: Route) -> None:
        if waiting is None:
            route.continue_()
        else:
            waiting.append(route)

    def let_go() -> None:
        nonlocal waiting
        held, waiting = waiting or [], None
        for route in held:
            route.continue_()

    page.route(path, take)
    return let_go


def sent(page: Page, work: Callable[[], None]) -> None:
    """Until the change has left the page."""
    with page.expect_request("**/assign/visits/"):
        work()


def test_a_visit_is_moved_again_before_the_answer_came(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    let_go = held_back(page, "**/assign/visits/")
    sent(page, partial(drag, page, bar(page, visit), row(page, day, "Ababa")))
    drag(page, bar(page, visit), row(page, day, "Bayush"), dx=72)
    expect(row(page, day, "Bayush").locator(".bar")).to_have_count(1)

    let_go()

    told(page, "10:00 to 11:00, Bayush Tadesse")
    assert day.row(visit)[:2] == ("Bayush", "10:00")


def test_the_panel_opened_before_the_answer_came_saves(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    open_day(page, day)
    let_go = held_back(page, "**/assign/visits/")
    sent(page, partial(drag, page, bar(page, visit), row(page, day, "Ababa")))
    bar(page, visit).click()
    page.locator(".side [name=minutes]").fill("45")
    let_go()
    told(page, "09:00 to 10:00, Ababa Tadesse")

    page.locator(".side [data-save]").click()

    told(page, "09:00 to 09:45, Ababa Tadesse")
    assert day.row(visit) == ("Ababa", "09:00", 45, "Scheduled")


def test_what_is_taken_back_is_what_was_done_last(page: Page, day: RosterDay) -> None:
    first, second = day.visit(0, 9), day.visit(1, 12)
    open_day(page, day)
    drag(page, bar(page, first), row(page, day, "Ababa"))
    told(page, "Ababa Tadesse")
    let_go = held_back(page, "**/assign/visits/")
    sent(page, partial(drag, page, bar(page, second), row(page, day, "Bayush")))
    page.keyboard.press("Control+z")
    let_go()

    told(page, "It is as before.")
    assert (day.row(first)[0], day.row(second)[0]) == ("Ababa", None)


def test_one_question_waits_for_the_other(page: Page, day: RosterDay) -> None:
    visits = day.visit(0, 9), day.visit(1, 12)
    day.visit(2, 9, "Ababa")
    day.visit(3, 12, "Bayush")
    open_day(page, day)
    let_go = held_back(page, "**/assign/visits/")
    sent(page, partial(drag, page, bar(page, visits[0]), row(page, day, "Ababa")))
    sent(page, partial(drag, page, bar(page, visits[1]), row(page, day, "Bayush")))
    let_go()
    clashes, leave = page.locator("#clashes"), page.get_by_role("button", name="Leave it as it was")
    expect(clashes.locator("li")).to_have_count(1)
    first = clashes.inner_text()
    leave.click()
    expect(clashes).not_to_have_text(first)
    named = [name for name in ("Ababa", "Bayush") for text in (first, clashes.inner_text()) if name in text]
    leave.click()

    assert named == ["Ababa", "Bayush"]
    expect(page.locator("#clash")).to_be_hidden()
    expect(page.locator(".strip .bar")).to_have_count(2)


@pytest.mark.parametrize("view", ["", "?view=week"])
def test_a_page_left_open_over_midnight_keeps_its_day(page: Page, day: RosterDay, view: str) -> None:
    open_day(page, day)
    page.goto(f"{ROSTER}{view}")
    shown = page.locator("#day").input_value()
    with page.expect_request(lambda request: request.headers.get("x-refresh") == "1") as asked:
        page.wait_for_function(
            "() => document.dispatchEvent(new Event('visibilitychange')) && performance.getEntriesByType('resource')"
            ".some(one => one.initiatorType === 'fetch' && one.name.includes('/assign/'))",
            polling=500,
        )

    assert f"day={shown}" in asked.value.url
    page.wait_for_load_state("networkidle")
