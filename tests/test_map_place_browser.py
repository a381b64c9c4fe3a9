"""A patient is put on the map in their form: typed, pasted, swapped back, clicked."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import sign_in
from clusters import DEMO_PASSWORD, Database
from map_hand import PATIENCE_MS
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
PASTE = """([element, text]) => {
    const data = new DataTransfer();
    data.setData("text", text);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
READ = """async texts => {
    const root = document.querySelector('script[src*="/js/main.js"]').src;
    const { readPlace } = await import(root.replace("main.js", "parts/place-text.js"));
    return texts.map(text => { const at = readPlace(text); return at && [at.latitude, at.longitude]; });
}"""
ADDIS = [9.01, 38.76]
TEXTS: dict[str, Any] = {
    "9.01, 38.76": ADDIS,
    "9.01 38.76": ADDIS,
    "9.01;38.76": ADDIS,
    "(9.01, 38.76)": ADDIS,
    "9°0'36\"N 38°45'36\"E": ADDIS,
    "9° 0′ 36″ N, 38° 45′ 36″ E": ADDIS,
    "N 9.01 E 38.76": ADDIS,
    "38.76E 9.01N": ADDIS,
    "9°0.6'N 38°45.6'E": ADDIS,
    "1.5S 36.8E": [-1.5, 36.8],
    "geo:9.01,38.76?z=17": ADDIS,
    "https://www.google.com/maps/place/Somewhere/@9.5,38.5,17z/data=!3m1!4b1!4m6!3m5!8m2!3d9.01!4d38.76": ADDIS,
    "https://www.google.com/maps/@9.01,38.76,15z": ADDIS,
    "https://maps.google.com/?q=9.01,38.76": ADDIS,
    "https://www.google.com/maps/search/?api=1&query=9.01%2C38.76": ADDIS,
    "https://www.openstreetmap.org/#map=15/9.01/38.76": ADDIS,
    "https://www.openstreetmap.org/?mlat=9.01&mlon=38.76#map=15/9.5/38.5": ADDIS,
    "9.01": None,
    "Bole, near the church": None,
    "Piassa 12, house 4": None,
    "91, 38.76": None,
    "9.01, 38.76, 12": None,
    "": None,
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def field(page: Page) -> Locator:
    page.set_viewport_size({"width": 1366, "height": 900})
    sign_in(page, "coordinator", DEMO_PASSWORD)
    page.goto("/admin/patients/new/")
    return page.locator(".field-point")


def typed(field: Locator) -> list[str]:
    return [one.input_value() for one in field.locator(".pair input").all()]


def test_whatever_a_map_gives_is_read(page: Page, field: Locator) -> None:
    assert dict(zip(TEXTS, page.evaluate(READ, list(TEXTS)), strict=True)) == TEXTS


def test_a_link_fills_both_numbers_and_swapped_ones_are_swapped_back(page: Page, field: Locator) -> None:
    first = field.get_by_label("Latitude")

    page.evaluate(PASTE, [first.element_handle(), "https://maps.google.com/?q=38.76,9.01"])

    assert typed(field) == ["38.76", "9.01"]
    expect(field.locator(".place-told")).to_contain_text("seem swapped")
    field.get_by_role("button", name="Swap them").click()
    assert typed(field) == ["9.01", "38.76"]
    expect(field.locator(".place-told")).to_be_empty()
    first.fill("51.5")
    expect(field.locator(".place-told")).to_contain_text("not in Ethiopia")


def test_a_click_and_a_pull_on_the_map_set_the_place(page: Page, field: Locator) -> None:
    field.get_by_role("button", name="Pick on the map").click()
    map_ = field.locator(".place-map")
    expect(map_).to_have_attribute("data-state", "idle", timeout=PATIENCE_MS)
    assert typed(field) == ["", ""]

    map_.click(position={"x": 200, "y": 120})
    latitude, longitude = (float(number) for number in typed(field))
    assert 8.7 < latitude < 9.3
    assert 38.4 < longitude < 39.1

    box = field.locator(".map-pin").bounding_box()
    assert box
    page.mouse.move(box["x"] + 11, box["y"] + 11)
    page.mouse.down()
    page.mouse.move(box["x"] + 91, box["y"] + 11, steps=5)
    page.mouse.up()
    moved = [float(number) for number in typed(field)]
    assert moved[1] > longitude
    assert abs(moved[0] - latitude) < 0.01
