"""Ours: how far each lead came, and the leads of a month counted by it; the queue of leads to be worked out again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
WINDOWS = ("14", "30", "90", "180", "none")
STAGES = range(1, 8)
TIMED = ("contact", "patient", "visit", "invoice", "paid")
INDEXED = ("first_campaign_id", "last_campaign_id", "lead_source_id", "landing_page_id", "sub_city", "channel")
# Whole minutes, so that they compare with a window of days as the moments themselves do. Kept within what both ends of
# a difference can hold: PostgreSQL knows infinite moments, and years that no interval reaches.
MINUTES_AFTER = """
    CREATE FUNCTION dashboard.minutes_after(start timestamp, moment timestamp) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN start BETWEEN '0001-01-02' AND '9999-12-30' THEN least(1000000000, floor(extract(epoch FROM
        greatest(least(moment, '9999-12-30'), '0001-01-02') - start) / 60))::integer END
"""
DROP_TRIGGERS = """
DO $do$
DECLARE
    noting regprocedure;
BEGIN
    FOR noting IN SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'dashboard'::regnamespace AND p.proname LIKE 'dirty\\_leads\\_of\\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', noting);
    END LOOP;
END $do$;
"""


def upgrade() -> None:
    op.execute(MINUTES_AFTER)
    op.create_table("dirty_leads", sa.Column("key", sa.BigInteger), schema=SCHEMA)
    _facts()
    _cells()


def _facts() -> None:
    op.create_table(
        "lead_facts",
        sa.Column("lead_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("patient_id", sa.BigInteger),
        sa.Column("came_at", sa.DateTime),
        sa.Column("day", sa.Date),
        sa.Column("first_campaign_id", sa.BigInteger),
        sa.Column("last_campaign_id", sa.BigInteger),
        sa.Column("lead_source_id", sa.BigInteger),
        sa.Column("landing_page_id", sa.BigInteger),
        sa.Column("sub_city", sa.SmallInteger),
        sa.Column("channel", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        *(sa.Column(f"minutes_{stage}", sa.Integer) for stage in TIMED),
        *(sa.Column(f"level_{window}", sa.SmallInteger, nullable=False) for window in WINDOWS),
        *(sa.Column(f"paid_{window}", sa.Numeric, nullable=False) for window in WINDOWS),
        sa.Index("ix_lead_facts_day", "day"),
        *(sa.Index(f"ix_lead_facts_{column}_day", column, "day") for column in INDEXED),
        sa.Index("ix_lead_facts_patient_id", "patient_id"),
        sa.Index(
            "ix_lead_facts_times",
            "day",
            postgresql_include=[*(f"minutes_{stage}" for stage in TIMED), *(f"level_{window}" for window in WINDOWS)],
            postgresql_where=sa.text("patient_id IS NOT NULL OR minutes_contact IS NOT NULL"),
        ),
        schema=SCHEMA,
    )


def _cells() -> None:
    op.create_table(
        "lead_cells",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("window_days", sa.SmallInteger, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("value", sa.Text),
        *(sa.Column(f"reached_{stage}", sa.Integer, nullable=False) for stage in STAGES),
        sa.Column("paid", sa.Numeric, nullable=False),
        sa.Index(
            "uq_lead_cells", "kind", "window_days", "month", "value", unique=True, postgresql_nulls_not_distinct=True
        ),
        sa.Index(
            "ix_lead_cells_empty",
            "kind",
            postgresql_where=sa.text(" AND ".join(f"reached_{stage} = 0" for stage in STAGES)),
        ),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.execute(DROP_TRIGGERS)
    for name in ("lead_cells", "lead_facts", "dirty_leads"):
        op.drop_table(name, schema=SCHEMA)
    op.execute("DROP FUNCTION dashboard.minutes_after(timestamp, timestamp)")
