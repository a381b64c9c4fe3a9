"""What is kept of a person outlives their staff row; a read names all rows it showed, and the session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = "dashboard"
# The table and its column that names the staff member, which begins the names of the two beside it.
WHO = {
    "reads": ("staff_id", "staff"),
    "denials": ("staff_id", "staff"),
    "files": ("staff_id", "staff"),
    "policy_versions": ("saved_by", "saved_by"),
    "settings_versions": ("saved_by", "saved_by"),
}


def upgrade() -> None:
    for table, (key, who) in WHO.items():
        keep_who(table, key, who)
    op.add_column("reads", sa.Column("session_hash", sa.LargeBinary), schema=SCHEMA)
    for name, kind in (("ids", sa.BigInteger), ("columns", sa.Text)):
        op.add_column("reads", sa.Column(name, sa.ARRAY(kind), nullable=False, server_default="{}"), schema=SCHEMA)
    # A role that was looked as is named in row_id too, and stays there alone.
    op.execute("UPDATE dashboard.reads SET ids = ARRAY[row_id::bigint] WHERE row_id ~ '^[0-9]{1,18}$'")
    op.drop_index("ix_reads_resource_row_id", "reads", schema=SCHEMA)
    op.drop_index("ix_reads_staff_id", "reads", schema=SCHEMA)
    op.create_index("ix_reads_ids", "reads", ["ids"], schema=SCHEMA, postgresql_using="gin")
    op.create_index("ix_reads_staff_id_read_at", "reads", ["staff_id", "read_at"], schema=SCHEMA)
    op.create_index("ix_reads_session_hash_read_at", "reads", ["session_hash", "read_at"], schema=SCHEMA)


def downgrade() -> None:
    for name in ("ids", "staff_id_read_at", "session_hash_read_at"):
        op.drop_index(f"ix_reads_{name}", "reads", schema=SCHEMA)
    op.create_index("ix_reads_staff_id", "reads", ["staff_id"], schema=SCHEMA)
    op.create_index("ix_reads_resource_row_id", "reads", ["resource", "row_id"], schema=SCHEMA)
    for name in ("session_hash", "ids", "columns"):
        op.drop_column("reads", name, schema=SCHEMA)
    for table, (key, who) in WHO.items():
        lose_who(table, key, who)


def keep_who(table: str, key: str, who: str) -> None:
    for name in ("name", "email"):
        column = sa.Column(f"{who}_{name}", sa.Text, nullable=False, server_default="")
        op.add_column(table, column, schema=SCHEMA)
    op.execute(
        f"UPDATE {SCHEMA}.{table} kept SET {who}_name = trim(concat_ws(' ', staff.first_name, staff.last_name)), "  # noqa: S608
        f"{who}_email = staff.email FROM staff WHERE staff.id = kept.{key}"
    )
    op.drop_constraint(f"fk_{table}_{key}", table, schema=SCHEMA)


def lose_who(table: str, key: str, who: str) -> None:
    """The key comes back; whoever left meanwhile is nobody to it."""
    op.execute(
        f"UPDATE {SCHEMA}.{table} SET {key} = NULL "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT FROM staff WHERE staff.id = {table}.{key})"
    )
    op.create_foreign_key(f"fk_{table}_{key}", table, "staff", [key], ["id"], source_schema=SCHEMA, ondelete="SET NULL")
    for name in ("name", "email"):
        op.drop_column(table, f"{who}_{name}", schema=SCHEMA)
