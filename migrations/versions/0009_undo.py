"""Ours: what a change made in a list overwrote, so that it can be taken back for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "overwritten",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("column_name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("held", JSONB, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False, server_default=UTC_NOW, index=True),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("overwritten", schema=SCHEMA)
