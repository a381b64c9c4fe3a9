"""Keeps the trail's triggers on every table of the company, also on one that came with the last upgrade, and on ours
that are taken back with them.

A trigger of the database that notices new tables by itself takes a superuser, whom we do not have (decision 0017). So
every upgrade covers what is not covered yet, and start-up and /readyz name a table that is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from homecare import models

TRUNCATED = "trail_truncated"
TRIGGERS = {
    "trail_added": "AFTER INSERT ON {} REFERENCING NEW TABLE AS new_rows",
    "trail_changed": "AFTER UPDATE ON {} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "trail_removed": "AFTER DELETE ON {} REFERENCING OLD TABLE AS old_rows",
    TRUNCATED: "BEFORE TRUNCATE ON {}",
}
# A trigger that is off, or fires only for some sessions, is none.
_STANDING = text("""
    SELECT n.nspname || '.' || c.relname AS table,
        coalesce(array_agg(t.tgname::text) FILTER (WHERE t.tgenabled = 'A'), '{}') AS triggers
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        AND t.tgfoid IN (to_regproc('dashboard.write_trail'), to_regproc('dashboard.refuse_truncate'))
    WHERE c.relkind IN ('r', 'p') AND n.nspname || '.' || c.relname = ANY(:tables)
    GROUP BY n.nspname, c.relname ORDER BY n.nspname <> 'public', c.relname
""")


def uncovered(connection: Connection) -> list[str]:
    """The tables of which some change would not be in the trail. One statement."""
    return [
        table.removeprefix("public.")
        for table, triggers in _standing(connection).items()
        if not triggers >= {*TRIGGERS}
    ]


def due(connection: Connection) -> Iterator[tuple[str, list[str]]]:
    """Each table that is not covered with the owner's statements that cover it, to be run as one transaction."""
    for table, triggers in _standing(connection).items():
        statements = []
        for name in TRIGGERS.keys() - triggers:
            called = "refuse_truncate" if name == TRUNCATED else "write_trail"
            when = TRIGGERS[name].format(table)
            statements += [
                f"CREATE OR REPLACE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION dashboard.{called}()",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
            ]
        if statements:
            yield table, statements


def _standing(connection: Connection) -> dict[str, set[str]]:
    tables = [models.qualified(model) for model in models.trailed_models().values()]
    found = connection.execute(_STANDING, {"tables": tables}).all()
    return {row.table: set(row.triggers) for row in found}
