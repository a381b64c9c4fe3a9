"""Ours: the second factor with its recovery codes, links that set a password once, and where a session began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import INET

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"


def upgrade() -> None:
    # An account whose owner has not set a password yet has none.
    op.alter_column("accounts", "password_hash", nullable=True, schema=SCHEMA)
    op.add_column("sessions", sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False), schema=SCHEMA)
    op.create_unique_constraint("uq_sessions_id", "sessions", ["id"], schema=SCHEMA)
    op.add_column("sessions", sa.Column("address", INET), schema=SCHEMA)
    op.add_column("sessions", sa.Column("browser", sa.Text, nullable=False, server_default=""), schema=SCHEMA)
    op.create_table(
        "second_factors",
        account(primary_key=True, autoincrement=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        schema=SCHEMA,
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        account(nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("used_at", sa.DateTime),
        sa.Index("uq_recovery_codes_account_id_code_hash", "account_id", "code_hash", unique=True),
        schema=SCHEMA,
    )
    op.create_table(
        "one_time_links",
        account(primary_key=True, autoincrement=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("made_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("one_time_links", "recovery_codes", "second_factors"):
        op.drop_table(table, schema=SCHEMA)
    for column in ("browser", "address", "id"):
        op.drop_column("sessions", column, schema=SCHEMA)
    # No password has an empty hash: whoever has set none yet stays outside.
    op.execute(f"UPDATE {SCHEMA}.accounts SET password_hash = '' WHERE password_hash IS NULL")  # noqa: S608 - ours
    op.alter_column("accounts", "password_hash", nullable=False, schema=SCHEMA)


def account(**options: bool) -> sa.Column:
    key = sa.ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE")
    return sa.Column("account_id", sa.Integer, key, **options)
