"""The bell in a real browser: it rings without a reload, keeps no session alive, and is read with few clicks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from playwright.sync_api import Page, expect
from sampling import in_looks
from sqlalchemy import Engine, text

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def told(owner_engine: Engine) -> Callable[[int], None]:
    """Tells the nurse of so many visits."""

    def tell(visits: int) -> None:
        with owner_engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO dashboard.notifications (staff_id, kind, parts) SELECT id, 'work', jsonb_build_object("
                    "'done', jsonb_build_array(jsonb_build_array('assigned', 'visit_services', CAST(:visits AS int)))) "
                    "FROM staff WHERE email = 'nurse@homecare.example'"
                ),
                {"visits": visits},
            )

    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.notifications"))
    return tell


def last_seen(owner_engine: Engine) -> Any:
    with owner_engine.connect() as connection:
        return connection.scalar(text("SELECT max(last_used_at) FROM dashboard.sessions"))


def test_it_rings_after_a_minute_and_does_not_extend_the_session(
    page: Page, owner_engine: Engine, told: Callable[[int], None]
) -> None:
    page.clock.install()
    sign_in(page, "nurse", DEMO_PASSWORD)
    bell = page.locator("#bell")
    expect(bell.locator("[data-unread]")).to_be_hidden()
    seen = last_seen(owner_engine)
    told(7)
    page.clock.run_for(121_000)

    expect(bell.locator("[data-count]")).to_have_text("1")
    expect(page.get_by_role("link", name="Notifications 1 unread")).to_be_visible()
    assert last_seen(owner_engine) == seen


def test_it_is_opened_read_and_quiet_again(page: Page, told: Callable[[int], None]) -> None:
    for number in (7, 8):
        told(number)
    sign_in(page, "nurse", DEMO_PASSWORD)
    page.get_by_role("link", name="Notifications 2 unread").click()
    expect(page.locator(".notices li").first).to_contain_text("8 visits were assigned to you by Somebody.")
    page.locator(".notices li").first.get_by_role("button").click()
    expect(page.locator(".notices .is-unread")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()

    expect(page.locator(".notices .is-unread")).to_have_count(0)
    expect(page.locator("#bell [data-unread]")).to_be_hidden()


@in_looks()
def test_it_is_clean_and_fits(page: Page, told: Callable[[int], None], width: int, look: str) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 768})
    told(12)
    sign_in(page, "nurse", DEMO_PASSWORD)
    page.goto("/admin/notifications/")

    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
