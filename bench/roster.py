"""A day of the roster of many staff and visits: `python -m bench.roster [staff] [visits]`, 60 and 400 unless said.

Measured are the statements and the server's time of the day's data and of suggestions, and in a browser the first
bars, frames a second while scrolling, a drag's move, and the compressed size of the page's own scripts and sheet.
"""

from __future__ import annotations

import gzip
import logging
import re
import statistics
import sys
import threading
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.serving import make_server

from bench.__main__ import signed_in
from bench.company import PASSWORD, company
from bench.taken import asking, taken
from homecare import create_app
from homecare.config import Config

STATIC = Path(__file__).resolve().parent.parent / "homecare" / "static"
PAGE, PARTS, SHEET = "js/pages/assign.js", "js/parts/roster-*.js", "css/pages/assign.css"
AT_ONCE = re.compile(r'^import .* from "([./\w-]*/roster-[\w-]+\.js)"', re.M)
AHEAD = 6
DAY = f"((timezone('utc', now()) + interval '3 hours')::date + {AHEAD})"
ROUNDS = 15
# In ms, of 60 staff; three times that of 2,000 beside a million patients.
DAY_MS, BEST_MS = 150, 100
FILL = f"""
    DELETE FROM visit_services WHERE scheduled_at >= {DAY} - interval '3 hours'
        AND scheduled_at < {DAY} + interval '21 hours';
    UPDATE staff SET status = 'Inactive' WHERE role IN ('Caregiver', 'Nurse', 'Doctor')
        AND id NOT IN (SELECT staff_id FROM dashboard.accounts);
    INSERT INTO staff (first_name, last_name, email, role)
        SELECT 'Nurse', 'Number ' || n, 'bench' || n || '@roster.example', 'Nurse' FROM generate_series(1, :staff) AS n;
    INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status)
        SELECT p.id, CASE WHEN n % 20 > 0 THEN s.id END,
            {DAY} + interval '4 hours' + (n / :staff) * interval '75 minutes', 'Scheduled'
        FROM generate_series(1, :visits) AS n
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS at FROM staff WHERE email LIKE 'bench%') s
            ON s.at = n % :staff + 1
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS at, count(*) OVER () AS many FROM patients LIMIT 500) p
            ON p.at = n % 500 + 1;
    ANALYZE visit_services
"""
WAITING = """SELECT id FROM visit_services WHERE staff_id IS NULL AND status = 'Scheduled'
    AND (scheduled_at + interval '3 hours')::date = CAST(:day AS date) AND scheduled_at > timezone('utc', now())
    ORDER BY id LIMIT 15"""
FRAMES = """async () => {
    const scroll = document.querySelector("#roster");
    const start = performance.now();
    let frames = 0;
    while (performance.now() - start < 2000) {
        await new Promise(requestAnimationFrame);
        frames += 1;
        scroll.scrollTop = (frames * 14) % Math.max(1, scroll.scrollHeight - scroll.clientHeight);
    }
    return frames / ((performance.now() - start) / 1000);
}"""
# From the pointer's event to the end of the frame that shows its move.
MOVE = """() => {
    window.moved = [];
    addEventListener("pointermove", () => {
        const at = performance.now();
        requestAnimationFrame(() => window.moved.push(performance.now() - at));
    });
}"""


def fill(config: Config, staff: int, visits: int) -> str:
    engine = create_engine(config.owner_url)
    with engine.begin() as owner:
        for statement in FILL.split(";"):
            owner.execute(text(statement), {"staff": staff, "visits": visits})
        day = str(owner.scalar(text(f"SELECT to_char({DAY}, 'YYYY-MM-DD')")))
    engine.dispose()
    return day


def counted(client: FlaskClient, url: str) -> tuple[int, float]:
    """The statements of one request and the KiB of its answer."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(str(told[2]))

    event.listen(Engine, "before_cursor_execute", note)
    answer = client.get(url)
    event.remove(Engine, "before_cursor_execute", note)
    return len(sent), len(answer.data) / 1024


def server(app: Flask, owner: Engine, day: str) -> None:
    client = signed_in(app, "coordinator")
    for path in ("data.json", "refresh.json", ""):
        url = f"/admin/assign/{path}?day={day}"
        client.get(url)
        number, kib = counted(client, url)
        found = taken(owner, [asking(client, url)] * ROUNDS)
        found.told(f"{path or 'page'}, {number} statements, {kib:.0f} KiB", DAY_MS)
    with owner.connect() as connection:
        visits = connection.scalars(text(WAITING), {"day": day}).all()
    urls = [f"/admin/assign/suggestions.json?visit={row_id}" for row_id in visits]
    taken(owner, [asking(client, url) for url in urls * 3]).told(f"suggestions of {len(urls)} visits", BEST_MS)


def browser(page: Page, base: str, day: str) -> None:
    page.goto(f"{base}/login")
    page.get_by_label("E-mail").fill("coordinator@homecare.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    bars = []
    for _ in range(5):
        page.goto(f"{base}/admin/assign/?day={day}")
        bars.append(
            page.evaluate(
                "performance.getEntriesByName('roster-drawn')[0].startTime"
                " - performance.getEntriesByType('navigation')[0].responseEnd"
            )
        )
    print(f"bars drawn     median {statistics.median(bars):6.1f} ms after the page came", flush=True)
    print(f"scrolling      {page.evaluate(FRAMES):.0f} frames a second", flush=True)
    page.goto(f"{base}/admin/assign/?day={day}")
    card = page.locator(".strip .bar").first.bounding_box()
    assert card is not None
    page.mouse.move(card["x"] + 20, card["y"] + 10)
    page.mouse.down()
    page.mouse.move(card["x"] + 30, card["y"] + 60, steps=3)
    page.evaluate(MOVE)
    for step in range(14):
        page.mouse.move(card["x"] + 60 + 20 * step, card["y"] + 150 + 12 * step)
        page.evaluate("new Promise(requestAnimationFrame)")
    times = page.evaluate("window.moved")
    page.keyboard.press("Escape")
    page.mouse.up()
    print(f"drag           median {statistics.median(times):6.1f} ms, most {max(times):.1f} ms", flush=True)


def size() -> None:
    """What the page loads before it draws, and with what comes with the first hand on the board."""
    at_once = [STATIC / PAGE]
    for path in at_once:
        at_once += {(path.parent / part).resolve() for part in AT_ONCE.findall(path.read_text())} - {*at_once}
    later = {*STATIC.glob(PARTS)} - {*at_once}
    before, after = (
        sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in files) / 1024
        for files in ([*at_once, STATIC / SHEET], later)
    )
    print(f"own files      {before:.1f} KiB compressed at once, limit 25; {after:.1f} KiB later")


def main() -> None:
    staff, visits = (int(word) for word in (*sys.argv[1:], *("60", "400")[len(sys.argv) - 1 :]))
    size()
    with company() as config:
        day = fill(config, staff, visits)
        app = create_app(config)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        print(f"{staff} staff, {visits} visits on {day}", flush=True)
        owner = create_engine(config.owner_url)
        server(app, owner, day)
        owner.dispose()
        made = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=made.serve_forever).start()
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            browser(
                opened.new_page(viewport={"width": 1366, "height": 768}), f"http://127.0.0.1:{made.server_port}", day
            )
            opened.close()
        made.shutdown()


if __name__ == "__main__":
    main()
