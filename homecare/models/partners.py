"""Partner hospitals, and the patients referred to them or abroad."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import REFERRAL_STATUSES, VISA_STATUSES
from homecare.models.columns import Kind, Stamped, clinical, link, plain


class PartnerHospital(Stamped, Model):
    __tablename__ = "partner_hospitals"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(String(255), info=plain(Kind.NAME))
    address: Mapped[str | None] = mapped_column(Text, info=plain())
    contact_email: Mapped[str | None] = mapped_column(String(255), info=plain(Kind.EMAIL))
    contact_phone: Mapped[str | None] = mapped_column(String(255), info=plain(Kind.PHONE))


class Referral(Stamped, Model):
    __tablename__ = "referrals"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    partner_hospital_id: Mapped[int] = link("partner_hospitals.id", "CASCADE")
    reason: Mapped[str | None] = mapped_column(Text, info=clinical())
    documents: Mapped[str | None] = mapped_column(Text, info=clinical(Kind.FILE))
    status: Mapped[str | None] = mapped_column(
        String(255), server_default=REFERRAL_STATUSES[0], info=plain(choices=REFERRAL_STATUSES)
    )


class InternationalReferral(Stamped, Model):
    __tablename__ = "international_referrals"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    partner_country: Mapped[str | None] = mapped_column(String(255), info=plain())
    hospital_name: Mapped[str | None] = mapped_column(String(255), info=clinical())
    visa_status: Mapped[str | None] = mapped_column(String(255), info=plain(choices=VISA_STATUSES))
    documents_uploaded: Mapped[str | None] = mapped_column(Text, info=clinical(Kind.FILE))
    revenue_share_ratio: Mapped[Decimal | None] = mapped_column(Numeric, info=plain(Kind.SHARE))
