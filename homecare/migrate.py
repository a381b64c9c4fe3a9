"""Brings a database to the current schema and sets the serving role's rights.

Usable without a web application: the private cluster migrates before the first worker starts.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from homecare import models
from homecare.adoption import LOCK_TIMEOUT_MS, PATIENCE_S, MigrationError, Say, is_adopted, quiet, refuse_misfits
from homecare.config import ROOT
from homecare.db import sqlstate
from homecare.models.ours.dashboard import SCHEMA

FOLDER = ROOT / "migrations"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
# Two programs that start at the same time migrate one after the other.
LOCK = 4_815_162_342

# The serving role's rights on our tables. Tables not named here can be read and written.
ADDED_TO = "SELECT, INSERT"
RIGHTS = {
    "denials": ADDED_TO,
    "reads": ADDED_TO,
    "sign_in_events": ADDED_TO,
    "policy_versions": ADDED_TO,
    "settings_versions": ADDED_TO,
    "role_renames": ADDED_TO,
    "glass_openings": ADDED_TO,
    "alembic_version": "SELECT",
    "sub_cities": "SELECT",
    # Written by the database itself alone, in functions of the owner.
    "changes": "SELECT",
    "change_sets": "SELECT",
    "seals": "SELECT",
    "trail_keeping": "SELECT",
    "dropped_months": "SELECT",
}
# An opening is ended, and neither taken out nor told otherwise.
COLUMN_RIGHTS = {"glass_openings": "UPDATE (ended_at, ended_how)"}
# The trail's months, which come and go without a migration; nobody is given rights on one.
PARTITIONS = "changes_"
READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"

_MISSING = ("42P01", "3F000", "42501")  # no such table, no such schema, not granted yet


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Alembic compares only the company's schema and ours."""
    return name in (None, SCHEMA) if type_ == "schema" else True


def include_object(object_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Skips tables of other applications and of PostGIS in `public`: they are not ours to compare or drop."""
    if type_ == "table" and reflected and compare_to is None and object_.schema is None:
        return False
    if type_ == "table" and reflected and compare_to is None and (name or "").startswith(PARTITIONS):
        return False
    return bool(alembic_helpers.include_object(object_, name, type_, reflected, compare_to))


COMPARED: dict[str, Any] = {
    "include_schemas": True,
    "include_name": include_name,
    "include_object": include_object,
    "version_table_schema": SCHEMA,
}


def migrate(owner_url: str, serving_url: str, say: Say = quiet, patience_s: float = PATIENCE_S) -> None:
    """Upgrades to the newest schema and gives the serving role its rights. Quick if there is nothing to do.
    `say` is told each change to an existing table. Raises MigrationError if a person must act first, or if a table was
    in use for `patience_s`.
    """
    config = _alembic_config(owner_url, serving_url)
    config.attributes.update(say=say, patience_s=patience_s)
    command.upgrade(config, "head")


def downgrade(owner_url: str, serving_url: str, revision: str) -> None:
    """Downgrades to `revision` ("base": nothing of ours). Raises MigrationError if that would drop company tables."""
    command.downgrade(_alembic_config(owner_url, serving_url), revision)


def pending(engine: Engine) -> bool:
    """Whether the database's schema differs from this program's. One short statement."""
    try:
        with engine.connect() as connection:
            found = connection.scalars(text("SELECT version_num FROM dashboard.alembic_version")).all()
    except ProgrammingError as error:
        if sqlstate(error) in _MISSING:
            return True
        raise
    return found != [head()]


@cache
def head() -> str | None:
    """The newest revision in the migrations folder, read once per process."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def _alembic_config(owner_url: str, serving_url: str) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(owner_url=owner_url, serving_url=serving_url)
    return config


def prepare(connection: Connection) -> None:
    """What every migration needs: a lock against others, tables that fit, the extensions, our schema."""
    # Polls: a statement waiting for the lock would block building an index concurrently.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        connection.rollback()
        time.sleep(0.2)
    connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    refuse_misfits(connection)
    for name in EXTENSIONS:
        _ensure_extension(connection, name)
    if not connection.scalar(text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": SCHEMA}):
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))


def _ensure_extension(connection: Connection, name: str) -> None:
    if connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = :name"), {"name": name}):
        return
    if not connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = :name"), {"name": name}):
        raise MigrationError(
            f"The database server does not have the extension {name}. Install PostGIS and the contrib modules "
            "for it (Debian: postgresql-15-postgis-3, postgresql-15) and start again."
        )
    try:
        with connection.begin_nested():
            connection.execute(text(f"CREATE EXTENSION {name}"))
    except DBAPIError as error:
        if sqlstate(error) != "42501":
            raise
        raise MigrationError(
            f"The database lacks the extension {name} and this role may not create it. "
            f"Let a superuser run CREATE EXTENSION {name} in this database and start again."
        ) from error


def has_roles(connection: Connection) -> bool:
    """Whether the migrations so far have created the table of roles."""
    return bool(connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.roles') IS NOT NULL")))


def has_trail(connection: Connection) -> bool:
    """Whether the migrations that ran reach as far as the trail."""
    return bool(connection.scalar(text(f"SELECT to_regproc('{SCHEMA}.write_trail') IS NOT NULL")))


def grant(connection: Connection, owner_url: str, serving_url: str, say: Say = quiet) -> None:
    """Gives the serving role what it needs and revokes the rest. Does nothing if the role is the owner.
    Rights are set table by table after every migration, not by default privileges: those would let the serving role
    change a new table that may only be added to. Nothing is revoked from a table's owner, nor on tables that existed
    before us: the company's other application may need those rights.
    """
    role = make_url(serving_url).username
    if not role or role == make_url(owner_url).username:
        return
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        raise MigrationError(
            f"DATABASE_URL signs in as {role}, which is not a role on the database server. Create it first."
        )
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {quoted}"))
    connection.execute(text(f"REVOKE CREATE ON SCHEMA {SCHEMA} FROM PUBLIC"))
    for function in connection.scalars(text(_OPEN_TRIGGERS), {"role": role}).all():
        connection.execute(text(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC, {quoted}"))
    adopted = is_adopted(connection)
    for held in connection.execute(text(_HELD), {"company": list(models.business_models()), "role": role}).all():
        if held.owned:
            say(f"{held.name} belongs to {role}, the serving role, which keeps all its rights on it.")
            continue
        ours = held.schema == SCHEMA
        wanted = "USAGE" if held.is_sequence else RIGHTS.get(held.table, READ_AND_WRITE) if ours else READ_AND_WRITE
        what = f"{'SEQUENCE ' if held.is_sequence else ''}{held.name}"
        has, needs = set(held.rights), set(wanted.split(", "))
        if needs - has:
            connection.execute(text(f"GRANT {wanted} ON {what} TO {quoted}"))
        if (has - needs or held.by_column) and (ours or not adopted):
            taken = has - needs if held.is_sequence else (has | ALL_RIGHTS) - needs
            connection.execute(text(f"REVOKE {', '.join(sorted(taken))} ON {what} FROM {quoted}"))
        if held.public and ours:
            connection.execute(text(f"REVOKE ALL ON {what} FROM PUBLIC"))
        if ours and held.table in COLUMN_RIGHTS:
            connection.execute(text(f"GRANT {COLUMN_RIGHTS[held.table]} ON {what} TO {quoted}"))


# Functions of triggers that write as the owner. Whoever may execute one may put it on a table of their own, such as a
# temporary one named like the company's, and write with it what they like. A trigger that is there needs no such right.
_OPEN_TRIGGERS = f"""
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = '{SCHEMA}'::regnamespace AND p.prorettype = 'trigger'::regtype AND p.prosecdef
        AND p.proowner <> CAST(:role AS regrole) AND has_function_privilege(:role, p.oid, 'EXECUTE') ORDER BY 1
"""  # noqa: S608 - a constant of ours
ALL_RIGHTS = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"}
# Our tables, the company's and their sequences: the owner, and the rights of the role and of PUBLIC.
_HELD = f"""
    SELECT n.nspname AS schema, c.relname AS table, c.oid::regclass::text AS name, c.relkind = 'S' AS is_sequence,
        c.relowner = CAST(:role AS regrole) AS owned,
        ARRAY(SELECT privilege_type::text FROM aclexplode(c.relacl) WHERE grantee = CAST(:role AS regrole)) AS rights,
        EXISTS (SELECT FROM aclexplode(c.relacl) WHERE grantee = 0) AS public,
        EXISTS (SELECT FROM pg_attribute a, aclexplode(a.attacl) acl
                WHERE a.attrelid = c.oid AND acl.grantee = CAST(:role AS regrole)) AS by_column
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.objid = c.oid AND d.classid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.oid = d.refobjid
    WHERE c.relkind IN ('r', 'p', 'S') AND NOT c.relispartition AND (
        n.nspname = '{SCHEMA}' OR n.nspname = 'public' AND (
            c.relname = ANY(:company) OR t.relname = ANY(:company) OR c.oid = to_regclass('public.patient_code_seq')))
    ORDER BY 1, 2
"""  # noqa: S608 - a constant of ours
