"""The figures of a day and of a month of visits in plain SQL, to hold the product's against them.

Written from domain.md, "The roster's words", alone: no expression of the product is used. Moments are naive UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

STATUS = "lower(trim(coalesce(nullif(trim(v.status), ''), 'Pending')))"
# The minutes of a visit: its plan, else by the carer's role, else 60.
MINUTES = """coalesce(p.minutes, (SELECT r.visit_minutes FROM dashboard.roles r JOIN staff s
    ON lower(trim(s.role)) = lower(r.name) WHERE s.id = v.staff_id), 60)"""
VISITS = f"""
    SELECT v.id, v.staff_id, v.patient_id, {STATUS} AS status, v.scheduled_at, v.check_in_time, v.check_out_time,
        {MINUTES} AS minutes, coalesce(v.check_in_time, v.scheduled_at) AS start,
        coalesce(v.check_out_time, coalesce(v.check_in_time, v.scheduled_at) + {MINUTES} * interval '1 minute') AS end
    FROM visit_services v LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id
"""
# :midnight is the first moment of the day.
OF_DAY = """status <> 'cancelled' AND scheduled_at >= cast(:midnight AS timestamp)
    AND scheduled_at < cast(:midnight AS timestamp) + interval '1 day'"""
WAITING = "status IN ('pending', 'scheduled') AND check_in_time IS NULL"
PAST = "EXTRACT(epoch FROM cast(:now AS timestamp) - scheduled_at) / 60"
COUNTS = f"""
    SELECT count(*) FILTER (WHERE {WAITING} AND staff_id IS NULL) AS unassigned,
        count(*) FILTER (WHERE {WAITING} AND {PAST} >= 15 AND {PAST} < 60) AS late,
        count(*) FILTER (WHERE status = 'missed' OR ({WAITING} AND {PAST} >= 60)) AS missed,
        count(*) FILTER (WHERE status = 'in progress' AND check_out_time IS NULL
            AND cast(:now AS timestamp) >= "end" + interval '1 hour') AS stuck
    FROM ({VISITS}) AS visits WHERE {OF_DAY}
"""
# Minute by minute, so that the union is counted in quite another way.
BOOKED = f"""
    SELECT staff_id, count(DISTINCT minute) AS minutes
    FROM (
        SELECT staff_id, start, "end" FROM ({VISITS}) AS visits
        WHERE status NOT IN ('missed', 'cancelled') AND staff_id IS NOT NULL
        UNION ALL
        SELECT staff_id, shift_start, shift_end FROM caregiver_assignments
        WHERE coalesce(status, 'Assigned') IN ('Assigned', 'Confirmed', 'In Progress')
    ) AS spans, (SELECT cast(:midnight AS timestamp) AS first) AS day,
        generate_series(greatest(date_trunc('minute', start), first),
            least("end", first + interval '1 day') - interval '1 minute', interval '1 minute') AS minute
    WHERE start < first + interval '1 day' AND "end" > first GROUP BY staff_id
"""
# By person, of the days :first to :last in Addis.
HOURS = """
WITH named AS (
    SELECT v.*, lower(trim(coalesce(nullif(trim(v.status), ''), 'Pending'))) AS word,
        coalesce(p.minutes, CASE s.role WHEN 'Doctor' THEN 45 WHEN 'Caregiver' THEN 240 ELSE 60 END) AS minutes,
        extract(epoch FROM v.check_out_time - v.check_in_time) AS took
    FROM visit_services v JOIN staff s ON s.id = v.staff_id
    LEFT JOIN dashboard.visit_plans p ON p.visit_id = v.id
    WHERE (v.scheduled_at + interval '3 hours')::date BETWEEN :first AND :last
), ordered AS (
    SELECT n.*, q.geolocation, row_number() OVER (
        PARTITION BY n.staff_id, (n.scheduled_at + interval '3 hours')::date
        ORDER BY coalesce(n.check_in_time, n.scheduled_at), n.id) AS place
    FROM named n JOIN patients q ON q.id = n.patient_id WHERE n.word NOT IN ('cancelled', 'missed')
), journeys AS (
    SELECT b.staff_id, b.id,
        2 * 6371.0088 * asin(sqrt(
            sin(radians(ST_Y(b.geolocation::geometry) - ST_Y(a.geolocation::geometry)) / 2) ^ 2
            + cos(radians(ST_Y(a.geolocation::geometry))) * cos(radians(ST_Y(b.geolocation::geometry)))
            * sin(radians(ST_X(b.geolocation::geometry) - ST_X(a.geolocation::geometry)) / 2) ^ 2
        )) AS km
    FROM ordered a JOIN ordered b ON b.staff_id = a.staff_id AND b.place = a.place + 1
        AND (a.scheduled_at + interval '3 hours')::date = (b.scheduled_at + interval '3 hours')::date
    WHERE a.patient_id <> b.patient_id AND a.geolocation IS NOT NULL AND b.geolocation IS NOT NULL
)
SELECT n.staff_id,
    count(*) FILTER (WHERE word <> 'cancelled') AS planned_visits,
    sum(minutes) FILTER (WHERE word <> 'cancelled') AS planned,
    count(*) FILTER (WHERE took IS NOT NULL AND word NOT IN ('cancelled', 'missed')) AS worked_visits,
    floor(sum(least(took, 120 * minutes))
        FILTER (WHERE took IS NOT NULL AND word NOT IN ('cancelled', 'missed')) / 60) AS worked,
    count(*) FILTER (WHERE check_in_time IS NOT NULL AND check_out_time IS NULL
        AND word NOT IN ('cancelled', 'missed')) AS open_visits,
    count(*) FILTER (WHERE took > 120 * minutes AND word NOT IN ('cancelled', 'missed')) AS over_long_visits,
    count(*) FILTER (WHERE status = 'Completed' AND NOT EXISTS (SELECT FROM invoices i WHERE i.service_id = n.id
        AND coalesce(i.status, 'Pending') NOT IN ('Cancelled', 'Refunded'))) AS to_invoice_visits,
    (SELECT count(*) FROM journeys j WHERE j.staff_id = n.staff_id) AS travel_visits,
    (SELECT sum(km * 1.4 / 18 * 60 + 10) FROM journeys j WHERE j.staff_id = n.staff_id) AS travel
FROM named n GROUP BY n.staff_id
"""


def visits(connection: Connection, midnight: datetime) -> list[Any]:
    """Those of the day that are not cancelled: id, staff_id, minutes, start, end and more."""
    return [*connection.execute(text(f"SELECT * FROM ({VISITS}) AS v WHERE {OF_DAY}"), {"midnight": midnight})]


def counts(connection: Connection, midnight: datetime, now: datetime) -> dict[str, int]:
    """unassigned, late, missed and stuck, of the visits of the day at that moment."""
    return dict(connection.execute(text(COUNTS), {"midnight": midnight, "now": now}).one()._mapping)


def booked(connection: Connection, midnight: datetime) -> dict[int, int]:
    """Booked minutes by staff id; who has none is not there."""
    found = connection.execute(text(BOOKED), {"midnight": midnight})
    return {row.staff_id: row.minutes for row in found}


def hours(connection: Connection, first: date, last: date) -> dict[int, Any]:
    """By staff id visits and minutes: planned, worked, travel; visits: open, over_long, to_invoice."""
    found = connection.execute(text(HOURS), {"first": first, "last": last})
    return {row.staff_id: row for row in found}
