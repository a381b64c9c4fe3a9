"""Ours: what is to be done outside a request, what people are told, and what was opened for a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, LargeBinary, Text, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, ByWhom, personal, plain, secret
from homecare.models.ours.dashboard import SCHEMA


class StoredJob(Model):
    """A job that is due at `due_at`. A recurring one is one row, due again when it is done; any other goes when done.

    `try_at` is `due_at`, or later after a failure; `problem` says in words what failed, and holds nothing of a row.
    `tries` counts how often it was begun since it was last done. `payload` holds ids and choices. It runs on behalf of
    the staff member `staff_id`, a plain value that stays when the staff row goes, or as system where that is NULL.
    One that was tried too often is given up at `given_up_at`, and tried again once that is emptied.
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
    given_up_at: Mapped[datetime | None] = mapped_column(info=plain())


class Notification(Model):
    """One thing that one person is told. It holds ids and names of columns, never what a row holds: the sentence is
    made when it is read, with what its reader may see. `about_staff_id` is who did it; `change_set` and `read_id` are
    where it came from.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_staff_id_id", "staff_id", "id"),
        Index("ix_notifications_unread", "staff_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notifications_read_at", "read_at", postgresql_where=text("read_at IS NOT NULL")),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    resource: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    row_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    about_staff_id: Mapped[int | None] = mapped_column(info=plain())
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", info=plain())
    made_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    read_at: Mapped[datetime | None] = mapped_column(info=plain())
    change_set: Mapped[UUID | None] = mapped_column(info=plain())
    read_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())


class GlassOpening(ByWhom, Model):
    """Columns of one record that were opened to one person, in one session, for a reason. The same `until` as
    `opened_at` means shown once. `role` is the one they had; `ended_how` is set where it was ended before its time.
    """

    __tablename__ = "glass_openings"
    __table_args__ = (
        Index("ix_glass_openings_staff_id_id", "staff_id", "id"),
        Index("ix_glass_openings_session_hash", "session_hash"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    role: Mapped[str] = mapped_column(Text, info=plain())
    session_hash: Mapped[bytes] = mapped_column(LargeBinary, info=secret())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[int] = mapped_column(BigInteger, info=plain())
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), info=plain())
    reason: Mapped[str] = mapped_column(Text, info=personal())
    opened_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    until: Mapped[datetime] = mapped_column(info=plain())
    ended_at: Mapped[datetime | None] = mapped_column(info=plain())
    ended_how: Mapped[str] = mapped_column(Text, server_default="", info=plain())
