"""What the company's tables have of indexes, keys and triggers: read from the catalogue, taken away and put back.

No list of it stands here, so that what a later migration adds is put back too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

# How a trigger is set to fire, as ALTER TABLE says it.
FIRES = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


@dataclass(frozen=True)
class Index:
    name: str
    table: str
    create: str


@dataclass(frozen=True)
class Rule:
    """A constraint of one table; `index` is the one that it takes over, built beside others before."""

    name: str
    table: str
    definition: str
    kind: str
    index: str | None

    @property
    def declare(self) -> str:
        if self.kind == "f":
            # Unchecked at first: to be declared it needs both tables for a moment, to be checked it does not.
            return f"{self._add} {self.definition.removesuffix(' NOT VALID')} NOT VALID"
        if self.index is None:
            return f"{self._add} {self.definition}"
        # DEFERRABLE and its like stand behind the columns.
        behind = self.definition.rpartition(")")[2]
        return f"{self._add} {'PRIMARY KEY' if self.kind == 'p' else 'UNIQUE'} USING INDEX {self.index}{behind}"

    @property
    def check(self) -> str:
        return f"ALTER TABLE {self.table} VALIDATE CONSTRAINT {self.name}"

    @property
    def drop(self) -> str:
        return f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}"

    @property
    def _add(self) -> str:
        return f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name}"


@dataclass(frozen=True)
class Trigger:
    name: str
    table: str
    fires: str


@dataclass(frozen=True)
class Dropped:
    """Names are quoted as SQL writes them. `indexes` come in the order of their work, the longest first."""

    indexes: list[Index]
    constraints: list[Rule]
    keys: list[Rule]
    triggers: list[Trigger]
    tables: list[str]

    def rules(self) -> dict[str, list[str]]:
        """By table, what declares its constraints but the foreign keys."""
        return _by_table([(rule.table, rule.declare) for rule in self.constraints])

    def checks(self) -> dict[str, list[str]]:
        """By table, what checks its foreign keys."""
        return _by_table([(key.table, key.check) for key in self.keys])


def read(connection: psycopg.Connection, tables: Sequence[str]) -> Dropped:
    """Of these tables in `public`; foreign keys also those by which other tables point at them."""
    named = {"tables": list(tables)}
    rules = [Rule(*row) for row in _rows(connection, CONSTRAINTS, named)]
    return Dropped(
        indexes=[Index(*row) for row in _rows(connection, INDEXES, named)],
        constraints=[rule for rule in rules if rule.kind != "f"],
        keys=[rule for rule in rules if rule.kind == "f"],
        triggers=[Trigger(*row) for row in _rows(connection, TRIGGERS, named)],
        tables=list(tables),
    )


def take_away(connection: psycopg.Connection, dropped: Dropped) -> None:
    """Foreign keys first: they stand on the others' indexes. Checks of single rows stay, they cost next to nothing."""
    for rule in (*dropped.keys, *dropped.constraints):
        connection.execute(rule.drop)
    owned = {rule.index for rule in dropped.constraints}
    for index in dropped.indexes:
        if index.name not in owned:
            connection.execute(f"DROP INDEX public.{index.name}")
    for trigger in dropped.triggers:
        connection.execute(f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}")
    for table in dropped.tables:
        # Its work would hold up the indexes, and statistics are made at the end anyway.
        connection.execute(f'ALTER TABLE public."{table}" SET (autovacuum_enabled = false)')


def wake_triggers(connection: psycopg.Connection, dropped: Dropped) -> None:
    """As they were, each by its own word; and the tables are looked after again."""
    for trigger in dropped.triggers:
        connection.execute(f"ALTER TABLE {trigger.table} {FIRES[trigger.fires]} TRIGGER {trigger.name}")
    for table in dropped.tables:
        connection.execute(f'ALTER TABLE public."{table}" RESET (autovacuum_enabled)')


def move_sequences(connection: psycopg.Connection, dropped: Dropped) -> None:
    """Behind the rows that carry their ids."""
    for table in dropped.tables:
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('public.\"{table}\"', 'id'), max(id)) FROM public.\"{table}\"",  # noqa: S608
        )
    connection.execute("SELECT setval('patient_code_seq', max(id)) FROM patients")


def _by_table(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for table, statement in pairs:
        found[table].append(statement)
    return found


def _rows(connection: psycopg.Connection, query: Any, named: dict[str, Any]) -> list[tuple[Any, ...]]:
    return connection.execute(query, named).fetchall()


_OF_THEM = "SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s)"
# An EXCLUDE makes its index itself; every other index is built by its own definition. GIN and expressions take longest.
INDEXES = f"""
    SELECT quote_ident(c.relname), i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid IN ({_OF_THEM})
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype = 'x')
    ORDER BY m.amname = 'btree', i.indrelid <> 'public.visit_services'::regclass, c.relname
"""  # noqa: S608 - a constant of ours
CONSTRAINTS = f"""
    SELECT quote_ident(k.conname), k.conrelid::regclass::text, pg_get_constraintdef(k.oid), k.contype::text,
        CASE WHEN k.contype IN ('p', 'u') THEN (SELECT quote_ident(relname) FROM pg_class WHERE oid = k.conindid) END
    FROM pg_constraint k
    WHERE k.contype IN ('p', 'u', 'x', 'f') AND (k.conrelid IN ({_OF_THEM}) OR k.confrelid IN ({_OF_THEM}))
    ORDER BY k.conname
"""  # noqa: S608 - a constant of ours
TRIGGERS = f"""
    SELECT quote_ident(tgname), tgrelid::regclass::text, tgenabled::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid IN ({_OF_THEM}) ORDER BY tgrelid, tgname
"""  # noqa: S608 - a constant of ours
