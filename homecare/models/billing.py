"""Money: invoices and insurance claims, and the things the company owns."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import CLAIM_STATUSES, INVENTORY_STATUSES, INVOICE_STATUSES
from homecare.models.columns import Created, Kind, Stamped, link, plain


class Invoice(Stamped, Model):
    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    service_id: Mapped[int] = link("visit_services.id", "CASCADE")
    amount: Mapped[Decimal] = mapped_column(Numeric, info=plain(Kind.MONEY))
    status: Mapped[str | None] = mapped_column(
        String(255), server_default=INVOICE_STATUSES[0], info=plain(choices=INVOICE_STATUSES)
    )
    paid_at: Mapped[datetime | None] = mapped_column(info=plain())


class InsuranceClaim(Created, Model):
    __tablename__ = "insurance_claims"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    insurance_company: Mapped[str | None] = mapped_column(String(255), info=plain())
    claim_status: Mapped[str | None] = mapped_column(
        String(255), server_default=CLAIM_STATUSES[0], info=plain(choices=CLAIM_STATUSES)
    )
    coverage_amount: Mapped[Decimal | None] = mapped_column(Numeric, info=plain(Kind.MONEY))
    submitted_at: Mapped[datetime | None] = mapped_column(info=plain())
    processed_at: Mapped[datetime | None] = mapped_column(info=plain())

    __table_args__ = (CheckConstraint("processed_at >= submitted_at", name="processed_after_submitted"),)


class InventoryItem(Stamped, Model):
    __tablename__ = "inventory_items"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    description: Mapped[str | None] = mapped_column(Text, info=plain())
    status: Mapped[str | None] = mapped_column(
        String(255), server_default=INVENTORY_STATUSES[0], info=plain(choices=INVENTORY_STATUSES)
    )
    location: Mapped[str | None] = mapped_column(Text, info=plain(Kind.TEXT))
    expiry_date: Mapped[date | None] = mapped_column(info=plain())
    photo: Mapped[str | None] = mapped_column(Text, info=plain(Kind.FILE))
