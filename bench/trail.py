"""What the trail costs: a save and a bulk change with and without it in turn, sealing and verifying many entries.

python -m bench.trail [entries to verify, default 1000000]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from bench.company import demo_company
from homecare.access.acting import Acting
from homecare.access.person import Person
from homecare.access.stored.grants import load
from homecare.actions import many, rows, transaction
from homecare.audit import seals
from homecare.covering import TRIGGERS
from homecare.models import Visit, business_models

SAVES, BULKS, PRODUCT_BULKS = 600, 25, 6
MANY = 10_000
Work = Callable[[Engine, int], float]


def without_trail() -> list[str]:
    return [f"DROP TRIGGER {name} ON {table}" for table in business_models() for name in TRIGGERS]


def bare_copy(owner_url: str, takes_away: Iterable[str]) -> str:
    """The name of a copy of the database beside it, after the statements that take away what is measured."""
    maintenance = create_engine(make_url(owner_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE bare TEMPLATE {make_url(owner_url).database}"))
    maintenance.dispose()
    owner = create_engine(make_url(owner_url).set(database="bare"))
    with owner.begin() as connection:
        for statement in takes_away:
            connection.execute(text(statement))
    owner.dispose()
    return "bare"


def fill(owner_url: str) -> None:
    """As many visits as a bulk change wants."""
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text(
            "INSERT INTO visit_services (patient_id, scheduled_at, visit_notes) "
            "SELECT 1 + n % 1000, '2024-01-01'::timestamp + make_interval(mins => n), repeat('Wound clean. ', 8) "
            f"FROM generate_series(1, {MANY}) n"
        ))  # fmt: skip
    owner.dispose()


def acting(engine: Engine) -> Acting:
    with Session(engine) as session:
        policy = load(session)
    return Acting.of(Person(1, 1, "Hana", "Bekele", "hana@homecare.example", "Admin", "Active", policy.version), policy)


def beside(name: str, on: Engine, off: Engine, rounds: int, work: Work) -> None:
    """The work on both in turn, so that both meet the same noise; the control is the bare one against itself."""
    times: dict[str, list[float]] = {"off": [], "on": [], "again": []}
    for number in range(rounds):
        times["off"].append(work(off, number))
        times["on"].append(work(on, number))
        times["again"].append(work(off, number + rounds))
    on_ms, first, again = (statistics.median(times[key]) * 1000 for key in ("on", "off", "again"))
    off_ms = statistics.median(times["off"] + times["again"]) * 1000
    print(
        f"{name:34} without {off_ms:8.2f} ms   with {on_ms:8.2f} ms   {on_ms / off_ms - 1:+6.1%}"
        f"   (control {again / first - 1:+5.1%})"
    )


def saving(by: Acting, ids: list[int]) -> Work:
    """An edit of one row as the product sends it; without a trail it does not say who it is either."""
    says = transaction.announce

    def save(engine: Engine, number: int) -> float:
        row_id = ids[(number * 7919) % len(ids)]
        with Session(engine) as session:
            version = session.scalar(text("SELECT xmin::text FROM visit_services WHERE id = :id"), {"id": row_id})
            session.rollback()
            bare = engine.url.database == "bare"
            transaction.announce = (lambda *_: None) if bare else says  # type: ignore[assignment]
            start = time.perf_counter()
            rows.update_row(
                session=session, model=Visit, row_id=row_id, values={"visit_notes": f"Seen {number} {bare}"},
                version=str(version), token=None, by=by,
            )  # fmt: skip
            took = time.perf_counter() - start
            transaction.announce = says  # type: ignore[assignment]
            return took

    return save


def bare_saving(ids: list[int]) -> Work:
    """Begin, one UPDATE by key, commit: nothing of the product around it."""

    def save(engine: Engine, number: int) -> float:
        with engine.connect() as connection:
            start = time.perf_counter()
            connection.execute(text("UPDATE visit_services SET visit_notes = :notes WHERE id = :id"),
                {"notes": f"Seen {number}", "id": ids[(number * 7919) % len(ids)]})  # fmt: skip
            connection.commit()
            return time.perf_counter() - start

    return save


def statement(engine: Engine, number: int) -> float:
    with engine.connect() as connection:
        start = time.perf_counter()
        changed = connection.execute(
            text("UPDATE visit_services SET visit_notes = 'Bulk ' || :n || id WHERE id <= :many"),
            {"n": str(number), "many": MANY},
        )
        connection.commit()
        took = time.perf_counter() - start
        assert changed.rowcount == MANY
        return took


def product_bulk(by: Acting, ids: list[int]) -> Work:
    """500 rows through the action of the list, row by row with its rules."""

    def change(engine: Engine, number: int) -> float:
        with Session(engine) as session:
            asked = text("SELECT id, xmin::text FROM visit_services WHERE id = ANY(:ids)")
            versions = {row.id: row.xmin for row in session.execute(asked, {"ids": ids[:500]})}
            session.rollback()
            start = time.perf_counter()
            values: Any = f"2026-01-{1 + number % 28:02} 08:00"
            many.update_rows(session=session, model=Visit, versions=versions, column="vitals_file", value=values, by=by)
            return time.perf_counter() - start

    return change


def verify(engine: Engine, entries: int) -> None:
    with engine.connect() as connection:
        have = connection.scalar(text("SELECT count(*) FROM dashboard.changes")) or 0
    for number in range(max(0, entries - have) // MANY + 1):
        statement(engine, number)
    with Session(engine) as session:
        session.execute(text("SET statement_timeout = 0"))
        sealed, start = 0, time.perf_counter()
        while batch := seals.seal_batch(session):
            sealed += batch
            session.commit()
        print(f"{'sealing':34} {sealed:,} entries in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        found = [*seals.broken_seals(session), *seals.verify(session)]
        print(f"{'audit verify':34} {sealed:,} entries in {time.perf_counter() - start:.1f} s, {len(found)} faults")


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with demo_company() as config:
        fill(config.owner_url)
        bare_url = make_url(config.database_url).set(database=bare_copy(config.owner_url, without_trail()))
        on, off = create_engine(config.database_url), create_engine(bare_url)
        by = acting(on)
        with on.connect() as connection:
            ids = list(connection.scalars(text("SELECT id FROM visit_services ORDER BY id")))
        beside("UPDATE by key, begin to commit", on, off, SAVES, bare_saving(ids))
        beside("one save of the product", on, off, SAVES, saving(by, ids))
        beside(f"UPDATE of {MANY:,} rows", on, off, BULKS, statement)
        beside("bulk of the product, 500 rows", on, off, PRODUCT_BULKS, product_bulk(by, ids))
        verify(on, entries)
        on.dispose()
        off.dispose()


if __name__ == "__main__":
    main()
