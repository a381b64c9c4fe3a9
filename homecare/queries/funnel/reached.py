"""How many leads of some days reached each stage: the cells of their months, and the facts of the days at both ends. Of
a month that most days of are asked for, the days that are not are taken off its cells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from operator import add, sub
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import LeadCell, LeadFact
from homecare.records.funnel.stages import PATIENT, STAGES, WINDOWS, cell_value, level, paid

ONE_DAY = timedelta(days=1)
_CELLS = tuple(getattr(LeadCell, f"reached_{stage}") for stage in range(1, len(STAGES) + 1))


@dataclass(frozen=True)
class Span:
    """The leads of the Addis days `first` to `last`, by the stages they reached within `window`."""

    window: str
    first: date
    last: date


@dataclass(frozen=True)
class Reached:
    """`counts` are the leads that reached each stage or a later one, `revenue` is what they paid."""

    counts: tuple[int, ...] = (0,) * len(STAGES)
    revenue: Decimal = Decimal(0)

    @property
    def leads(self) -> int:
        return self.counts[0]

    @property
    def patients(self) -> int:
        return self.counts[PATIENT - 1]

    @property
    def paid(self) -> int:
        return self.counts[-1]

    def __add__(self, other: Reached) -> Reached:
        return Reached(tuple(map(add, self.counts, other.counts)), self.revenue + other.revenue)

    def __sub__(self, other: Reached) -> Reached:
        return Reached(tuple(map(sub, self.counts, other.counts)), self.revenue - other.revenue)


def reached(session: Session, kind: str, spans: Collection[Span]) -> dict[Span, dict[str | None, Reached]]:
    """By span, and by the value of the kind of cells; of the kind "all" by month, 2026-11.

    One statement, that reads the facts of half a month at each end at most: at 2 million leads 1 to 20 ms a span.
    """
    found: dict[Span, dict[str | None, Reached]] = {span: {} for span in spans}
    order = [span for span in found if span.first <= span.last]
    if not order:
        return found
    parts = [part for number, span in enumerate(order) for part in _parts(number, kind, span)]
    united = union_all(*parts).subquery()
    sums = [func.sum(united.c[f"at_{stage}"]) for stage in range(1, len(STAGES) + 1)]
    rows = session.execute(
        select(united.c.number, united.c.value, *sums, func.sum(united.c.paid)).group_by(
            united.c.number, united.c.value
        ),
        execution_options=UNSCOPED,
    )
    for number, value, *counts, revenue in rows:
        cumulated = tuple(reversed([*accumulate(int(count) for count in reversed(counts))]))
        if cumulated[0]:
            found[order[number]][value] = Reached(cumulated, revenue)
    return found


def _parts(number: int, kind: str, span: Span) -> list[Select[Any]]:
    """The months from the first that begins nearer to the span's first day than the next does, and so at its end."""
    month, after = _nearest_month(span.first), _nearest_month(span.last + ONE_DAY)
    if month >= after:
        return [_of_days(number, kind, span.window, span.first, span.last)]
    edges = ((span.first, month), (after, span.last + ONE_DAY))
    return [
        _of_months(number, kind, span.window, month, after),
        *(_of_days(number, kind, span.window, first, end - ONE_DAY) for first, end in edges if first < end),
        *(_of_days(number, kind, span.window, end, first - ONE_DAY, sign=-1) for first, end in edges if end < first),
    ]


def _nearest_month(day: date) -> date:
    """The first day of a month that is nearest."""
    begins = day.replace(day=1)
    after = (begins + 32 * ONE_DAY).replace(day=1)
    return begins if day - begins <= after - day else after


def _of_months(number: int, kind: str, window: str, month: date, after: date) -> Select[Any]:
    value = func.to_char(LeadCell.month, "YYYY-MM") if kind == "all" else LeadCell.value
    counts = [column.label(f"at_{stage}") for stage, column in enumerate(_CELLS, start=1)]
    columns: list[Any] = [literal(number, literal_execute=True).label("number"), cast(value, String).label("value")]
    return select(*columns, *counts, LeadCell.paid.label("paid")).where(
        LeadCell.kind == kind,
        LeadCell.window_days == WINDOWS[window],
        LeadCell.month >= month,
        LeadCell.month < after,
    )


def _of_days(number: int, kind: str, window: str, first: date, last: date, sign: int = 1) -> Select[Any]:
    value: ColumnElement[Any] = func.to_char(LeadFact.day, "YYYY-MM") if kind == "all" else cell_value(kind)
    times = literal(sign, literal_execute=True)
    counts = [
        (func.count(case((level(window) == stage, 1))) * times).label(f"at_{stage}")
        for stage in range(1, len(STAGES) + 1)
    ]
    columns: list[Any] = [literal(number, literal_execute=True).label("number"), cast(value, String).label("value")]
    summed = select(*columns, *counts, (func.sum(paid(window)) * times).label("paid"))
    return summed.where(LeadFact.day.between(first, last)).group_by(value)
