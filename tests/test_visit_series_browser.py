"""A series made in a real browser by keyboard and by touch: Mon Wed Fri until a day, looked at and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bookings_made import MONDAY
from browsing import let_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from homecare import clock

pytestmark = pytest.mark.browser
# Far enough ahead that nobody of the demo company is booked.
FIRST = clock.to_addis(MONDAY).date() + timedelta(days=84)
LAST = FIRST + timedelta(days=11)
COUNT = "SELECT count(*) FROM visit_services WHERE scheduled_at >= :first"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def number(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(COUNT), {"first": clock.day_start(FIRST)}) or 0)


def name_of(engine: Engine, table: str, row_id: int) -> str:
    column = "full_name" if table == "patients" else "first_name || ' ' || last_name"
    with engine.connect() as connection:
        return str(connection.scalar(text(f"SELECT {column} FROM {table} WHERE id = :id"), {"id": row_id}))


def nurse(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(
            connection.scalar(text("SELECT id FROM staff WHERE role = 'Nurse' AND status = 'Active' ORDER BY id")) or 0
        )


def choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name).first.click()


@pytest.mark.parametrize(("width", "look"), [(1366, "light"), (375, "dark")])
def test_monday_wednesday_friday_until_a_day(page: Page, owner_engine: Engine, width: int, look: str) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    before = number(owner_engine)
    let_in(page, "coordinator", DEMO_PASSWORD)
    page.goto("/admin/assign/series/")
    assert violations(page) == []
    choose(page, "Patient", name_of(owner_engine, "patients", 1))
    choose(page, "Carer", name_of(owner_engine, "staff", nurse(owner_engine)))
    for day in ("Mon", "Wed", "Fri"):
        page.get_by_label(day).check()
    page.get_by_label("Time").fill("09:00")
    page.get_by_label("First day", exact=True).fill(FIRST.isoformat())
    page.get_by_label("Last day", exact=True).fill(LAST.isoformat())
    page.get_by_label("Minutes").fill("60")
    page.get_by_role("button", name="Preview").press("Enter")

    expect(page.locator(".draft-lines tbody tr")).to_have_count(6)
    assert number(owner_engine) == before
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    if page.get_by_label("Save it anyway").count():
        page.get_by_label("Save it anyway").check()
    page.get_by_role("button", name="Make 6 visits").press("Enter")
    page.wait_for_url("**visit_id=*")

    assert number(owner_engine) == before + 6
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/admin/assign/series/")
    assert number(owner_engine) == before


def test_a_series_is_moved_in_the_browser(page: Page, owner_engine: Engine) -> None:
    let_in(page, "coordinator", DEMO_PASSWORD)
    words = f"patient_id=2&weekday=2&weekday=4&at=11:00&first_day={FIRST}&last_day={LAST}&minutes=45&preview=1"
    page.goto(f"/admin/assign/series/?{words}")
    if page.get_by_label("Save it anyway").count():
        page.get_by_label("Save it anyway").check()
    page.get_by_role("button", name="Make 4 visits").click()
    page.wait_for_url("**visit_id=*")
    page.get_by_label("Which visits").select_option("The whole series")
    page.get_by_label("New time").fill("15:00")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#draft-head")).to_contain_text("Preview: 4 visits")
    assert violations(page) == []
    if page.get_by_label("Save it anyway").count():
        page.get_by_label("Save it anyway").check()
    page.get_by_role("button", name="Move 4 visits").click()

    expect(page.locator(".toasts")).to_contain_text("4 visits moved.")
    expect(page.locator(".draft-lines tbody tr", has_text="15:00")).to_have_count(4)
