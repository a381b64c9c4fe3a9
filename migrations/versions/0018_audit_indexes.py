"""Ours: what was changed and read is found newest first, by table, by kind and in all.

Built in place: the trail comes with the same release, so it is empty or short when they are. An ordinary index by time,
which pages by key, does all that the summary of ranges did.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_changes_made_at_id": "changes (made_at, id)",
    "ix_changes_resource_made_at": "changes (resource, made_at)",
    "ix_changes_nobody_made_at": "changes (made_at) WHERE staff_id IS NULL",
    "ix_changes_removed_made_at": "changes (kind, made_at) WHERE kind = 'removed'",
    "ix_reads_read_at_id": "reads (read_at, id)",
    "ix_reads_resource_read_at": "reads (resource, read_at)",
    "ix_reads_kind_read_at": "reads (kind, read_at)",
    "ix_reads_with_reason": "reads (resource, row_id) WHERE kind IN ('reveal', 'file')",
}


def upgrade() -> None:
    for name, what in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON dashboard.{what}")
    op.execute("DROP INDEX dashboard.ix_changes_made_at")


def downgrade() -> None:
    op.execute("CREATE INDEX ix_changes_made_at ON dashboard.changes USING brin (made_at) WITH (autosummarize = on)")
    for name in INDEXES:
        op.execute(f"DROP INDEX dashboard.{name}")
