"""Publishes once a day (Addis) how many patients live where, for roles that may not know where each lives.

Counts are floored to fives and smaller ones are left out, so that no two of them tell of one person; coarser cells are
sums of published ones. A second copy on the same day would tell who came meanwhile, so there is none.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.actions.transaction import transaction
from homecare.models.ours.cell_levels import PUBLISHED_LEVEL
from homecare.work.workers_door import Work

LEAST = 5
# Ends at the first row where there is one: it is asked every few seconds.
_IS_OLD = text("SELECT NOT EXISTS (SELECT FROM dashboard.published_cells WHERE day >= :day)")
_PUBLISH = text(f"""
    INSERT INTO dashboard.published_cells (day, kind, cell, source, campaign_id, month, patients)
    SELECT :day, 7 - grouping(month, campaign_id, source), cell, source, campaign_id, month,
        count(*) / {LEAST} * {LEAST}
    FROM (SELECT k.m >> (2 * (28 - {PUBLISHED_LEVEL})) AS cell, k.source, k.campaign_id,
            date_trunc('month', p.created_at + interval '3 hours')::date AS month
        FROM dashboard.places k JOIN public.patients p ON p.id = k.patient_id WHERE k.m IS NOT NULL) placed
    GROUP BY cell, CUBE (month, campaign_id, source) HAVING count(*) >= {LEAST}
""")  # noqa: S608 - constants of ours


def renew(work: Work) -> None:
    """Where today's copy is missing. A copy without any cell tells nothing and is made again."""
    with transaction(work.session, by=work.by):
        publish_if_old(work.session)


def publish_if_old(session: Session) -> None:
    day = {"day": clock.today()}
    if session.scalar(_IS_OLD, day, execution_options=UNSCOPED):
        session.execute(text("DELETE FROM dashboard.published_cells"), execution_options=UNSCOPED)
        session.execute(_PUBLISH, day, execution_options=UNSCOPED)
