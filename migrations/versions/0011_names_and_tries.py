"""Ours: which role was called what, and values that turned out to be a hidden row's, counted to a stop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "role_renames",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("old_name", sa.Text, nullable=False),
        sa.Column("new_name", sa.Text, nullable=False),
        sa.Column("renamed_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        schema=SCHEMA,
    )
    op.create_table(
        "refused_tries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tried_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        schema=SCHEMA,
    )
    op.create_index("ix_refused_tries_staff_id_tried_at", "refused_tries", ["staff_id", "tried_at"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_table("refused_tries", schema=SCHEMA)
    op.drop_table("role_renames", schema=SCHEMA)
