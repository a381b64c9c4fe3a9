"""The database that the rows go into: made for them, or named and empty, and never one with rows of a company.

A comment on the database says that its rows are for measuring. It is written before the first of them, so that what a
broken-off load left behind is known for what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from homecare.config import Config, ConfigError
from homecare.local.bench.loaders import connect
from homecare.local.initialise import DATABASE, SERVING
from homecare.models import business_models

BESIDE = "homecare_bench"
MARK = "Rows for measuring: "
UNFINISHED = "broken off"
# Two loads at once would mix their rows; any constant does that nothing else here locks.
LOCK_KEY = 4_207_002


@dataclass(frozen=True)
class Target:
    owner_url: str
    serving_url: str

    @classmethod
    def of(cls, config: Config) -> Target:
        """Beside the demo company in the private cluster, else the database that DATABASE_URL names."""
        if not config.private:
            return cls(config.owner_url, config.database_url)
        named = make_url(config.owner_url).database
        database = named if named and named != DATABASE else BESIDE
        with connect(in_database(config.owner_url, DATABASE)) as owner:
            if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            name, role = sql.Identifier(database), sql.Identifier(SERVING)
            owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            owner.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, role))
        return cls(in_database(config.owner_url, database), in_database(config.database_url, database))

    @property
    def database(self) -> str:
        return make_url(self.owner_url).database or ""

    @contextmanager
    def taken(self) -> Iterator[psycopg.Connection]:
        """The owner's connection; nobody else loads while it lasts."""
        with connect(self.owner_url) as owner:
            taken = owner.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
            if not (taken and taken[0]):
                raise ConfigError("Another process is loading rows into this database. Wait for it, or stop it.")
            yield owner

    def told(self) -> str | None:
        """What the rows for measuring are that stand there; None where there are none."""
        with connect(self.owner_url) as owner:
            return said(owner)

    def refuse_what_is_not_ours(self, owner: psycopg.Connection) -> None:
        """Reads only. Raises ConfigError for any database with rows, or with tables of somebody else."""
        if said(owner) is not None:
            return
        company = list(business_models())
        found = owner.execute("SELECT relname FROM pg_class WHERE oid = ANY(%s)", [_tables(owner)]).fetchall()
        strange = sorted({row[0] for row in found} - set(company))
        filled = [name for (name,) in found if name in company and _has_rows(owner, "public", name)]
        accounts = owner.execute("SELECT to_regclass('dashboard.accounts')").fetchone()
        if accounts and accounts[0] and _has_rows(owner, "dashboard", "accounts"):
            filled.append("accounts")
        if filled or strange:
            raise ConfigError(
                f"The database {owner.info.dbname} has {'rows in' if filled else 'the tables'} "
                f"{', '.join(filled or strange)}, so nothing was done. Rows for measuring go into a database of their "
                "own: name an empty one in DATABASE_URL, or leave DATABASE_URL unset."
            )

    def empty(self, owner: psycopg.Connection) -> None:
        """Nothing of ours remains; the rows that stood there were for measuring, or there were none."""
        with owner.transaction():
            owner.execute("SET LOCAL lock_timeout = 5000")
            owner.execute("DROP SCHEMA IF EXISTS dashboard CASCADE")
            for table in business_models():
                owner.execute(sql.SQL("DROP TABLE IF EXISTS public.{} CASCADE").format(sql.Identifier(table)))
            owner.execute("DROP SEQUENCE IF EXISTS public.patient_code_seq")
            self.mark(owner, UNFINISHED)

    def mark(self, owner: psycopg.Connection, words: str) -> None:
        owner.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(owner.info.dbname), sql.Literal(MARK + words))
        )


def in_database(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def said(owner: psycopg.Connection) -> str | None:
    found = owner.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    comment = found[0] if found else None
    return comment.removeprefix(MARK) if comment and comment.startswith(MARK) else None


def _tables(owner: psycopg.Connection) -> list[int]:
    """Those in `public` that belong to no extension."""
    found = owner.execute(
        "SELECT oid FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d "
        "WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')"
    )
    return [oid for (oid,) in found]


def _has_rows(owner: psycopg.Connection, schema: str, table: str) -> bool:
    found = owner.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(schema, table)))
    return found.fetchone() is not None
