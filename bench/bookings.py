"""Twenty who book one hour at once, a hundred times: exactly one row each time. `python -m bench.bookings [rounds]`."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask, g
from sqlalchemy import create_engine, text

from bench.company import demo_company
from homecare import clock, create_app
from homecare.actions.assigning.booking import ConflictsError, NewVisit, create_visits
from homecare.config import Config
from homecare.db import db
from homecare.tables.table import coded_tables
from homecare.work.workers_door import opened

AT_ONCE, ROUNDS = 20, 100
HOUR = clock.day_start(clock.today() + timedelta(days=300)) + timedelta(hours=9)


def book(app: Flask, config: Config, planner: int, carer: int, patient: int, ready: threading.Barrier) -> str:
    ready.wait()
    with (
        app.test_request_context("/admin/"),
        opened(db.engine, config, because="a benchmark", payload={}, staff_id=planner) as work,
    ):
        g.shown_tables = coded_tables()
        made = NewVisit(patient, carer, HOUR)
        try:
            create_visits(session=work.session, by=work.by, visits=[made], answered=(), label="Benchmark")
        except ConflictsError:
            return "refused"
    return "booked"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with demo_company() as config:
        app, owner = create_app(config), create_engine(config.owner_url or "")
        with owner.connect() as connection:
            planner = connection.scalar(text("SELECT id FROM staff WHERE email = 'coordinator@homecare.example'"))
            carer = connection.scalar(text("SELECT min(id) FROM staff WHERE role = 'Nurse' AND status = 'Active'"))
        took = []
        for number in range(rounds):
            ready, start = threading.Barrier(AT_ONCE), time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                tasks = [pool.submit(book, app, config, planner, carer, 1 + n % 5, ready) for n in range(AT_ONCE)]
                answers = [task.result() for task in tasks]
            took.append(time.perf_counter() - start)
            with owner.begin() as connection:
                rows = connection.execute(text("DELETE FROM visit_services WHERE scheduled_at = :at"), {"at": HOUR})
            if rows.rowcount != 1 or answers.count("booked") != 1:
                sys.exit(f"Round {number + 1}: {rows.rowcount} rows, {answers.count('booked')} booked.")
        owner.dispose()
        print(f"{rounds} rounds of {AT_ONCE}: one row each; a round took {max(took):.2f} s at most.")


if __name__ == "__main__":
    main()
