"""The funnel's figures: a line for each part of a breakdown, and their total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED
from homecare.models import Campaign, FactState, Patient
from homecare.queries.funnel import spending
from homecare.queries.funnel.part_names import names_of_parts
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.reached import Reached, Span, reached
from homecare.queries.funnel.spending import CENT, Spent
from homecare.queries.funnel.verdicts import Judged
from homecare.records.funnel.stages import BREAKDOWNS, NOT_A_PATIENT, PLACES, last_mature

LTV_WINDOW = "90"
# Where a period has no mature lead, campaigns are judged on so many days that end with the last mature one.
JUDGED_DAYS = 90
ONE_DAY = timedelta(days=1)
NOTHING = Reached()
_NO_CITIES = {number: name for name, number in PLACES.items()}
Key = int | str | None


@dataclass(frozen=True)
class Line:
    """`spend` is None where money is not spent by such parts, `ltv` and each ratio where it would divide by nothing.
    `mature` are those of its leads that are older than the window.
    """

    key: Key
    label: str
    reached: Reached
    mature: Reached
    spend: Decimal | None
    ltv: Decimal | None
    judged: Judged | None = None

    @property
    def cpl(self) -> Decimal | None:
        return ratio(self.spend, self.reached.leads)

    @property
    def cac(self) -> Decimal | None:
        return ratio(self.spend, self.reached.patients)

    @property
    def roas(self) -> Decimal | None:
        return ratio(self.reached.revenue, self.spend)


@dataclass(frozen=True)
class Funnel:
    """`judged_on` are the days whose leads campaigns are judged on. Everything that was committed before `as_of`, UTC,
    is in the figures; None where they were not worked out yet."""

    lines: tuple[Line, ...]
    total: Line
    direct_patients: int
    immature: int
    judged_on: tuple[date, date]
    as_of: datetime | None


@dataclass(frozen=True)
class Known:
    """A campaign, as far as the funnel asks."""

    id: int
    platform_id: int | None
    is_active: bool


def ratio(above: Decimal | None, below: Decimal | int | None) -> Decimal | None:
    return None if above is None or not below else (above / below).quantize(CENT, ROUND_HALF_UP)


def funnel(session: Session, who: Acting, question: Question) -> Funnel:
    """Six statements, one of which counts: see `reached` for its cost."""
    spans = _spans(question)
    found = reached(session, question.kind, {*spans.values()})
    campaigns = _campaigns(session)
    counted = {name: _by_key(question, campaigns, found[span]) for name, span in spans.items()}
    spent = spending.spent(session)
    spend = _spend(question, spent)
    judged = (
        _judged(question, campaigns, counted["judged"], spent, spans["judged"]) if question.by == "campaign" else {}
    )
    keys = {*counted["all"], *(spend or ())}
    names = names_of_parts(session, who, question.by, keys)
    lines = [
        Line(
            key=key,
            label=names[key],
            reached=counted["all"].get(key, NOTHING),
            mature=counted["mature"].get(key, NOTHING),
            spend=None if spend is None else spend.get(key, Decimal(0)),
            ltv=_ltv(counted["ltv"].get(key, NOTHING)),
            judged=judged.get(key) if isinstance(key, int) else None,
        )
        for key in keys
    ]
    total = _total(lines, question, spent, sum(counted["ltv"].values(), NOTHING))
    return Funnel(
        lines=tuple(sorted(lines, key=lambda line: _in_order(line, question.by))),
        total=total,
        direct_patients=_direct(session, question),
        immature=total.reached.leads - total.mature.leads,
        judged_on=(spans["judged"].first, spans["judged"].last),
        as_of=session.scalar(select(FactState.right_at).where(FactState.name == "leads"), execution_options=UNSCOPED),
    )


def _total(lines: Sequence[Line], question: Question, spent: Sequence[Spent], of_ltv: Reached) -> Line:
    return Line(
        key=None,
        label="Total",
        reached=sum((line.reached for line in lines), NOTHING),
        mature=sum((line.mature for line in lines), NOTHING),
        spend=sum((one.between(question.first, question.last) for one in spent), Decimal(0)),
        ltv=_ltv(of_ltv),
    )


def _in_order(line: Line, by: str) -> tuple[bool, Decimal, int, str]:
    """By spend and leads; a month by its name. Unattributed last."""
    if by == "month":
        return False, Decimal(0), 0, str(line.key)
    spend = Decimal(0) if line.spend is None else -line.spend
    return line.key is None, spend, -line.reached.leads, line.label


def _spans(question: Question) -> dict[str, Span]:
    first, last, window = question.first, question.last, question.window
    mature = min(last, last_mature(window))
    judged = mature if mature >= first else min(last_mature(window), clock.today() - ONE_DAY)
    return {
        "all": Span(window, first, last),
        "mature": Span(window, first, mature),
        "ltv": Span(LTV_WINDOW, first, min(last, last_mature(LTV_WINDOW))),
        "judged": Span(window, first if mature >= first else judged - (JUDGED_DAYS - 1) * ONE_DAY, judged),
    }


def _campaigns(session: Session) -> dict[int, Known]:
    rows = session.execute(select(Campaign.id, Campaign.platform_id, Campaign.status), execution_options=UNSCOPED)
    return {row.id: Known(row.id, row.platform_id, folded(row.status) == "active") for row in rows}


def _by_key(
    question: Question, campaigns: Mapping[int, Known], found: Mapping[str | None, Reached]
) -> dict[Key, Reached]:
    """The values of cells as the breakdown's keys; those of one platform are summed."""
    by_key: dict[Key, Reached] = {}
    for value, one in found.items():
        key = _key(question.by, campaigns, value)
        by_key[key] = by_key[key] + one if key in by_key else one
    return by_key


def _key(by: str, campaigns: Mapping[int, Known], value: str | None) -> Key:
    if by in ("sub_city", "channel") and value == "":
        return NOT_A_PATIENT
    if value is None or by in ("month", "channel"):
        return value
    if by == "sub_city" and int(value) in _NO_CITIES:
        return _NO_CITIES[int(value)]
    if by == "platform":
        return campaigns[int(value)].platform_id if int(value) in campaigns else None
    return int(value)


def _spend(question: Question, spent: list[Spent]) -> Mapping[Any, Decimal] | None:
    if not BREAKDOWNS[question.by].has_spend:
        return None
    if question.by == "month":
        return spending.by_month(spent, question.first, question.last)
    is_platform = question.by == "platform"
    return spending.summed(
        spent, question.first, question.last, lambda one: one.platform_id if is_platform else one.campaign_id
    )


def _ltv(mature: Reached) -> Decimal | None:
    return ratio(mature.revenue, mature.patients)


def _judged(
    question: Question, campaigns: Mapping[int, Known], counted: Mapping[Key, Reached], spent: list[Spent], span: Span
) -> dict[int, Judged]:
    """Of the active campaigns, each against all the others. Where those cost nothing, nothing is usual."""
    spend = spending.summed(spent, span.first, span.last, lambda one: one.campaign_id)
    all_spend = sum((spend.get(one, Decimal(0)) for one in campaigns), Decimal(0))
    all_paid = sum(counted.get(one, NOTHING).paid for one in campaigns)
    found = {}
    for one in campaigns.values():
        mine, brought = spend.get(one.id, Decimal(0)), counted.get(one.id, NOTHING)
        if one.is_active and all_spend - mine:
            expected = float(mine * (all_paid - brought.paid) / (all_spend - mine))
            found[one.id] = Judged(one.id, mine, brought.revenue, brought.leads, brought.paid, expected)
    return found


def _direct(session: Session, question: Question) -> int:
    first, after = clock.day_start(question.first), clock.day_start(question.last) + ONE_DAY
    came = select(func.count()).select_from(Patient).where(
        Patient.marketing_lead_id.is_(None), Patient.created_at >= first, Patient.created_at < after
    )  # fmt: skip
    return session.scalar(came, execution_options=UNSCOPED) or 0
