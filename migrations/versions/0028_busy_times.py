"""What somebody is busy with at a time is found by two indexes, built beside the company's work: each CONCURRENTLY."""

from __future__ import annotations

from alembic import op

from homecare.adoption import LOCK_TIMEOUT_MS, index_stands

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Who writes to the table does not wait behind an index that is built beside it, so it may wait for them a little.
INDEX_TIMEOUT_MS = 5000
ODD_TIMES = """coalesce(
    scheduled_at IS NULL
    OR check_in_time < greatest(scheduled_at, timestamp '0001-01-02') - interval '6 hours'
    OR check_in_time > least(scheduled_at, timestamp '9999-12-30') + interval '6 hours'
    OR check_out_time > least(coalesce(check_in_time, scheduled_at), timestamp '9999-12-30') + interval '1 day',
    false)"""
INDEXES = {
    "ix_visit_services_staff_id_scheduled_at": "(staff_id, scheduled_at) INCLUDE (patient_id, status)",
    "ix_visit_services_odd_times": f"(({ODD_TIMES}), staff_id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
        for name, definition in INDEXES.items():
            if not index_stands(op.get_bind(), name):
                op.execute(f"CREATE INDEX CONCURRENTLY {name} ON public.visit_services {definition}")
        # Only now does the database know how few the odd ones are.
        op.execute("ANALYZE visit_services")
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}")
