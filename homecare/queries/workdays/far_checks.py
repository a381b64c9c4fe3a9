"""Check-ins and check-outs that were told far from the patient's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import CheckMoment, Visit
from homecare.records.row_select import build, relation_label
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

# Assumed.
FAR_M = 500
MOST_ROWS = 200
TOLD_LATER = timedelta(minutes=5)


@dataclass(frozen=True)
class FarCheck:
    """Moments are UTC. `waited`: the phone had no network, and the server heard of it later."""

    visit_id: int
    patient: str
    staff: str
    kind: str
    told_at: datetime
    received_at: datetime
    metres: int

    @property
    def waited(self) -> bool:
        return self.received_at - self.told_at > TOLD_LATER


def far_checks(session: Session, who: Acting) -> list[FarCheck]:
    """The newest 200, of the visits that the person may see. Two statements."""
    mine = select(Visit.id).where(Visit.id == CheckMoment.visit_id).exists()
    asked = select(CheckMoment).where(CheckMoment.metres > FAR_M, mine)
    moments = session.scalars(asked.order_by(CheckMoment.received_at.desc()).limit(MOST_ROWS)).all()
    seen = Seen.of(who, shown_table("visit_services"))
    columns = [name for name in ("patient_id", "staff_id") if seen.access.sees(name)]
    selected = build(seen, columns)
    rows = {
        row._id: row
        for row in session.execute(selected.statement.where(Visit.id.in_({one.visit_id for one in moments})))
    }
    return [
        FarCheck(
            visit_id=one.visit_id,
            patient=(relation_label(rows[one.visit_id], selected, "patient_id") if "patient_id" in columns else "")
            or "",
            staff=(relation_label(rows[one.visit_id], selected, "staff_id") if "staff_id" in columns else "") or "",
            kind=one.kind,
            told_at=one.told_at,
            received_at=one.received_at,
            metres=one.metres or 0,
        )
        for one in moments
        if one.visit_id in rows
    ]
