"""One's own day on a telephone: one touch from home, and a check-in without a network that waits and is sent once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browsing import sign_in, violations
from clusters import DEMO_PASSWORD, Database
from doors import Company, opened
from flask import Flask
from playwright.sync_api import Page, expect
from sampling import in_looks
from sqlalchemy import Engine

pytestmark = pytest.mark.browser
COUNT_CLICKS = "addEventListener('click', event => event.isTrusted && (window.name = Number(window.name) + 1), true)"
PHONE = {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine) -> Company:
    return opened(app, owner_engine)


def until(found: Callable[[], Any]) -> Any:
    """Asked again until there is something, at most five seconds."""
    end = datetime.now(UTC) + timedelta(seconds=5)
    while not (value := found()) and datetime.now(UTC) < end:
        pass
    return value


@pytest.fixture
def visits(company: Company) -> list[int]:
    """Three of the caregiver today, and one tomorrow, of patients with Amharic names."""
    me = company.as_("Caregiver").staff_id
    company.run(
        "UPDATE visit_services SET scheduled_at = scheduled_at - interval '60 days', check_in_time = NULL, "
        "check_out_time = NULL, status = 'Cancelled' WHERE staff_id = :me AND (status = 'In Progress' OR "
        "scheduled_at > timezone('utc', now()) - interval '2 days')", me=me,
    )  # fmt: skip
    company.run(
        "UPDATE patients SET full_name = 'ወይዘሮ አልማዝ በቀለ ገብረማርያም', address = 'ቦሌ ክፍለ ከተማ ወረዳ 03 ቤት ቁጥር 1204' "
        "WHERE id = (SELECT min(id) FROM patients WHERE geolocation IS NOT NULL)"
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    for minutes in (0, 2, 4, 1440):
        company.run(
            "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
            "SELECT min(id), :me, :at, 'Scheduled' FROM patients WHERE geolocation IS NOT NULL",
            me=me, at=now + timedelta(minutes=minutes),
        )  # fmt: skip
    return [row.id for row in company.rows("SELECT id FROM visit_services ORDER BY id DESC LIMIT 4")][::-1]


def checked(company: Company, visit: int, column: str = "check_in_time") -> Any:
    return company.scalar(f"SELECT {column} FROM visit_services WHERE id = :id", id=visit)


def on_phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return sign_in(page, "caregiver", DEMO_PASSWORD)


def kept(page: Page) -> dict[str, str]:
    # What was sent reloads the page.
    page.wait_for_load_state("networkidle")
    found: dict[str, str] = json.loads(page.evaluate("localStorage.getItem('checks') ?? '{}'"))
    return found


def test_a_caregiver_checks_in_from_home_with_one_touch(page: Page, company: Company, visits: list[int]) -> None:
    page.context.add_init_script(COUNT_CLICKS)
    on_phone(page)
    page.evaluate("window.name = '0'")
    page.get_by_role("button", name="Check in", exact=True).click()

    assert until(lambda: checked(company, visits[0]))
    expect(page.get_by_role("link", name="Check out", exact=True)).to_be_visible()
    expect(page.locator(".toasts")).to_contain_text("Check-in at")
    assert page.evaluate("window.name") == "1"
    assert kept(page) == {}


def test_check_out_at_home_leads_to_the_notes(page: Page, company: Company, visits: list[int]) -> None:
    on_phone(page)
    page.get_by_role("button", name="Check in", exact=True).click()
    page.get_by_role("link", name="Check out", exact=True).click()

    expect(page.get_by_label("Notes of this visit")).to_be_visible()
    assert checked(company, visits[0], "check_out_time") is None


@pytest.mark.parametrize("network", [True, False])
def test_an_early_check_in_is_asked_about_first(page: Page, company: Company, visits: list[int], network: bool) -> None:
    company.run(
        "UPDATE visit_services SET scheduled_at = scheduled_at + interval '61 minutes' WHERE id = ANY(:ids)",
        ids=visits[:3],
    )
    on_phone(page)
    page.context.set_offline(not network)
    page.get_by_role("button", name="Check in", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("in more than an hour")
    assert kept(page) == {}
    page.get_by_role("button", name="Leave as it is").click()
    assert kept(page) == {}
    assert checked(company, visits[0]) is None
    page.get_by_role("button", name="Check in", exact=True).click()
    page.get_by_role("button", name="Check in anyway").click()
    if not network:
        expect(page.locator("#waiting-checks")).to_contain_text("waits on this phone")
        page.context.set_offline(False)

    assert until(lambda: checked(company, visits[0]))
    expect(page.get_by_role("link", name="Check out", exact=True)).to_be_visible()
    assert kept(page) == {}


def test_a_check_in_without_a_network_waits_and_is_sent_once(page: Page, company: Company, visits: list[int]) -> None:
    on_phone(page)
    page.goto("/admin/assign/own/")
    page.context.set_offline(True)
    page.locator(".next").get_by_role("button", name="Check in").click()

    waiting = page.locator("#waiting-checks")
    expect(waiting).to_contain_text("Check-in of ወይዘሮ አልማዝ")
    expect(waiting).to_contain_text("waits on this phone")
    assert list(kept(page)) == [f"in:{visits[0]}"]
    assert checked(company, visits[0]) is None
    touched = datetime.fromisoformat(kept(page)[f"in:{visits[0]}"]).replace(tzinfo=None)
    page.evaluate(f"localStorage.setItem('checks', JSON.stringify({{'in:{visits[0]}': "
                  f"'{(touched - timedelta(minutes=7)).isoformat()}Z'}}))")  # fmt: skip
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.post_data or "") if one.url.endswith("/check") else None)
    page.context.set_offline(False)

    assert until(lambda: checked(company, visits[0])) == touched - timedelta(minutes=7)
    expect(waiting).to_be_hidden()
    assert kept(page) == {}
    assert len(sent) == 1
    [moment] = company.rows(
        "SELECT told_at, received_at FROM dashboard.check_moments WHERE visit_id = :id", id=visits[0]
    )
    assert moment.received_at - moment.told_at >= timedelta(minutes=7)


def test_a_whole_visit_without_a_network_is_sent_in_order(page: Page, company: Company, visits: list[int]) -> None:
    on_phone(page)
    page.goto("/admin/assign/own/")
    page.context.set_offline(True)
    card = page.locator(".next")
    card.get_by_role("button", name="Check in").click()
    card.get_by_role("button", name="Check out").click()
    expect(page.locator("#waiting-checks li")).to_have_count(2)
    page.context.set_offline(False)

    assert until(lambda: checked(company, visits[0], "check_out_time"))
    assert checked(company, visits[0], "status") == "Completed"
    expect(page.locator(".own-day")).to_contain_text("Done")
    assert page.evaluate("localStorage.getItem('checks')") is None


def test_what_waits_is_sent_after_signing_in_again(page: Page, company: Company, visits: list[int]) -> None:
    on_phone(page)
    page.goto("/admin/assign/own/")
    page.context.set_offline(True)
    page.locator(".next").get_by_role("button", name="Check in").click()
    expect(page.locator("#waiting-checks")).to_be_visible()
    page.goto("about:blank")
    page.context.clear_cookies()
    page.context.set_offline(False)
    sign_in(page, "caregiver", DEMO_PASSWORD)

    assert until(lambda: checked(company, visits[0]))
    expect(page.get_by_role("link", name="Check out", exact=True)).to_be_visible()
    assert kept(page) == {}


def test_what_is_not_ones_own_any_more_is_told_and_can_be_forgotten(
    page: Page, company: Company, visits: list[int]
) -> None:
    on_phone(page)
    page.goto("/admin/assign/own/")
    page.context.set_offline(True)
    page.locator(".next").get_by_role("button", name="Check in").click()
    company.run("UPDATE visit_services SET status = 'Cancelled' WHERE id = :id", id=visits[0])
    page.context.set_offline(False)

    expect(page.locator("#waiting-checks")).to_contain_text("This visit was cancelled")
    assert list(kept(page)) == [f"in:{visits[0]}"]
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("#waiting-checks")).to_be_hidden()
    assert kept(page) == {}
    assert checked(company, visits[0]) is None


def test_a_check_out_takes_the_notes(page: Page, company: Company, visits: list[int]) -> None:
    on_phone(page)
    page.goto("/admin/assign/own/")
    page.locator(".next").get_by_role("button", name="Check in").click()
    notes = page.get_by_label("Notes of this visit")
    notes.fill("ደህና ነች; ate well")
    page.locator(".next").get_by_role("button", name="Check out").click()

    assert until(lambda: checked(company, visits[0], "check_out_time"))
    assert checked(company, visits[0], "visit_notes") == "ደህና ነች; ate well"
    expect(page.locator(".next")).to_contain_text("Check in")


def test_the_distance_is_told_where_the_phone_allows_it(page: Page, company: Company, visits: list[int]) -> None:
    [at] = company.rows(
        "SELECT ST_Y(geolocation::geometry) AS latitude, ST_X(geolocation::geometry) AS longitude FROM patients p "
        "JOIN visit_services v ON v.patient_id = p.id WHERE v.id = :id", id=visits[0],
    )  # fmt: skip
    on_phone(page)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": at.latitude + 0.009, "longitude": at.longitude})
    page.goto("/admin/assign/own/")
    # One that waits was touched elsewhere: where the phone is now is not told of it.
    earlier = (datetime.now(UTC) - timedelta(minutes=7)).isoformat()
    page.evaluate(f"localStorage.setItem('checks', JSON.stringify({{'in:{visits[1]}': '{earlier}'}}))")
    page.locator(".next").get_by_role("button", name="Check in").click()

    assert until(lambda: checked(company, visits[0]))
    asked = "SELECT metres FROM dashboard.check_moments WHERE visit_id = :id"
    assert 980 < company.scalar(asked, id=visits[0]) < 1010
    assert company.rows(asked, id=visits[1]) == [(None,)]


@in_looks()
def test_the_pages_are_clean_and_fit(
    page: Page, company: Company, visits: list[int], width: int, look: str, tmp_path: Any
) -> None:
    page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "caregiver", DEMO_PASSWORD)
    for path in ("/admin/", "/admin/assign/own/", "/admin/hours/", "/account/"):
        page.goto(path)
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
    page.context.clear_cookies()
    sign_in(page, "coordinator", DEMO_PASSWORD)
    for path in ("/admin/hours/", "/admin/assign/own/far"):
        page.goto(path)
        assert violations(page) == [], path
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
