"""The funnel month by month, as small bars drawn by the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from homecare.pages.funnel import said
from homecare.queries.funnel.cohorts import Month
from homecare.queries.funnel.lists_behind import Behind
from homecare.records.funnel.stages import LEAD, PATIENT

HEIGHT = 100
SLOT, BAR = 10, 8


@dataclass(frozen=True)
class Bar:
    x: int
    height: int
    words: str
    month: str
    text: str
    url: str | None


@dataclass(frozen=True)
class Trend:
    """In the units of its viewBox: a slot a month, HEIGHT for the largest value."""

    title: str
    bars: tuple[Bar, ...]
    last: str

    @property
    def width(self) -> int:
        return SLOT * len(self.bars)


def trends(months: Sequence[Month], behind: Behind) -> list[Trend]:
    """`behind` has the lists of the months."""
    return [
        _trend("Leads", months, lambda one: Decimal(one.reached.leads), lambda key: behind.stage(LEAD, key)),
        _trend("Patients", months, lambda one: Decimal(one.reached.patients), lambda key: behind.stage(PATIENT, key)),
        _trend("Spend", months, lambda one: one.spend, behind.spend),
        _trend("Revenue", months, lambda one: one.reached.revenue, behind.revenue),
    ]


def _trend(
    title: str, months: Sequence[Month], value_of: Callable[[Month], Decimal], url_of: Callable[[str], str | None]
) -> Trend:
    values = [value_of(one) for one in months]
    most = max(values, default=Decimal(0))
    bars = [
        Bar(
            x=SLOT * place + (SLOT - BAR) // 2,
            height=round(HEIGHT * value / most) if most > 0 and value > 0 else 0,
            words=f"{title}, {one.first:%b %Y}: {said.birr(value)}",
            month=f"{one.first:%b %Y}",
            text=said.birr(value),
            url=url_of(one.key),
        )
        for place, (one, value) in enumerate(zip(months, values, strict=True))
    ]
    return Trend(title, tuple(bars), said.birr(values[-1]) if values else said.NONE)
