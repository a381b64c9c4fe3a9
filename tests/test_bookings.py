"""The roster's words in the database, against plain SQL over the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from clusters import Database
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session, aliased

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.models import Assignment, Visit
from homecare.queries.booked.booked_minutes import booked_minutes, union_minutes
from homecare.records import bookings

ROLE = "(SELECT lower(trim(role)) FROM staff WHERE id = v.staff_id)"
MINUTES = (
    "coalesce((SELECT minutes FROM dashboard.visit_plans WHERE visit_id = v.id), "
    f"CASE {ROLE} WHEN 'doctor' THEN 45 WHEN 'caregiver' THEN 240 ELSE 60 END)"
)
START = "coalesce(v.check_in_time, v.scheduled_at)"
END = f"coalesce(v.check_out_time, {START} + {MINUTES} * interval '1 minute')"
STATUS = "lower(trim(coalesce(v.status, 'Pending')))"
WAITING = f"({STATUS} IN ('pending', 'scheduled') AND v.check_in_time IS NULL)"
AWAY = f"""(EXISTS (SELECT FROM staff s WHERE s.id = v.staff_id AND lower(trim(s.status)) <> 'active') OR EXISTS
    (SELECT FROM dashboard.absences a WHERE a.staff_id = v.staff_id AND a.starts_at < {END} AND a.ends_at > {START}))"""
WORDS = {
    "waiting": WAITING,
    "unassigned": f"{WAITING} AND v.staff_id IS NULL",
    "needs_cover": f"{WAITING} AND {AWAY}",
    "late": f"{WAITING} AND v.scheduled_at <= :now - interval '15 min' AND v.scheduled_at > :now - interval '60 min'",
    "missed": f"{STATUS} = 'missed' OR {WAITING} AND v.scheduled_at <= :now - interval '60 min'",
    "stuck": f"{STATUS} = 'in progress' AND v.check_out_time IS NULL AND {END} <= :now - interval '60 min'",
    "occupying": f"{STATUS} NOT IN ('missed', 'cancelled')",
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture
def now() -> datetime:
    return clock.now_utc().replace(microsecond=0)


@pytest.fixture
def company(owner_engine: Engine, now: datetime) -> Iterator[Connection]:
    """The demo company, with what it never has: odd spellings, plans, absences and visits on the minute."""
    with owner_engine.connect() as connection:

        def run(statement: str, **values: Any) -> None:
            connection.execute(text(statement), values)

        run("UPDATE visit_services SET status = NULL WHERE id % 23 = 0 AND status IN ('Pending', 'Scheduled')")
        run("UPDATE visit_services SET status = ' ' || upper(status) || ' ' WHERE id % 7 = 0")
        run("UPDATE staff SET role = ' doctor ' WHERE id = (SELECT min(id) FROM staff WHERE role = 'Doctor')")
        run("INSERT INTO dashboard.visit_plans (visit_id, minutes) SELECT id, 5 + id % 300 FROM visit_services "
            "WHERE id % 3 = 0")  # fmt: skip
        run("INSERT INTO dashboard.visit_plans (visit_id, purpose) SELECT id, 'Check-up' FROM visit_services "
            "WHERE id % 3 = 1")  # fmt: skip
        run("INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) SELECT id, :now, "
            "cast(:now AS timestamp) + interval '30 hours', 'Sick' FROM staff WHERE id % 4 = 0", now=now)  # fmt: skip
        run("UPDATE staff SET status = 'On Leave' WHERE id % 9 = 1")
        for minutes in (14, 15, 16, 59, 60, 61):
            run("INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
                "VALUES (1, 2, :at, 'Scheduled')", at=now - timedelta(minutes=minutes))  # fmt: skip
        for minutes in (119, 120, 121):
            run("INSERT INTO visit_services (patient_id, staff_id, scheduled_at, check_in_time, status) "
                "VALUES (1, (SELECT min(id) FROM staff WHERE role = 'Nurse'), :at, :into, 'In Progress')",
                at=now - timedelta(hours=9), into=now - timedelta(minutes=minutes))  # fmt: skip
        yield connection
        connection.rollback()


@pytest.mark.parametrize("word", WORDS)
def test_a_word_finds_what_plain_sql_finds(company: Connection, now: datetime, word: str) -> None:
    predicate: Any = getattr(bookings, word)
    clause = predicate(now) if word in ("late", "missed", "stuck") else predicate()
    sql = f"SELECT id FROM visit_services v WHERE {WORDS[word]} ORDER BY id"
    expected = [*company.scalars(text(sql), {"now": now} if ":now" in sql else {})]

    found = [*Session(company).scalars(select(Visit.id).where(clause).order_by(Visit.id))]

    assert expected
    assert len(expected) < company.scalar(text("SELECT count(*) FROM visit_services"))
    assert found == expected


def test_minutes_and_busy_hours_are_those_of_plain_sql(company: Connection) -> None:
    visit = aliased(Visit)
    asked = select(visit.id, bookings.planned_minutes(visit), bookings.busy_start(visit), bookings.busy_end(visit))
    found = {row[0]: tuple(row) for row in Session(company).execute(asked)}

    expected = company.execute(text(f"SELECT id, {MINUTES}, {START}, {END} FROM visit_services v")).all()

    assert {row[1] for row in expected} >= {45, 240, 60, 5}
    assert found == {row.id: tuple(row) for row in expected}


def test_no_visit_is_late_and_missed(company: Connection, now: datetime) -> None:
    both = select(Visit.id).where(bookings.late(now), bookings.missed(now))
    assert Session(company).scalars(both).all() == []


@pytest.mark.parametrize("hours", [1, 24, 24 * 7])
def test_what_overlaps_a_time_is_what_plain_sql_says(company: Connection, now: datetime, hours: int) -> None:
    company.execute(text("UPDATE visit_services SET check_out_time = check_in_time + interval '70 hours' "
                         "WHERE id % 11 = 0 AND status = 'Completed'"))  # fmt: skip
    # Whose scheduled time tells nothing of when they were.
    for number, scheduled in enumerate(("check_in_time - interval '40 days'", "'infinity'", "NULL")):
        company.execute(text(f"UPDATE visit_services SET scheduled_at = {scheduled} "
                             f"WHERE id % 12 = {number} AND check_in_time IS NOT NULL"))  # fmt: skip
    start = now - timedelta(days=2)
    end = start + timedelta(hours=hours)
    sql = f"SELECT id FROM visit_services v WHERE {START} < :end AND {END} > :start ORDER BY id"
    expected = [*company.scalars(text(sql), {"start": start, "end": end})]

    asked = select(Visit.id).where(bookings.overlapping(start, end)).order_by(Visit.id)

    assert expected
    assert [*Session(company).scalars(asked)] == expected


def test_booked_minutes_count_each_minute_once(company: Connection, now: datetime) -> None:
    start, end = bookings.day_bounds(clock.to_addis(now).date())
    # Minute by minute: no union of ranges.
    sql = f"""
        SELECT staff_id, count(DISTINCT minute) FROM (
            SELECT v.staff_id, {START} AS first, {END} AS last FROM visit_services v WHERE {WORDS["occupying"]}
            UNION ALL SELECT staff_id, shift_start, shift_end FROM caregiver_assignments
            WHERE status IN ('Assigned', 'Confirmed', 'In Progress')) AS busy
        JOIN generate_series(cast(:start AS timestamp), cast(:end AS timestamp) - interval '1 min', interval '1 min')
            AS minute ON minute >= date_trunc('minute', first) AND minute < date_trunc('minute', last)
        WHERE staff_id IS NOT NULL GROUP BY staff_id"""
    for table, column in (
        ("visit_services", "scheduled_at"), ("visit_services", "check_in_time"), ("visit_services", "check_out_time"),
        ("caregiver_assignments", "shift_start"), ("caregiver_assignments", "shift_end"),
    ):  # fmt: skip
        company.execute(text(f"UPDATE {table} SET {column} = date_trunc('minute', {column})"))
    expected = {row[0]: row[1] for row in company.execute(text(sql), {"start": start, "end": end})}

    found = Session(company).execute(booked_minutes(start, end), execution_options=UNSCOPED)

    assert len(expected) > 3
    assert {row.staff_id: row.minutes for row in found} == expected


def test_minutes_of_a_union_in_hand_are_cut_at_both_ends() -> None:
    day = datetime(2026, 3, 9)
    at = [day + timedelta(hours=hour) for hour in range(12)]
    spans = [(at[0], at[3]), (at[1], at[2]), (at[2], at[4]), (at[6], at[7]), (at[10], at[11])]

    assert union_minutes(spans, at[1], at[8]) == 3 * 60 + 60


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 15)])
def test_a_week_is_monday_to_sunday_of_addis(day: date) -> None:
    assert bookings.week_bounds(day) == (datetime(2026, 3, 8, 21), datetime(2026, 3, 15, 21))
    assert bookings.day_bounds(date(2026, 3, 9)) == (datetime(2026, 3, 8, 21), datetime(2026, 3, 9, 21))


def test_a_shift_needs_cover_until_somebody_else_has_it(company: Connection, now: datetime) -> None:
    away = company.scalar(text("SELECT min(staff_id) FROM dashboard.absences"))
    add = text("INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end, status) "
               "VALUES (:who, 5, :start, :end, :status) RETURNING id")  # fmt: skip
    hours = {"start": now + timedelta(hours=2), "end": now + timedelta(hours=10)}
    shift = company.scalar(add, hours | {"who": away, "status": "Cancelled"})
    waits = select(Assignment.id).where(Assignment.id == shift, bookings.shift_needs_cover())

    assert Session(company).scalar(waits) == shift

    company.execute(text("DELETE FROM caregiver_assignments WHERE staff_id = 6"))
    company.execute(add, hours | {"who": 6, "status": " confirmed"})
    assert Session(company).scalar(waits) is None
