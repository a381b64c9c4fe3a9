"""Works out where patients are and what the map filters by: domain.md, "The map's words".

A place is none where it is empty, beyond latitude 85, or no number. Statuses are compared trimmed and case-folded, an
empty one as the column's default. The caregiver is the staff member of a live shift that holds now, else of the next
visit, else of the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.work.facts import cell_sums
from homecare.work.facts.nearest_centre import CENTRES, sub_city_of

COLUMNS = (
    "patient_id", "x", "y", "m", "sub_city_id", "source", "acquisition_channel", "campaign_id", "last_status",
    "last_visit_at", "next_visit_at", "caregiver_id", "due_at",
)  # fmt: skip
UNITS = 1 << 28
_NOW = "timezone('utc', now())"
_HELD_AT = "coalesce(v.check_out_time, v.check_in_time, v.scheduled_at)"
_WORD = "coalesce(nullif(dashboard.plain_word(v.status), ''), 'pending')"
_SHIFT_WORD = "coalesce(nullif(dashboard.plain_word(s.status), ''), 'assigned')"
_NEXT = f"word IN ('pending', 'scheduled') AND scheduled_at > {_NOW}"

# One pass over the visits and one over the shifts, because for all patients an index look-up each would take minutes.
# OFFSET 0 has a visit's word worked out once. {visits}, {shifts} and {patients} narrow to the patients in question.
_VISITS = f"""
    SELECT patient_id,
        max(held_at) FILTER (WHERE word = 'completed') AS last_visit_at,
        min(scheduled_at) FILTER (WHERE {_NEXT}) AS next_visit_at,
        (array_agg(word ORDER BY scheduled_at DESC NULLS LAST, id DESC)
            FILTER (WHERE word IN ('completed', 'in progress', 'missed')))[1] AS last_word,
        (array_agg(staff_id ORDER BY scheduled_at, id) FILTER (WHERE {_NEXT}))[1] AS next_staff_id,
        (array_agg(staff_id ORDER BY held_at DESC NULLS LAST, id DESC)
            FILTER (WHERE word = 'completed'))[1] AS last_staff_id
    FROM (SELECT v.*, {_HELD_AT} AS held_at, {_WORD} AS word FROM public.visit_services v {{visits}} OFFSET 0) v
    GROUP BY patient_id
"""  # noqa: S608 - constants of ours
_SHIFTS = f"""
    SELECT patient_id,
        (array_agg(staff_id ORDER BY shift_start DESC NULLS LAST, id DESC) FILTER (WHERE
            coalesce(shift_start, shift_end) IS NOT NULL
            AND coalesce(shift_start <= {_NOW}, true) AND coalesce(shift_end > {_NOW}, true)))[1] AS staff_id,
        least(min(shift_start) FILTER (WHERE shift_start > {_NOW}),
              min(shift_end) FILTER (WHERE shift_end > {_NOW})) AS turns_at
    FROM (SELECT s.*, {_SHIFT_WORD} AS word FROM public.caregiver_assignments s {{shifts}}) s
    WHERE word IN ('assigned', 'confirmed', 'in progress')
    GROUP BY patient_id
"""  # noqa: S608 - constants of ours
_FOUND = f"""
    SELECT p.id AS patient_id, at.x, at.y,
        (dashboard.spread_bits(at.y) << 1) | dashboard.spread_bits(at.x) AS m,
        CASE WHEN at.x IS NOT NULL THEN city.sub_city_id END AS sub_city_id,
        p.source::text AS source, p.acquisition_channel::text AS acquisition_channel,
        coalesce(p.initial_campaign_id, l.campaign_id, page.campaign_id)::bigint AS campaign_id,
        CASE v.last_word WHEN 'completed' THEN 'Completed' WHEN 'missed' THEN 'Missed'
            WHEN 'in progress' THEN 'In Progress' END AS last_status,
        v.last_visit_at, v.next_visit_at,
        coalesce(s.staff_id, v.next_staff_id, v.last_staff_id) AS caregiver_id,
        least(v.next_visit_at, s.turns_at) AS due_at
    FROM public.patients p
    LEFT JOIN public.marketing_leads l ON l.id = p.marketing_lead_id
    LEFT JOIN public.landing_pages page ON page.id = l.landing_page_id
    LEFT JOIN ({_VISITS}) v ON v.patient_id = p.id
    LEFT JOIN ({_SHIFTS}) s ON s.patient_id = p.id
    CROSS JOIN LATERAL (SELECT ST_X(p.geolocation::geometry) AS lon, ST_Y(p.geolocation::geometry) AS lat) degree
    LEFT JOIN LATERAL (SELECT
        least({UNITS - 1}, floor((lon + 180) / 360 * {UNITS}))::integer AS x,
        least({UNITS - 1}, floor((1 - asinh(tan(radians(lat))) / pi()) / 2 * {UNITS}))::integer AS y
    ) at ON lat BETWEEN -85 AND 85 AND lon BETWEEN -180 AND 180
    LEFT JOIN LATERAL ({sub_city_of("p.geolocation")}) city ON true
    {{patients}}
"""  # noqa: S608 - constants of ours

_LISTED = ", ".join(COLUMNS)
_OTHERS = COLUMNS[1:]
_SET = ", ".join(f"{name} = excluded.{name}" for name in _OTHERS)
_UPSERT = f"""
    INSERT INTO dashboard.places AS kept ({_LISTED}) SELECT {_LISTED} FROM found
    ON CONFLICT (patient_id) DO UPDATE SET {_SET}
    WHERE ({", ".join(f"kept.{name}" for name in _OTHERS)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _OTHERS)})
"""  # noqa: S608 - constants of ours
_OF_KEYS = _FOUND.format(
    visits="WHERE v.patient_id = ANY(:keys)", shifts="WHERE s.patient_id = ANY(:keys)",
    patients="WHERE p.id = ANY(:keys)",
)  # fmt: skip
# All parts of a statement see the rows as they were before it: `kept` is what the cells have counted.
_WORK_OUT = f"""
    WITH {CENTRES}, found AS MATERIALIZED ({_OF_KEYS}),
    kept AS MATERIALIZED (SELECT {_LISTED} FROM dashboard.places WHERE patient_id = ANY(:keys)),
    written AS ({_UPSERT}),
    gone AS (DELETE FROM dashboard.places p WHERE p.patient_id = ANY(:keys)
        AND NOT EXISTS (SELECT FROM found WHERE found.patient_id = p.patient_id)),
    moved AS (SELECT 1 AS times, found.* FROM found UNION ALL SELECT -1, kept.* FROM kept),
    {cell_sums.ADDED}
    SELECT
"""  # noqa: S608 - constants of ours
_WORK_OUT_ALL = f"""
    WITH {CENTRES}, found AS MATERIALIZED ({_FOUND.format(visits="", shifts="", patients="")}),
    written AS ({_UPSERT})
    DELETE FROM dashboard.places p WHERE NOT EXISTS (SELECT FROM found WHERE found.patient_id = p.patient_id)
"""  # noqa: S608 - constants of ours


def work_out(session: Session, keys: Sequence[int]) -> None:
    """One statement over these patients' visits and shifts, which also moves them between the cells; 5,000 patients
    take about a second.
    """
    session.execute(text(_WORK_OUT), {"keys": [*keys]}, execution_options=UNSCOPED)
    cell_sums.sweep(session)


def work_out_all(session: Session) -> None:
    """Writes what differs alone. One pass over all patients, visits and shifts, and one over the places for cells."""
    session.execute(text(_WORK_OUT_ALL), execution_options=UNSCOPED)
    cell_sums.count_all(session)


def due(session: Session, most: int) -> Sequence[int]:
    """Patients whose next visit or shift began or ended meanwhile."""
    passed = f"SELECT patient_id FROM dashboard.places WHERE due_at <= {_NOW} ORDER BY due_at LIMIT :most"  # noqa: S608
    return session.scalars(text(passed), {"most": most}, execution_options=UNSCOPED).all()


# Written differently on purpose: a look-up for each patient, and PostGIS's own projection.
_HALF = "20037508.342789244"
_PLAIN = f"""
    SELECT p.id AS patient_id, p.source, p.acquisition_channel,
        coalesce(p.initial_campaign_id,
            (SELECT l.campaign_id FROM marketing_leads l WHERE l.id = p.marketing_lead_id),
            (SELECT g.campaign_id FROM landing_pages g WHERE g.id = (
                SELECT l.landing_page_id FROM marketing_leads l WHERE l.id = p.marketing_lead_id))) AS campaign_id,
        (SELECT initcap({_WORD}) FROM visit_services v WHERE v.patient_id = p.id
            AND {_WORD} IN ('completed', 'in progress', 'missed')
            ORDER BY v.scheduled_at DESC NULLS LAST, v.id DESC LIMIT 1) AS last_status,
        (SELECT max({_HELD_AT}) FROM visit_services v WHERE v.patient_id = p.id AND {_WORD} = 'completed')
            AS last_visit_at,
        (SELECT min(v.scheduled_at) FROM visit_services v WHERE v.patient_id = p.id
            AND {_WORD} IN ('pending', 'scheduled') AND v.scheduled_at > {_NOW}) AS next_visit_at,
        coalesce(
            (SELECT s.staff_id FROM caregiver_assignments s WHERE s.patient_id = p.id
                AND {_SHIFT_WORD} IN ('assigned', 'confirmed', 'in progress')
                AND tsrange(s.shift_start, s.shift_end) @> {_NOW}::timestamp
                AND num_nonnulls(s.shift_start, s.shift_end) > 0
                ORDER BY s.shift_start DESC NULLS LAST, s.id DESC LIMIT 1),
            (SELECT v.staff_id FROM visit_services v WHERE v.patient_id = p.id
                AND {_WORD} IN ('pending', 'scheduled') AND v.scheduled_at > {_NOW}
                ORDER BY v.scheduled_at, v.id LIMIT 1),
            (SELECT v.staff_id FROM visit_services v WHERE v.patient_id = p.id AND {_WORD} = 'completed'
                ORDER BY {_HELD_AT} DESC NULLS LAST, v.id DESC LIMIT 1)) AS caregiver_id,
        CASE WHEN abs(ST_Y(g)) <= 85 AND abs(ST_X(g)) <= 180 THEN dashboard.sub_city(p.geolocation) END AS sub_city_id,
        CASE WHEN abs(ST_Y(g)) <= 85 AND abs(ST_X(g)) <= 180 THEN ST_Transform(g, 3857) END AS at
    FROM patients p CROSS JOIN LATERAL (SELECT p.geolocation::geometry AS g) shape
"""  # noqa: S608 - constants of ours
_COMPARED = (
    "source", "acquisition_channel", "campaign_id", "last_status", "last_visit_at", "next_visit_at", "caregiver_id",
    "sub_city_id",
)  # fmt: skip
_FAULTS = text(f"""
    SELECT coalesce(k.patient_id, p.patient_id) AS patient_id,
        CASE WHEN k.patient_id IS NULL THEN 'is missing' WHEN p.patient_id IS NULL THEN 'has no patient'
        ELSE 'differs in ' || concat_ws(', ',
            CASE WHEN (p.at IS NULL) <> (k.m IS NULL)
                OR abs(ST_X(p.at) - ((k.x + 0.5) / {UNITS} * 2 - 1) * {_HALF}) > 0.2
                OR abs(ST_Y(p.at) + ((k.y + 0.5) / {UNITS} * 2 - 1) * {_HALF}) > 0.2 THEN 'place' END,
            {", ".join(f"CASE WHEN k.{n} IS DISTINCT FROM p.{n} THEN '{n}' END" for n in _COMPARED)}) END AS fault
    FROM dashboard.places k FULL JOIN ({_PLAIN}) p ON p.patient_id = k.patient_id
    WHERE NOT EXISTS (SELECT FROM dashboard.dirty_places d WHERE d.key = coalesce(k.patient_id, p.patient_id))
        AND (k.due_at IS NULL OR k.due_at > {_NOW})
        AND (k.patient_id IS NULL OR p.patient_id IS NULL OR (p.at IS NULL) <> (k.m IS NULL)
            OR abs(ST_X(p.at) - ((k.x + 0.5) / {UNITS} * 2 - 1) * {_HALF}) > 0.2
            OR abs(ST_Y(p.at) + ((k.y + 0.5) / {UNITS} * 2 - 1) * {_HALF}) > 0.2
            OR ({", ".join(f"k.{n}" for n in _COMPARED)}) IS DISTINCT FROM ({", ".join(f"p.{n}" for n in _COMPARED)}))
    ORDER BY 1
""")  # noqa: S608 - constants of ours


def faults(session: Session) -> Iterator[str]:
    """One statement with a few look-ups a patient: minutes for a million. Without those that wait in the queue."""
    for row in session.execute(_FAULTS, execution_options=UNSCOPED):
        yield f"The place of patient {row.patient_id} {row.fault}."
    yield from cell_sums.faults(session)
