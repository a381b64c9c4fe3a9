"""Ours: what a visit costs from a day on, who may see and set it, and jobs that were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
LEVELS = {"finance": "create", "manager": "edit", "coordinator": "view"}


def upgrade() -> None:
    op.add_column("jobs", sa.Column("given_up_at", sa.DateTime), schema=SCHEMA)
    op.create_table(
        "tariffs",
        sa.Column("id", sa.Integer, primary_key=True),
        # A plain value without a key, as staff.role is.
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False, server_default=""),
        sa.Column("amount", sa.Numeric(15, 2), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.CheckConstraint("amount > 0", name="tariff_amount"),
        sa.UniqueConstraint(
            "role",
            "purpose",
            "valid_from",
            name="uq_tariffs_role_purpose_valid_from",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        schema=SCHEMA,
    )
    # A fresh installation has no roles yet and gets these with them.
    for role, level in LEVELS.items():
        op.execute(
            "INSERT INTO dashboard.grants (role, resource, action, scope, level) "  # noqa: S608 - words of this file
            f"SELECT name, 'page:tariffs', 'view', 'all', '{level}' FROM dashboard.roles "
            f"WHERE dashboard.plain_word(name) = '{role}'"
        )


def downgrade() -> None:
    op.execute("DELETE FROM dashboard.grants WHERE resource = 'page:tariffs'")
    op.drop_table("tariffs", schema=SCHEMA)
    op.drop_column("jobs", "given_up_at", schema=SCHEMA)
