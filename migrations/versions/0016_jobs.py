"""Ours: what is to be done outside a request. The serving role reads and writes it: the worker runs as that role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("recurring", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("payload", JSONB, nullable=False, server_default="{}"),
        # A plain value without a key: a job of somebody who went is refused in words instead of vanishing.
        sa.Column("staff_id", sa.Integer),
        sa.Column("due_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("try_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("done_at", sa.DateTime),
        sa.Index("uq_jobs_recurring_name", "name", unique=True, postgresql_where=sa.text("recurring")),
        sa.Index("ix_jobs_try_at", "try_at"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("jobs", schema=SCHEMA)
