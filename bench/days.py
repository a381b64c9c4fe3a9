"""Random days held against plain SQL: `python -m bench.days [days, default 200]`. Exit code 1 on any difference.

Each day, of its own seed, has visits, shifts, absences, wishes, plans and contracts. Compared are the parts of the
suggestions' scores for several of its visits, and what the pages say of it: unassigned, late, missed, stuck, each
person's booked minutes, each visit's time, and every figure of the month's hours. The references compute in SQL alone.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, insert, text

from bench import day_reference
from bench.__main__ import signed_in
from bench.company import PASSWORD, own_company
from bench.score_reference import random_day, reference
from homecare import create_app
from homecare.config import Config
from homecare.db import db
from homecare.login import passwords
from homecare.models import Account, Staff
from homecare.queries.assigned.suggestions import of_visit, suggestions
from homecare.queries.booked.checks import CHECKS
from homecare.tables.table import coded_tables
from homecare.work.workers_door import opened

DAYS, ASKED_A_DAY, EVERYBODY = 200, 4, 1000
ROLES = ("Doctor", "Nurse", "Nurse", "Nurse", "Caregiver", "Caregiver", "Nurse", "Caregiver", "Doctor", "Nurse")
NEAR = 1e-6
# Of the hours: the label of a column, the figure's name, and how far rounding may put the shown hours off.
TIMED = (("Planned", "planned", 0.006), ("Worked", "worked", 0.006), ("Travel, estimated", "travel", 0.025))
COUNTED = (("Not checked out", "open"), ("Over-long", "over_long"), ("Not invoiced", "to_invoice"))
EMPTIED = (
    "visit_services", "caregiver_assignments", "dashboard.visit_plans", "dashboard.absences",
    "dashboard.patient_wishes", "dashboard.working_terms",
)  # fmt: skip
MIDNIGHT = "SELECT date_trunc('day', timezone('utc', now()) + interval '3 hours') - interval '3 hours'"
# What is late, missed or stuck depends on the moment: more visits around it.
NOW = """
    INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status, check_in_time)
    VALUES (:patient, :staff, date_trunc('minute', timezone('utc', now())) - :ago * interval '1 minute', :status,
        CASE WHEN :came THEN date_trunc('minute', timezone('utc', now())) - :ago * interval '1 minute' END)
"""
ASKED = """SELECT id, patient_id, scheduled_at FROM visit_services WHERE scheduled_at >= :midnight
    AND scheduled_at < cast(:midnight AS timestamp) + interval '1 day' ORDER BY md5(id::text || cast(:seed AS text))
    LIMIT :most"""


class Compared(Counter[str]):
    """How much of each kind was held against the reference; `differences` are what did not agree, in words."""

    def __init__(self) -> None:
        super().__init__()
        self.differences: list[str] = []

    def hold(self, kind: str, where: str, ours: Any, theirs: Any, near: float = 0) -> None:
        self[kind] += 1
        same = abs(ours - theirs) <= near if near else ours == theirs
        if not same:
            self.differences.append(f"{where}: {kind} is {ours!r}, by plain SQL {theirs!r}")


class Company:
    """Ten carers, one who has left, a clerk and a coordinator; eight patients. Its days are made one after another."""

    def __init__(self) -> None:
        self.coordinator, self.staff, self.patients = 0, list[int](), list[int]()

    def load(self, owner: Engine) -> None:
        with owner.begin() as connection:
            people = [("Active", role) for role in ROLES] + [("Terminated", "Nurse"), ("Active", "Finance")]
            self.staff = [_person(connection, f"p{n}", role, status) for n, (status, role) in enumerate(people)]
            self.coordinator = _person(connection, "coordinator", "Coordinator", "Active")
            account = {"staff_id": self.coordinator, "password_hash": passwords.hashed(PASSWORD)}
            connection.execute(insert(Account).values(account))
            made = text("INSERT INTO patients (full_name) VALUES (:name) RETURNING id")
            self.patients = [int(connection.scalar(made, {"name": f"Patient {n}"}) or 0) for n in range(8)]
            for check in CHECKS:
                connection.execute(text("INSERT INTO dashboard.booking_checks VALUES (:name, 'warn')"), {"name": check})

    def new_day(self, owner: Engine, seed: int) -> datetime:
        chance = random.Random(seed)
        with owner.begin() as connection:
            for table in EMPTIED:
                connection.execute(text(f"DELETE FROM {table}"))
            midnight: datetime = connection.scalar(text(MIDNIGHT))  # type: ignore[assignment]
            random_day(connection, seed, midnight, self.staff, self.patients)
            for _ in range(12):
                row = {
                    "patient": chance.choice(self.patients), "staff": chance.choice([*self.staff, None]),
                    "ago": chance.randrange(1, 240), "came": chance.random() < 0.3,
                    "status": chance.choice(("Scheduled", "Pending", None, "In Progress", "Missed")),
                }  # fmt: skip
                connection.execute(text(NOW), row)
        return midnight


def _person(connection: Connection, name: str, role: str, status: str) -> int:
    values = {"first_name": name, "last_name": "Days", "email": f"{name}@homecare.example", "role": role}
    return int(connection.execute(insert(Staff).values(values | {"status": status}).returning(Staff.id)).scalar_one())


def hold_scores(
    app: Flask, config: Config, owner: Engine, made: Company, seed: int, midnight: datetime
) -> Iterator[Any]:
    """Where, what, ours, theirs, and how near is near enough: of every carer for some visits of the day."""
    with owner.connect() as connection:
        asked = connection.execute(text(ASKED), {"midnight": midnight, "seed": seed, "most": ASKED_A_DAY}).all()
        expected = {row.id: reference(connection, row.id, row.patient_id, row.scheduled_at) for row in asked}
    with (
        app.test_request_context("/admin/"),
        opened(db.engine, config, because="a benchmark", payload={}, staff_id=made.coordinator) as work,
    ):
        g.shown_tables = coded_tables()
        for visit_id, people in expected.items():
            about = of_visit(work.session, work.by, visit_id)
            found = suggestions(work.session, work.by, about, EVERYBODY) if about else []
            yield f"visit {visit_id}", "people", {one.staff_id for one in found}, {*people}
            for one in found:
                for name, points in people.get(one.staff_id, {}).items():
                    yield f"visit {visit_id}, person {one.staff_id}", name, one.parts[name], points, NEAR


def hold_roster(client: FlaskClient, owner: Engine, midnight: datetime) -> Iterator[Any]:
    day = (midnight + timedelta(hours=3)).date()
    told = client.get(f"/admin/assign/data.json?day={day}").json
    assert told is not None
    as_of = datetime.fromisoformat(told["as_of"].removesuffix("Z"))
    with owner.connect() as connection:
        numbers = day_reference.counts(connection, midnight, as_of)
        minutes = day_reference.booked(connection, midnight)
        visits = day_reference.visits(connection, midnight)
    for name, number in numbers.items():
        yield f"{day}", name, told["counts"][name], number
    shown = {one["id"]: one["minutes_booked"] for one in told["staff"]}
    for staff_id in {*shown, *minutes}:
        yield f"{day}, person {staff_id}", "minutes_booked", shown.get(staff_id, 0), minutes.get(staff_id, 0)
    bars = {one["id"]: (one["staff_id"], one["start"], one["end"], one["minutes"]) for one in told["visits"]}
    for row in visits:
        start, end = (f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in (row.start, row.end))
        yield f"{day}, visit {row.id}", "bar", bars.pop(row.id, None), (row.staff_id, start, end, row.minutes)
    yield f"{day}", "bars of no visit", bars, {}


def hold_hours(client: FlaskClient, owner: Engine, midnight: datetime) -> Iterator[Any]:
    first = (midnight + timedelta(hours=3)).date().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    file = client.get(f"/admin/hours/export/csv/?month={first:%Y-%m}").get_data(as_text=True)
    lines = {int(line["Staff number"]): line for line in csv.DictReader(io.StringIO(file.lstrip("\ufeff")))}
    with owner.connect() as connection:
        people = day_reference.hours(connection, first, last)
    for staff_id, row in people.items():
        yield from _figures(first, staff_id, lines.get(staff_id, {}), row)


def _figures(month: date, staff_id: int, line: dict[str, str], row: Any) -> Iterator[Any]:
    where = f"hours of {month:%Y-%m}, person {staff_id}"
    for label, name in (*((label, name) for label, name, _ in TIMED), *COUNTED):
        yield where, f"{name}, visits", int(line.get(f"{label}, visits") or -1), getattr(row, f"{name}_visits")
    for label, name, near in TIMED:
        shown = float(line.get(f"{label}, hours") or -1)
        yield where, f"{name}, hours", shown, float(getattr(row, name) or 0) / 60, near


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    made, compared = Company(), Compared()
    with own_company(made.load) as config:
        app, owner = create_app(config), create_engine(config.owner_url or "")
        client = signed_in(app, "coordinator")
        for seed in range(days):
            midnight = made.new_day(owner, seed)
            for held in (
                hold_scores(app, config, owner, made, seed, midnight),
                hold_roster(client, owner, midnight),
                hold_hours(client, owner, midnight),
            ):
                for where, kind, ours, theirs, *near in held:
                    compared.hold(kind, f"seed {seed}, {where}", ours, theirs, *near)
        owner.dispose()
    print(f"{days} days: " + ", ".join(f"{number:,} {kind}" for kind, number in compared.items()) + " compared.")
    print("\n".join([*compared.differences, f"{len(compared.differences)} differences."]))
    sys.exit(bool(compared.differences))


if __name__ == "__main__":
    main()
