"""How far each lead came by one plain query of the company's rows, to hold what is kept against. It goes lead by lead,
and nothing in it is of the worker's query. The numbers in brackets are those of domain.md, "The funnel's numbers".
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.queueing import OF_PAGES

DAYS = (14, 30, 90, 180)
MOST = 1000

_WORD = "dashboard.plain_word({0})"
_CONTACTED = "('contacted', 'qualified', 'converted')"
_IN_TIME = "{0} < l.known_at + interval '{1} days'"
# [4] The highest stage with a moment in the window; [3] a stage without any counts under none alone.
_HIGHEST = ", ".join(
    f"max(stage) FILTER (WHERE {_IN_TIME.format('happened_at', days)}) AS level_{days}" for days in DAYS
)
_PAID = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE {_IN_TIME.format('paid_at', days)}), 0) AS paid_{days}" for days in DAYS
)
# Between days that the calendar knows, and as many as an integer holds.
_AFTER = (
    "CASE WHEN l.known_at IS NOT NULL AND {0} IS NOT NULL THEN greatest(-2000000000, least(1000000000, floor(extract("
    "epoch FROM least(greatest({0}, '0001-01-02'), '9999-12-30') - l.known_at) / 60))) END"
)
_MINUTES = ", ".join(
    f"{_AFTER.format(f'min(happened_at) FILTER (WHERE stage = {stage})')} AS minutes_{name}"
    for stage, name in ((4, "patient"), (5, "visit"), (6, "invoice"), (7, "paid"))
)
_NAMES = (
    "patient_id", "came_at", "day", "first_campaign_id", "last_campaign_id", "lead_source_id", "landing_page_id",
    "channel", "sub_city", "outcome", "minutes_contact", "minutes_patient", "minutes_visit", "minutes_invoice",
    "minutes_paid",
    *(f"level_{days}" for days in DAYS), "level_none", *(f"paid_{days}" for days in DAYS), "paid_none",
)  # fmt: skip
_PLAIN = f"""
    SELECT l.id AS lead_id, p.id AS patient_id, l.created_at AS came_at, date(l.known_at + interval '3 hours') AS day,
        coalesce(p.initial_campaign_id, l.campaign_id, g.campaign_id) AS first_campaign_id,
        coalesce(l.campaign_id, g.campaign_id, p.initial_campaign_id) AS last_campaign_id,
        l.lead_source_id, l.landing_page_id, nullif(p.acquisition_channel, '') AS channel,
        CASE WHEN p.id IS NOT NULL THEN CASE WHEN p.geolocation IS NULL OR ST_IsEmpty(CAST(p.geolocation AS geometry))
            OR ST_Y(CAST(p.geolocation AS geometry)) NOT BETWEEN -85 AND 85 THEN -1
            ELSE coalesce(dashboard.sub_city(p.geolocation), 0) END END AS sub_city,
        CASE word WHEN 'lost' THEN 'Lost' WHEN 'unqualified' THEN 'Unqualified' ELSE '' END AS outcome,
        (SELECT {_AFTER.format("min(c.made_at)")} FROM dashboard.changes c
            WHERE c.resource = 'marketing_leads' AND c.row_id = l.id AND c.kind = 'changed'
            AND {_WORD.format("c.new ->> 'status'")} IN {_CONTACTED}
            AND ({_WORD.format("c.old ->> 'status'")} IN {_CONTACTED}) IS NOT TRUE
        ) AS minutes_contact,
        minutes_patient, minutes_visit, minutes_invoice, minutes_paid,
        {", ".join(f"greatest(said, level_{name}) AS level_{name}" for name in (*DAYS, "none"))},
        {", ".join(f"paid_{name}" for name in (*DAYS, "none"))}
    FROM (SELECT *, {_WORD.format("status")} AS word,
            CASE WHEN created_at BETWEEN '0001-01-02' AND '9999-12-30' THEN created_at END AS known_at
        FROM public.marketing_leads) l
    LEFT JOIN public.landing_pages g ON g.id = l.landing_page_id
    LEFT JOIN public.patients p ON p.id =
        (SELECT min(one.id) FROM public.patients one WHERE one.marketing_lead_id = l.id)
    CROSS JOIN LATERAL (SELECT CASE word WHEN 'qualified' THEN 3 WHEN 'converted' THEN 3
        WHEN 'contacted' THEN 2 ELSE 1 END AS said) words
    CROSS JOIN LATERAL (
        SELECT {_HIGHEST}, max(stage) AS level_none, {_MINUTES} FROM (
            SELECT 4 AS stage, coalesce(l.converted_to_patient_at, p.created_at) AS happened_at WHERE p.id IS NOT NULL
            UNION ALL SELECT 5, coalesce(v.check_out_time, v.check_in_time, v.scheduled_at)
                FROM public.visit_services v WHERE v.patient_id = p.id AND {_WORD.format("v.status")} = 'completed'
            UNION ALL SELECT 6, i.created_at FROM public.invoices i
                WHERE i.patient_id = p.id AND coalesce({_WORD.format("i.status")}, '') NOT IN ('cancelled', 'refunded')
            UNION ALL SELECT 7, i.paid_at FROM public.invoices i
                WHERE i.patient_id = p.id AND {_WORD.format("i.status")} = 'paid') moments) stages
    CROSS JOIN LATERAL (
        SELECT {_PAID}, coalesce(sum(amount), 0) AS paid_none FROM public.invoices i
        WHERE i.patient_id = p.id AND {_WORD.format("i.status")} = 'paid'
            AND i.amount >= 0 AND i.amount < 'Infinity') sums
"""  # noqa: S608 - constants of ours
_LEADS = text(f"""
    SELECT coalesce(plain.lead_id, kept.lead_id) FROM ({_PLAIN}) plain
    FULL JOIN dashboard.lead_facts kept ON kept.lead_id = plain.lead_id
    WHERE (plain.lead_id IS NULL OR kept.lead_id IS NULL
        OR {" OR ".join(f"plain.{name} IS DISTINCT FROM kept.{name}" for name in _NAMES)})
        AND NOT EXISTS (SELECT FROM dashboard.dirty_leads d WHERE d.key IS NULL
            OR d.key IN (plain.lead_id, kept.lead_id, -plain.patient_id, -kept.patient_id,
                {OF_PAGES} - plain.landing_page_id, {OF_PAGES} - kept.landing_page_id))
    ORDER BY 1 LIMIT {MOST}
""")  # noqa: S608 - constants of ours

_VALUES = {
    "all": "NULL", "first": "first_campaign_id::text", "last": "last_campaign_id::text",
    "source": "lead_source_id::text", "page": "landing_page_id::text",
    "sub_city": "CASE WHEN patient_id IS NULL THEN '' ELSE sub_city::text END",
    "channel": "CASE WHEN patient_id IS NULL THEN '' ELSE channel END",
    "outcome": "outcome",
}  # fmt: skip
_CELLS = """
    SELECT '{kind} ' || {days} || ' ' || coalesce(k.month, f.month) || ' ' || coalesce(k.value, f.value, 'none')
    FROM (SELECT date_trunc('month', day)::date AS month, {value} AS value,
            array_agg(level_{name} ORDER BY level_{name}) AS levels, sum(paid_{name}) AS paid
        FROM dashboard.lead_facts WHERE day IS NOT NULL GROUP BY 1, 2) f
    FULL JOIN (SELECT *, array_fill(1::smallint, ARRAY[reached_1]) || array_fill(2::smallint, ARRAY[reached_2])
            || array_fill(3::smallint, ARRAY[reached_3]) || array_fill(4::smallint, ARRAY[reached_4])
            || array_fill(5::smallint, ARRAY[reached_5]) || array_fill(6::smallint, ARRAY[reached_6])
            || array_fill(7::smallint, ARRAY[reached_7]) AS levels
        FROM dashboard.lead_cells WHERE kind = '{kind}' AND window_days = {days}) k
    ON k.month = f.month AND (k.value IS NULL) = (f.value IS NULL) AND coalesce(k.value, '') = coalesce(f.value, '')
    WHERE k.levels IS DISTINCT FROM f.levels OR k.paid IS DISTINCT FROM f.paid
    ORDER BY 1 LIMIT {most}
"""


def faults(session: Session) -> Iterator[str]:
    """The leads whose facts are not as the company's rows say, and the cells that are not the sums of facts. Some
    minutes at 2 million leads. What waits in the queue is left out, by the same snapshot."""
    for lead in session.scalars(_LEADS, execution_options=UNSCOPED):
        yield f"lead {lead}"
    for kind, value in _VALUES.items():
        for name in (*DAYS, "none"):
            days = 0 if name == "none" else name
            cells = text(_CELLS.format(kind=kind, days=days, name=name, value=value, most=MOST))
            for cell in session.scalars(cells, execution_options=UNSCOPED):
                yield f"cell {cell}"
