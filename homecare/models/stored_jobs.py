"""Ours: what is to be done outside a request, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, personal, plain
from homecare.models.dashboard import SCHEMA


class StoredJob(Model):
    """A job that is due at `due_at`. A recurring one is one row, due again when it is done; any other goes when done.

    `try_at` is `due_at`, or later after a failure; `problem` says in words what failed, and holds nothing of a row.
    `tries` counts how often it was begun since it was last done. `payload` holds ids and choices. It runs on behalf of
    the staff member `staff_id`, a plain value that stays when the staff row goes, or as system where that is NULL.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("uq_jobs_recurring_name", "name", unique=True, postgresql_where=text("recurring")),
        Index("ix_jobs_try_at", "try_at"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    name: Mapped[str] = mapped_column(Text, info=plain())
    recurring: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", info=personal())
    staff_id: Mapped[int | None] = mapped_column(info=plain())
    due_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    try_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    tries: Mapped[int] = mapped_column(server_default="0", info=plain())
    problem: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    done_at: Mapped[datetime | None] = mapped_column(info=plain())
