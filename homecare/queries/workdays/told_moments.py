"""What phones told of one visit, where its own times say something else: for its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import CheckMoment
from homecare.queries.workdays.own_day import KINDS


def told_otherwise(session: Session, visit_id: int, times: Mapping[str, Any]) -> list[CheckMoment]:
    """Those that differ from what `times` has in their column, the check-in first; a column that is not among them is
    not told of. One statement."""
    asked = select(CheckMoment).where(CheckMoment.visit_id == visit_id).order_by(CheckMoment.kind)
    found = session.scalars(asked, execution_options=UNSCOPED)
    return [one for one in found if KINDS[one.kind] in times and one.told_at != times[KINDS[one.kind]]]
