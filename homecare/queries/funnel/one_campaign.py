"""One campaign: its own funnel, what was planned against what was spent, its pages, and what its platform counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.models import CampaignMetric, LandingPage, LeadFact, MarketingBudget
from homecare.queries.funnel.part_names import Key, names_of_parts
from homecare.queries.funnel.spending import CENT
from homecare.records.funnel.lead_conditions import FIRST_DAY, LAST_DAY
from homecare.records.funnel.stages import PATIENT
from homecare.records.seen import Seen
from homecare.records.stored import stored_row
from homecare.tables.table import shown_table

CAMPAIGNS = "marketing_campaigns"
COLUMNS = ("status", "start_date", "end_date", "budget")


@dataclass(frozen=True)
class OneCampaign:
    id: int
    name: str
    status: str
    first: date | None
    last: date | None
    budget: Decimal | None


@dataclass(frozen=True)
class Pace:
    """`allocated` and `spent` are of all its budgets; `planned_to_date` is what of the allocated should be spent by
    now, evenly over each budget's days; None where a budget has no days. `told` is the platform's own word."""

    allocated: Decimal
    spent: Decimal
    planned_to_date: Decimal | None
    told: Decimal


@dataclass(frozen=True)
class PageRate:
    """`stored` is a percentage as somebody wrote it, None where this person may not see it."""

    id: int
    name: str
    leads: int
    patients: int
    stored: Decimal | None

    @property
    def computed(self) -> Decimal | None:
        return (100 * Decimal(self.patients) / self.leads).quantize(CENT) if self.leads else None


def find_campaign(session: Session, who: Acting, campaign_id: int) -> OneCampaign | None:
    """None where there is none, or the person may not read it. Two statements."""
    if not who.may(CAMPAIGNS):
        return None
    stored = stored_row(session, Seen.of(who, shown_table(CAMPAIGNS)), campaign_id, COLUMNS)
    if stored is None:
        return None
    values = stored.values
    first, last = (day if type(day) is date else None for day in (values.get("start_date"), values.get("end_date")))
    name = names_of_parts(session, who, "campaign", [campaign_id])[campaign_id]
    return OneCampaign(campaign_id, name, values.get("status") or "Planned", first, last, values.get("budget"))


def pace(session: Session, campaign: OneCampaign) -> Pace:
    """Two statements."""
    own = MarketingBudget.campaign_id == campaign.id
    budgets = session.execute(
        select(MarketingBudget.allocated_amount, MarketingBudget.spent_amount, MarketingBudget.start_date,
               MarketingBudget.end_date).where(own),
        execution_options=UNSCOPED,
    ).all()  # fmt: skip
    told = session.scalar(
        select(func.sum(CampaignMetric.metric_value)).where(
            CampaignMetric.campaign_id == campaign.id,
            func.lower(CampaignMetric.metric_name) == "spend",
            CampaignMetric.metric_value < Decimal("Infinity"),
        ),
        execution_options=UNSCOPED,
    )
    planned = [
        _planned(row.allocated_amount, row.start_date or campaign.first, row.end_date or campaign.last)
        for row in budgets
    ]
    return Pace(
        allocated=_sum(row.allocated_amount for row in budgets),
        spent=_sum(row.spent_amount for row in budgets),
        planned_to_date=None if any(one is None for one in planned) else _sum(planned),
        told=told or Decimal(0),
    )


def _planned(allocated: Decimal, first: date | None, last: date | None) -> Decimal | None:
    if type(first) is not date or type(last) is not date or last < first:
        return None
    days = (last - first).days + 1
    past = min(max((clock.today() - first).days + 1, 0), days)
    return (allocated * past / days).quantize(CENT)


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None and value.is_finite()), Decimal(0))


def page_rates(session: Session, who: Acting, campaign_id: int) -> list[PageRate]:
    """The campaign's landing pages, with the share of their leads that ever became patients. Three statements."""
    if not who.may("landing_pages"):
        return []
    may_see = who.reads("landing_pages", "conversion_rate")
    stored: Mapping[int, Decimal | None] = {
        row.id: row.conversion_rate
        for row in session.execute(
            select(LandingPage.id, LandingPage.conversion_rate).where(LandingPage.campaign_id == campaign_id)
        )
    }
    counted = {
        row.landing_page_id: row
        for row in session.execute(
            select(
                LeadFact.landing_page_id,
                func.count().label("leads"),
                func.count().filter(LeadFact.level_none >= PATIENT).label("patients"),
            )
            .where(LeadFact.landing_page_id.in_(stored), LeadFact.day.between(FIRST_DAY, LAST_DAY))
            .group_by(LeadFact.landing_page_id),
            execution_options=UNSCOPED,
        )
    }
    keys: list[Key] = [*stored]
    names = names_of_parts(session, who, "page", keys)
    return [
        PageRate(
            id=key,
            name=names[key],
            leads=counted[key].leads if key in counted else 0,
            patients=counted[key].patients if key in counted else 0,
            stored=rate if may_see else None,
        )
        for key, rate in stored.items()
    ]


def metrics_by_month(session: Session, campaign_id: int) -> tuple[list[str], dict[str, dict[str, Decimal]]]:
    """The names of its metrics, and by month, Nov 2026, the sum of each, the first month first. One statement."""
    month = func.to_char(CampaignMetric.recorded_at + timedelta(hours=3), "Mon YYYY")
    rows = session.execute(
        select(month, CampaignMetric.metric_name, func.sum(CampaignMetric.metric_value))
        .where(CampaignMetric.campaign_id == campaign_id, CampaignMetric.metric_value < Decimal("Infinity"))
        .group_by(month, CampaignMetric.metric_name)
        .order_by(func.min(CampaignMetric.recorded_at)),
        execution_options=UNSCOPED,
    )
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for name, metric, value in rows:
        found[name][metric] = value
    return sorted({metric for values in found.values() for metric in values}), found
