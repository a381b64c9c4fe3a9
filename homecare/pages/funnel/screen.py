"""Everything that the funnel's page prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from homecare import calendars, clock
from homecare.access.acting import Acting
from homecare.pages.funnel import breakdown_table, said
from homecare.pages.funnel.breakdown_table import Table
from homecare.pages.funnel.stage_rows import StageRow, stage_rows
from homecare.pages.funnel.verdict_cards import Verdicts, verdicts
from homecare.queries.funnel import cohorts, comparing, figures_of, spending, times_taken
from homecare.queries.funnel.cohorts import Cohort, Month
from homecare.queries.funnel.comparing import Comparison
from homecare.queries.funnel.figures_of import Funnel
from homecare.queries.funnel.lists_behind import Behind
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.sight import Sight
from homecare.records.funnel.stages import PATIENT, STAGES

COHORT = "cohort"
COHORT_STAGES = STAGES[PATIENT - 1 :]


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    beside: str
    url: str | None = None


@dataclass(frozen=True)
class Screen:
    """`rows`, `judged`, `months`, `cohorts` and `compared` are of those who see more than money."""

    question: Question
    sight: Sight
    found: Funnel
    figures: list[Figure]
    table: Table
    behind: Behind
    metrics: Mapping[str, Decimal]
    rows: list[StageRow]
    outcomes: Mapping[str, int]
    negative: int
    judged: Verdicts | None
    months: list[Month]
    cohort_stage: str
    cohorts: list[Cohort]
    compared: Comparison | None
    campaigns: list[tuple[int, str]]
    # What the address says beside the question.
    beside: dict[str, str]

    @property
    def how(self) -> str:
        """What a campaign's page is told of the question: how it is counted. Its days are the campaign's own."""
        words = self.question.words
        return "".join(f"&{name}={words[name]}" for name in ("window", "attribution") if name in words)

    @property
    def behind_sides(self) -> list[Behind]:
        """The lists of what is compared."""
        sides = self.compared.sides if self.compared is not None else ()
        return [Behind(self.behind.who, side.question, self.sight) for side in sides]

    @property
    def behind_months(self) -> Behind:
        return Behind(self.behind.who, self.question.but(by="month"), self.sight)

    @property
    def worst(self) -> StageRow | None:
        return next((row for row in self.rows if row.is_worst), None)

    @property
    def as_of(self) -> str:
        """In Addis time; with its day where that is not today."""
        if self.found.as_of is None:
            return "The figures are being worked out"
        moment = clock.to_addis(self.found.as_of)
        day = "" if moment.date() == clock.today() else f"{said.day(moment.date())} "
        return f"Right as of {day}{moment:%H:%M}"


def screen(session: Session, who: Acting, question: Question, sight: Sight, words: Mapping[str, str]) -> Screen:
    """Some twenty statements, of which those that count read cells and an index. Raises ValueError for a word that
    cannot be read."""
    compared = None if sight.money_only else comparing.comparison(session, who, question, words)
    stage = _cohort_stage(words)
    found = figures_of.funnel(session, who, question)
    behind = Behind(who, question, sight)
    spent = spending.spent(session)
    metrics = times_taken.platform_metrics(session, question)
    more: dict[str, Any] = {"rows": [], "outcomes": {}, "negative": 0, "judged": None, "months": [], "cohorts": []}
    if not sight.money_only:
        took = times_taken.times(session, question)
        months = cohorts.by_month(session, question, spent)
        more = {
            "rows": stage_rows(found, behind, took),
            "outcomes": times_taken.outcomes(session, question),
            "negative": took[PATIENT].negative,
            "judged": _judged(session, who, question, found, behind, spent),
            "months": months,
            "cohorts": cohorts.cohorts(session, question, STAGES.index(stage) + 1, months),
        }
    return Screen(
        question=question, sight=sight, found=found, behind=behind, metrics=metrics, compared=compared,
        campaigns=_campaigns(session, who, words), beside=_beside(words), cohort_stage=stage,
        figures=_figures(found, behind, metrics),
        table=breakdown_table.table(found, question, behind, sight), **more,
    )  # fmt: skip


def _judged(
    session: Session, who: Acting, question: Question, found: Funnel, behind: Behind, spent: list[spending.Spent]
) -> Verdicts:
    """Campaigns are judged whatever the breakdown is."""
    if question.by == "campaign":
        return verdicts(found, behind, spent)
    by_campaign = question.but(by="campaign")
    return verdicts(figures_of.funnel(session, who, by_campaign), Behind(who, by_campaign, behind.sight), spent)


def _campaigns(session: Session, who: Acting, words: Mapping[str, str]) -> list[tuple[int, str]]:
    """To choose two from, where two are to be compared."""
    return comparing.campaigns(session, who) if words.get("compare") == comparing.CAMPAIGNS else []


def _beside(words: Mapping[str, str]) -> dict[str, str]:
    return {name: words[name] for name in (*comparing.WORDS, COHORT) if words.get(name)}


def _cohort_stage(words: Mapping[str, str]) -> str:
    stage = words.get(COHORT) or STAGES[-1]
    if stage not in COHORT_STAGES:
        raise ValueError(f"{COHORT} is {stage[:40]!r}; it must be one of {', '.join(COHORT_STAGES)}.")
    return stage


def _figures(found: Funnel, behind: Behind, metrics: Mapping[str, Decimal]) -> list[Figure]:
    total = found.total
    paid = f"{said.count(total.reached.paid)} paid patients"
    told = metrics.get(times_taken.PLATFORM_SPEND)
    return [
        Figure("Spend", said.birr(total.spend), f"platforms say {said.birr(told)}" if told else "from budgets",
               behind.spend()),
        Figure("Revenue", said.birr(total.reached.revenue), paid, behind.revenue()),
        Figure("ROAS", said.ratio(total.roas), "revenue / spend"),
        Figure("CPL", said.birr(total.cpl), "spend / leads"),
        Figure("CAC", said.birr(total.cac), "spend / patients"),
        Figure("LTV-90", said.birr(total.ltv), "of mature leads"),
    ]  # fmt: skip


def presets() -> list[tuple[str, date, date]]:
    """Periods that are often asked for, in Addis days."""
    today = clock.today()
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return [
        *((f"Last {days} days", today - timedelta(days=days - 1), today) for days in (30, 90, 180, 365)),
        ("This month", month, today),
        ("Last month", before.replace(day=1), before),
        *_ethiopian(today),
    ]


def _ethiopian(today: date) -> list[tuple[str, date, date]]:
    year, month, _ = calendars.to_ethiopian(today)
    first = calendars.to_gregorian(year, month, 1)
    before = first - timedelta(days=1)
    then_year, then_month, _ = calendars.to_ethiopian(before)
    return [
        (f"{calendars.MONTHS[month - 1]} {year}", first, today),
        (f"{calendars.MONTHS[then_month - 1]} {then_year}", calendars.to_gregorian(then_year, then_month, 1), before),
    ]
