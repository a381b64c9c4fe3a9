"""The score of every caregiver for one visit in plain SQL, and random days to hold the product's against it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

# :visit, :patient, :start, and the care-giving roles; written from domain.md alone.
REFERENCE = text("""
WITH day AS (
    SELECT date_trunc('day', :start + interval '3 hours') - interval '3 hours' AS first,
           date_trunc('week', :start + interval '3 hours') - interval '3 hours' AS monday
), visit AS (
    SELECT v.id, v.staff_id, v.patient_id, coalesce(v.check_in_time, v.scheduled_at) AS first,
        coalesce(v.check_out_time, coalesce(v.check_in_time, v.scheduled_at) + interval '1 minute' * coalesce(
            (SELECT minutes FROM dashboard.visit_plans WHERE visit_id = v.id),
            CASE s.role WHEN 'Doctor' THEN 45 WHEN 'Caregiver' THEN 240 ELSE 60 END)) AS last
    FROM visit_services v LEFT JOIN staff s ON s.id = v.staff_id
    WHERE v.id <> :visit AND coalesce(v.status, 'Pending') NOT IN ('Cancelled', 'Missed') AND v.staff_id IS NOT NULL
), busy AS (
    SELECT staff_id, first, last FROM visit UNION ALL
    SELECT staff_id, shift_start, shift_end FROM caregiver_assignments
    WHERE coalesce(status, 'Assigned') IN ('Assigned', 'Confirmed', 'In Progress')
), minute AS (
    -- Each busy minute of the week once: the longest way, and the plainest.
    SELECT DISTINCT b.staff_id, m FROM busy b, day,
        generate_series(day.monday, day.monday + interval '7 days' - interval '1 minute', interval '1 minute') AS m
    WHERE m >= b.first AND m < b.last
), spent AS (
    SELECT staff_id, count(*) AS week,
        count(*) FILTER (WHERE m >= day.first AND m < day.first + interval '1 day') AS day
    FROM minute, day GROUP BY staff_id
), last_ten AS (
    SELECT staff_id FROM visit_services WHERE patient_id = :patient AND status = 'Completed' AND id <> :visit
    ORDER BY coalesce(check_out_time, check_in_time, scheduled_at) DESC NULLS LAST, id DESC LIMIT 10
), here AS (SELECT geolocation AS place FROM patients WHERE id = :patient)
SELECT s.id,
    40 * CASE WHEN EXISTS (SELECT 1 FROM dashboard.patient_wishes w
                           WHERE w.patient_id = :patient AND w.staff_id = s.id AND w.kind = 'rather') THEN 1.0
         ELSE coalesce((SELECT count(*) FILTER (WHERE staff_id = s.id)::float / nullif(count(*), 0) FROM last_ten), 0)
         END AS continuity,
    25 * coalesce((
        SELECT avg(greatest(0, 1 - ST_DistanceSphere(p.geolocation::geometry, here.place::geometry) / 10000))
        FROM (
            (SELECT patient_id FROM visit, day WHERE staff_id = s.id AND visit.first < :start
                AND visit.first >= day.first ORDER BY visit.first DESC, id DESC LIMIT 1)
            UNION ALL
            (SELECT patient_id FROM visit, day WHERE staff_id = s.id AND visit.first >= :start
                AND visit.first < day.first + interval '1 day' ORDER BY visit.first, id LIMIT 1)
        ) AS beside JOIN patients p ON p.id = beside.patient_id, here), 0.5) AS proximity,
    20 * greatest(0, 1 - coalesce(spent.day, 0) / 480.0) AS day,
    10 * greatest(0, 1 - coalesce(spent.week, 0)
        / coalesce((SELECT contracted_minutes FROM dashboard.working_terms t WHERE t.staff_id = s.id), 2880)::float)
        AS week,
    5 * (EXISTS (
        SELECT 1 FROM (
            (SELECT patient_id FROM visit, day WHERE staff_id = s.id AND visit.first < :start
                AND visit.first >= day.first ORDER BY visit.first DESC, id DESC LIMIT 1)
            UNION ALL
            (SELECT patient_id FROM visit, day WHERE staff_id = s.id AND visit.first >= :start
                AND visit.first < day.first + interval '1 day' ORDER BY visit.first, id LIMIT 1)
        ) AS beside JOIN patients p ON p.id = beside.patient_id, here
        WHERE (SELECT c.id FROM dashboard.sub_cities c WHERE ST_Distance(c.centre, p.geolocation) <= c.reach_m
               ORDER BY ST_Distance(c.centre, p.geolocation), c.id LIMIT 1)
            = (SELECT c.id FROM dashboard.sub_cities c WHERE ST_Distance(c.centre, here.place) <= c.reach_m
               ORDER BY ST_Distance(c.centre, here.place), c.id LIMIT 1)
    ))::int AS sub_city
FROM staff s LEFT JOIN spent ON spent.staff_id = s.id
WHERE s.status = 'Active' AND s.role IN ('Doctor', 'Nurse', 'Caregiver')
""")


def reference(connection: Connection, visit: int, patient: int, start: datetime) -> dict[int, dict[str, float]]:
    """By staff id, the parts."""
    found = connection.execute(REFERENCE, {"visit": visit, "patient": patient, "start": start}).mappings()
    return {row["id"]: {name: float(row[name]) for name in row if name != "id"} for row in found}


def _wish(connection: Connection, chance: random.Random, patient: int, staff: list[int]) -> None:
    """This person rather, not this one, a woman: each of them sometimes."""
    wished = text("INSERT INTO dashboard.patient_wishes (patient_id, kind, staff_id) VALUES (:patient, :kind, :staff)")
    rather, unwanted = chance.sample(staff, 2)
    for kind, whom, often in (("rather", rather, 0.4), ("not", unwanted, 0.3), ("woman", None, 0.3)):
        if chance.random() < often:
            connection.execute(wished, {"patient": patient, "kind": kind, "staff": whom})


def random_day(connection: Connection, seed: int, midnight: datetime, staff: list[int], patients: list[int]) -> Any:
    """Fills the week of the day and the past; returns the id, patient and start of the visit to find somebody for."""
    chance = random.Random(seed)
    for patient in patients:
        place = (
            None
            if chance.random() < 0.1
            else f"SRID=4326;POINT({chance.uniform(38.7, 38.85)} {chance.uniform(8.95, 9.06)})"
        )
        connection.execute(
            text("UPDATE patients SET geolocation = CAST(:place AS geography) WHERE id = :id"),
            {"place": place, "id": patient},
        )
    for _ in range(60):
        hours = chance.choice((-24, -24 * 30, 0, 0, 0, 24, 48)) + chance.randrange(0, 24)
        start = midnight + timedelta(hours=hours, minutes=chance.choice((0, 15, 30)))
        status = chance.choice(("Completed", "Scheduled", "Pending", None, "Cancelled", "Missed", "In Progress"))
        came = start + timedelta(minutes=chance.randrange(-5, 20)) if status in ("Completed", "In Progress") else None
        left = came + timedelta(minutes=chance.randrange(20, 200)) if came and status == "Completed" else None
        row = {
            "patient": chance.choice(patients), "staff": chance.choice([*staff, None]), "start": start,
            "status": status, "came": came, "went": left,
        }  # fmt: skip
        row_id = connection.scalar(
            text("INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status, check_in_time, "
                 "check_out_time) VALUES (:patient, :staff, :start, :status, :came, :went) RETURNING id"), row,
        )  # fmt: skip
        if chance.random() < 0.3:
            connection.execute(
                text("INSERT INTO dashboard.visit_plans (visit_id, minutes) VALUES (:id, :minutes)"),
                {"id": row_id, "minutes": chance.choice((15, 90, 300, 720))},
            )
    for person in staff:
        begin = midnight + timedelta(hours=chance.choice((-30, 6, 20, 30)))
        connection.execute(
            text("INSERT INTO caregiver_assignments (patient_id, staff_id, shift_start, shift_end, status) "
                 "VALUES (:patient, :staff, :begin, :end, :status)"),
            {"patient": chance.choice(patients), "staff": person, "begin": begin,
             "end": begin + timedelta(hours=chance.randrange(1, 12)),
             "status": chance.choice(("Assigned", "Confirmed", "Completed", "Cancelled", None))},
        )  # fmt: skip
        if chance.random() < 0.3:
            connection.execute(
                text("INSERT INTO dashboard.working_terms (staff_id, contracted_minutes) VALUES (:id, :minutes)"),
                {"id": person, "minutes": chance.choice((600, 1200, 2400))},
            )
        if chance.random() < 0.2:
            begin = midnight + timedelta(hours=chance.randrange(-24, 30))
            connection.execute(
                text("INSERT INTO dashboard.absences (staff_id, starts_at, ends_at, kind) "
                     "VALUES (:id, :begin, :end, 'Sick')"),
                {"id": person, "begin": begin, "end": begin + timedelta(hours=chance.randrange(1, 60))},
            )  # fmt: skip
    patient = chance.choice(patients)
    _wish(connection, chance, patient, staff)
    start = midnight + timedelta(hours=chance.randrange(0, 24))
    visit = connection.scalar(
        text("INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
             "VALUES (:patient, :staff, :start, 'Scheduled') RETURNING id"),
        {"patient": patient, "staff": chance.choice([*staff, None]), "start": start},
    )  # fmt: skip
    return visit, patient, start
