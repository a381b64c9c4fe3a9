"""Ours: who may see hours, for the default roles of an installation that has them already."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LEVELS = {
    "manager": "all",
    "coordinator": "all",
    "finance": "all",
    "auditor": "all",
    "doctor": "own",
    "nurse": "own",
    "caregiver": "own",
}


def upgrade() -> None:
    # A fresh installation has no roles yet and gets these with them.
    for role, level in LEVELS.items():
        op.execute(
            "INSERT INTO dashboard.grants (role, resource, action, scope, level) "  # noqa: S608 - words of this file
            f"SELECT name, 'page:hours', 'view', 'all', '{level}' FROM dashboard.roles "
            f"WHERE dashboard.plain_word(name) = '{role}'"
        )


def downgrade() -> None:
    op.execute("DELETE FROM dashboard.grants WHERE resource = 'page:hours'")
