"""The trail's seals, and its months ahead of time."""

from __future__ import annotations

from sqlalchemy import text

from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions.transaction import transaction
from homecare.audit import seals
from homecare.queueing import LEADS
from homecare.work.workers_door import Work


def seal(work: Work) -> None:
    while _batch(work):
        work.breathe()


def _batch(work: Work) -> int:
    with transaction(work.session, by=work.by):
        return seals.seal_batch(work.session)


def turn_months(work: Work) -> None:
    with transaction(work.session, by=work.by):
        _, dropped = seals.turn_months(work.session)
        if dropped:
            # When a lead was first contacted stands in the trail alone.
            work.session.execute(text(LEADS.everything), execution_options=UNSCOPED_WRITE)
