"""The funnel's stages, windows and breakdowns, as addresses spell them and as columns of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, or_, select

from homecare import clock
from homecare.models import Campaign, LeadFact
from homecare.models.ours import lead_facts

STAGES = ("Lead", "Contacted", "Qualified", "Patient", "First completed visit", "Invoiced", "Paid")
LEAD, PATIENT, VISITED, PAID = 1, 4, 5, 7
# By name in the address: the window's days, 0 without one.
WINDOWS = {"14": 14, "30": 30, "90": 90, "180": 180, "none": 0}
ATTRIBUTIONS = ("first", "last")
DAY_MINUTES = 1440
OUTCOMES = ("Lost", "Unqualified")

# Keys that are no record's number. A value that is NULL is Unattributed; a lead without a patient has neither place
# nor channel.
UNATTRIBUTED, NOT_A_PATIENT = "Unattributed", "Not a patient yet"
PLACES = {"Outside": lead_facts.OUTSIDE, "No place": lead_facts.NO_PLACE}


@dataclass(frozen=True)
class Breakdown:
    """`kind` is that of the cells; a campaign's is the attribution. `table` holds the names of the keys' records."""

    label: str
    kind: str
    table: str = ""
    has_spend: bool = False


BREAKDOWNS = {
    "campaign": Breakdown("Campaign", "", "marketing_campaigns", has_spend=True),
    "platform": Breakdown("Platform", "", "marketing_platforms", has_spend=True),
    "source": Breakdown("Lead source", "source", "lead_sources"),
    "page": Breakdown("Landing page", "page", "landing_pages"),
    "sub_city": Breakdown("Sub-city", "sub_city"),
    "channel": Breakdown("Acquisition channel", "channel"),
    "month": Breakdown("Month of the lead", "all", has_spend=True),
}


def level(window: str) -> Any:
    """The column of the highest stage reached within the window."""
    return getattr(LeadFact, f"level_{window}")


def paid(window: str) -> Any:
    """The column of what was paid within the window."""
    return getattr(LeadFact, f"paid_{window}")


def campaign_id(attribution: str) -> Any:
    return LeadFact.first_campaign_id if attribution == "first" else LeadFact.last_campaign_id


def last_mature(window: str) -> date:
    """The last Addis day whose leads are mature: with the window's days it lies before today. Without a window every
    lead is mature."""
    days = WINDOWS[window]
    return clock.today() - timedelta(days=days + 1) if days else date.max


def cell_value(kind: str) -> ColumnElement[Any]:
    """What a lead counts under in the cells of a kind: a number as text, '' without a patient."""
    columns: dict[str, Any] = {
        "first": LeadFact.first_campaign_id,
        "last": LeadFact.last_campaign_id,
        "source": LeadFact.lead_source_id,
        "page": LeadFact.landing_page_id,
        "sub_city": LeadFact.sub_city,
        "channel": LeadFact.channel,
        "outcome": LeadFact.outcome,
    }
    value = cast(columns[kind], String)
    return case((LeadFact.patient_id.is_(None), ""), else_=value) if kind in ("sub_city", "channel") else value


def belongs(by: str, key: int | str, attribution: str) -> ColumnElement[bool]:
    """Whether a lead's fact is in the breakdown's row `key`."""
    if by == "platform":
        return _of_platform(key, campaign_id(attribution))
    if key == NOT_A_PATIENT:
        return LeadFact.patient_id.is_(None)
    columns: dict[str, Any] = {
        "campaign": campaign_id(attribution),
        "source": LeadFact.lead_source_id,
        "page": LeadFact.landing_page_id,
        "sub_city": LeadFact.sub_city,
        "channel": LeadFact.channel,
    }
    column = columns[by]
    if key == UNATTRIBUTED:
        empty: ColumnElement[bool] = column.is_(None)
        return and_(LeadFact.patient_id.is_not(None), empty) if by in ("sub_city", "channel") else empty
    same: ColumnElement[bool] = column == (PLACES.get(str(key), key) if by == "sub_city" else key)
    return same


def _of_platform(key: int | str, column: Any) -> ColumnElement[bool]:
    if key == UNATTRIBUTED:
        return or_(column.is_(None), column.in_(select(Campaign.id).where(Campaign.platform_id.is_(None))))
    found: ColumnElement[bool] = column.in_(select(Campaign.id).where(Campaign.platform_id == key))
    return found
