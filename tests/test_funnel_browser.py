"""The funnel in a browser: chosen at once, walked by keys, read by everybody, and one page wide."""

from __future__ import annotations

import pytest
from browsing import sign_in, violations, watched_page
from clusters import DEMO_PASSWORD, Database
from jobs_done import worked
from playwright.sync_api import Browser, Page, expect

from homecare.config import Config

URL = "/admin/funnel/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module", autouse=True)
def counted(config: Config) -> None:
    worked(config, "leads")


@pytest.fixture
def manager(page: Page) -> Page:
    sign_in(page, "manager", DEMO_PASSWORD)
    page.goto(URL)
    return page


def test_the_headings_are_the_answer(manager: Page) -> None:
    expect(manager.get_by_role("heading", level=2).nth(0)).to_contain_text("Most are lost before Contacted:")
    expect(manager.get_by_role("heading", level=2).nth(1)).to_contain_text("Stop 1 campaign?")
    expect(manager.locator(".verdicts li").first).to_contain_text("Mothers' Hour")


def test_what_is_chosen_is_shown_at_once(manager: Page) -> None:
    manager.get_by_label("Break down by").select_option("month")

    manager.wait_for_url("**by=month**")
    expect(manager.get_by_role("heading", name="By month of the lead")).to_be_visible()
    expect(manager.get_by_label("Break down by")).to_have_value("month")


def test_the_breakdown_is_one_stop_with_arrows_inside(manager: Page) -> None:
    table = manager.locator("#breakdown")
    assert table.locator('a[tabindex="0"]').count() == 1
    table.locator('a[tabindex="0"]').focus()

    manager.keyboard.press("ArrowDown")
    manager.keyboard.press("ArrowRight")

    expect(table.locator("tbody tr").nth(1).locator("a.number").nth(1)).to_be_focused()
    assert table.locator('a[tabindex="0"]').count() == 1


def test_a_count_opens_its_list(manager: Page) -> None:
    link = manager.locator(".stage-table tr").nth(4).locator(".count a")
    told = link.inner_text()

    link.click()

    expect(manager.locator(".count")).to_have_text(told)
    expect(manager.locator("#chips")).to_contain_text("Reached Patient within 90 days")


def test_a_period_is_saved_as_a_view(manager: Page) -> None:
    manager.goto(f"{URL}?window=30&by=source")
    manager.get_by_text("Views", exact=True).click()
    manager.get_by_placeholder("Name", exact=True).fill("Sources, a month")
    manager.get_by_role("button", name="Save view").click()

    manager.wait_for_url("**window=30**")
    manager.get_by_label("Views: Sources, a month").click()
    expect(manager.get_by_role("link", name="Sources, a month")).to_be_visible()


@pytest.mark.parametrize("device", [{"color_scheme": "light"}, {"color_scheme": "dark"}])
def test_nobody_is_shut_out(browser: Browser, live_server: str, device: dict[str, str]) -> None:
    with watched_page(browser, live_server, **device) as page:
        sign_in(page, "manager", DEMO_PASSWORD)
        page.goto(f"{URL}?compare=year")
        assert violations(page) == []


@pytest.mark.parametrize("width", [375, 768, 1366, 3840])
def test_it_is_no_wider_than_the_screen(browser: Browser, live_server: str, width: int) -> None:
    with watched_page(browser, live_server, viewport={"width": width, "height": 800}) as page:
        sign_in(page, "manager", DEMO_PASSWORD)
        page.goto(URL)
        assert page.evaluate("document.documentElement.scrollWidth") == width
