"""Ours: what happens at the front door, written down for good, and from which address guesses come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INET

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    op.create_table(
        "sign_in_events",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("happened_at", sa.DateTime, nullable=False, server_default=UTC_NOW, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        # Plain values without a key: they stay when the staff row goes.
        sa.Column("staff_id", sa.Integer, index=True),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("email_hash", sa.LargeBinary),
        sa.Column("address", INET),
        sa.Index("ix_sign_in_events_email_hash", "email_hash"),
        schema=SCHEMA,
    )
    op.add_column("sign_in_failures", sa.Column("address_hash", sa.LargeBinary), schema=SCHEMA)
    op.create_index(
        "ix_sign_in_failures_address_hash_failed_at", "sign_in_failures", ["address_hash", "failed_at"], schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_index("ix_sign_in_failures_address_hash_failed_at", "sign_in_failures", schema=SCHEMA)
    op.drop_column("sign_in_failures", "address_hash", schema=SCHEMA)
    op.drop_table("sign_in_events", schema=SCHEMA)
