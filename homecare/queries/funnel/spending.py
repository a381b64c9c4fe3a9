"""What was spent on the days of a period: each budget spread evenly over its days (domain.md, "The funnel's numbers",
12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.row_scope import UNSCOPED
from homecare.models import Campaign, MarketingBudget

CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Spent:
    """`amount` was spent evenly from `first` to `last`. `platform_id` is the campaign's."""

    campaign_id: int | None
    platform_id: int | None
    amount: Decimal
    first: date
    last: date

    def until(self, day: date) -> Decimal:
        """Up to and with the day. The difference of two such values is a period's, so parts add up to the cent."""
        days = (self.last - self.first).days + 1
        past = min(max((day - self.first).days + 1, 0), days)
        return (self.amount * past / days).quantize(CENT, ROUND_HALF_UP)

    def between(self, first: date, last: date) -> Decimal:
        return self.until(last) - self.until(first - ONE_DAY)


def spent(session: Session) -> list[Spent]:
    """Every budget with a date. A missing date is the campaign's, one alone is one day, and what begins in the future
    is spent on its first day. One statement over all budgets, of which a company has some for each campaign.
    """
    start = func.coalesce(MarketingBudget.start_date, Campaign.start_date)
    end = func.coalesce(MarketingBudget.end_date, Campaign.end_date)
    rows = session.execute(
        select(
            MarketingBudget.campaign_id,
            Campaign.platform_id,
            MarketingBudget.spent_amount,
            func.coalesce(start, end).label("first"),
            func.coalesce(end, start).label("last"),
        )
        .outerjoin(Campaign, Campaign.id == MarketingBudget.campaign_id)
        .where(func.coalesce(start, end).is_not(None), MarketingBudget.spent_amount < Decimal("Infinity")),
        execution_options=UNSCOPED,
    )
    return [
        Spent(row.campaign_id, row.platform_id, row.spent_amount, row.first, _last_day(row.first, row.last))
        for row in rows
        if type(row.first) is date and type(row.last) is date
    ]


def _last_day(first: date, last: date) -> date:
    return max(first, min(last, clock.today()))


def summed(
    spendings: Sequence[Spent], first: date, last: date, by: Callable[[Spent], int | None]
) -> dict[int | None, Decimal]:
    """What was spent from `first` to `last`, by campaign or platform; those without any are left out."""
    found: dict[int | None, Decimal] = defaultdict(Decimal)
    for one in spendings:
        if amount := one.between(first, last):
            found[by(one)] += amount
    return found


def by_month(spendings: Sequence[Spent], first: date, last: date) -> dict[str, Decimal]:
    """What was spent in each month of these days, 2026-11; months without any are left out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in spendings:
        for begins, ends in months(max(first, one.first), min(last, one.last)):
            if amount := one.between(begins, ends):
                found[f"{begins:%Y-%m}"] += amount
    return found


def months(first: date, last: date) -> list[tuple[date, date]]:
    """The Gregorian months of these days, cut at both ends."""
    found = []
    while first <= last:
        after = (first.replace(day=1) + 32 * ONE_DAY).replace(day=1)
        found.append((first, min(after - ONE_DAY, last)))
        first = after
    return found
