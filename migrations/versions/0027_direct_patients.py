"""An index of the patients who came without a lead, by when: the funnel counts them of any period."""

from __future__ import annotations

from alembic import op

from homecare.adoption import INDEX_TIMEOUT_MS, LOCK_TIMEOUT_MS, index_stands

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NAME = "ix_patients_direct"


def upgrade() -> None:
    # Beside the company's work, and so that it may be repeated where it was broken off.
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
        if not index_stands(op.get_bind(), NAME):
            op.execute(
                f"CREATE INDEX CONCURRENTLY {NAME} ON public.patients (created_at) WHERE marketing_lead_id IS NULL"
            )
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{NAME}")
