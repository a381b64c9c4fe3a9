"""Ours: how far each lead came, kept because working it out reads every visit and invoice (domain.md, "The funnel")."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, Numeric, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import plain
from homecare.models.ours.dashboard import SCHEMA

OUTSIDE, NO_PLACE = 0, -1
TIMED = ("contact", "patient", "visit", "invoice", "paid")
WINDOWS = ("14", "30", "90", "180", "none")
_EMPTY = " AND ".join(f"reached_{stage} = 0" for stage in range(1, 8))


class LeadFact(Model):
    """One row per lead. Its stages are numbered 1 Lead, 2 Contacted, 3 Qualified, 4 Patient, 5 First completed visit,
    6 Invoiced, 7 Paid.

    `day` is the lead's in Addis. `patient_id` is the patient that it became. `sub_city` is a number of
    `dashboard.sub_cities`, OUTSIDE or NO_PLACE; it and `channel` are the patient's. `outcome` is "Lost", "Unqualified"
    or empty. `minutes_<stage>` is the whole minutes from the lead to the stage's own moment, NULL without one; that to
    the first contact is known since the trail runs. `level_<window>` is the highest stage reached within the window's
    days, `level_none` whenever; `paid_<window>` the sum of the Paid invoices that count in it.
    """

    __tablename__ = "lead_facts"
    __table_args__ = (
        Index("ix_lead_facts_day", "day"),
        Index("ix_lead_facts_first_campaign_id_day", "first_campaign_id", "day"),
        Index("ix_lead_facts_last_campaign_id_day", "last_campaign_id", "day"),
        Index("ix_lead_facts_lead_source_id_day", "lead_source_id", "day"),
        Index("ix_lead_facts_landing_page_id_day", "landing_page_id", "day"),
        Index("ix_lead_facts_sub_city_day", "sub_city", "day"),
        Index("ix_lead_facts_channel_day", "channel", "day"),
        Index("ix_lead_facts_patient_id", "patient_id"),
        Index(
            "ix_lead_facts_times", "day",
            postgresql_include=[*(f"minutes_{stage}" for stage in TIMED), *(f"level_{window}" for window in WINDOWS)],
            postgresql_where=text("patient_id IS NOT NULL OR minutes_contact IS NOT NULL"),
        ),
        {"schema": SCHEMA},
    )  # fmt: skip

    lead_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=plain())
    patient_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    came_at: Mapped[datetime | None] = mapped_column(info=plain())
    day: Mapped[date | None] = mapped_column(info=plain())
    first_campaign_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    last_campaign_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    lead_source_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    landing_page_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    sub_city: Mapped[int | None] = mapped_column(SmallInteger, info=plain())
    channel: Mapped[str | None] = mapped_column(Text, info=plain())
    outcome: Mapped[str] = mapped_column(Text, info=plain())
    minutes_contact: Mapped[int | None] = mapped_column(info=plain())
    minutes_patient: Mapped[int | None] = mapped_column(info=plain())
    minutes_visit: Mapped[int | None] = mapped_column(info=plain())
    minutes_invoice: Mapped[int | None] = mapped_column(info=plain())
    minutes_paid: Mapped[int | None] = mapped_column(info=plain())
    level_14: Mapped[int] = mapped_column(SmallInteger, info=plain())
    level_30: Mapped[int] = mapped_column(SmallInteger, info=plain())
    level_90: Mapped[int] = mapped_column(SmallInteger, info=plain())
    level_180: Mapped[int] = mapped_column(SmallInteger, info=plain())
    level_none: Mapped[int] = mapped_column(SmallInteger, info=plain())
    paid_14: Mapped[Decimal] = mapped_column(Numeric, info=plain())
    paid_30: Mapped[Decimal] = mapped_column(Numeric, info=plain())
    paid_90: Mapped[Decimal] = mapped_column(Numeric, info=plain())
    paid_180: Mapped[Decimal] = mapped_column(Numeric, info=plain())
    paid_none: Mapped[Decimal] = mapped_column(Numeric, info=plain())


class LeadCell(Model):
    """The leads of an Addis month that have one `value` of a `kind` of breakdown, counted by the highest stage they
    reached within `window_days` (0: none): `reached_<stage>` is the number for which it is exactly this one. `paid` is
    their revenue. A `value` that is NULL is one too, so the cells of a kind sum up to all leads of the month.
    """

    __tablename__ = "lead_cells"
    __table_args__ = (
        Index(
            "uq_lead_cells", "kind", "window_days", "month", "value",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        Index("ix_lead_cells_empty", "kind", postgresql_where=text(_EMPTY)),
        {"schema": SCHEMA},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    window_days: Mapped[int] = mapped_column(SmallInteger, info=plain())
    month: Mapped[date] = mapped_column(info=plain())
    value: Mapped[str | None] = mapped_column(Text, info=plain())
    reached_1: Mapped[int] = mapped_column(info=plain())
    reached_2: Mapped[int] = mapped_column(info=plain())
    reached_3: Mapped[int] = mapped_column(info=plain())
    reached_4: Mapped[int] = mapped_column(info=plain())
    reached_5: Mapped[int] = mapped_column(info=plain())
    reached_6: Mapped[int] = mapped_column(info=plain())
    reached_7: Mapped[int] = mapped_column(info=plain())
    paid: Mapped[Decimal] = mapped_column(Numeric, info=plain())
