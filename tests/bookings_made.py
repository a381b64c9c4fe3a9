"""A company of few people for the tests of bookings, and its people acting without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.config import Config
from homecare.db import db
from homecare.tables.table import coded_tables
from homecare.work.workers_door import opened

Person = tuple[Session, Acting]
# Monday two weeks ahead at midnight of Addis, as stored: nothing is past, and hours are counted from there.
MONDAY = clock.day_start(clock.today() + timedelta(days=14 - clock.today().weekday()))
ALMAZ, BEKELE, HIWOT, TERMINATED, CLERK = 501, 502, 503, 504, 505
HANA, DAWIT, FAR = 701, 702, 703
PEOPLE = (
    (ALMAZ, "Almaz", "Kebede", "Nurse", "Active"),
    (BEKELE, "Bekele", "Alemu", "Nurse", "Active"),
    (HIWOT, "Hiwot", "Tesfaye", "Caregiver", "Active"),
    (TERMINATED, "Tigist", "Haile", "Nurse", "Terminated"),
    (CLERK, "Chala", "Bekele", "Finance", "Active"),
)
# Hana and Dawit live next door, the third 11.1 km north of them.
PATIENTS = ((HANA, "ሐና Girma", 9.0), (DAWIT, "Dawit Worku", 9.0), (FAR, "Fikre Wolde", 9.1))


def at(hour: float, day: int = 0) -> datetime:
    """A moment of the Monday by its hour in Addis."""
    return MONDAY + timedelta(days=day, hours=hour)


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for number, first, last, role, status in PEOPLE:
            connection.execute(
                text("INSERT INTO staff (id, first_name, last_name, email, role, status) "
                     "VALUES (:id, :first, :last, :email, :role, :status)"),
                {"id": number, "first": first, "last": last, "email": f"{first}@bookings.example", "role": role,
                 "status": status},
            )  # fmt: skip
        for number, name, latitude in PATIENTS:
            connection.execute(
                text("INSERT INTO patients (id, full_name, geolocation) VALUES (:id, :name, :place)"),
                {"id": number, "name": name, "place": f"SRID=4326;POINT(38.75 {latitude})"},
            )


def empty(engine: Engine) -> None:
    """Nothing is booked, wished or set."""
    with engine.begin() as connection:
        for table in (
            "visit_services", "caregiver_assignments", "dashboard.absences", "dashboard.patient_wishes",
            "dashboard.working_days", "dashboard.working_terms", "dashboard.booking_checks", "dashboard.visit_plans",
        ):  # fmt: skip
            connection.execute(text(f"DELETE FROM {table}"))


def visit(engine: Engine, **columns: Any) -> int:
    """Hana's at 09:00 unless said otherwise; its id."""
    minutes, purpose = columns.pop("minutes", None), columns.pop("purpose", "")
    values = {"patient_id": HANA, "scheduled_at": at(9), "status": "Scheduled"} | columns
    row_id = inserted(engine, "visit_services", **values)
    if minutes or purpose:
        inserted(engine, "dashboard.visit_plans", visit_id=row_id, minutes=minutes, purpose=purpose)
    return row_id


def shift(engine: Engine, **columns: Any) -> int:
    values = {"patient_id": HANA, "shift_start": at(8), "shift_end": at(16), "status": "Assigned"} | columns
    return inserted(engine, "caregiver_assignments", **values)


def inserted(engine: Engine, table: str, **values: Any) -> int:
    names, given = ", ".join(values), ", ".join(f":{name}" for name in values)
    with engine.begin() as connection:
        return int(
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({given}) RETURNING id"), values
            ).scalar_one()
        )


def rows(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def version(engine: Engine, table: str, row_id: int) -> str:
    return str(rows(engine, f"SELECT xmin::text FROM {table} WHERE id = :id", id=row_id)[0][0])


@contextmanager
def acting_for(app: Flask, config: Config, staff_id: int) -> Iterator[tuple[Session, Acting]]:
    """The person's session and rights, as in a request of theirs."""
    with (
        app.test_request_context("/admin/"),
        opened(db.engine, config, because="a test", payload={}, staff_id=staff_id) as work,
    ):
        g.shown_tables = coded_tables()
        yield work.session, work.by


@pytest.fixture(scope="module")
def coordinator(owner_engine: Engine, new_person: Callable[..., tuple[int, str]]) -> int:
    """Their number, in the company of few."""
    fill(owner_engine)
    return new_person("Coordinator")[0]


@pytest.fixture
def person(app: Flask, config: Config, coordinator: int, owner_engine: Engine) -> Iterator[Person]:
    """The coordinator at work, where nothing is booked yet."""
    empty(owner_engine)
    with acting_for(app, config, coordinator) as acting:
        yield acting
