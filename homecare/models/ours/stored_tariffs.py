"""Ours: what a visit costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import Kind, plain
from homecare.models.ours.dashboard import SCHEMA


class Tariff(Model):
    """The amount in ETB of a visit by somebody of that role, from the day `valid_from` (Addis) on until the next one
    of the same role and purpose. `purpose` is a word of the list `purpose`; empty is any, and a tariff of the visit's
    own purpose goes before it.
    """

    __tablename__ = "tariffs"
    __table_args__ = (
        CheckConstraint("amount > 0", name="tariff_amount"),
        # Held at the end of a statement, so that two purposes can change places.
        UniqueConstraint(
            "role",
            "purpose",
            "valid_from",
            name="uq_tariffs_role_purpose_valid_from",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    role: Mapped[str] = mapped_column(Text, info=plain())
    purpose: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    amount: Mapped[Decimal] = mapped_column(Numeric(15, 2), info=plain(Kind.MONEY))
    valid_from: Mapped[date] = mapped_column(info=plain())
