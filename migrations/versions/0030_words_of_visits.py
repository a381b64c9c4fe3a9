"""Visits that wait or are stuck, among millions that are over, are found by their folded status and their time."""

from __future__ import annotations

from alembic import op

from homecare.adoption import INDEX_TIMEOUT_MS, LOCK_TIMEOUT_MS, index_stands

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NAME = "ix_visit_services_word_scheduled_at"
COLUMNS = "(coalesce(nullif(dashboard.plain_word(status), ''), 'pending')), scheduled_at, id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
        if not index_stands(op.get_bind(), NAME):
            op.execute(f"CREATE INDEX CONCURRENTLY {NAME} ON public.visit_services ({COLUMNS})")
        # Only now does the database know how few have each word.
        op.execute("ANALYZE visit_services")
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{NAME}")
