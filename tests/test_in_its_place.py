"""Where things stand in a real browser: nothing jumps, is out of line, or is missing on a phone or on paper."""

from __future__ import annotations

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Locator, Page, expect
from roster_day import RosterDay
from roster_hand import open_day, row

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def top(one: Locator) -> float:
    box = one.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("width", [375, 1366])
def test_tabs_stay_where_they_are_from_one_to_the_next(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    let_in(page, "coordinator", DEMO_PASSWORD)
    tops = set()
    for path in ("", "tasks/", "absent/", "calls/", "series/", "copy/", "own/"):
        page.goto(f"/admin/assign/{path}")
        tops.add(top(page.locator("nav.tabs")))

    assert tops == {52}


def test_inputs_stand_beside_each_other_whatever_is_wrong_with_one(page: Page) -> None:
    let_in(page, "coordinator", DEMO_PASSWORD)
    page.goto("/admin/assign/series/?preview=1")
    expect(page.get_by_text("Choose a patient.")).to_be_visible()

    for line in (("Patient", "Carer"), ("Time", "First day", "Last day")):
        assert len({top(page.get_by_label(label, exact=True)) for label in line}) == 1, line


def test_the_counts_of_the_data_quality_are_in_sight_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    let_in(page, "manager", DEMO_PASSWORD)
    page.goto("/admin/funnel/quality/")
    counts = page.locator("main tbody td.right")

    assert counts.count() > 5
    for count in counts.all():
        # Nothing lies over it.
        count.click(trial=True, timeout=5_000)
    assert page.evaluate("document.querySelector('main .table').parentElement.scrollLeft") == 0


def test_hours_on_paper_say_of_which_month(page: Page) -> None:
    let_in(page, "manager", DEMO_PASSWORD)
    page.goto("/admin/hours/?month=2026-03")
    page.emulate_media(media="print")

    expect(page.locator("main").get_by_text("March 2026", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="April 2026")).to_be_hidden()


@pytest.mark.parametrize("width", [375, 1366])
def test_a_shift_of_the_night_before_is_not_taken_for_one_of_this_evening(
    page: Page, day: RosterDay, width: int
) -> None:
    day.shift(0, 22, 30, "Ababa")
    day.shift(0, -2, 6, "Ababa")
    open_day(page, day, width=width)

    words = row(page, day, "Ababa").locator(".band.shift > .words")
    expect(words).to_have_text([f"since 22:00 {day.patients[0].full_name}", f"22:00 {day.patients[0].full_name}"])
