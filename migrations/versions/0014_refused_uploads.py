"""Ours: how many bytes of a person were read and not kept, so that they count towards the day's allowance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "refused_uploads",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("staff_id", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("refused_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Index("ix_refused_uploads_staff_id_refused_at", "staff_id", "refused_at"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("refused_uploads", schema=SCHEMA)
