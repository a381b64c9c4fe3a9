"""What is wrong with the rows that the funnel counts, as conditions of the lists."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, literal, not_, or_, select, union_all

from homecare import clock
from homecare.access.policy import folded
from homecare.models import Campaign, Invoice, LandingPage, Lead, LeadFact, MarketingBudget, Patient
from homecare.models.choices import LEAD_STATUSES
from homecare.models.folding import plain_word
from homecare.records.funnel.lead_conditions import FIRST_DAY, LAST_DAY, PATIENTS, is_paid
from homecare.records.registered import Reads, named

CONVERTED = "Converted"
NOT_CONVERTED = tuple(status for status in LEAD_STATUSES if status != CONVERTED)
INVOICE = ("status", "paid_at", "amount")
CAMPAIGN_DATES = Reads("marketing_campaigns", ("start_date", "end_date"))
PAGE_CAMPAIGN = Reads("landing_pages", ("campaign_id",))


def _has_patient() -> ColumnElement[bool]:
    patient = Patient.__table__.alias()
    return exists().where(patient.c.marketing_lead_id == Lead.id).correlate(Lead)


def _is_converted() -> ColumnElement[bool]:
    """However the word is written; never NULL. Most write it as it is chosen, and the word of another takes a
    microsecond."""
    said = func.coalesce(Lead.status, "")
    otherwise = and_(said.not_in(NOT_CONVERTED), func.coalesce(plain_word(Lead.status), "") == folded(CONVERTED))
    return or_(said == CONVERTED, otherwise)


@named("marketing_leads", "converted_without_patient", "Converted without a patient", ("status",), reads=(PATIENTS,),
       ready_made=False)  # fmt: skip
def converted_without_patient() -> ColumnElement[bool]:
    return and_(_is_converted(), ~_has_patient())


@named("marketing_leads", "patient_not_converted", "A patient, and not Converted", ("status",), reads=(PATIENTS,),
       ready_made=False)  # fmt: skip
def patient_not_converted() -> ColumnElement[bool]:
    return and_(_has_patient(), not_(_is_converted()))


@named("marketing_leads", "patient_before", "A patient before the lead", ("created_at", "converted_to_patient_at"),
       reads=(Reads("patients", ("marketing_lead_id", "created_at")),), ready_made=False)  # fmt: skip
def patient_before() -> ColumnElement[bool]:
    return Lead.id.in_(select(LeadFact.lead_id).where(LeadFact.patient_id.is_not(None), LeadFact.minutes_patient < 0))


@named("marketing_leads", "duplicate", "The same phone or e-mail as another", ("phone_number", "email"),
       ready_made=False)  # fmt: skip
def duplicate() -> ColumnElement[bool]:
    """Each of those that share it. An e-mail is the same however its letters are written.

    Gathered first, once: nothing tells the planner how few they are, and it would hold every lead in the order of the
    list against all of them. Phones are grouped by their index, which takes 1.2 s at 2 million leads.
    """
    found = union_all(_with_one_phone(), *_with_one_email()).scalar_subquery()
    return Lead.id == any_(func.array(found))


def _with_one_phone() -> Select[Any]:
    one, other = Lead.__table__.alias(), Lead.__table__.alias()
    phone = other.c.phone_number
    several = select(phone).where(phone.is_not(None)).group_by(phone).having(func.count() > 1)
    return select(one.c.id).where(one.c.phone_number.in_(several))


def _with_one_email() -> tuple[Select[Any], Select[Any]]:
    """The column is unique, so of two that share an address one has it in capitals, which are few and have an index:
    those, and who has it in small letters."""
    lead, other = Lead.__table__.alias(), Lead.__table__.alias()
    small = func.lower(lead.c.email)
    of_other = select(func.lower(other.c.email)).where(_has_capitals(other))
    shares = or_(
        exists().where(other.c.email == small),
        exists().where(_has_capitals(other), func.lower(other.c.email) == small, other.c.id != lead.c.id),
    )
    return select(lead.c.id).where(lead.c.email.in_(of_other)), select(lead.c.id).where(_has_capitals(lead), shares)


def _has_capitals(lead: Any) -> ColumnElement[bool]:
    """As the index says it: how few they are is in the statistics of the column."""
    has: ColumnElement[bool] = lead.c.email.regexp_match(literal("[[:upper:]]", literal_execute=True))
    return has


@named("marketing_leads", "campaigns_disagree", "Another campaign than its landing page",
       ("campaign_id", "landing_page_id"), reads=(PAGE_CAMPAIGN,), ready_made=False)  # fmt: skip
def campaigns_disagree() -> ColumnElement[bool]:
    page = LandingPage.__table__.alias()
    other = exists().where(page.c.id == Lead.landing_page_id, page.c.campaign_id != Lead.campaign_id)
    return other.correlate(Lead)


@named("marketing_leads", "no_period", "Came at no time that a period holds", ("created_at",), ready_made=False)
def no_period() -> ColumnElement[bool]:
    """Without a moment, or with one before or after all days that can be asked for."""
    first, after = clock.day_start(FIRST_DAY), clock.day_start(LAST_DAY) + timedelta(days=1)
    return or_(Lead.created_at.is_(None), Lead.created_at < first, Lead.created_at >= after)


@named("invoices", "paid_without_moment", "Paid, but without the time of it", INVOICE, ready_made=False)
def paid_without_moment() -> ColumnElement[bool]:
    return and_(Invoice.paid_at.is_(None), is_paid())


@named("invoices", "no_amount", "Paid, but no amount that counts", INVOICE, ready_made=False)
def no_amount() -> ColumnElement[bool]:
    return and_(is_paid(), or_(Invoice.amount < 0, Invoice.amount >= Decimal("Infinity")))


@named("marketing_budgets", "undated", "Without any date", ("start_date", "end_date", "campaign_id"),
       reads=(CAMPAIGN_DATES,), ready_made=False)  # fmt: skip
def undated() -> ColumnElement[bool]:
    """Neither of its own nor of its campaign's, so that what it spent is in no period."""
    campaign = Campaign.__table__.alias()
    dated = exists().where(
        campaign.c.id == MarketingBudget.campaign_id,
        or_(campaign.c.start_date.is_not(None), campaign.c.end_date.is_not(None)),
    )
    own = or_(MarketingBudget.start_date.is_not(None), MarketingBudget.end_date.is_not(None))
    return and_(~own, ~dated.correlate(MarketingBudget))
