"""Ours: the roles and what they may do, the forms that were saved, and who read what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"
POLICY = ("roles", "grants", "field_rules")
RAISE_VERSION = """
    CREATE FUNCTION dashboard.raise_policy_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE dashboard.policy_state SET version = version + 1;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    create_policy()
    create_form_tokens()
    create_reads()
    op.execute("INSERT INTO dashboard.policy_state (id, version) VALUES (1, 1)")
    op.execute(RAISE_VERSION)
    # Once per statement, and ALWAYS so that a restore or a replica's promotion is noticed too.
    for table in POLICY:
        op.execute(
            f"CREATE TRIGGER raise_policy_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {SCHEMA}.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION dashboard.raise_policy_version()"
        )
        op.execute(f"ALTER TABLE {SCHEMA}.{table} ENABLE ALWAYS TRIGGER raise_policy_version")


def downgrade() -> None:
    for table in ("reads", "form_tokens", "field_rules", "grants", "roles", "policy_state"):
        op.drop_table(table, schema=SCHEMA)
    op.execute("DROP FUNCTION dashboard.raise_policy_version()")


def create_policy() -> None:
    op.create_table(
        "roles",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("everything", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("delivers_care", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("visit_minutes", sa.Integer, nullable=False, server_default="60"),
        sa.Column("start_page", sa.Text, nullable=False, server_default=""),
        sa.Column("idle_minutes", sa.Integer, nullable=False, server_default="20"),
        sa.Column("second_factor", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("position", sa.Integer, nullable=False, server_default="0"),
        schema=SCHEMA,
    )
    op.create_table(
        "grants",
        of_role(),
        sa.Column("resource", sa.Text, primary_key=True),
        sa.Column("action", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False, server_default="all"),
        sa.Column("level", sa.Text, nullable=False, server_default=""),
        schema=SCHEMA,
    )
    op.create_table(
        "field_rules",
        of_role(),
        sa.Column("resource", sa.Text, primary_key=True),
        sa.Column("column_name", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, server_default="shown"),
        sa.Column("write", sa.Text, nullable=False, server_default="always"),
        schema=SCHEMA,
    )
    op.create_table(
        "policy_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
        schema=SCHEMA,
    )


def of_role() -> sa.Column:
    key = sa.ForeignKey(f"{SCHEMA}.roles.name", ondelete="CASCADE", onupdate="CASCADE")
    return sa.Column("role", sa.Text, key, primary_key=True)


def create_form_tokens() -> None:
    op.create_table(
        "form_tokens",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("row_id", sa.BigInteger),
        sa.Column("used_at", sa.DateTime, nullable=False, server_default=UTC_NOW, index=True),
        schema=SCHEMA,
    )


def create_reads() -> None:
    op.create_table(
        "reads",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("read_at", sa.DateTime, nullable=False, server_default=UTC_NOW),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff.id", ondelete="SET NULL"), index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False),
        sa.Column("row_id", sa.String(64)),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Index("ix_reads_resource_row_id", "resource", "row_id"),
        schema=SCHEMA,
    )
