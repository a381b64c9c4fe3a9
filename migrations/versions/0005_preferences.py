"""Ours: the views people saved, and how they like their lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("path", sa.String(200), nullable=False, index=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.Text, nullable=False, server_default=""),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("created_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_saved_views_staff_id_path_name", "saved_views", ["staff_id", "path", "name"], unique=True, schema=SCHEMA
    )
    op.create_index(
        "uq_saved_views_default",
        "saved_views",
        ["staff_id", "path"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "list_preferences",
        sa.Column(
            "staff_id",
            sa.Integer,
            sa.ForeignKey("staff.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("resource", sa.Text, primary_key=True),
        sa.Column("columns", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("density", sa.String(10), nullable=False, server_default=""),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("list_preferences", schema=SCHEMA)
    op.drop_table("saved_views", schema=SCHEMA)
