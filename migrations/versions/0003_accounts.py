"""Ours, in the schema `dashboard`: who may sign in, who is signed in, and what was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        now("created_at"),
        sa.Column("disabled_at", sa.DateTime),
        schema=SCHEMA,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        now("created_at"),
        now("last_used_at"),
        schema=SCHEMA,
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email_hash", sa.LargeBinary, nullable=False),
        now("failed_at"),
        sa.Index("ix_sign_in_failures_email_hash_failed_at", "email_hash", "failed_at"),
        schema=SCHEMA,
    )
    op.create_table(
        "denials",
        sa.Column("id", sa.Integer, primary_key=True),
        now("denied_at", index=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="SET NULL"), index=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("row_id", sa.String(64)),
        sa.Column("reason", sa.Text, nullable=False),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("denials", "sign_in_failures", "sessions", "accounts"):
        op.drop_table(table, schema=SCHEMA)


def now(name: str, *, index: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime, nullable=False, server_default=UTC_NOW, index=index)
