"""Marketing: platforms, campaigns and their parts, leads, budgets, tasks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import (
    CAMPAIGN_STATUSES,
    CONTENT_TYPES,
    LEAD_STATUSES,
    MARKETING_TASK_STATUSES,
    METRIC_NAMES,
    PRIORITIES,
)
from homecare.models.columns import UTC_NOW, Kind, Stamped, link, personal, plain, secret


class LeadSource(Stamped, Model):
    __tablename__ = "lead_sources"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(String(255), unique=True, info=plain(Kind.NAME))
    description: Mapped[str | None] = mapped_column(Text, info=plain())


class MarketingPlatform(Stamped, Model):
    __tablename__ = "marketing_platforms"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(String(255), unique=True, info=plain(Kind.NAME))
    description: Mapped[str | None] = mapped_column(Text, info=plain())
    # Only ciphertext, written through homecare.admin's secret field and never shown (decision 24).
    api_key: Mapped[str | None] = mapped_column(String(255), info=secret())


class Campaign(Stamped, Model):
    __tablename__ = "marketing_campaigns"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    platform_id: Mapped[int | None] = link("marketing_platforms.id", "SET NULL", wide=True)
    lead_source_id: Mapped[int | None] = link("lead_sources.id", "SET NULL", wide=True)
    campaign_name: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    start_date: Mapped[date | None] = mapped_column(info=plain())
    end_date: Mapped[date | None] = mapped_column(info=plain())
    budget: Mapped[Decimal | None] = mapped_column(Numeric(15, 2), info=plain(Kind.MONEY))
    target_audience: Mapped[str | None] = mapped_column(Text, info=plain())
    status: Mapped[str | None] = mapped_column(
        String(50), server_default=CAMPAIGN_STATUSES[0], info=plain(choices=CAMPAIGN_STATUSES)
    )
    notes: Mapped[str | None] = mapped_column(Text, info=plain())

    __table_args__ = (CheckConstraint("end_date >= start_date", name="ends_after_start"),)


class CampaignPatient(Stamped, Model):
    """Which campaigns touched a patient (multi-touch attribution). The seed only names the table (decision 6)."""

    __tablename__ = "campaign_patients"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int] = link("marketing_campaigns.id", "CASCADE")
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    touched_at: Mapped[datetime | None] = mapped_column(server_default=UTC_NOW, info=plain())

    __table_args__ = (UniqueConstraint("campaign_id", "patient_id"),)


class CampaignMetric(Stamped, Model):
    __tablename__ = "campaign_metrics"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int] = link("marketing_campaigns.id", "CASCADE", wide=True)
    metric_name: Mapped[str] = mapped_column(String(255), info=plain(choices=METRIC_NAMES))
    metric_value: Mapped[Decimal] = mapped_column(Numeric(15, 2), info=plain(Kind.NUMBER))
    recorded_at: Mapped[datetime] = mapped_column(info=plain())


class LandingPage(Stamped, Model):
    __tablename__ = "landing_pages"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int | None] = link("marketing_campaigns.id", "SET NULL", wide=True)
    name: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    url: Mapped[str] = mapped_column(Text, unique=True, info=plain(Kind.URL))
    conversion_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2), info=plain(Kind.PERCENT))
    notes: Mapped[str | None] = mapped_column(Text, info=plain())


class Lead(Stamped, Model):
    __tablename__ = "marketing_leads"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    lead_source_id: Mapped[int | None] = link("lead_sources.id", "SET NULL", wide=True)
    campaign_id: Mapped[int | None] = link("marketing_campaigns.id", "SET NULL", wide=True)
    landing_page_id: Mapped[int | None] = link("landing_pages.id", "SET NULL", wide=True)
    full_name: Mapped[str] = mapped_column(String(255), info=personal(Kind.NAME))
    email: Mapped[str | None] = mapped_column(String(255), unique=True, info=personal(Kind.EMAIL))
    phone_number: Mapped[str | None] = mapped_column(String(255), info=personal(Kind.PHONE))
    status: Mapped[str | None] = mapped_column(
        String(50), server_default=LEAD_STATUSES[0], info=plain(choices=LEAD_STATUSES)
    )
    notes: Mapped[str | None] = mapped_column(Text, info=personal())
    converted_to_patient_at: Mapped[datetime | None] = mapped_column(info=plain())

    __table_args__ = (
        # Of two who share an e-mail one has capitals in it.
        Index("ix_marketing_leads_capitals", text("lower(email)"), postgresql_where=text("email ~ '[[:upper:]]'")),
    )


class MarketingBudget(Stamped, Model):
    __tablename__ = "marketing_budgets"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int | None] = link("marketing_campaigns.id", "SET NULL", wide=True)
    allocated_amount: Mapped[Decimal] = mapped_column(Numeric(15, 2), info=plain(Kind.MONEY))
    spent_amount: Mapped[Decimal | None] = mapped_column(Numeric(15, 2), server_default="0", info=plain(Kind.MONEY))
    start_date: Mapped[date | None] = mapped_column(info=plain())
    end_date: Mapped[date | None] = mapped_column(info=plain())
    notes: Mapped[str | None] = mapped_column(Text, info=plain())

    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="ends_after_start"),
        CheckConstraint("spent_amount >= 0", name="spent_not_negative"),
    )


class MarketingTask(Stamped, Model):
    __tablename__ = "marketing_tasks"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int | None] = link("marketing_campaigns.id", "SET NULL", wide=True)
    assigned_to_staff_id: Mapped[int | None] = link("staff.id", "SET NULL", wide=True)
    title: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    description: Mapped[str | None] = mapped_column(Text, info=plain())
    due_date: Mapped[date | None] = mapped_column(info=plain())
    status: Mapped[str | None] = mapped_column(
        String(50), server_default=MARKETING_TASK_STATUSES[0], info=plain(choices=MARKETING_TASK_STATUSES)
    )
    priority: Mapped[str | None] = mapped_column(
        String(50), server_default=PRIORITIES[0], info=plain(choices=PRIORITIES)
    )
    completed_at: Mapped[datetime | None] = mapped_column(info=plain())


class CampaignContent(Stamped, Model):
    __tablename__ = "campaign_contents"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    campaign_id: Mapped[int] = link("marketing_campaigns.id", "CASCADE", wide=True)
    content_type: Mapped[str] = mapped_column(String(255), info=plain(choices=CONTENT_TYPES))
    content_url: Mapped[str | None] = mapped_column(Text, info=plain(Kind.URL))
    description: Mapped[str | None] = mapped_column(Text, info=plain())
