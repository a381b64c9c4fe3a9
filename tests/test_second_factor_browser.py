"""The second factor in a real browser: set up with an app, asked for at the door and over the page, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browsing import violations
from conftest import PASSWORD
from playwright.sync_api import Page, expect
from second_factors import App, forget_codes
from sqlalchemy import Engine, text

pytestmark = pytest.mark.browser

NewPerson = Callable[..., tuple[int, str]]


def enter(page: Page, email: str, then: str = "/admin/") -> None:
    page.goto(f"/login?next={then}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def is_in(page: Page) -> None:
    page.wait_for_url(lambda url: "/login" not in url)


def set_up(page: Page) -> App:
    page.goto("/account/")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code of the key below")).to_be_visible()
    app = App(page.locator("code.secret").inner_text().replace(" ", ""), [])
    assert violations(page) == []
    page.get_by_label("Enter the six digits that it shows").fill(app.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    app.recovery = page.locator(".codes code").all_inner_texts()
    assert violations(page) == []
    return app


def test_a_factor_is_set_up_and_asked_for_and_a_recovery_code_stands_in(
    page: Page, new_person: NewPerson, owner_engine: Engine
) -> None:
    email = new_person("Nurse")[1]
    enter(page, email)
    is_in(page)
    app = set_up(page)
    forget_codes(owner_engine)
    for code in (app.code(), app.recovery[0]):
        page.context.clear_cookies()
        enter(page, email, "/account/")
        expect(page.get_by_role("textbox", name="Code")).to_be_focused()
        assert violations(page) == []

        page.keyboard.type(code)
        page.keyboard.press("Enter")

        is_in(page)
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()


def test_a_wrong_code_is_told_and_the_next_one_opens(page: Page, new_person: NewPerson, owner_engine: Engine) -> None:
    email = new_person("Nurse")[1]
    enter(page, email)
    is_in(page)
    app = set_up(page)
    forget_codes(owner_engine)
    page.context.clear_cookies()
    enter(page, email)

    page.get_by_role("textbox", name="Code").fill(app.wrong)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    page.keyboard.type(app.code())
    page.keyboard.press("Enter")

    is_in(page)


def test_what_was_typed_stays_while_code_and_password_are_asked_over_the_page(
    page: Page, new_person: NewPerson, owner_engine: Engine
) -> None:
    page.clock.install()
    email = new_person("Coordinator")[1]
    enter(page, email)
    is_in(page)
    app = set_up(page)
    forget_codes(owner_engine)
    page.goto("/admin/patients/new/")
    page.get_by_label("Full name").fill("Almaz Bekele")
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE dashboard.sessions SET last_used_at = last_used_at - interval '25 minutes'"))
    page.clock.fast_forward("25:00")
    dialog = page.get_by_role("alertdialog", name="Sign in to continue")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    code = dialog.get_by_label("Code of your authenticator app")
    expect(code).to_be_focused()
    expect(dialog.get_by_label("Password")).to_be_hidden()
    code.fill(app.wrong)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This code is not right")
    expect(code).to_be_focused()

    code.fill(app.code())
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Almaz Bekele")).to_be_visible()


def test_the_pages_of_accounts_are_accessible_and_fit_a_telephone(page: Page, new_person: NewPerson) -> None:
    staff_id, _ = new_person("Nurse", first_name="አልማዝ", last_name="O'Brien")
    enter(page, new_person("Admin")[1])
    is_in(page)
    page.set_viewport_size({"width": 375, "height": 700})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for url in ("/admin/accounts/", f"/admin/accounts/details/?id={staff_id}", "/account/"):
        page.goto(url)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"/admin/accounts/details/?id={staff_id}")
    page.get_by_role("button", name="Reset: new link").click()
    expect(page.get_by_label("Link", exact=True)).to_be_focused()
    assert violations(page) == []
