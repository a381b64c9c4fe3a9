"""Minutes between moments that lie thousands of years apart: an integer does not hold them, and one such lead kept the
facts of all others from being worked out. And an index of the leads whose e-mail has capitals, for those that share one.
"""

from __future__ import annotations

from alembic import op

from homecare.adoption import INDEX_TIMEOUT_MS, LOCK_TIMEOUT_MS, index_stands

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

NAME = "ix_marketing_leads_capitals"
MINUTES_AFTER = """
    CREATE OR REPLACE FUNCTION dashboard.minutes_after(start timestamp, moment timestamp) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN start BETWEEN '0001-01-02' AND '9999-12-30' THEN {least}least(1000000000, floor(extract(epoch FROM
        greatest(least(moment, '9999-12-30'), '0001-01-02') - start) / 60)){end}::integer END
"""


def upgrade() -> None:
    op.execute(MINUTES_AFTER.format(least="greatest(-2000000000, ", end=")"))
    # Beside the company's work, and so that it may be repeated where it was broken off.
    with op.get_context().autocommit_block():
        op.execute(f"SET lock_timeout = {INDEX_TIMEOUT_MS}")
        if not index_stands(op.get_bind(), NAME):
            op.execute(
                f"CREATE INDEX CONCURRENTLY {NAME} ON public.marketing_leads (lower(email)) WHERE email ~ '[[:upper:]]'"
            )
        op.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{NAME}")
    op.execute(MINUTES_AFTER.format(least="", end=""))
