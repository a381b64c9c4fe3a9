"""The company's other application works on its tables while ours migrates: it keeps its rights and never waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from clusters import Database
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from test_migrations import company_database, execute, upgrade, value

from homecare import migrate
from homecare.adoption import LOCK_TIMEOUT_MS
from homecare.local.initialise import SERVING

__all__ = ["company_database"]  # a fixture

HELD = """SELECT string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM pg_class c, aclexplode(c.relacl)
    WHERE c.oid = to_regclass(:table) AND grantee = CAST(:role AS regrole)"""
ALL = "DELETE INSERT REFERENCES SELECT TRIGGER TRUNCATE UPDATE"
READ_AND_WRITE = "DELETE INSERT SELECT UPDATE"
PATIENCE_S = 3.0


def held(database: Database, table: str, role: str = SERVING) -> object:
    return value(database, HELD, table=table, role=role)


@pytest.fixture
def reader(company_database: Database) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The other application, idle in a transaction in which it read visits."""
    url = company_database.owner_url.replace("+psycopg", "")
    with closing(psycopg.connect(url, application_name="company app")) as connection:
        connection.execute("SELECT count(*) FROM visit_services")
        yield connection


def test_who_is_idle_on_one_table_keeps_nobody_waiting_and_is_named(
    company_database: Database, reader: psycopg.Connection[tuple[object, ...]]
) -> None:
    said: list[str] = []
    addresses = (company_database.owner_url, company_database.serving_url)
    with ThreadPoolExecutor() as pool, company_database.owner_engine() as engine:
        ours = pool.submit(migrate.migrate, *addresses, said.append, PATIENCE_S)
        statements = 0
        while not ours.done():
            with engine.begin() as other:
                # Longer than we may stand in a queue, and far shorter than the idle reader stays.
                other.execute(text(f"SET LOCAL lock_timeout = {3 * LOCK_TIMEOUT_MS}"))
                for table in ("patients", "staff", "visit_services", "invoices"):
                    other.execute(text(f"SELECT count(*) FROM {table}"))
                    other.execute(text(f"UPDATE {table} SET updated_at = updated_at"))
            statements += 1
            time.sleep(0.05)

        with pytest.raises(
            migrate.MigrationError, match=r"^The table visit_services is in use by .*company app \(proc"
        ):
            ours.result()
    assert statements > 5
    assert any("trying again" in line for line in said)


def test_what_was_broken_off_goes_on_where_it_stopped(
    company_database: Database, reader: psycopg.Connection[tuple[object, ...]]
) -> None:
    with pytest.raises(migrate.MigrationError, match=r"waited 0 s for it and stopped; finished steps stay done"):
        migrate.migrate(company_database.owner_url, company_database.serving_url, patience_s=0)
    reader.rollback()

    upgrade(company_database)

    with company_database.owner_engine() as engine:
        assert not migrate.pending(engine)
    assert value(company_database, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


def test_a_migration_waits_for_one_who_lets_go(
    company_database: Database, reader: psycopg.Connection[tuple[object, ...]]
) -> None:
    with ThreadPoolExecutor() as pool:
        ours = pool.submit(upgrade, company_database)
        time.sleep(2)
        reader.rollback()
        ours.result()

    with company_database.owner_engine() as engine:
        assert not migrate.pending(engine)


def test_each_table_that_stood_before_is_told_as_it_is_changed(company_database: Database) -> None:
    said: list[str] = []
    migrate.migrate(company_database.owner_url, company_database.serving_url, said.append)

    assert "visit_services: defaults and columns that may be empty." in said
    assert {f"{table}: rules and indexes." for table in ("patients", "staff", "invoices")} <= set(said)


def test_an_index_that_was_broken_off_is_built_again(company_database: Database) -> None:
    execute(company_database, "INSERT INTO patients (full_name, patient_code) VALUES ('Hana', 'HHC-000042')")
    broken = "CREATE UNIQUE INDEX CONCURRENTLY ix_patients_date_of_birth ON patients ((1))"
    with company_database.owner_engine() as engine, engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(broken))

    upgrade(company_database)

    built = value(company_database, "SELECT pg_get_indexdef('ix_patients_date_of_birth'::regclass)")
    assert str(built).endswith("(date_of_birth, id)")


def test_a_serving_role_that_owns_a_table_keeps_its_rights_on_it(migrated_database: Database) -> None:
    said: list[str] = []
    execute(migrated_database, "DROP TABLE events", f"GRANT CREATE ON SCHEMA public TO {SERVING}")
    with migrated_database.serving_engine() as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id int)"))

    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        migrate.grant(connection, migrated_database.owner_url, migrated_database.serving_url, said.append)

    assert said == [f"events belongs to {SERVING}, the serving role, which keeps all its rights on it."]
    assert value(migrated_database, "SELECT has_table_privilege(:role, 'events', 'TRUNCATE')", role=SERVING) is True


def test_rights_on_tables_that_stood_before_are_only_added_to(company_database: Database) -> None:
    execute(company_database, f"GRANT SELECT, TRUNCATE ON invoices TO {SERVING}", f"GRANT ALL ON staff TO {SERVING}")

    upgrade(company_database)

    assert held(company_database, "invoices") == "DELETE INSERT SELECT TRUNCATE UPDATE"
    assert held(company_database, "staff") == ALL
    assert held(company_database, "patients") == READ_AND_WRITE


GIVEN = (
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA dashboard GRANT ALL ON TABLES TO {SERVING}",
    f"GRANT ALL ON dashboard.denials, dashboard.reads TO {SERVING}, PUBLIC",
    f"GRANT UPDATE (reason) ON dashboard.denials TO {SERVING}",
    f"GRANT ALL ON SEQUENCE patient_code_seq TO {SERVING}",
    "GRANT CREATE ON SCHEMA dashboard TO PUBLIC",
)
TAKEN = (
    "SELECT has_any_column_privilege(:role, 'dashboard.denials', 'UPDATE')",
    "SELECT has_table_privilege(:role, 'dashboard.reads', 'DELETE')",
    "SELECT has_sequence_privilege(:role, 'patient_code_seq', 'UPDATE')",
    "SELECT has_schema_privilege(:role, 'dashboard', 'CREATE')",
)


def test_what_everybody_or_a_column_was_given_is_taken_back_on_ours(migrated_database: Database) -> None:
    execute(migrated_database, *GIVEN)

    upgrade(migrated_database)

    assert [value(migrated_database, asked, role=SERVING) for asked in TAKEN] == [False] * len(TAKEN)
    assert held(migrated_database, "dashboard.denials") == "INSERT SELECT"
