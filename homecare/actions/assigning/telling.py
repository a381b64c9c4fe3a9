"""Says that the patient of a visit was told what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.actions import rows
from homecare.actions.assigning.held import VISITS
from homecare.actions.assigning.rights import need_planning
from homecare.actions.transaction import retried, transaction
from homecare.models import VisitPlan
from homecare.records.lookup import in_sight


@retried
def tell(*, session: Session, by: Acting, versions: Mapping[int, str]) -> str:
    """Of visit plans at their versions, all or none; returns the change set. Raises rows.RowsChangedError, also where
    nobody has to call about one of them, or its visit may not be seen."""
    need_planning(by)
    with transaction(session, by=by, doing=Doing("assign", "Patients told", VISITS)) as change_set:
        plans = rows.lock_all(session, VisitPlan, versions).values()
        seen = in_sight(session, VISITS, [plan.visit_id for plan in plans])
        settled = [
            plan.id for plan in plans if not plan.call_reason or plan.told_at is not None or plan.visit_id not in seen
        ]
        if settled:
            raise rows.RowsChangedError(settled)
        for plan in plans:
            plan.told_at, plan.told_by = clock.now_utc(), by.accountable.staff_id
        session.flush()
    return str(change_set)
