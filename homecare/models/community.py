"""Public events, and the organisations that refer patients."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import BROADCAST_STATUSES, ENGAGEMENT_LEVELS, ORG_TYPES
from homecare.models.columns import Kind, Stamped, plain


class Event(Stamped, Model):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    title: Mapped[str | None] = mapped_column(String(255), info=plain(Kind.NAME))
    description: Mapped[str | None] = mapped_column(Text, info=plain())
    event_date: Mapped[date | None] = mapped_column(info=plain())
    is_free_service: Mapped[bool | None] = mapped_column(server_default=false(), info=plain())
    broadcast_status: Mapped[str | None] = mapped_column(
        String(255), server_default=BROADCAST_STATUSES[0], info=plain(choices=BROADCAST_STATUSES)
    )


class NgoNetwork(Stamped, Model):
    __tablename__ = "ngo_networks"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    name: Mapped[str | None] = mapped_column(String(255), info=plain(Kind.NAME))
    org_type: Mapped[str | None] = mapped_column(String(255), info=plain(choices=ORG_TYPES))
    engagement_level: Mapped[str | None] = mapped_column(String(255), info=plain(choices=ENGAGEMENT_LEVELS))
    # A stored count; nothing in the database computes it (decision 28).
    referral_count: Mapped[int | None] = mapped_column(server_default="0", info=plain(Kind.NUMBER))
