"""The rows behind the funnel's numbers, as conditions of the lists: `stage=Paid&window=90&attribution=first&from=…`.

`stage` lists who reached it, `stopped` those for whom it is the highest. They read the facts that the figures are
counted from, so that a figure and its list are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from homecare import clock
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.kinds.times import parse_date
from homecare.models import Campaign, Invoice, Lead, LeadFact, MarketingBudget, Patient
from homecare.models.folding import plain_word
from homecare.records.funnel import stages
from homecare.records.funnel.stages import DAY_MINUTES, STAGES, WINDOWS
from homecare.records.registered import Parameter, Reads, named

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
# Facts are of all patients, visits and invoices, not only of a role's own.
PATIENTS = Reads("patients", ("marketing_lead_id",), whole=True)
PLACES = Reads("patients", ("geolocation",), whole=True)
CHANNELS = Reads("patients", ("acquisition_channel",), whole=True)
VISITS = Reads("visit_services", ("status",), whole=True)
INVOICES = Reads("invoices", ("status",), whole=True)
LINK = replace(PATIENTS, columns_only=True)
CAMPAIGNS = (
    Reads("marketing_leads", ("campaign_id",), columns_only=True),
    Reads("patients", ("initial_campaign_id",), columns_only=True),
)


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"Choose one of {', '.join(words)}; this is {text[:40]!r}.")
        return text

    return read


def _day(text: str) -> date | None:
    return funnel_day(text) if text else None


def funnel_day(text: str) -> date:
    """A day of a period. Raises ValueError with a sentence."""
    day = parse_date(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"The funnel's days lie from {say.day(FIRST_DAY)} to {say.day(LAST_DAY)}.")
    return day


def _key(*words: str) -> Callable[[str], int | str | None]:
    """A record's number or one of the words; None where it is not asked for."""

    def read(text: str) -> int | str | None:
        return text if text in words else parse_id(text) if text else None

    return read


def _after(words: str) -> Callable[[Any], str]:
    return lambda value: "" if value is None else f", {words} {say.day(value) if isinstance(value, date) else value}"


def _record(name: str, label: str, table: str, *reads: Reads) -> Parameter:
    def said(key: Any) -> str:
        return "" if key is None else f", {label.lower()} {f'#{key}' if isinstance(key, int) else key}"

    def about(key: Any) -> tuple[str, int] | None:
        return (table, key) if isinstance(key, int) else None

    return Parameter(name, label, _key(stages.UNATTRIBUTED), say=said, reads=reads, about=about)


def _said_window(window: str) -> str:
    return " at any time" if window == "none" else f" within {window} days"


PERIOD = (
    Parameter("from", "From", _day, say=_after("leads from")),
    Parameter("to", "To", _day, say=_after("until")),
)
PARTS = (
    _record("campaign", "Campaign", "marketing_campaigns", *CAMPAIGNS),
    _record("platform", "Platform", "marketing_platforms", *CAMPAIGNS,
            Reads("marketing_campaigns", ("platform_id",), columns_only=True)),
    _record("source", "Lead source", "lead_sources",
            Reads("marketing_leads", ("lead_source_id",), columns_only=True)),
    _record("page", "Landing page", "landing_pages",
            Reads("marketing_leads", ("landing_page_id",), columns_only=True)),
    Parameter("sub_city", "Sub-city", _key(stages.NOT_A_PATIENT, *stages.PLACES), say=_after("sub-city"),
              reads=(PATIENTS, PLACES)),
    Parameter("channel", "Channel", lambda text: text or None, say=_after("channel"), reads=(PATIENTS, CHANNELS)),
)  # fmt: skip
HOW = (
    Parameter("window", "Window", _one_of(*WINDOWS), "90", say=_said_window),
    Parameter("attribution", "Attribution", _one_of(*stages.ATTRIBUTIONS), "first", say=lambda word: f", {word} touch"),
)
MATURE = Parameter("mature", "Mature", _one_of("", "no", "yes"), say=lambda word: {
    "": "", "no": ", younger than the window", "yes": ", older than the window"}[word])  # fmt: skip
OUTCOME = Parameter("outcome", "Outcome", _one_of("", "none", *stages.OUTCOMES), say=lambda word: {
    "": "", "none": ", neither Lost nor Unqualified"}.get(word, f", {word}"))  # fmt: skip
WORDS = (*HOW, *PERIOD, *PARTS, MATURE, OUTCOME)
_SAID_PART = "{window}{from}{to}{campaign}{platform}{source}{page}{sub_city}{channel}"
_SAID = f"{_SAID_PART}{{outcome}}{{mature}}{{attribution}}"


def of_words(words: dict[str, Any]) -> ColumnElement[bool]:
    """Whether a lead's fact is in the period and the part of the breakdown that the words name."""
    first, last = words["from"] or FIRST_DAY, words["to"] or LAST_DAY
    clauses: list[ColumnElement[bool]] = [LeadFact.day.between(first, last)]
    clauses += [
        stages.belongs(part.name, words[part.name], words["attribution"])
        for part in PARTS
        if words[part.name] is not None
    ]
    if outcome := words.get("outcome"):
        clauses.append(LeadFact.outcome == ("" if outcome == "none" else outcome))
    if mature := words.get("mature"):
        until = stages.last_mature(words["window"])
        clauses.append(LeadFact.day <= until if mature == "yes" else LeadFact.day > until)
    return and_(*clauses)


def _came_between(words: dict[str, Any]) -> ColumnElement[bool]:
    """Says the period again, of the lead's own moment: a list in its order would else walk all leads from today."""
    clauses: list[ColumnElement[bool]] = [Lead.created_at.is_not(None)]
    if words["from"]:
        clauses.append(Lead.created_at >= clock.day_start(words["from"]))
    if words["to"]:
        clauses.append(Lead.created_at < clock.day_start(words["to"]) + timedelta(days=1))
    return and_(*clauses)


def _predicate(stage: int, *, exactly: bool, of_patients: bool) -> Callable[..., ColumnElement[bool]]:
    def of_stage(**words: Any) -> ColumnElement[bool]:
        level = stages.level(words["window"])
        reached = level == stage if exactly else level >= stage
        if of_patients:
            return Patient.id.in_(select(LeadFact.patient_id).where(reached, of_words(words)))
        return and_(_came_between(words), Lead.id.in_(select(LeadFact.lead_id).where(reached, of_words(words))))

    return of_stage


_OF_LEADS = ("status", "created_at", "campaign_id")


def _facts(stage: int, *, exactly: bool) -> tuple[Reads, ...]:
    """What tells a patient's stage. Who stopped at one did not reach the next; who was invoiced counts as visited."""
    reads = (VISITS, INVOICES) if stage <= stages.VISITED else (INVOICES,)
    return reads if stage > stages.PATIENT or (exactly and stage == stages.PATIENT) else ()


for _number, _stage in enumerate(STAGES, start=1):
    for _key_word, _label, _exactly in (("stage", "Reached", False), ("stopped", "Stopped at", True)):
        # Who stopped before Patient was not converted within the window.
        _converts = _exactly or _number >= stages.PATIENT
        _lead = (*_OF_LEADS, "converted_to_patient_at") if _converts else _OF_LEADS
        _beyond = _facts(_number, exactly=_exactly)
        named(
            "marketing_leads", _stage, f"{_label} {_stage}{_SAID}", _lead, key=_key_word, parameters=WORDS,
            reads=(PATIENTS, *_beyond) if _beyond else (LINK,) if _converts else (), ready_made=False,
        )(_predicate(_number, exactly=_exactly, of_patients=False))  # fmt: skip
        if _number >= stages.PATIENT:
            named(
                "patients", _stage, f"{_label} {_stage}{_SAID}", ("marketing_lead_id", "created_at"), key=_key_word,
                parameters=WORDS, reads=(Reads("marketing_leads", _lead), *_beyond), ready_made=False,
            )(_predicate(_number, exactly=_exactly, of_patients=True))  # fmt: skip


@named(
    "invoices", "Paid", f"Paid{_SAID_PART}{{attribution}}", ("patient_id", "status", "paid_at", "amount"), key="stage",
    parameters=(*HOW, *PERIOD, *PARTS), reads=(PATIENTS,), ready_made=False,
)  # fmt: skip
def revenue(**words: Any) -> ColumnElement[bool]:
    """The invoices that are the funnel's revenue (domain.md, "The funnel's numbers", 6), but for amounts of nothing."""
    days = WINDOWS[words["window"]]
    paid = stages.paid(words["window"])
    clauses = [
        Invoice.patient_id.in_(select(LeadFact.patient_id).where(of_words(words), paid > 0)),
        is_paid(),
        Invoice.amount >= 0,
        Invoice.amount < Decimal("Infinity"),
    ]
    if days:
        came_at = select(LeadFact.came_at).where(LeadFact.patient_id == Invoice.patient_id).scalar_subquery()
        clauses.append(func.dashboard.minutes_after(came_at, Invoice.paid_at) < days * DAY_MINUTES)
    return and_(*clauses)


def is_paid() -> ColumnElement[bool]:
    """However the word is written. As most write it first: the planner knows how many those are, and so whether to walk
    a list in its order until it is full, or to gather what it holds."""
    return or_(Invoice.status == "Paid", plain_word(Invoice.status) == "paid")


@named(
    "marketing_budgets", "spent", "Spent{from}{to}{campaign}{platform}",
    ("campaign_id", "spent_amount", "start_date", "end_date"),
    parameters=(*PERIOD, *(replace(part, reads=()) for part in PARTS[:2])),
    reads=(Reads("marketing_campaigns", ("start_date", "end_date", "platform_id")),), ready_made=False,
)  # fmt: skip
def spent(**words: Any) -> ColumnElement[bool]:
    """The budgets whose days touch the period (12). A missing date is the campaign's; one date alone is one day."""
    campaign = Campaign.__table__.alias()

    def dated(name: str) -> ColumnElement[Any]:
        of_campaign = select(campaign.c[name]).where(campaign.c.id == MarketingBudget.campaign_id).scalar_subquery()
        return func.coalesce(getattr(MarketingBudget, name), of_campaign)

    start = func.coalesce(dated("start_date"), dated("end_date"))
    end = func.greatest(start, func.least(func.coalesce(dated("end_date"), start), clock.today()))
    clauses = [start <= (words["to"] or LAST_DAY), end >= (words["from"] or FIRST_DAY)]
    if words["campaign"] is not None:
        clauses.append(_is(MarketingBudget.campaign_id, words["campaign"]))
    if words["platform"] is not None:
        platform = select(campaign.c.platform_id).where(campaign.c.id == MarketingBudget.campaign_id).scalar_subquery()
        clauses.append(_is(platform, words["platform"]))
    return and_(*clauses)


def _is(column: Any, key: int | str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if key == stages.UNATTRIBUTED else column == key
    return found
