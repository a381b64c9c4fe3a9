"""Server time of the funnel's figures, page and lists, and of working out all facts: `python -m bench.funnel [again]`.

On rows of `bench load` where PRIVATE_DATABASE or DATABASE_URL names them; else on the demo company. With `again` the
facts stay as they are.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from bench.__main__ import signed_in
from bench.company import company
from bench.taken import asking, taken
from homecare import clock, create_app
from homecare.actions.transaction import transaction
from homecare.config import Config
from homecare.queries.funnel import cohorts, question, spending, times_taken
from homecare.records.funnel.stages import BREAKDOWNS, STAGES
from homecare.work.facts.draining import drain, rebuild
from homecare.work.facts.fact_kinds import FACTS
from homecare.work.workers_door import opened

ROUNDS = 6
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


def apart(engine: Engine, owner: Engine) -> None:
    """Times to convert, cohorts and the trend, each by itself."""
    with Session(engine) as session:
        for name, first, last in periods():
            for window in ("90", "none"):
                one = question.parse({"from": str(first), "to": str(last), "window": window})
                spent = spending.spent(session)
                leads = cohorts.by_month(session, one, spent)
                kinds: dict[str, Callable[[], object]] = {
                    "times": partial(times_taken.times, session, one),
                    "cohorts": partial(cohorts.cohorts, session, one, len(STAGES), leads),
                    "trend": partial(cohorts.by_month, session, one, spent),
                }
                for kind, work in kinds.items():
                    taken(owner, [work] * ROUNDS).told(f"{kind}, {name}, {window}", 300)


def figures(client: FlaskClient, owner: Engine) -> None:
    """The slowest breakdown of each period and window."""
    for (name, first, last), window in itertools.product(periods(), ("30", "90", "none")):
        words = {"from": first, "to": last, "window": window}
        found = {
            (by, touch): taken(owner, [asking(client, DATA, by=by, attribution=touch, **words)] * ROUNDS)
            for by, touch in itertools.product(BREAKDOWNS, ("first", "last"))
        }
        slowest = max(found, key=lambda asked: found[asked].median)
        limit_ms = 150 if name == "a year" else 300
        found[slowest].told(f"data.json, {name}, {window}, slowest by {', '.join(slowest)}", limit_ms)


def main() -> None:
    with company() as config:
        if "again" not in sys.argv:
            worked_out(config)
        client = signed_in(create_app(config), "admin")
        engine, owner = create_engine(config.database_url), create_engine(config.owner_url)
        figures(client, owner)
        apart(engine, owner)
        for name, first, last in periods():
            page = asking(client, PAGE, **{"from": first, "to": last})
            taken(owner, [page] * ROUNDS).told(f"page, {name}", 1000)
        for name, first, last in periods():
            words = {"stage": "Paid", "window": "90", "campaign": "7", "from": first, "to": last}
            leads = asking(client, "/admin/marketing_leads/", **words)
            taken(owner, [leads] * ROUNDS).told(f"list of leads, {name}", 50)
        taken(owner, [asking(client, "/admin/funnel/quality/")] * ROUNDS).told("data quality", 1000)
        taken(owner, [asking(client, "/admin/funnel/campaign/", id=7)] * ROUNDS).told("one campaign", 300)
        engine.dispose()
        owner.dispose()


if __name__ == "__main__":
    main()
