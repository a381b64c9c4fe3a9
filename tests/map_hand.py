"""A hand on the map in the browser: opens it, waits until it is drawn, finds a place on the screen."""

from __future__ import annotations

import math

from browsing import sign_in
from clusters import DEMO_PASSWORD
from playwright.sync_api import Page, expect

MAP = "/admin/map/"
TILE_PX = 512
# Software draws slowly where other tests run beside.
PATIENCE_MS = 60_000


def open_map(page: Page, words: str = "", role: str = "manager", width: int = 1366, height: int = 768) -> Page:
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, role, DEMO_PASSWORD)
    page.goto(f"{MAP}{words}")
    return idle(page)


def idle(page: Page) -> Page:
    expect(page.locator("#map")).to_have_attribute("data-state", "idle", timeout=PATIENCE_MS)
    return page


def view(page: Page) -> tuple[float, float, float]:
    """Latitude, longitude and zoom as the address has them."""
    words = page.evaluate("new URLSearchParams(location.search).get('at')")
    latitude, longitude, zoom = (float(part) for part in words.split(","))
    return latitude, longitude, zoom


def pixel(page: Page, latitude: float, longitude: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    box = page.locator("#map").bounding_box()
    assert box
    at = view(page)
    (x, y), (middle_x, middle_y) = _world(latitude, longitude, at[2]), _world(*at)
    return box["x"] + box["width"] / 2 + x - middle_x, box["y"] + box["height"] / 2 + y - middle_y


def _world(latitude: float, longitude: float, zoom: float) -> tuple[float, float]:
    side = TILE_PX * 2**zoom
    return (longitude + 180) / 360 * side, (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * side


def press(page: Page, latitude: float, longitude: float) -> None:
    page.mouse.click(*pixel(page, latitude, longitude))
