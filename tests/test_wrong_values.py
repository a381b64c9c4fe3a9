"""An invalid condition value is explained on its own list: no row is shown and no condition is lost."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker, ids_of
from playwright.sync_api import Browser, expect


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


WRONG = [
    ("scheduled_at__gte", "9:30", "a time without a day"), ("scheduled_at__gte", "11/25/2026", "25/11/2026"),
    ("scheduled_at__lte", "someday", "such as 2026-03-09"), ("staff_id__eq", "abc", "consists of digits"),
    ("status__isnull", "maybe", "takes 1"), ("scheduled_at__eq", "30 Yekatit 3000 EC", "1900 to 2199"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "words"), WRONG)
def test_a_wrong_value_keeps_its_list(company: Company, admin: Walker, key: str, value: str, words: str) -> None:
    answer = admin.get(f"/admin/visit_services/?status__eq=Completed&{key}={quote(value)}")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "<h1>Visits</h1>" in page
    assert words in page
    assert value in page
    assert "Status is Completed" in page
    assert ids_of(page) == []


@pytest.mark.parametrize("url", [
    "/admin/visit_services/export/csv/?scheduled_at__gte=9:30", "/admin/visit_services/export/xlsx/?staff_id__eq=x",
])  # fmt: skip
def test_no_file_is_made_of_a_wrong_value(company: Company, admin: Walker, url: str) -> None:
    assert admin.get(url).status_code == 400


def test_nothing_is_changed_by_a_wrong_value(company: Company, admin: Walker) -> None:
    sent = {"action": "set", "all": "1", "query": "?scheduled_at__gte=9:30", "field": "status", "value": "Completed"}

    assert admin.post("/admin/visit_services/action/", sent).status_code == 400


@pytest.mark.parametrize("value", ["25/11/2026", "2026/11/25", "25 Nov 2026", "ኅዳር 16 ቀን 2019 ዓ.ም.", "2026-11-25"])
def test_a_day_in_an_address_is_read_as_it_is_written(company: Company, admin: Walker, value: str) -> None:
    page = admin.get(f"/admin/visit_services/?scheduled_at__gte={quote(value)}").get_data(as_text=True)

    chips = re.findall(r'class="chip chip-on"[^>]*><span>([^<]+)', page)
    assert chips == ["Scheduled for: from 25 Nov 2026"]


@pytest.mark.browser
def test_the_sentence_stands_beside_the_value_that_it_is_about(browser: Browser, live_server: str) -> None:
    # Not in a watched page: Chromium notes the status of the answer as an error.
    office = let_in(browser.new_page(base_url=live_server), "admin", DEMO_PASSWORD)

    office.goto("/admin/visit_services/?status__eq=Completed&scheduled_at__gte=11/25/2026")

    wrong = office.locator("#filters .condition", has=office.locator("[aria-invalid=true]"))
    expect(wrong.locator(".value input")).to_have_value("11/25/2026")
    expect(wrong.locator(".value input")).to_be_focused()
    expect(wrong.get_by_role("alert")).to_contain_text("write 25/11/2026")
    wrong.locator(".value input").fill("25/11/2026")
    office.get_by_role("button", name="Apply").click()
    expect(office.get_by_text("from 25 Nov 2026")).to_be_visible()
    office.close()
