"""The map's page, opened cold in a browser that draws in software: `python -m bench.map_page [width] [height]`.

Measured are the time until the map is drawn and at rest, and the compressed bytes of the files it takes beyond what the
home page loaded; the page itself is compressed by a proxy, if at all. The limits are those of the demo company.
"""

from __future__ import annotations

import logging
import statistics
import sys
import threading
import time

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from bench.company import PASSWORD, company
from homecare import create_app
from homecare.work.jobs import JOBS
from homecare.work.loop import Loop

ROUNDS = 5
LIMIT_S, LIMIT_KIB = 2.5, 480
WAIT_S = 120
IDLE = "performance.getEntriesByName('map-idle')[0]?.startTime"
# A worker's script is no request of the page, and its size stands among its resources alone.
WORKERS = """performance.getEntriesByType('resource').filter(one => one.name.includes('-worker'))
    .map(one => [one.name, one.encodedBodySize])"""
VIEWS = {
    "city": "/admin/map/",
    "points": "/admin/map/?colour=last_status&at=9.01,38.76,13",
    "a day": "/admin/map/?layer=day",
}


def opened(browser: Browser, base: str, width: int, height: int) -> Page:
    """A signed-in page with an empty cache."""
    page = browser.new_context(base_url=base, viewport={"width": width, "height": height}).new_page()
    page.goto("/login")
    page.get_by_label("E-mail").fill("manager@homecare.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    page.wait_for_load_state("networkidle")
    return page


def drawn(page: Page, url: str) -> tuple[float, dict[str, int]]:
    """Seconds until the first rest, and the compressed bytes by address that were asked for after the home page."""
    sizes: dict[str, int] = {}
    page.context.on("requestfinished", lambda asked: sizes.update({asked.url: asked.sizes()["responseBodySize"]}))
    page.goto(url)
    end = time.monotonic() + WAIT_S
    while (at := page.evaluate(IDLE)) is None:
        assert time.monotonic() < end, f"{url} was not drawn in {WAIT_S} s"
        time.sleep(0.02)
    sizes |= dict(page.evaluate(WORKERS))
    del sizes[page.url]
    return at / 1000, sizes


def measured(browser: Browser, base: str, width: int, height: int) -> None:
    for name, url in VIEWS.items():
        times, sizes = [], {}
        for _ in range(ROUNDS):
            page = opened(browser, base, width, height)
            seconds, sizes = drawn(page, url)
            times.append(seconds)
            page.context.close()
        kib = sum(sizes.values()) / 1024
        first = f"first idle median {statistics.median(times):.2f} s, most {max(times):.2f} s (limit {LIMIT_S})"
        print(f"{name:8} {first}  {kib:.0f} KiB in {len(sizes)} files (limit {LIMIT_KIB})", flush=True)


def main() -> None:
    width, height = (int(word) for word in (*sys.argv[1:], *("1366", "768")[len(sys.argv) - 1 :]))
    with company() as config:
        loop = Loop(config, {"places": JOBS["places"]})
        loop.run_due()
        loop.close()
        app = create_app(config)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        made = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=made.serve_forever).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            measured(browser, f"http://127.0.0.1:{made.server_port}", width, height)
            browser.close()
        made.shutdown()


if __name__ == "__main__":
    main()
