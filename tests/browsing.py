"""Real Chromium, which fails a test for what a person would not see: script errors, policy reports, foreign hosts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
REPORT_POLICY = """addEventListener("securitypolicyviolation", event =>
    console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI} (${event.sourceFile})`))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, base_url: str) -> Iterator[Page]:
    """A fresh page without cookies; what went wrong in it is raised at the end as one AssertionError."""
    problems: list[str] = []
    host = urlsplit(base_url).netloc

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != host:
            problems.append(f"request to another host: {request.url}")

    with browser.new_context(base_url=base_url, locale="en-GB", timezone_id="Africa/Addis_Ababa") as context:
        context.add_init_script(REPORT_POLICY)
        context.on("console", note_console)
        context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
        context.on("request", note_request)
        yield context.new_page()
    assert problems == []
