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
    # The usual days go with the time, also in a view that is saved; chosen ones stay.
    assert "from=" not in manager.url
    manager.locator(".period summary").click()
    manager.get_by_role("textbox", name="From").fill("2026-01-01")
    manager.locator(".period-panel").get_by_role("button", name="Show").click()
    manager.wait_for_url("**from=2026-01-01**")
    manager.get_by_label("Break down by").select_option("source")
    manager.wait_for_url("**by=source**")
    assert "from=2026-01-01" in manager.url


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


def test_two_campaigns_stay_chosen(manager: Page) -> None:
    manager.goto(f"{URL}?compare=campaigns&one=16&other=14")
    expect(manager.get_by_label("First campaign")).to_have_value("16")

    manager.get_by_label("Second campaign").select_option("23")

    manager.wait_for_url("**one=16&other=23**")
    expect(manager.get_by_label("First campaign")).to_have_value("16")


def test_on_paper_nothing_lies_on_the_stages(browser: Browser, live_server: str) -> None:
    with watched_page(browser, live_server, viewport={"width": 794, "height": 1123}) as page:
        sign_in(page, "manager", DEMO_PASSWORD)
        page.goto(URL)
        page.emulate_media(media="print")
        over = """() => {
            const [stages, panel] = ['.stage-table', '.panel.stages'].map(
                (one) => document.querySelector(one).getBoundingClientRect());
            return stages.right - panel.right;
        }"""
        assert page.evaluate(over) <= 0


@pytest.mark.parametrize(
    ("url", "last"), [(URL, ".breakdown td[data-label='Leads']"), (f"{URL}campaign/?id=23", "#own-funnel-rows td")]
)
def test_on_a_phone_the_numbers_stand_beside_the_names(browser: Browser, live_server: str, url: str, last: str) -> None:
    with watched_page(browser, live_server, viewport={"width": 375, "height": 800}) as page:
        sign_in(page, "manager", DEMO_PASSWORD)
        page.goto(url)
        ends = "(of) => Math.max(...[...document.querySelectorAll(of)].map((one) => one.getBoundingClientRect().right))"
        assert 0 < page.evaluate(ends, last) <= 375
