"""Ours: what is known of each file that the private store keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("column_name", sa.Text, nullable=False),
        sa.Column("row_id", sa.BigInteger),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="SET NULL"), index=True),
        sa.Column("original_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("claimed_at", sa.DateTime),
        sa.Index("ix_files_resource_row_id", "resource", "row_id"),
        sa.Index("ix_files_unclaimed", "created_at", postgresql_where=sa.text("claimed_at IS NULL")),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("files", schema=SCHEMA)
