"""Ours: the trail writes rows of a table that has a column named as one of its own variables, such as `at`."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Said at the head of the function's body: a bare name that could be both is the variable.
RULE = "#variable_conflict use_variable"
REPLACED = """
DO $do$
DECLARE
    body text := pg_get_functiondef('dashboard.write_trail()'::regprocedure);
BEGIN
    EXECUTE replace(body, {old}, {new});
END $do$;
"""
BARE, RULED = "'AS $function$' || chr(10)", f"'AS $function$' || chr(10) || '{RULE}' || chr(10)"


def upgrade() -> None:
    op.execute(REPLACED.format(old=BARE, new=RULED))


def downgrade() -> None:
    op.execute(REPLACED.format(old=RULED, new=BARE))
