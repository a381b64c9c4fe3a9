"""Files and days in a real browser: chosen, refused, kept through an error, previewed; typed in either calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from boxes import iphone_photograph
from conftest import PASSWORD
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from uploading import edit, new_item, photo, picture

pytestmark = pytest.mark.browser


@pytest.fixture
def item(owner_engine: Engine) -> int:
    return new_item(owner_engine)


@pytest.fixture
def form(page: Page, new_person: Callable[..., tuple[int, str]], item: int) -> Page:
    """The form of an inventory item, opened by who keeps the stock."""
    _, email = new_person("Inventory")
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(edit("inventory_items", item))
    return page


def chosen(name: str, kind: str, content: bytes) -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_picture_is_shown_when_chosen_and_after_it_is_saved(form: Page, item: int) -> None:
    form.locator("#photo").set_input_files(chosen("chair.jpg", "image/jpeg", picture()))
    expect(form.locator(".file-chosen")).to_be_visible()
    save(form)
    form.wait_for_url(re.compile("details"))

    form.goto(f"/admin/inventory_items/details/?id={item}")
    preview = form.locator(".file-preview img")
    expect(preview).to_be_visible()
    preview.scroll_into_view_if_needed()
    form.wait_for_function("document.querySelector('.file-preview img').naturalWidth === 64")
    with form.expect_download() as download:
        form.get_by_role("link", name="chair.jpg").first.click()
    assert download.value.suggested_filename == "chair.jpg"


def test_a_file_survives_a_form_that_is_refused(form: Page, item: int, owner_engine: Engine) -> None:
    form.locator("#photo").set_input_files(chosen("chair.jpg", "image/jpeg", picture()))
    form.locator("#name").fill("")
    save(form)
    expect(form.locator(".file-now")).to_contain_text("chair.jpg")
    form.locator("#name").fill("Wheelchair")
    save(form)

    form.wait_for_url(re.compile("details"))
    assert photo(owner_engine, item) is not None


A_PICTURE = "Choose a picture (JPEG, PNG, HEIC, WebP or GIF)."
WRONG = [
    ("film.mp4", "video/mp4", b"film", f"is sound or video, which cannot be stored here. {A_PICTURE}"),
    ("letter.docx", "", b"PK", f"cannot be stored here. {A_PICTURE}"),
    ("letter.pdf", "application/pdf", b"%PDF", f"cannot be stored here. {A_PICTURE}"),
    ("scan.tiff", "image/tiff", b"II*", "is a TIFF picture, which cannot be stored here. Save the picture as JPEG"),
    ("logo.svg", "image/svg+xml", b"<svg>", "is a SVG picture, which cannot be stored here. Save the picture as JPEG"),
    ("large.jpg", "image/jpeg", bytes(11_000_000), "has 11.0 MB; a file may have 10 MB."),
    ("empty.jpg", "image/jpeg", b"", "is empty."),
]


@pytest.mark.parametrize(("name", "kind", "content", "sentence"), WRONG)
def test_a_file_that_will_not_do_is_refused_before_it_is_sent(
    form: Page, name: str, kind: str, content: bytes, sentence: str
) -> None:
    form.locator("#photo").set_input_files(chosen(name, kind, content))

    expect(form.locator("#photo-upload-error")).to_contain_text(f"{name} {sentence}")
    assert form.locator("#photo").evaluate("input => input.files.length") == 0


def test_a_phone_opens_its_camera_and_keeps_the_choice_of_files(form: Page) -> None:
    form.context.new_cdp_session(form).send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    form.reload()

    with form.expect_file_chooser() as camera:
        form.get_by_role("button", name="Take a picture").click()
    camera.value.set_files(chosen("IMG_1.HEIC", "image/heic", iphone_photograph()))

    expect(form.locator("#photo-upload-error")).to_be_hidden()
    expect(form.locator(".file-chosen")).to_be_hidden()
    expect(form.locator("#photo")).to_have_attribute("accept", re.compile("^image/jpeg,.*image/heic,.*[.]heif"))
    expect(form.locator("#photo[capture]")).to_have_count(0)


def test_how_much_is_being_sent_is_said(form: Page) -> None:
    form.locator("#row-form").evaluate("form => form.addEventListener('submit', event => event.preventDefault())")
    form.locator("#photo").set_input_files(chosen("chair.jpg", "image/jpeg", picture() + bytes(2_000_000)))

    save(form)

    expect(form.locator("#form-note")).to_have_text("Sending 2.0 MB…")


def test_a_day_is_told_in_both_calendars_while_it_is_typed(form: Page) -> None:
    form.locator("#expiry_date").fill("2026-03-09")

    expect(form.locator(".both-calendars")).to_have_text("Mon 9 Mar 2026 · 30 Yekatit 2018 EC")


@pytest.mark.parametrize("typed", ["30 Yekatit 2018", "30/6/2018", "2018-06-30 EC", "30 የካቲት 2018"])
def test_an_ethiopian_day_fills_the_native_input(form: Page, typed: str) -> None:
    form.get_by_text("Ethiopian date").click()
    form.get_by_label("Expiry date, Ethiopian date").fill(typed)

    expect(form.locator("#expiry_date")).to_have_value("2026-03-09")
    expect(form.locator(".both-calendars")).to_have_text("Mon 9 Mar 2026 · 30 Yekatit 2018 EC")


def test_a_day_the_calendar_does_not_have_is_said_in_words(form: Page) -> None:
    form.get_by_text("Ethiopian date").click()
    typed = form.get_by_label("Expiry date, Ethiopian date")
    typed.fill("6 Pagume 2018")
    typed.press("Enter")

    expect(form.locator("#expiry_date-ethiopian-error")).to_have_text("Pagume 2018 EC has 5 days; there is no day 6.")
    expect(form).to_have_url(re.compile("edit"))
