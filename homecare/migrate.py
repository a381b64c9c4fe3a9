"""Bringing a database to the schema this program expects, and what the serving role may do in it.

Usable without a web application: the private cluster migrates before the first worker starts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from homecare import models
from homecare.config import ROOT
from homecare.db import sqlstate
from homecare.models.dashboard import SCHEMA

FOLDER = ROOT / "migrations"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
# Two programs that start together migrate one after the other.
LOCK = 4_815_162_342

# What the serving role may do with a table of ours; a table that is not named here is read and written.
ADDED_TO = "SELECT, INSERT"
RIGHTS = {
    "denials": ADDED_TO,
    "reads": ADDED_TO,
    "policy_versions": ADDED_TO,
    "refused_uploads": "SELECT, INSERT, DELETE",
    "settings_versions": ADDED_TO,
    "alembic_version": "SELECT",
    "sub_cities": "SELECT",
}
READ_AND_WRITE = "SELECT, INSERT, UPDATE, DELETE"

_MISSING = ("42P01", "3F000", "42501")  # no such table, no such schema, not granted yet


class MigrationError(RuntimeError):
    """The database cannot be migrated; the message is a sentence for the person who starts the program."""


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Alembic looks at the company's schema and ours, at no other."""
    return name in (None, SCHEMA) if type_ == "schema" else True


def include_object(object_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Tables of other applications and of PostGIS in `public` are not ours to compare, and never to drop."""
    if type_ == "table" and reflected and compare_to is None and object_.schema is None:
        return False
    return bool(alembic_helpers.include_object(object_, name, type_, reflected, compare_to))


COMPARED: dict[str, Any] = {
    "include_schemas": True,
    "include_name": include_name,
    "include_object": include_object,
    "version_table_schema": SCHEMA,
}


def migrate(owner_url: str, serving_url: str) -> None:
    """Upgrade to the newest schema and give the serving role its rights; quick when nothing is to do.

    Raises MigrationError where a person has to do something first.
    """
    command.upgrade(_alembic_config(owner_url, serving_url), "head")


def downgrade(owner_url: str, serving_url: str, revision: str) -> None:
    """Back to `revision` ("base": nothing of ours). Raises MigrationError where the company's own tables would go."""
    command.downgrade(_alembic_config(owner_url, serving_url), revision)


def pending(engine: Engine) -> bool:
    """Whether the database's schema is another one than this program's; one short statement."""
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
    """The newest revision among the files, read once per process."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def _alembic_config(owner_url: str, serving_url: str) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(owner_url=owner_url, serving_url=serving_url)
    return config


def prepare(connection: Connection) -> None:
    """What every migration stands on: one migration at a time, the extensions, our schema."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
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
    """Whether the migrations that ran reach as far as the table of roles."""
    return bool(connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.roles') IS NOT NULL")))


def grant(connection: Connection, owner_url: str, serving_url: str) -> None:
    """Give the serving role exactly what it needs, taking back what it had before; nothing where it is the owner.

    Said table by table after every migration instead of by default privileges, which would let the serving role
    change a new table that is only ever to be added to.
    """
    role = make_url(serving_url).username
    if not role or role == make_url(owner_url).username:
        return
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        raise MigrationError(
            f"DATABASE_URL signs in as {role}, which is no role of the database server; create it first."
        )
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public, {SCHEMA} TO {quoted}"))
    for schema, table in connection.execute(text(_OUR_TABLES), {"company": list(models.business_models())}).all():
        name = f'{schema}."{table}"'
        rights = RIGHTS.get(table, READ_AND_WRITE) if schema == SCHEMA else READ_AND_WRITE
        connection.execute(text(f"REVOKE ALL ON {name} FROM {quoted}"))
        connection.execute(text(f"GRANT {rights} ON {name} TO {quoted}"))
    for (sequence,) in connection.execute(text(_OUR_SEQUENCES), {"company": list(models.business_models())}).all():
        connection.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {quoted}"))


_OUR_TABLES = f"""
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname = '{SCHEMA}' OR (schemaname = 'public' AND tablename = ANY(:company))
"""  # noqa: S608 - a constant of ours
_OUR_SEQUENCES = f"""
    SELECT s.oid::regclass FROM pg_class s
    LEFT JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.oid = d.refobjid
    WHERE s.relkind = 'S' AND (
        s.relnamespace = to_regnamespace('{SCHEMA}')
        OR s.oid = to_regclass('public.patient_code_seq')
        OR (s.relnamespace = 'public'::regnamespace AND t.relname = ANY(:company))
    )
"""  # noqa: S608 - a constant of ours
