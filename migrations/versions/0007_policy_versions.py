"""Ours: every saved version of the roles and of the tables' settings, drafts, and as whom a session looks around."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    for table in ("policy_versions", "settings_versions"):
        create_versions(table)
    op.create_table(
        "settings_drafts",
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("based_on", sa.Integer, nullable=False, server_default="0"),
        sa.Column("previewing", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        schema=SCHEMA,
    )
    op.add_column("sessions", sa.Column("view_as_role", sa.Text), schema=SCHEMA)
    op.add_column("sessions", sa.Column("view_as_staff_id", sa.Integer), schema=SCHEMA)
    op.create_foreign_key(
        "fk_sessions_view_as_staff_id", "sessions", "staff", ["view_as_staff_id"], ["id"],
        source_schema=SCHEMA, ondelete="CASCADE",
    )  # fmt: skip
    op.create_index("ix_sessions_view_as_staff_id", "sessions", ["view_as_staff_id"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_index("ix_sessions_view_as_staff_id", "sessions", schema=SCHEMA)
    op.drop_constraint("fk_sessions_view_as_staff_id", "sessions", schema=SCHEMA)
    for column in ("view_as_staff_id", "view_as_role"):
        op.drop_column("sessions", column, schema=SCHEMA)
    for table in ("settings_drafts", "settings_versions", "policy_versions"):
        op.drop_table(table, schema=SCHEMA)


def create_versions(table: str) -> None:
    op.create_table(
        table,
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("saved_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("saved_by", sa.Integer, sa.ForeignKey("staff.id", ondelete="SET NULL"), index=True),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("document", JSONB, nullable=False),
        schema=SCHEMA,
    )
