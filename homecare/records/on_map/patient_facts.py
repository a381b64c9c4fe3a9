"""Conditions on what is kept of each patient: by whom and when they are visited, and what brought them.

They read `dashboard.places`, which follows the company's rows within seconds. A tile asks the same of the place or of
the counted cells themselves, so a predicate here is of any of these rows (`records/on_map/placed.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select

from homecare import clock
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.kinds.times import in_range, parse_date
from homecare.models import Patient, Place, SubCity
from homecare.records.on_map.drawn import lies_in
from homecare.records.registered import ANY, Asked, Parameter, Reads, named

NOBODY = "none"
LAST_STATUSES = ("Completed", "In Progress", "Missed")
OUTSIDE = "Outside"
LOST_AFTER = timedelta(days=60)

# `whole`: a visit hidden from this person would make another the last.
VISITS = Reads(
    "visit_services",
    ("patient_id", "staff_id", "status", "scheduled_at", "check_in_time", "check_out_time"),
    whole=True,
)
SHIFTS = Reads("caregiver_assignments", ("patient_id", "staff_id", "shift_start", "shift_end", "status"), whole=True)
LEADS = Reads("marketing_leads", ("campaign_id", "landing_page_id"), whole=True)
PAGES = Reads("landing_pages", ("campaign_id",), whole=True)
FIRST_TOUCH = ("initial_campaign_id", "marketing_lead_id")


@dataclass(frozen=True)
class Fact:
    """A condition on kept rows that have `columns`: the predicate of such a row, by the condition's value."""

    columns: tuple[str, ...]
    of: Callable[[Any, Any], ColumnElement[bool]]


def _is(column: str) -> Fact:
    def of(row: Any, value: Any) -> ColumnElement[bool]:
        kept = getattr(row, column)
        return kept.is_(None) if value is None else and_(kept.is_not(None), kept == value)

    return Fact((column,), of)


def _in_sub_city(row: Any, name: str) -> ColumnElement[bool]:
    if name == OUTSIDE:
        placed = row.m if hasattr(row, "m") else row.cell
        return and_(placed.is_not(None), row.sub_city_id.is_(None))
    named_so = select(SubCity.id).where(SubCity.name == name).scalar_subquery()
    return and_(row.sub_city_id.is_not(None), row.sub_city_id == named_so)


def _last_visit_before(row: Any, day: date) -> ColumnElement[bool]:
    return or_(row.last_visit_at.is_(None), row.last_visit_at < clock.day_start(day))


def _next_visit_within(row: Any, days: int) -> ColumnElement[bool]:
    now = clock.now_utc()
    return and_(row.next_visit_at >= now, row.next_visit_at < now + timedelta(days=days))


# By the condition's key.
FACTS: dict[str, Fact] = {
    "last_status": _is("last_status"),
    "campaign": _is("campaign_id"),
    "active_caregiver": _is("caregiver_id"),
    "sub_city": Fact(("sub_city_id",), _in_sub_city),
    "drawn": Fact(("m", "x", "y"), lies_in),
    "last_visit_before": Fact(("last_visit_at",), _last_visit_before),
    "next_visit_within": Fact(("next_visit_at",), _next_visit_within),
}


def who(key: str, value: Any) -> ColumnElement[bool]:
    """The patients of whom the fact holds."""
    return Patient.id.in_(select(Place.patient_id).where(FACTS[key].of(Place, value)))


def _key(text: str) -> int | None:
    return None if text == NOBODY else parse_id(text)


def _status(text: str) -> str | None:
    if text not in (*LAST_STATUSES, NOBODY):
        raise ValueError(f"The last status is {', '.join(LAST_STATUSES)} or {NOBODY}; this is {text[:40]!r}.")
    return None if text == NOBODY else text


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= 3650):
        raise ValueError(f"Days must be a whole number from 1 to 3,650; this is {text[:20]!r}.")
    return int(text)


def _month(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ValueError(f"Write a month such as 2026-10; this is {text[:20]!r}.") from error
    return in_range(first)


def _numbered(value: int | None) -> str:
    return NOBODY if value is None else f"#{value}"


def _about(table: str) -> Callable[[Any], tuple[str, int] | None]:
    return lambda value: None if value is None else (table, value)


@named(
    "patients", ANY, "Active caregiver: {active_caregiver}", (), key="active_caregiver", reads=(VISITS, SHIFTS),
    parameters=(Parameter("active_caregiver", "Active caregiver", _key, say=_numbered, about=_about("staff"),
                          asked=Asked("parent", "Active caregiver", parents=("visit_services", "staff_id"))),),
)  # fmt: skip
def active_caregiver(active_caregiver: int | None) -> ColumnElement[bool]:
    """Staff of a live shift that holds now, else of the next visit, else of the last."""
    return who("active_caregiver", active_caregiver)


@named(
    "patients", ANY, "Last visit before {last_visit_before}", (), key="last_visit_before", reads=(VISITS,),
    parameters=(Parameter("last_visit_before", "Last visit before", parse_date, say=say.day,
                          asked=Asked("day", "Last visit before")),),
)  # fmt: skip
def last_visit_before(last_visit_before: date) -> ColumnElement[bool]:
    """The last Completed visit was before that day in Addis, or there was none."""
    return who("last_visit_before", last_visit_before)


@named(
    "patients", ANY, "Next visit within {next_visit_within} days", (), key="next_visit_within", reads=(VISITS,),
    parameters=(Parameter("next_visit_within", "Next visit within", _days,
                          asked=Asked("decimal", "Next visit within (days)")),),
)  # fmt: skip
def next_visit_within(next_visit_within: int) -> ColumnElement[bool]:
    return who("next_visit_within", next_visit_within)


@named(
    "patients", ANY, "Last status: {last_status}", (), key="last_status", reads=(VISITS,),
    parameters=(Parameter("last_status", "Last status", _status, say=lambda value: value or NOBODY,
                          asked=Asked("choice", "Last visit's status", choices=(*LAST_STATUSES, NOBODY))),),
)  # fmt: skip
def last_status(last_status: str | None) -> ColumnElement[bool]:
    return who("last_status", last_status)


@named(
    "patients", ANY, "First campaign: {campaign}", FIRST_TOUCH, key="campaign", reads=(LEADS, PAGES),
    parameters=(Parameter("campaign", "First campaign", _key, say=_numbered, about=_about("marketing_campaigns"),
                          asked=Asked("parent", "First campaign", parents=("marketing_leads", "campaign_id"))),),
)  # fmt: skip
def campaign(campaign: int | None) -> ColumnElement[bool]:
    """First touch: the patient's campaign, else the lead's, else the landing page's."""
    return who("campaign", campaign)


@named(
    "patients", ANY, "New in {month}", ("created_at",), key="month",
    parameters=(Parameter("month", "New in", _month, say=lambda value: value.strftime("%B %Y"),
                          asked=Asked("month", "New in the month")),),
)  # fmt: skip
def month(month: date) -> ColumnElement[bool]:
    """Created in the month, in Addis time."""
    start, end = month_bounds(month)
    return and_(Patient.created_at >= start, Patient.created_at < end)


def lost_at() -> ColumnElement[Any]:
    """When a patient who has a row of Place beside is lost: 60 days (assumed) after the last Completed visit, or after
    they came where there was none. NULL while a visit is planned.
    """
    over = func.coalesce(Place.last_visit_at, Patient.created_at) + LOST_AFTER
    planned = and_(Place.next_visit_at.is_not(None), Place.next_visit_at >= clock.now_utc())
    return case((and_(not_(planned), over <= clock.now_utc()), over))


@named(
    "patients", ANY, "Lost in {lost_in}", ("created_at",), key="lost_in", reads=(VISITS,),
    parameters=(Parameter("lost_in", "Lost in", _month, say=lambda value: value.strftime("%B %Y"),
                          asked=Asked("month", "Lost in the month")),),
)  # fmt: skip
def lost_in(lost_in: date) -> ColumnElement[bool]:
    """The 60 days ended in the month, in Addis time."""
    start, end = month_bounds(lost_in)
    lost = exists().where(Place.patient_id == Patient.id, lost_at() >= start, lost_at() < end)
    return lost.correlate(Patient)


def month_bounds(first: date) -> tuple[datetime, datetime]:
    """[first moment, first of the next month) in Addis time, as stored."""
    return clock.day_start(first), clock.day_start((first + timedelta(days=31)).replace(day=1))
