"""What the seed says of the schema and what the database has, as facts that can be compared.

A fact is (table, column, aspect) -> value, in PostgreSQL's words; rules of a whole table have an empty column. The
seed is read from its text and the database from its catalog: our models have no say in it.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, text

Facts = dict[tuple[str, str, str], str]

SEED = Path(__file__).with_name("schema_seed.md")
TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\);", re.S)
ADDED = re.compile(r"ALTER TABLE (\w+)\n(ADD COLUMN.*?);", re.S)
COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?: UNSIGNED)?(?:\([^)]*\))?)"
    r"(?P<key> PRIMARY KEY)?(?P<null> NOT NULL| NULL)?(?P<unique> UNIQUE)?(?: DEFAULT (?P<default>'[^']*'|\w+))?"
    r"(?: REFERENCES (?P<parent>\w+)\((?P<parent_column>\w+)\) ON DELETE (?P<action>CASCADE|SET NULL))?"
)
TYPES = (("varchar", "character varying"), ("timestamp", "timestamp without time zone"), ("serial", "integer"))


def statements(sql: str) -> list[tuple[str, str]]:
    """(table, body) of every CREATE TABLE, in order and with repetitions."""
    return TABLE.findall(sql)


def seed_facts(sql: str) -> Facts:
    facts: Facts = {}
    for table, body in statements(sql):
        for line in body.strip().splitlines():
            facts |= column_facts(table, line)
    for table, body in ADDED.findall(sql):
        for line in body.splitlines():
            facts |= column_facts(table, line.removeprefix("ADD COLUMN IF NOT EXISTS"))
    return facts


def column_facts(table: str, line: str) -> Facts:
    said = COLUMN.fullmatch(line.strip().rstrip(","))
    assert said, f"{table}: the parser does not understand {line!r}"
    name, type_ = said["name"], said["type"].lower().replace(", ", ",")
    facts = {(table, name, "null"): "no" if said["key"] or said["null"] == " NOT NULL" else "yes"}
    if type_ == "serial":
        facts[table, name, "default"] = f"nextval({table}_{name}_seq)"
    for seed_word, word in TYPES:
        type_ = re.sub(rf"^{seed_word}\b", word, type_)
    facts[table, name, "type"] = type_
    if said["key"]:
        facts[table, name, "key"] = "primary"
    if said["unique"]:
        facts[table, name, "unique"] = "yes"
    if said["default"]:
        default = said["default"]
        facts[table, name, "default"] = default.strip("'") if "'" in default else default.lower()
    if said["parent"]:
        facts[table, name, "references"] = (
            f"{said['parent']}.{said['parent_column']} on delete {said['action'].lower()}"
        )
    return facts


def live_facts(connection: Connection) -> Facts:
    facts: Facts = {}
    for table, column, type_, null, default in connection.execute(text(COLUMNS)):
        facts[table, column, "type"] = type_.lower()
        facts[table, column, "null"] = null
        if default is not None:
            facts[table, column, "default"] = without_casts(default)
    for table, columns, is_primary in connection.execute(text(UNIQUE)):
        if len(columns) > 1:
            facts[table, "", f"unique {', '.join(columns)}"] = "yes"
        else:
            facts[table, columns[0], "key" if is_primary else "unique"] = "primary" if is_primary else "yes"
    for table, column, parent, parent_column, action in connection.execute(text(REFERENCES)):
        facts[table, column, "references"] = f"{parent}.{parent_column} on delete {action}"
    for table, name, rule in connection.execute(text(RULES)):
        facts[table, "", name] = rule
    return facts


def without_casts(default: str) -> str:
    """'Pending'::character varying -> Pending; an expression keeps its quotes."""
    constant = re.fullmatch(r"'([^']*)'(?:::[a-z ]+)", default)
    if constant:
        return constant[1]
    return re.sub(r"nextval\('(\w+)'::regclass\)", r"nextval(\1)", default).replace("::text", "")


# Tables of an extension are not the company's.
TABLES = """SELECT oid, relname FROM pg_class t
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')"""
COLUMNS = f"""SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END, pg_get_expr(d.adbin, d.adrelid)
    FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum"""
UNIQUE = f"""SELECT t.relname, array_agg(a.attname::text ORDER BY a.attnum), i.indisprimary
    FROM ({TABLES}) t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
    GROUP BY t.relname, i.indexrelid, i.indisprimary"""
REFERENCES = f"""SELECT t.relname, a.attname, k.confrelid::regclass::text, p.attname,
    CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'something else' END
    FROM ({TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(k.conkey)
    JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = ANY(k.confkey)"""
RULES = f"""SELECT t.relname, k.conname, pg_get_constraintdef(k.oid)
    FROM ({TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype NOT IN ('p', 'u', 'f')"""
