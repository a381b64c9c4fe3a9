"""Real Chromium, which fails a test for what a person would not see: script errors, policy reports, foreign hosts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from forms import form_with
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Chromium notes every answer of 400 and above; a form that comes back with its errors is as it should be.
REFUSED_FORM = re.compile(r"Failed to load resource: the server responded with a status of (409|422)\b")
REPORT_POLICY = """addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI} (${event.sourceFile})`))"""


# Machines are slow at times, and how long something takes is not what these tests are about.
expect.set_options(timeout=20_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, base_url: str, **device: Any) -> Iterator[Page]:
    """A fresh page without cookies; what went wrong in it is raised at the end as one AssertionError."""
    problems: list[str] = []
    host = urlsplit(base_url).netloc

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED_FORM.match(message.text):
            problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != host:
            problems.append(f"request to another host: {request.url}")

    place = {"locale": "en-GB", "timezone_id": "Africa/Addis_Ababa"}
    with browser.new_context(base_url=base_url, **place, **device) as context:
        context.add_init_script(REPORT_POLICY)
        context.on("console", note_console)
        context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
        context.on("request", note_request)
        yield context.new_page()
    assert problems == []


def sign_in(page: Page, role: str, password: str) -> Page:
    """As the demo company's person of that role, through the real door."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(f"{role}@homecare.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    return page


def let_in(page: Page, role: str, password: str) -> Page:
    """Through the same door by its two requests alone: for tests that begin elsewhere. The page is blank as yet."""
    form = form_with(page.request.get("/login").text(), "csrf_token")
    answer = page.request.post(
        "/login", form=form | {"email": f"{role}@homecare.example", "password": password}, max_redirects=0
    )
    assert answer.status == 302
    return page


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands. The program is evaluated, because no policy lets it be a tag."""
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
