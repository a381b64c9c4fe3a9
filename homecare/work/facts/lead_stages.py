"""Works out how far leads came (domain.md, "The funnel's numbers", 1 to 6, 10 and 11), and counts them by month.

A fact is taken out of its cells, written anew and put into them again: cells are sums, so what did not change cancels
out. A key of the queue is a lead's number; below zero it is a patient's, and from OF_PAGES down a landing page's: whose
lead that is can change meanwhile, so it is looked up when the fact is worked out.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.queueing import OF_PAGES
from homecare.work.facts.nearest_centre import CENTRES, sub_city_of

WINDOWS = {"14": 14, "30": 30, "90": 90, "180": 180, "none": 0}
DAY_MINUTES = 1440

_NAMED = text(f"""
    SELECT key FROM unnest(CAST(:keys AS bigint[])) key WHERE key > 0
    UNION SELECT p.marketing_lead_id FROM public.patients p
        WHERE p.id = ANY(ARRAY(SELECT -key FROM unnest(CAST(:keys AS bigint[])) key WHERE key < 0 AND key > {OF_PAGES}))
        AND p.marketing_lead_id IS NOT NULL
    UNION SELECT l.id FROM public.marketing_leads l WHERE l.landing_page_id = ANY(
        ARRAY(SELECT {OF_PAGES} - key FROM unnest(CAST(:keys AS bigint[])) key WHERE key <= {OF_PAGES}))
""")  # noqa: S608 - a constant of ours

_LEVEL = """CASE WHEN minutes_paid < {0} THEN 7 WHEN minutes_invoice < {0} THEN 6 WHEN minutes_visit < {0} THEN 5
    WHEN minutes_patient < {0} THEN 4 ELSE said END AS level_{1}"""
_LEVELS = ", ".join(_LEVEL.format(days * DAY_MINUTES, name) for name, days in WINDOWS.items() if days)
_SUM = "coalesce(sum(b.amount) FILTER (WHERE b.is_paid AND b.is_amount AND b.minutes < {0}), 0) AS paid_{1}"
_SUMS = ", ".join(_SUM.format(days * DAY_MINUTES, name) for name, days in WINDOWS.items() if days)
_CONTACTED = "('contacted', 'qualified', 'converted')"
_PAID = ", ".join(f"coalesce(billed.paid_{name}, 0) AS paid_{name}" for name in WINDOWS)
_COLUMNS = ", ".join((
    "lead_id, patient_id, came_at, day, first_campaign_id, last_campaign_id, lead_source_id, landing_page_id, sub_city",
    "channel, outcome, minutes_contact, minutes_patient, minutes_visit, minutes_invoice, minutes_paid",
    *(f"level_{name}" for name in WINDOWS), *(f"paid_{name}" for name in WINDOWS),
))  # fmt: skip

# Each fact is aggregated by itself and then joined; one big join multiplies money. OFFSET 0 has each invoice read once,
# not for each sum. In order of the day, because what is not a whole month is read from the facts of its days.
_WRITTEN = f"""
    WITH {CENTRES}, linked AS MATERIALIZED (
        SELECT DISTINCT ON (p.marketing_lead_id) p.marketing_lead_id AS lead_id, p.id, p.initial_campaign_id,
            nullif(p.acquisition_channel, '') AS channel, p.geolocation, l.created_at AS came_at,
            coalesce(l.converted_to_patient_at, p.created_at) AS became_at
        FROM public.patients p JOIN public.marketing_leads l ON l.id = p.marketing_lead_id
        WHERE {{of_linked}} ORDER BY p.marketing_lead_id, p.id
    ), visited AS (
        SELECT v.patient_id, min(coalesce(v.check_out_time, v.check_in_time, v.scheduled_at)) AS first_at
        FROM linked JOIN public.visit_services v ON v.patient_id = linked.id
        WHERE v.status = 'Completed' OR dashboard.plain_word(v.status) = 'completed' GROUP BY 1
    ), billed AS (
        SELECT b.patient_id, min(b.created_at) FILTER (WHERE b.is_live) AS first_at,
            min(b.paid_at) FILTER (WHERE b.is_paid) AS paid_at, bool_or(b.is_live) AS is_live,
            bool_or(b.is_paid) AS is_paid,
            {_SUMS}, coalesce(sum(b.amount) FILTER (WHERE b.is_paid AND b.is_amount), 0) AS paid_none
        FROM (SELECT i.patient_id, i.created_at, i.paid_at, i.amount,
                i.amount >= 0 AND i.amount < 'Infinity' AS is_amount,
                said.status NOT IN ('cancelled', 'refunded') AS is_live, said.status = 'paid' AS is_paid,
                dashboard.minutes_after(linked.came_at, i.paid_at) AS minutes
            FROM linked JOIN public.invoices i ON i.patient_id = linked.id
            CROSS JOIN LATERAL (SELECT CASE i.status WHEN 'Paid' THEN 'paid' ELSE
                coalesce(nullif(dashboard.plain_word(i.status), ''), 'pending') END AS status) said OFFSET 0) b
        GROUP BY 1
    ), contacted AS (
        SELECT c.row_id AS lead_id, min(c.made_at) AS first_at FROM dashboard.changes c
        WHERE c.resource = 'marketing_leads' AND c.kind = 'changed' AND {{of_changes}}
            AND dashboard.plain_word(c.new ->> 'status') IN {_CONTACTED}
            AND coalesce(dashboard.plain_word(c.old ->> 'status'), '') NOT IN {_CONTACTED}
        GROUP BY 1
    ), worked_out AS (
        SELECT l.id AS lead_id, linked.id AS patient_id, l.created_at AS came_at,
            CASE WHEN l.created_at BETWEEN '0001-01-02' AND '9999-12-30'
                THEN CAST(l.created_at + interval '3 hours' AS date) END AS day,
            coalesce(linked.initial_campaign_id, l.campaign_id, page.campaign_id) AS first_campaign_id,
            coalesce(l.campaign_id, page.campaign_id, linked.initial_campaign_id) AS last_campaign_id,
            l.lead_source_id, l.landing_page_id, linked.channel,
            CASE WHEN linked.id IS NULL THEN NULL
                WHEN linked.geolocation IS NULL OR ST_IsEmpty(CAST(linked.geolocation AS geometry))
                    OR abs(ST_Y(CAST(linked.geolocation AS geometry))) > 85 THEN -1
                ELSE coalesce(city.sub_city_id, 0) END AS sub_city,
            CASE word.status WHEN 'lost' THEN 'Lost' WHEN 'unqualified' THEN 'Unqualified' ELSE '' END AS outcome,
            dashboard.minutes_after(l.created_at, contacted.first_at) AS minutes_contact,
            dashboard.minutes_after(l.created_at, linked.became_at) AS minutes_patient,
            dashboard.minutes_after(l.created_at, visited.first_at) AS minutes_visit,
            dashboard.minutes_after(l.created_at, billed.first_at) AS minutes_invoice,
            dashboard.minutes_after(l.created_at, billed.paid_at) AS minutes_paid,
            CASE word.status WHEN 'qualified' THEN 3 WHEN 'converted' THEN 3 WHEN 'contacted' THEN 2 ELSE 1 END AS said,
            CASE WHEN billed.is_paid THEN 7 WHEN billed.is_live THEN 6 WHEN visited.patient_id IS NOT NULL THEN 5
                WHEN linked.id IS NOT NULL THEN 4 END AS ever,
            {_PAID}
        FROM public.marketing_leads l
        CROSS JOIN LATERAL (SELECT dashboard.plain_word(l.status) AS status) word
        LEFT JOIN public.landing_pages page ON page.id = l.landing_page_id
        LEFT JOIN linked ON linked.lead_id = l.id
        LEFT JOIN LATERAL ({sub_city_of("linked.geolocation")}) city ON true
        LEFT JOIN visited ON visited.patient_id = linked.id
        LEFT JOIN billed ON billed.patient_id = linked.id
        LEFT JOIN contacted ON contacted.lead_id = l.id
        WHERE {{of_leads}}
    )
    INSERT INTO dashboard.lead_facts ({_COLUMNS})
    SELECT lead_id, patient_id, came_at, day, first_campaign_id, last_campaign_id, lead_source_id, landing_page_id,
        sub_city, channel, outcome, minutes_contact, minutes_patient, minutes_visit, minutes_invoice, minutes_paid,
        {_LEVELS}, coalesce(ever, said) AS level_none, {", ".join(f"paid_{name}" for name in WINDOWS)}
    FROM worked_out ORDER BY day, lead_id
"""  # noqa: S608 - constants of ours
_WRITE_SOME = text(_WRITTEN.format(
    of_linked="p.marketing_lead_id = ANY(:leads)", of_changes="c.row_id = ANY(:leads)", of_leads="l.id = ANY(:leads)",
))  # fmt: skip
_WRITE_ALL = text(_WRITTEN.format(of_linked="true", of_changes="true", of_leads="true"))

# What a breakdown divides by. A lead without a patient has neither place nor channel, which '' says.
KINDS = {
    "first": "CAST(first_campaign_id AS text)",
    "last": "CAST(last_campaign_id AS text)",
    "source": "CAST(lead_source_id AS text)",
    "page": "CAST(landing_page_id AS text)",
    "sub_city": "CASE WHEN patient_id IS NULL THEN '' ELSE CAST(sub_city AS text) END",
    "channel": "CASE WHEN patient_id IS NULL THEN '' ELSE channel END",
    "outcome": "outcome",
}
_STAGES = range(1, 8)
_MEASURES = ", ".join(f"level_{name}, paid_{name}" for name in WINDOWS)
_REACHED = [f"reached_{stage}" for stage in _STAGES]


def _counted(sign: str, facts: str) -> TextClause:
    """Adds the facts to their cells, or with `-` takes them out. The facts are read once, for all kinds and windows."""
    values = ", ".join(f'{value} AS "{kind}"' for kind, value in KINDS.items())
    sets = ", ".join(f'(month, "{kind}")' for kind in KINDS)
    kind_of = " ".join(f"""WHEN grouping("{kind}") = 0 THEN '{kind}'""" for kind in KINDS)
    value_of = " ".join(f'WHEN grouping("{kind}") = 0 THEN "{kind}"' for kind in KINDS)
    sums = ", ".join(
        ", ".join(f"count(*) FILTER (WHERE level_{name} = {stage}) AS at_{name}_{stage}" for stage in _STAGES)
        + f", sum(paid_{name}) AS paid_{name}"
        for name in WINDOWS
    )
    windows = ", ".join(
        f"({days}, {', '.join(f'at_{name}_{stage}' for stage in _STAGES)}, paid_{name})"
        for name, days in WINDOWS.items()
    )
    return text(f"""
        INSERT INTO dashboard.lead_cells AS c (kind, window_days, month, value, {", ".join(_REACHED)}, paid)
        SELECT kind, window_days, month, value, {", ".join(f"{sign} {name}" for name in _REACHED)}, {sign} paid
        FROM (SELECT CAST(month AS date) AS month, CASE {kind_of} ELSE 'all' END AS kind, CASE {value_of} END AS value,
                {sums}
            FROM (SELECT date_trunc('month', day) AS month, {values}, {_MEASURES} FROM dashboard.lead_facts
                WHERE day IS NOT NULL AND {facts}) f
            GROUP BY GROUPING SETS ((month), {sets})) counted
        CROSS JOIN LATERAL (VALUES {windows}) windows (window_days, {", ".join(_REACHED)}, paid)
        ON CONFLICT (kind, window_days, month, value) DO UPDATE SET
            {", ".join(f"{name} = c.{name} + excluded.{name}" for name in _REACHED)}, paid = c.paid + excluded.paid
    """)  # noqa: S608 - constants of ours


_SOME = "lead_id = ANY(:leads)"
_TAKE_SOME, _ADD_SOME, _ADD_ALL = _counted("-", _SOME), _counted("+", _SOME), _counted("+", "true")
_FORGET_SOME = text(f"DELETE FROM dashboard.lead_facts WHERE {_SOME}")  # noqa: S608 - a constant of ours
_FORGET_ALL, _FORGET_CELLS = text("DELETE FROM dashboard.lead_facts"), text("DELETE FROM dashboard.lead_cells")
_FORGET_EMPTY = text(f"DELETE FROM dashboard.lead_cells WHERE {' AND '.join(f'{name} = 0' for name in _REACHED)}")  # noqa: S608


def work_out(session: Session, keys: Sequence[int]) -> None:
    """Of the leads that the keys name. Six statements; 100,000 leads take some seconds."""
    leads = session.scalars(_NAMED, {"keys": [*keys]}, execution_options=UNSCOPED).all()
    for statement in (_TAKE_SOME, _FORGET_SOME, _WRITE_SOME, _ADD_SOME):
        session.execute(statement, {"leads": [*leads]}, execution_options=UNSCOPED)
    session.execute(_FORGET_EMPTY, execution_options=UNSCOPED)


def work_out_all(session: Session) -> None:
    """Of every lead."""
    for statement in (_FORGET_CELLS, _FORGET_ALL, _WRITE_ALL, _ADD_ALL):
        session.execute(statement, execution_options=UNSCOPED)
