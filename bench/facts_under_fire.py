"""Facts stay right while everybody writes and the worker is killed: `python -m bench.facts_under_fire [seconds]`.

Eight connections change the rows that facts are worked out from, by SQL, in bulk and by saves of the page, for a minute
unless said otherwise; a worker is killed twice meanwhile. A minute later at the latest `facts check` must find nothing.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from bench.__main__ import signed_in
from bench.company import demo_company
from homecare import create_app
from homecare.config import ROOT, Config

SECONDS, RIGHT_AFTER_S, KILLS = 60, 60, 2
FLASK = (sys.executable, "-m", "flask", "--app", "app")
# `:n` chooses a few of the rows.
BY_SQL = (
    "UPDATE visit_services SET status = (ARRAY['Completed', 'Missed'])[1 + :n % 2] WHERE id % 25 = :n / 2",
    "UPDATE visit_services SET check_out_time = check_out_time + interval '9 days' WHERE id % 50 = :n",
    "UPDATE invoices SET amount = amount + 1 WHERE id % 50 = :n",
    "UPDATE invoices SET status = CASE status WHEN 'Paid' THEN 'Refunded' ELSE 'Paid' END WHERE id % 50 = :n",
    "UPDATE patients SET geolocation = ST_Project(geolocation, 900, radians(:n * 7)) WHERE id % 50 = :n",
    "UPDATE patients SET initial_campaign_id = NULL WHERE id % 50 = :n",
    "UPDATE landing_pages SET campaign_id = (SELECT min(id) + :n % 3 FROM marketing_campaigns) WHERE id % 5 = :n % 5",
    "UPDATE marketing_leads SET created_at = created_at - interval '1 day' WHERE id % 50 = :n",
    "UPDATE marketing_leads SET landing_page_id = (SELECT max(id) FROM landing_pages) WHERE id % 50 = :n",
    "INSERT INTO marketing_leads (full_name, status, created_at) VALUES ('Number ' || :n, 'Qualified', now())",
    "DELETE FROM marketing_leads l WHERE id % 50 = :n AND full_name LIKE 'Number %'",
)
BY_PAGE = (
    ("marketing_leads", "status", ("Contacted", "Qualified", "Lost")),
    ("patients", "acquisition_channel", ("Organic", "Referral")),
    ("landing_pages", "campaign_id", ("1", "2", "3")),
)
IN_BULK = (
    ("marketing_leads", "status", ("Contacted", "Unqualified")),
    ("invoices", "status", ("Cancelled", "Pending")),
)
Change = Callable[[random.Random], str]


def by_sql(engine: Engine) -> Change:
    def change(dice: random.Random) -> str:
        try:
            with engine.begin() as connection:
                connection.execute(text(dice.choice(BY_SQL)), {"n": dice.randrange(50)})
                if dice.random() < 0.2:
                    connection.rollback()
                    return "taken back by SQL"
        # Chosen to give way to another writer.
        except OperationalError:
            return "gave way by SQL"
        return "written by SQL"

    return change


def shown(client: FlaskClient, table: str) -> tuple[str, list[tuple[str, str]]]:
    """The token of a list, and the numbers and versions of its rows."""
    page = client.get(f"/admin/{table}/").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*?value="([^"]+)"', page)
    assert token is not None, page[:200]
    return token[1], re.findall(r'<tr[^>]*data-id="(\d+)"[^>]*data-version="(\d+)"', page)


def by_page(client: FlaskClient) -> Change:
    def change(dice: random.Random) -> str:
        table, column, values = dice.choice(BY_PAGE)
        token, rows = shown(client, table)
        row_id, version = dice.choice(rows)
        sent = {"csrf_token": token, "id": row_id, "version": version, "field": column, "value": dice.choice(values)}
        return f"{client.post(f'/admin/{table}/ajax/update/', data=sent).status_code} in place"

    return change


def in_bulk(client: FlaskClient) -> Change:
    def change(dice: random.Random) -> str:
        table, column, values = dice.choice(IN_BULK)
        token, rows = shown(client, table)
        sent = {
            "csrf_token": token, "action": "set", "confirmed": "1", "field": column, "value": dice.choice(values),
            "rowid": [row_id for row_id, _ in rows], "versions": ",".join(map(":".join, rows)),
        }  # fmt: skip
        return f"{client.post(f'/admin/{table}/action/', data=sent).status_code} in bulk"

    return change


@contextmanager
def under_fire(app: Flask, engine: Engine) -> Iterator[Counter[str]]:
    """Eight writers, each with a connection, until it is left; what came of their changes."""
    changes = [by_sql(engine) for _ in range(4)]
    changes += [by_page(signed_in(app)) for _ in range(2)] + [in_bulk(signed_in(app)) for _ in range(2)]
    told, is_over = Counter[str](), threading.Event()

    def write(seed: int, change: Change) -> None:
        dice = random.Random(seed)
        while not is_over.is_set():
            told[change(dice)] += 1
            time.sleep(dice.random() / 5)

    with ThreadPoolExecutor(len(changes)) as pool:
        writers = [pool.submit(write, *one) for one in enumerate(changes)]
        try:
            yield told
        finally:
            is_over.set()
        for writer in writers:
            writer.result()


def environment(config: Config) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": config.database_url,
        "SECRET_KEY": config.secret_key,
        "ENCRYPTION_KEYS": config.encryption_keys[0],
    }


def worker(config: Config) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*FLASK, "work"], cwd=ROOT, env=environment(config))


def checked(config: Config) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FLASK, "facts", "check"], cwd=ROOT, env=environment(config), capture_output=True, text=True, check=False
    )


def waiting(engine: Engine) -> int:
    """How many keys are in the queues."""
    both = text("SELECT (SELECT count(*) FROM dashboard.dirty_places) + (SELECT count(*) FROM dashboard.dirty_leads)")
    with engine.connect() as connection:
        return int(connection.scalar(both) or 0)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with demo_company() as config:
        engine, running = create_engine(config.owner_url), worker(config)
        try:
            with under_fire(create_app(config), engine) as told:
                for _ in range(KILLS):
                    time.sleep(seconds / (KILLS + 1))
                    running.kill()
                    running.wait()
                    running = worker(config)
                time.sleep(seconds / (KILLS + 1))
            start = time.monotonic()
            while (left := waiting(engine)) and time.monotonic() - start < RIGHT_AFTER_S:
                time.sleep(0.2)
            took, found = time.monotonic() - start, checked(config)
        finally:
            running.kill()
            running.wait()
            engine.dispose()
    print(", ".join(f"{number} {what}" for what, number in sorted(told.items())))
    print(f"After {took:.1f} s {left} keys wait. {found.stdout}{found.stderr}".strip())
    sys.exit(found.returncode or bool(left))


if __name__ == "__main__":
    main()
