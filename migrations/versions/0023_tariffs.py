"""Ours: jobs that were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("given_up_at", sa.DateTime), schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("jobs", "given_up_at", schema=SCHEMA)
