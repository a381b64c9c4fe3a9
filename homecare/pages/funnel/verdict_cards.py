"""Which campaigns to stop, said in one heading, with what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from homecare import clock
from homecare.pages.funnel import said
from homecare.queries.funnel.figures_of import Funnel, Line
from homecare.queries.funnel.lists_behind import Behind
from homecare.queries.funnel.spending import Spent
from homecare.queries.funnel.verdicts import Judged, Verdict

# What is done about first.
SHOWN = (Verdict.STOP, Verdict.WATCH, Verdict.STRONG)
MOST = 6
BAR = 1000


@dataclass(frozen=True)
class Card:
    """Lengths are thousandths of the largest amount shown."""

    name: str
    verdict: Verdict
    judged: Judged
    spent: int
    back: int
    spend_url: str | None
    back_url: str | None
    paid_url: str | None
    leads_url: str | None

    @property
    def tone(self) -> str:
        return self.verdict.tone

    @property
    def usual(self) -> str:
        return f"{self.judged.expected:,.0f}"


@dataclass(frozen=True)
class Verdicts:
    cards: tuple[Card, ...]
    heading: str
    saving: str
    early: int
    days: str
    is_of_other_days: bool


def verdicts(found: Funnel, behind: Behind, spent: Sequence[Spent]) -> Verdicts:
    judged = [(line, line.judged, line.judged.verdict) for line in found.lines if line.judged is not None]
    told = [(line, one, verdict) for line, one, verdict in judged if verdict in SHOWN]
    told.sort(key=lambda each: (SHOWN.index(each[2] or Verdict.STOP), -each[1].spend))
    stop = [one for _, one, verdict in told if verdict is Verdict.STOP]
    shown = told[: max(MOST, len(stop))]
    first, last = found.judged_on
    of_days = Behind(behind.who, behind.question.but(first=first, last=last), behind.sight)
    most = max((max(one.spend, one.revenue) for _, one, _ in shown), default=Decimal(0))
    return Verdicts(
        cards=tuple(_card(line, one, verdict, of_days, most) for line, one, verdict in shown if verdict is not None),
        heading=_heading(stop),
        saving=_saving(stop, spent),
        early=sum(verdict is Verdict.EARLY for _, _, verdict in judged),
        days=said.span(first, last),
        is_of_other_days=first != behind.question.first,
    )


def _card(line: Line, judged: Judged, verdict: Verdict, behind: Behind, most: Decimal) -> Card:
    return Card(
        name=line.label,
        verdict=verdict,
        judged=judged,
        spent=round(BAR * judged.spend / most) if most else 0,
        back=round(BAR * judged.revenue / most) if most else 0,
        spend_url=behind.spend(line.key),
        back_url=behind.revenue(line.key),
        paid_url=behind.stage(7, line.key),
        leads_url=behind.stage(1, line.key),
    )


def _heading(stop: Sequence[Judged]) -> str:
    if not stop:
        return "No campaign to stop"
    spend, back = sum(one.spend for one in stop), sum(one.revenue for one in stop)
    number = f"{len(stop)} campaigns" if len(stop) > 1 else "1 campaign"
    return f"Stop {number}? {said.birr(Decimal(spend))} spent, {said.birr(Decimal(back))} back"


def _saving(stop: Sequence[Judged], spent: Sequence[Spent]) -> str:
    """By what their budgets spend today."""
    ids = {one.campaign_id for one in stop}
    today = clock.today()
    a_day = sum((one.between(today, today) for one in spent if one.campaign_id in ids), Decimal(0))
    return f"Stopping saves about {said.birr(a_day)} a day" if a_day else ""
