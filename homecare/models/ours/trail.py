"""The trail: every change of the company's rows, whole, as a trigger of the database writes it in the same transaction.

Only that trigger writes here; the serving role reads. `homecare.covering` keeps it on every table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, ByWhom, clinical, personal, plain
from homecare.models.ours.dashboard import SCHEMA


class ChangeSet(ByWhom, Model):
    """What a person did in one go: one transaction that changed rows, whatever it was put together from.

    `kind` is save, bulk, delete, undo, revert, restore …; `resource` the table it was about; `undoes` the change set
    that it took back, whole or in part. `as_staff_id` is whom the person looked as meanwhile.
    """

    __tablename__ = "change_sets"
    __table_args__ = (
        Index("ix_change_sets_staff_id_made_at", "staff_id", "made_at"),
        Index("ix_change_sets_made_at", "made_at"),
        Index("ix_change_sets_undoes", "undoes", postgresql_where=text("undoes IS NOT NULL")),
        {"schema": SCHEMA},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, info=plain())
    made_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    as_staff_id: Mapped[int | None] = mapped_column(info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    resource: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    # In words, for who looks at it later; may say what a row is called.
    label: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    undoes: Mapped[UUID | None] = mapped_column(info=plain())
    request_id: Mapped[str] = mapped_column(String(64), server_default="", info=plain())
    origin: Mapped[str] = mapped_column(Text, info=plain())


class Change(ByWhom, Model):
    """A row that was added, changed or removed: `old` and `new` are the row as it was and as it is, every column.

    Who, the request and the change set are those of ChangeSet; what came without one has the origin
    "other application" and nobody's name. A change of `id` is one removed and one added. Partitioned by month.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_resource_row_id_id", "resource", "row_id", "id"),
        Index("ix_changes_change_set", "change_set", postgresql_where=text("change_set IS NOT NULL")),
        Index("ix_changes_staff_id_made_at", "staff_id", "made_at", postgresql_where=text("staff_id IS NOT NULL")),
        Index("ix_changes_removed", "resource", "id", postgresql_where=text("kind = 'removed'")),
        # The audit page reads newest first: everything, one table, what nobody of the staff did, what was removed.
        Index("ix_changes_made_at_id", "made_at", "id"),
        Index("ix_changes_resource_made_at", "resource", "made_at"),
        Index("ix_changes_nobody_made_at", "made_at", postgresql_where=text("staff_id IS NULL")),
        Index("ix_changes_removed_made_at", "kind", "made_at", postgresql_where=text("kind = 'removed'")),
        Index("ix_changes_transaction_id", "transaction_id", postgresql_using="brin"),
        {"schema": SCHEMA, "postgresql_partition_by": "RANGE (made_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    # Of the key, because the months are.
    made_at: Mapped[datetime] = mapped_column(primary_key=True, server_default=UTC_NOW, info=plain())
    transaction_id: Mapped[int] = mapped_column(BigInteger, info=plain())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[int] = mapped_column(BigInteger, info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=clinical())
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=clinical())
    as_staff_id: Mapped[int | None] = mapped_column(info=plain())
    request_id: Mapped[str] = mapped_column(String(64), server_default="", info=plain())
    change_set: Mapped[UUID | None] = mapped_column(info=plain())
    origin: Mapped[str] = mapped_column(Text, info=plain())


class Seal(Model):
    """A batch of the trail as it was when it was sealed: the entries' ids with the digest of each.

    `digest` is over them and the seal before, so that no seal is taken out or put in between. Every transaction before
    `horizon` was over when the batch was looked for.
    """

    __tablename__ = "seals"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    sealed_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    horizon: Mapped[int] = mapped_column(BigInteger, info=plain())
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), info=plain())
    digests: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), info=plain())
    digest: Mapped[bytes] = mapped_column(LargeBinary, info=plain())


class TrailKeeping(Model):
    """For how many months the trail is kept, set by the owner alone; 0 is for ever. One row."""

    __tablename__ = "trail_keeping"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"schema": SCHEMA})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=plain())
    months: Mapped[int] = mapped_column(server_default="0", info=plain())


class DroppedMonth(Model):
    """A month of the trail that was let go: its entries' ids, which are then not missing."""

    __tablename__ = "dropped_months"
    __table_args__ = ({"schema": SCHEMA},)

    month: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    dropped_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    ids: Mapped[list[Range[int]]] = mapped_column(INT8MULTIRANGE, info=plain())
