"""Ours: the queue of places to be worked out again, and how far each kind of fact has come.

The triggers that fill a queue are put on the tables by `homecare.queueing`, after every upgrade.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
# With the triggers that call them.
DROP_TRIGGERS = """
DO $do$
DECLARE
    noting regprocedure;
BEGIN
    FOR noting IN SELECT p.oid FROM pg_proc p
        WHERE p.pronamespace = 'dashboard'::regnamespace AND p.proname LIKE 'dirty\\_places\\_of\\_%'
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', noting);
    END LOOP;
END $do$;
"""


def upgrade() -> None:
    op.create_table("dirty_places", sa.Column("key", sa.BigInteger), schema=SCHEMA)
    op.create_table(
        "fact_states",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("right_at", sa.DateTime),
        sa.Column("rebuilt_at", sa.DateTime),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.execute(DROP_TRIGGERS)
    op.drop_table("fact_states", schema=SCHEMA)
    op.drop_table("dirty_places", schema=SCHEMA)
