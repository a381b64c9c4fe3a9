"""Server time of the funnel's figures, page and lists, and of working out all facts: `python -m bench.funnel`.

On rows of `bench load` where PRIVATE_DATABASE or DATABASE_URL names them; else on the demo company.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from bench.__main__ import signed_in
from bench.company import company
from homecare import clock, create_app
from homecare.actions.transaction import transaction
from homecare.config import Config
from homecare.records.funnel.stages import BREAKDOWNS
from homecare.work.facts.draining import drain, rebuild
from homecare.work.facts.fact_kinds import FACTS
from homecare.work.workers_door import opened

ROUNDS = 5
DATA, PAGE = "/admin/funnel/data.json", "/admin/funnel/"
CHANGED = 100_000


def worked_out(config: Config) -> None:
    """All facts, and then those that a bulk change touches."""
    engine = create_engine(config.database_url)
    start = time.perf_counter()
    with Session(engine) as session, transaction(session, by=None):
        rebuild(session, FACTS["leads"])
    print(f"all facts and cells worked out in {time.perf_counter() - start:.1f} s", flush=True)
    owner = create_engine(config.owner_url)
    with owner.begin() as connection:
        connection.execute(text("ANALYZE dashboard.lead_facts, dashboard.lead_cells"))
        changed = f"WITH chosen AS (SELECT id FROM visit_services ORDER BY id LIMIT {CHANGED}) " + (
            "UPDATE visit_services v SET scheduled_at = scheduled_at + interval '1 minute' FROM chosen "
            "WHERE chosen.id = v.id"
        )
        print(f"{connection.execute(text(changed)).rowcount:,} visits changed", flush=True)
    start = time.perf_counter()
    with opened(engine, config, because="it is measured", payload={}) as work:
        drain(work, FACTS["leads"])
    print(f"and right again after {time.perf_counter() - start:.1f} s", flush=True)
    with create_engine(config.owner_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE dashboard.lead_facts, dashboard.lead_cells"))
    owner.dispose()
    engine.dispose()


def periods() -> Iterator[tuple[str, date, date]]:
    today = clock.today()
    year = today - timedelta(days=364)
    yield "180 days", today - timedelta(days=179), today
    yield "a year", year, today
    yield "three years", today - timedelta(days=1095), today
    yield "no whole month", today - timedelta(days=140), today - timedelta(days=85)
    yield "a day", today - timedelta(days=200), today - timedelta(days=200)


def asked(client: FlaskClient, url: str, **words: Any) -> tuple[float, float]:
    """The first answer and the median of the others, in ms."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        answer = client.get(url, query_string=words)
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.text
    return times[0], statistics.median(times[1:])


def told(what: str, found: tuple[float, float], limit_ms: int) -> None:
    print(f"{what:58} first {found[0]:7.1f} ms   median {found[1]:7.1f} ms   limit {limit_ms} ms", flush=True)


def main() -> None:
    with company() as config:
        worked_out(config)
        client = signed_in(create_app(config), "admin")
        for (name, first, last), window in itertools.product(periods(), ("30", "90", "none")):
            words = {"from": first, "to": last, "window": window}
            found = {by: asked(client, DATA, by=by, attribution="last", **words) for by in BREAKDOWNS}
            slowest = max(found, key=lambda by: found[by][1])
            told(f"data.json, {name}, {window}, slowest by {slowest}", found[slowest], 300)
        for name, first, last in periods():
            told(f"page, {name}", asked(client, PAGE, **{"from": first, "to": last}), 1000)
        for name, first, last in periods():
            words = {"stage": "Paid", "window": "90", "campaign": "7", "from": first, "to": last}
            told(f"list of leads, {name}", asked(client, "/admin/marketing_leads/", **words), 50)
        told("data quality", asked(client, "/admin/funnel/quality/"), 1000)
        told("one campaign", asked(client, "/admin/funnel/campaign/", id=7), 300)


if __name__ == "__main__":
    main()
