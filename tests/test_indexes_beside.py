"""Indexes on the company's tables are built while its other application works, without blocking it."""

from __future__ import annotations

import threading
import time

import pytest
from clusters import Database
from sqlalchemy import text

from homecare import migrate
from homecare.local.initialise import SERVING

# The first of the patients' that is built.
FOLD = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('public.ix_patients_patient_code_fold')"


@pytest.fixture
def before(migrated_database: Database) -> Database:
    """As it was before names were folded."""
    migrate.downgrade(migrated_database.owner_url, migrated_database.serving_url, "0009")
    return migrated_database


def value(database: Database, statement: str) -> object:
    with database.owner_engine() as engine, engine.connect() as connection:
        return connection.scalar(text(statement))


def upgrade(database: Database) -> None:
    migrate.migrate(database.owner_url, database.serving_url)


def test_a_role_without_rights_on_our_schema_writes_to_the_companys_table(migrated_database: Database) -> None:
    """The company's other application computes our indexes whenever it writes, whatever it has as search_path."""
    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(text(f"REVOKE ALL ON SCHEMA dashboard FROM {SERVING}"))

    with migrated_database.serving_engine() as engine, engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path = ''"))
        added = connection.execute(
            text("INSERT INTO public.patients (full_name) VALUES ('ፀሐይ'), ('Zürich'), ('abebe')")
        )
        changed = connection.execute(text("UPDATE public.patients SET full_name = full_name || ' ሙከራ'"))

    assert (added.rowcount, changed.rowcount) == (3, 3)


def test_the_indexes_are_built_again_under_any_search_path(migrated_database: Database) -> None:
    """As a restore does it."""
    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(text("INSERT INTO patients (full_name) VALUES ('ፀሐይ’ ሙከራ'), ('abebe')"))
        connection.execute(text("SET LOCAL search_path = ''"))
        connection.execute(text("REINDEX INDEX public.ix_patients_full_name_fold"))


def test_rows_can_be_written_while_the_indexes_are_built(before: Database) -> None:
    with before.owner_engine() as engine, engine.connect() as writer:
        builds = threading.Thread(target=upgrade, args=(before,))
        builds.start()
        while builds.is_alive():
            writer.execute(text("INSERT INTO patients (full_name) VALUES ('ፀሐይ')"))
            writer.commit()
            time.sleep(0.01)
        builds.join()

    assert value(before, FOLD) is True


def test_an_index_left_half_built_is_built_again(before: Database) -> None:
    with before.owner_engine() as engine, engine.connect() as writer:
        writer.execute(text("INSERT INTO patients (full_name) VALUES ('ፀሐይ')"))
        builds = threading.Thread(target=upgrade, args=(before,))
        builds.start()
        while builds.is_alive() and value(before, FOLD) is None:
            time.sleep(0.05)
        half_built = value(before, FOLD)
        writer.rollback()
        builds.join()

    assert (half_built, value(before, FOLD)) == (False, True)


def test_a_transaction_that_stays_open_is_named(before: Database) -> None:
    with before.owner_engine() as engine, engine.connect() as writer:
        writer.execute(text("INSERT INTO events (title) VALUES ('open all the while')"))
        with pytest.raises(migrate.MigrationError, match="The table events is in use by"):
            migrate.migrate(before.owner_url, before.serving_url, patience_s=0)
    upgrade(before)

    assert value(before, "SELECT version_num FROM dashboard.alembic_version") == migrate.head()
