"""Ours: what people are told by the bell, and what was opened for a reason and for how long, which a role says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False, server_default=""),
        sa.Column("row_id", sa.BigInteger),
        sa.Column("about_staff_id", sa.Integer),
        sa.Column("parts", JSONB, nullable=False, server_default="{}"),
        sa.Column("made_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("read_at", sa.DateTime),
        sa.Column("change_set", sa.Uuid),
        sa.Column("read_id", sa.BigInteger),
        sa.Index("ix_notifications_staff_id_id", "staff_id", "id"),
        sa.Index("ix_notifications_unread", "staff_id", postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_notifications_read_at", "read_at", postgresql_where=sa.text("read_at IS NOT NULL")),
        schema=SCHEMA,
    )
    op.create_table(
        "glass_openings",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("session_hash", sa.LargeBinary, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("row_id", sa.BigInteger, nullable=False),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("ended_how", sa.Text, nullable=False, server_default=""),
        # Plain values without a key: what was opened outlives the staff row.
        sa.Column("staff_id", sa.Integer),
        sa.Column("staff_name", sa.Text, nullable=False, server_default=""),
        sa.Column("staff_email", sa.Text, nullable=False, server_default=""),
        sa.Index("ix_glass_openings_staff_id_id", "staff_id", "id"),
        sa.Index("ix_glass_openings_session_hash", "session_hash"),
        schema=SCHEMA,
    )
    minutes = sa.Column("glass_minutes", sa.Integer, nullable=False, server_default="15")
    op.add_column("roles", minutes, schema=SCHEMA)
    # A fresh installation has no roles yet and gets this with them.
    op.execute(
        "INSERT INTO dashboard.grants (role, resource, action, scope, level) "
        "SELECT name, 'page:break_glass', 'view', 'all', 'all' FROM dashboard.roles "
        "WHERE dashboard.plain_word(name) = 'auditor'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM dashboard.grants WHERE resource = 'page:break_glass'")
    op.drop_column("roles", "glass_minutes", schema=SCHEMA)
    op.drop_table("glass_openings", schema=SCHEMA)
    op.drop_table("notifications", schema=SCHEMA)
