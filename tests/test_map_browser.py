"""The map in a real browser: what is drawn is what the database holds, and each way through it leads on."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company
from jobs_done import worked
from map_hand import MAP, idle, open_map, pixel, press, view
from PIL import Image, ImageStat
from playwright.sync_api import Page, Response, Route, expect
from test_map_tiles import tile_of
from tiles_read import points

from homecare.config import Config

pytestmark = pytest.mark.browser
# Alone in the east, and two neighbours further north.
ALONE, PAIR = (6.1, 44.2), ((7.3, 44.1), (7.3001, 44.1001))
ADDED = """INSERT INTO patients (full_name, patient_code, geolocation) VALUES
    ('Genet Alone', 'P-90001', 'POINT(44.2 6.1)'), ('Hawi Pair', 'P-90002', 'POINT(44.1 7.3)'),
    ('Jalene Pair', 'P-90003', 'POINT(44.1001 7.3001)')"""
NO_WEBGL = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return kind === "webgl2" ? null : get.call(this, kind, ...more);
};"""


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module", autouse=True)
def company(company: Company, config: Config) -> Company:
    company.run(ADDED)
    worked(config, "places")
    return company


def placed(company: Company) -> list[tuple[float, float]]:
    found = company.rows(
        "SELECT ST_Y(geolocation::geometry) AS lat, ST_X(geolocation::geometry) AS lon FROM patients"
        " WHERE geolocation IS NOT NULL"
    )
    return [(one.lat, one.lon) for one in found]


@pytest.mark.parametrize("at", ["9,40.5,5.5", "9.01,38.76,10.2", "9.01,38.76,13"])
def test_the_tiles_that_are_drawn_hold_the_patients_there(page: Page, company: Company, at: str) -> None:
    tiles: dict[tuple[int, int, int], int] = {}

    def note(answer: Response) -> None:
        if found := re.search(r"/tiles/(\d+)/(\d+)/(\d+)\.mvt", answer.url):
            drawn = points(answer.body()) if answer.status == 200 else []
            tiles[int(found[1]), int(found[2]), int(found[3])] = sum(point.words["count"] for point in drawn)

    page.on("response", note)
    page.route("**/*", lambda route: route.continue_() if _is_ours(route, page) else route.abort())
    open_map(page, f"?at={at}")

    [zoom] = {z for z, _, _ in tiles}
    there = [place for place in placed(company) if (zoom, *tile_of(*place, zoom)) in tiles]
    assert there
    assert sum(tiles.values()) == len(there)


def _is_ours(route: Route, page: Page) -> bool:
    return urlsplit(route.request.url).netloc in ("", urlsplit(page.url).netloc or urlsplit(route.request.url).netloc)


def test_the_panel_counts_what_the_list_does(page: Page, company: Company) -> None:
    total, on_map = company.rows("SELECT count(*), count(geolocation) FROM patients")[0]

    open_map(page)

    expect(page.locator("h1")).to_have_text(f"{total:,} patients")
    expect(page.locator(".map-head")).to_contain_text(f"{on_map:,} on the map · {total - on_map:,} without a place")
    page.get_by_role("link", name="without a place").click()
    expect(page.locator(".count")).to_have_text(f"{total - on_map:,}")


def test_a_patient_opens_a_card_that_leads_on_and_is_noted(page: Page, company: Company) -> None:
    patient = company.scalar("SELECT id FROM patients WHERE full_name = 'Genet Alone'")
    noted = f"SELECT count(*) FROM dashboard.reads WHERE resource = 'patients' AND {patient} = ANY (ids)"
    open_map(page, f"?at={ALONE[0]},{ALONE[1] + 0.01},13")
    before = company.scalar(noted)

    press(page, *ALONE)

    card = page.locator("#card")
    expect(card).to_contain_text("Genet Alone")
    expect(card).to_contain_text("P-90001")
    assert company.scalar(noted) > before
    expect(card.get_by_role("link", name="New visit")).to_have_attribute("href", re.compile(f"patient_id={patient}$"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    press(page, *ALONE)
    card.get_by_role("link", name="Open").click()
    expect(page.locator("h1")).to_contain_text("Genet Alone")


def test_a_cluster_opens_by_a_click(page: Page) -> None:
    open_map(page, "?at=7.3,44.1,8")
    before = page.url

    press(page, *PAIR[0])

    expect(page).not_to_have_url(before)
    assert view(page)[2] == 10


def test_an_area_is_drawn_listed_and_found_again_on_the_map(page: Page) -> None:
    open_map(page, f"?at={ALONE[0]},{ALONE[1]},12")
    x, y = pixel(page, *ALONE)
    page.get_by_role("button", name="Draw an area").click()
    expect(page.locator("#hint")).to_contain_text("Click the corners")

    for dx, dy in ((-90, -80), (90, -80), (90, 80), (-90, 80), (-90, -80)):
        page.mouse.move(x + dx, y + dy, steps=3)
        page.mouse.click(x + dx, y + dy, delay=30)

    page.wait_for_url("**area=ring*")
    expect(page.locator("h1")).to_have_text("1 patient")
    idle(page)
    page.get_by_role("link", name="Open as list").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Genet Alone")
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator("h1")).to_have_text("1 patient")


def test_without_webgl_the_same_stands_in_tables(page: Page, company: Company) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(NO_WEBGL)
    sign_in(page, "manager", DEMO_PASSWORD)
    page.goto(MAP)

    expect(page.locator("#map")).to_have_attribute("data-state", "table")
    expect(page.locator("#why")).to_contain_text("no WebGL2")
    bole = company.scalar(
        "SELECT count(*) FROM patients p JOIN dashboard.sub_cities c ON c.id = dashboard.sub_city(p.geolocation)"
        " WHERE c.name = 'Bole'"
    )
    row = page.get_by_role("table", name="By sub-city").get_by_role("row", name=re.compile("^Bole"))
    expect(row.get_by_role("link")).to_have_text(f"{bole:,}")
    assert not [url for url in asked if "worker" in url or ".mvt" in url]
    assert violations(page) == []
    row.get_by_role("link").press("Enter")
    expect(page.locator(".count")).to_have_text(f"{bole:,}")


def test_without_webgl_names_open_records_and_nothing_is_dead(page: Page, company: Company) -> None:
    patient = company.scalar("SELECT id FROM patients WHERE full_name = 'Genet Alone'")
    page.add_init_script(NO_WEBGL)
    sign_in(page, "manager", DEMO_PASSWORD)
    page.goto(f"{MAP}?around={ALONE[0]},{ALONE[1]}")
    expect(page.locator("#map")).to_have_attribute("data-state", "table")

    page.get_by_role("link", name="Genet Alone").press("Enter")

    expect(page).to_have_url(re.compile(rf"details/\?id={patient}$"))
    page.goto(MAP)
    expect(page.locator("#map")).to_have_attribute("data-state", "table")
    expect(page.locator("#in-view button:enabled")).to_have_count(0)


def test_the_active_caregiver_is_asked_for_in_the_filter_by_keyboard_alone(page: Page, company: Company) -> None:
    name = company.scalar(
        "SELECT first_name FROM dashboard.places JOIN staff ON staff.id = caregiver_id "
        "GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    open_map(page)
    page.locator("#filter-button").press("Enter")
    page.get_by_label("Column").select_option(label="Active caregiver")
    picker = page.locator("#filters").get_by_role("combobox", name="Value")
    picker.press_sequentially(name)
    expect(page.locator("#filters [role=option]").first).to_be_visible()
    picker.press("ArrowDown")
    picker.press("Enter")
    page.get_by_role("button", name="Apply").press("Enter")

    page.wait_for_url(re.compile(r"active_caregiver=\d+"))
    chosen = int(re.findall(r"active_caregiver=(\d+)", page.url)[0])
    patients = company.scalar("SELECT count(*) FROM dashboard.places WHERE caregiver_id = :id", id=chosen)
    expect(page.locator("h1")).to_have_text(f"{patients:,} patient{'' if patients == 1 else 's'}")
    idle(page).locator("#filter-button").press("Enter")
    expect(page.get_by_label("Column")).to_have_value("active_caregiver")
    expect(page.locator("#filters").get_by_role("combobox", name="Value")).to_have_value(re.compile(name))


def test_the_point_that_is_asked_about_stands_on_the_map(page: Page) -> None:
    def darkest() -> int:
        x, y = pixel(page, 9.01, 38.76)
        cut = page.screenshot(clip={"x": x - 12, "y": y - 12, "width": 24, "height": 24})
        return int(Image.open(io.BytesIO(cut)).convert("L").getextrema()[0])

    open_map(page, "?around=9.01,38.76&at=9.01,38.76,15")
    asked = darkest()
    page.goto(f"{MAP}?all=1&at=9.01,38.76,15")

    assert asked < 60
    idle(page)
    assert darkest() > asked + 30


def test_on_a_telephone_the_panel_is_a_sheet(page: Page) -> None:
    open_map(page, width=375, height=720)
    panel = page.locator("#map-panel")
    assert (panel.bounding_box() or {})["height"] == 92
    assert page.evaluate("document.documentElement.scrollWidth") == 375

    page.locator("#grip").press("Enter")

    expect(page.locator("#grip")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#in-view")).to_be_in_viewport()


def test_the_theme_changes_the_drawn_map_and_keeps_the_view(page: Page) -> None:
    open_map(page, "?at=9.01,38.76,11")
    assert violations(page) == []

    def brightness() -> float:
        return float(ImageStat.Stat(Image.open(io.BytesIO(page.locator("#map").screenshot())).convert("L")).mean[0])

    light, before = brightness(), page.url
    page.get_by_role("button", name="My menu").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    idle(page)
    page.keyboard.press("Escape")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.wait_for_timeout(500)
    assert brightness() < light - 100
    assert page.url == before
    assert violations(page) == []


def test_who_sees_cells_alone_finds_no_single_patient(page: Page, company: Company) -> None:
    counts: list[int] = []

    def note(answer: Response) -> None:
        if ".mvt" in answer.url and answer.status == 200:
            counts.extend(point.words["count"] for point in points(answer.body()))

    page.on("response", note)
    open_map(page, role="marketing")

    assert counts
    assert {count % 5 for count in counts} == {0}
    expect(page.locator(".map-head")).to_contain_text("rounded down to fives")
    expect(page.get_by_role("link", name="Open as list")).to_have_count(0)
    expect(page.get_by_role("button", name="Draw an area")).to_have_count(0)
    assert company.as_("Marketing").get("/admin/map/card.json?id=1").status_code == 403
