"""What visits cost: the tariffs as a list, and what one visit costs by them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Interval, Select, cast, func, literal, literal_column, select, true
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.access.shown import NOT_SHOWN
from homecare.models import Staff, Tariff, Visit, VisitPlan
from homecare.models.folding import plain_word

HOLDS, LATER, OVER = "holds", "later", "over"


@dataclass(frozen=True)
class Priced:
    """A tariff at its version; `state` says whether it holds today, from a later day, or is followed by another."""

    id: int
    version: str
    role: str
    purpose: str
    amount: Decimal
    valid_from: date
    state: str


def tariffs(session: Session) -> list[Priced]:
    """By role and purpose, "any" first, the newest day first. One statement."""
    asked: Select[*tuple[Any, ...]] = select(Tariff, literal_column("tariffs.xmin::text").label("version"))
    rows = session.execute(asked.order_by(plain_word(Tariff.role), Tariff.purpose, Tariff.valid_from.desc())).all()
    today, holding = clock.today(), set[tuple[str, str]]()
    found = []
    for one, version in rows:
        of = (folded(one.role), one.purpose)
        state = LATER if one.valid_from > today else OVER if of in holding else HOLDS
        if state == HOLDS:
            holding.add(of)
        found.append(Priced(one.id, version, one.role, one.purpose, one.amount, one.valid_from, state))
    return found


def of_visits(session: Session, visit_ids: Collection[int]) -> dict[int, Decimal]:
    """What each of these visits costs, by the role of its carer, its purpose and its day (Addis); those without a
    carer, a time or a tariff are left out. Whoever's visits they are: the caller knows that they may be named. One
    statement.
    """
    moment = func.coalesce(Visit.scheduled_at, Visit.check_in_time)
    tariff = (
        select(Tariff.amount)
        .where(
            plain_word(Tariff.role) == plain_word(Staff.role),
            Tariff.purpose.in_(("", func.coalesce(VisitPlan.purpose, ""))),
            # From where that day begins: of our days alone, because a visit's can be any.
            cast(Tariff.valid_from, DateTime) - literal(clock.ADDIS_OFFSET, Interval) <= moment,
        )
        .order_by(Tariff.purpose == "", Tariff.valid_from.desc())
        .limit(1)
        .correlate(Visit, Staff, VisitPlan)
        .lateral("tariff")
    )
    asked = (
        select(Visit.id, tariff.c.amount)
        .join(Staff, Staff.id == Visit.staff_id)
        .outerjoin(VisitPlan, VisitPlan.visit_id == Visit.id)
        .join(tariff, true())
        .where(Visit.id.in_(visit_ids))
    )
    return {row.id: row.amount for row in session.execute(asked, execution_options=UNSCOPED | NOT_SHOWN)}
