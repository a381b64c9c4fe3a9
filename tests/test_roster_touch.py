"""The roster under a finger: a long press carries a visit, a swipe scrolls, taps book, record an absence and undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import violations, watched_page
from clusters import Database
from playwright.sync_api import Browser, Locator, Page, expect
from roster_day import RosterDay
from roster_hand import bar, fits, open_day, row, told

pytestmark = pytest.mark.browser
PHONE, TABLET = (375, 812), (1024, 768)
PRESS_MS = 450


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def day(day: RosterDay) -> Iterator[RosterDay]:
    yield day
    day.run("DELETE FROM dashboard.absences")


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    with watched_page(browser, live_server, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture
def finger(page: Page) -> Finger:
    return Finger(page)


class Finger:
    """One finger on the glass, sent to Chromium as a touch screen sends it."""

    def __init__(self, page: Page) -> None:
        self.page, self.screen = page, page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def down(self, what: Locator, dx: float = 30) -> None:
        box = what.bounding_box()
        assert box
        self.at = (box["x"] + min(dx, box["width"] / 2), box["y"] + box["height"] / 2)
        self._send("touchStart", self.at)

    def press(self, what: Locator) -> None:
        """Until the bar is carried."""
        self.down(what)
        self.page.wait_for_timeout(PRESS_MS)
        expect(self.page.locator(".ghost")).to_be_visible()

    def move(self, x: float, y: float, steps: int = 8) -> None:
        (from_x, from_y) = self.at
        for step in range(1, steps + 1):
            self._send("touchMove", (from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps))
            self.page.evaluate("new Promise(requestAnimationFrame)")
        self.at = (x, y)

    def onto(self, what: Locator, dx: float = 0) -> None:
        box = what.bounding_box()
        assert box
        self.move(self.at[0] + dx, box["y"] + box["height"] / 2)

    def up(self) -> None:
        self._send("touchEnd")

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


def opened(page: Page, day: RosterDay, size: tuple[int, int] = PHONE, words: str = "") -> None:
    open_day(page, day, words, width=size[0], height=size[1])
    assert fits(page)


def scrolled(page: Page, what: str = "document.scrollingElement", way: str = "scrollTop") -> float:
    return float(page.evaluate(f"{what}.{way}"))


def test_a_long_press_carries_a_visit_to_somebody(page: Page, day: RosterDay, finger: Finger) -> None:
    visit = day.visit(0, 9)
    opened(page, day)
    finger.press(bar(page, visit))
    finger.onto(row(page, day, "Bayush"))
    expect(row(page, day, "Bayush")).to_contain_class("target")
    assert scrolled(page) == 0
    finger.up()

    told(page, "09:00 to 10:00, Bayush Tadesse")
    expect(row(page, day, "Bayush").locator(".bar")).to_have_count(1)
    assert day.row(visit) == ("Bayush", "09:00", 60, "Scheduled")
    assert fits(page)


def test_a_list_has_no_hours_to_pull_a_visit_to(page: Page, day: RosterDay, finger: Finger) -> None:
    visit = day.visit(0, 9, "Ababa")
    opened(page, day)
    finger.press(bar(page, visit))
    finger.onto(row(page, day, "Chaltu"), dx=120)
    finger.up()

    told(page, "09:00 to 10:00, Chaltu Tadesse")
    assert day.row(visit)[:2] == ("Chaltu", "09:00")


def test_a_swipe_over_bars_scrolls_the_page_and_moves_nothing(page: Page, day: RosterDay, finger: Finger) -> None:
    visits = [day.visit(hour % 8, hour, "Ababa", 30) for hour in range(6, 20)]
    opened(page, day)
    finger.down(bar(page, visits[3]))
    finger.move(finger.at[0], finger.at[1] - 250)
    finger.up()

    page.wait_for_timeout(PRESS_MS)
    assert scrolled(page) > 150
    expect(page.locator(".ghost")).to_have_count(0)
    expect(page.locator(".side")).to_be_hidden()
    assert {day.row(visit)[0] for visit in visits} == {"Ababa"}


def test_a_swipe_over_the_strip_scrolls_the_strip_sideways(page: Page, day: RosterDay, finger: Finger) -> None:
    visits = [day.visit(hour % 8, hour) for hour in range(6, 14)]
    opened(page, day)
    finger.down(bar(page, visits[0]), dx=100)
    finger.move(finger.at[0] - 80, finger.at[1])
    finger.up()

    page.wait_for_timeout(PRESS_MS)
    assert scrolled(page, "document.querySelector('.strip .lane')", "scrollLeft") > 40
    assert scrolled(page, way="scrollLeft") == 0
    assert {day.row(visit)[0] for visit in visits} == {None}


def test_a_visit_held_at_the_lower_edge_scrolls_to_who_is_below(page: Page, day: RosterDay, finger: Finger) -> None:
    visit = day.visit(0, 9)
    for hour in range(6, 20):
        day.visit(hour % 8, hour, "Ababa", 30)
    opened(page, day)
    finger.press(bar(page, visit))
    finger.move(finger.at[0], PHONE[1] - 8)
    for _ in range(600):
        page.evaluate("new Promise(requestAnimationFrame)")
        if scrolled(page) > 100:
            break
    assert scrolled(page) > 100
    before = -1.0
    while before != (before := scrolled(page)):
        page.wait_for_timeout(1000)
    finger.onto(row(page, day, "Chaltu"))
    finger.up()

    told(page, "09:00 to 10:00, Chaltu Tadesse")
    assert day.row(visit)[0] == "Chaltu"


def test_a_tablet_pulls_a_visit_to_another_hour_and_a_swipe_scrolls(page: Page, day: RosterDay, finger: Finger) -> None:
    visit = day.visit(0, 11, "Ababa")
    opened(page, day, TABLET)
    before = scrolled(page, "document.querySelector('#roster')", "scrollLeft")
    finger.down(bar(page, visit))
    finger.move(finger.at[0] - 120, finger.at[1])
    finger.up()
    page.wait_for_timeout(PRESS_MS)
    assert scrolled(page, "document.querySelector('#roster')", "scrollLeft") > before + 60
    assert day.row(visit)[:2] == ("Ababa", "11:00")

    finger.press(bar(page, visit))
    finger.onto(row(page, day, "Bayush"), dx=72)
    finger.up()
    told(page, "12:00 to 13:00, Bayush Tadesse")
    assert day.row(visit)[:2] == ("Bayush", "12:00")


def test_two_taps_assign_and_one_takes_it_back(page: Page, day: RosterDay) -> None:
    visit = day.visit(0, 9)
    opened(page, day)
    bar(page, visit).tap()
    assert fits(page)
    page.get_by_role("button", name="of 100").first.tap()
    expect(page.locator(".side")).to_be_hidden()
    told(page, "09:00 to 10:00,")
    assert day.row(visit)[0] is not None
    page.get_by_role("button", name="Undo").tap()

    told(page, "It is as before.")
    expect(page.locator(".strip .bar")).to_have_count(1)
    assert day.row(visit)[0] is None
    assert fits(page)


@pytest.mark.parametrize("size", [PHONE, (1366, 800)], ids=["phone", "desk"])
def test_an_absence_is_recorded_on_the_roster(page: Page, day: RosterDay, size: tuple[int, int]) -> None:
    visit = day.visit(0, 9, "Ababa")
    opened(page, day, size)
    page.evaluate("window.stays = true")
    row(page, day, "Ababa").locator(".name").tap()
    expect(page.locator(".side [name=staff_id]")).to_have_value(str(day.nurses["Ababa"]))
    page.get_by_role("button", name="Show what is affected").tap()
    expect(page.locator(".side .error")).to_contain_text("Choose the kind of absence.")
    page.locator(".side [name=kind]").select_option("Sick")
    page.get_by_role("button", name="Show what is affected").tap()
    expect(page.locator(".side [data-row]")).to_have_count(1)
    assert violations(page) == []
    assert fits(page)
    page.locator(f"#to-visit_services-{visit}").select_option(str(day.nurses["Chaltu"]))
    page.get_by_role("button", name="Record the absence").tap()

    told(page, "Ababa Tadesse · Nurse is recorded as absent.")
    expect(row(page, day, "Chaltu").locator(".bar")).to_have_count(1)
    expect(row(page, day, "Ababa").locator(".name")).to_contain_text("Sick")
    assert day.row(visit)[0] == "Chaltu"
    page.get_by_role("button", name="Undo").tap()
    told(page, "It is as before.")
    expect(row(page, day, "Ababa").locator(".bar")).to_have_count(1)
    assert page.evaluate("window.stays")
    assert day.scalar("SELECT count(*) FROM dashboard.absences") == 0
