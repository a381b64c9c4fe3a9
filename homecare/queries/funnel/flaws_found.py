"""How many rows that the funnel counts have something wrong with them, each figure the length of its list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.access.shown import NOT_SHOWN
from homecare.models import MarketingBudget
from homecare.queries.figures import address, may_count
from homecare.records import list_request
from homecare.records.counting import Count
from homecare.records.funnel.flaws import undated
from homecare.records.seen import Seen
from homecare.tables.table import shown_table


@dataclass(frozen=True)
class Flaw:
    """`means` says what the funnel does with such a row."""

    label: str
    means: str
    table: str
    pair: tuple[str, str]


FLAWS = (
    Flaw("Converted without a patient", "Counted as Qualified.", "marketing_leads",
         ("is", "converted_without_patient")),
    Flaw("A patient, and not Converted", "Counted as Patient.", "marketing_leads", ("is", "patient_not_converted")),
    Flaw("A patient before the lead", "Left out of the times.", "marketing_leads", ("is", "patient_before")),
    Flaw("The same phone or e-mail", "Each of them is counted.", "marketing_leads", ("is", "duplicate")),
    Flaw("Lead and landing page name different campaigns", "The lead’s own campaign goes first.", "marketing_leads",
         ("is", "campaigns_disagree")),
    Flaw("Leads without the time they came", "In no period.", "marketing_leads", ("is", "no_period")),
    Flaw("Paid, but without the time of it", "Counted only where no window is asked for.", "invoices",
         ("is", "paid_without_moment")),
    Flaw("Paid, but no amount that counts", "Left out of the revenue.", "invoices", ("is", "no_amount")),
    Flaw("Spend without any date", "In no period.", "marketing_budgets", ("is", "undated")),
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    flaw: Flaw
    count: Count
    url: str


def flaws_found(session: Session, who: Acting) -> Iterable[Found]:
    """Those whose list this person may open. A statement each, counted up to 10,000 as the list counts."""
    for flaw in FLAWS:
        if may_count(who, flaw.table, [flaw.pair]):
            seen = Seen.of(who, shown_table(flaw.table))
            asked = list_request.read(seen, MultiDict([flaw.pair]))
            yield Found(flaw, asked.count(session), address(flaw.table, [flaw.pair]))


def undated_spend(session: Session) -> Decimal:
    """What the budgets without any date spent."""
    total = func.coalesce(func.sum(MarketingBudget.spent_amount), 0)
    finite = MarketingBudget.spent_amount < Decimal("Infinity")
    return session.scalar(select(total).where(undated(), finite), execution_options=NOT_SHOWN) or Decimal(0)
