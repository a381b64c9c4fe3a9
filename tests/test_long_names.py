"""Pages on which every name is long, in two alphabets: nothing runs out of the page, no word of a status is cut."""

from __future__ import annotations

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from doors import Company
from playwright.sync_api import Page, expect
from roster_day import RosterDay
from roster_hand import bar, open_day

LONG = " Teklehaymanot-Gebremariam ወልደጊዮርጊስ ኃይለሥላሴ Abdurrahman"
CUT = """() => [...document.querySelectorAll("main .badge")]
    .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth).map(one => one.textContent)"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def _long(company: Company) -> None:
    company.run("UPDATE patients SET full_name = full_name || :more", more=LONG)
    company.run("UPDATE staff SET last_name = last_name || :more", more=LONG)
    company.run("UPDATE marketing_campaigns SET campaign_name = campaign_name || :more", more=LONG)


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1366])
@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("url", ["/admin/", "/admin/map/?layer=day", "/admin/funnel/", "/admin/assign/?rows=patients"])
def test_no_page_runs_over_and_no_status_is_cut(page: Page, url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    let_in(page, "manager", DEMO_PASSWORD)
    page.goto(url)
    expect(page.locator("main .loading")).to_have_count(0)
    if "map" in url:
        expect(page.locator("[data-state]")).to_have_attribute("data-state", "idle")

    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.usefixtures("_long")
def test_a_visit_that_waits_leaves_room_for_others(page: Page, day: RosterDay) -> None:
    """However long the name of its patient, so that the panel beside it does not hide its beginning."""
    visits = [day.visit(patient, 9 + patient) for patient in range(2)]
    open_day(page, day)

    tops = {bar(page, visit).evaluate("one => one.getBoundingClientRect().top") for visit in visits}

    assert len(tops) == 1
