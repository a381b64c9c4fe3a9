"""Our own records of uploaded files, accepted and refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, ByWhom, personal, plain
from homecare.models.ours.dashboard import SCHEMA


class RefusedUpload(Model):
    """The size of an upload that was read but refused. It counts towards the sender's daily quota."""

    __tablename__ = "refused_uploads"
    __table_args__ = (
        Index("ix_refused_uploads_staff_id_refused_at", "staff_id", "refused_at"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(info=plain())
    bytes: Mapped[int] = mapped_column(BigInteger, info=plain())
    refused_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class StoredFile(ByWhom, Model):
    """An uploaded file in the private store, with its sender.
    No row owns it until `claimed_at`; after that only the row `row_id` may use it.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_resource_row_id", "resource", "row_id"),
        Index("ix_files_unclaimed", "created_at", postgresql_where=text("claimed_at IS NULL")),
        Index("ix_files_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True, info=plain())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    column_name: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    original_name: Mapped[str] = mapped_column(Text, info=personal())
    media_type: Mapped[str] = mapped_column(Text, info=plain())
    bytes: Mapped[int] = mapped_column(BigInteger, info=plain())
    sha256: Mapped[str] = mapped_column(String(64), info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    claimed_at: Mapped[datetime | None] = mapped_column(info=plain())
