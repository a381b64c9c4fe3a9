"""The filter dialog offers what kinds/operators.py says, and gives back the conditions that it was opened with."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page

from homecare.kinds.operators import OPERATORS
from homecare.kinds.traits import TRAITS
from homecare.tables.table import coded_tables
from homecare.web.assets import FOLDER

VISITS = "/admin/visit_services/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def office(page: Page) -> Page:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.set_default_timeout(8000)
    return let_in(page, "admin", DEMO_PASSWORD)


def reopened(page: Page, query: str) -> list[tuple[str, str]]:
    """The words of the list after its dialog was opened and applied as it stood."""
    page.goto(f"{VISITS}?{query}")
    page.click("#filter-button")
    with page.expect_navigation():
        page.get_by_role("button", name="Apply").click()
    return sorted(parse_qsl(urlsplit(page.url).query))


def test_every_column_offers_the_words_of_its_operators(office: Page) -> None:
    office.goto(VISITS)
    office.get_by_role("button", name="Filter", exact=True).click()
    fields = coded_tables()["visit_services"].fields
    column = office.get_by_label("Column", exact=True)
    names = column.locator("option").evaluate_all("found => found.map(one => one.value)")

    assert {fields[name].traits.input for name in names} >= {"choice", "parent", "moment"}
    for name in names:
        column.select_option(name)
        words = office.get_by_label("How", exact=True).locator("option").all_text_contents()
        assert words == [offer.words for offer in fields[name].traits.offers], name


@pytest.mark.parametrize("query", [
    "status__in=Scheduled%2CMissed",
    "status__ne=Missed",
    "scheduled_at__eq=today",
    "scheduled_at__gte=-7d&scheduled_at__lte=today",
    "scheduled_at__gte=-8d&scheduled_at__lte=today",
    "scheduled_at__gte=-7d&scheduled_at__lt=today&scheduled_at__lte=today",
    "scheduled_at__isnull=0",
    "scheduled_at__isnull=1&status__isnull=1",
    # What the dialog has no line for.
    "id__in=1%2C2&status__ne=Missed",
    "staff_id__in=1%2C2&status__ne=Missed",
])  # fmt: skip
def test_conditions_come_back_as_they_were(office: Page, query: str) -> None:
    assert reopened(office, query) == sorted(parse_qsl(query))


def test_one_choice_stands_among_several(office: Page) -> None:
    assert reopened(office, "status__eq=Missed") == [("status__in", "Missed")]


def test_no_script_has_words_of_its_own_for_operators() -> None:
    """As a table has them; a comment may speak of one."""
    words = {text for one in OPERATORS.values() for text in (one.asked, one.asked_in_time) if text}
    words |= {offer.words for row in TRAITS.values() for offer in row.offers}
    scripts = {path.name: path.read_text() for path in FOLDER.glob("js/**/*.js")}

    assert scripts
    assert [(name, word) for name, text in scripts.items() for word in words if f': "{word}"' in text] == []


def test_only_offers_of_columns_that_are_seen_are_sent(office: Page) -> None:
    office.goto(VISITS)
    data = json.loads(office.get_attribute("#list", "data-list") or "")

    assert set(data["offers"]) == {key for column in data["columns"] for key in column["offers"]}
