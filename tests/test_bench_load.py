"""Rows for measuring: every table filled, whole, as the product has it, and never where rows of a company are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import clusters
import psycopg
import pytest
from clusters import Database
from sqlalchemy import Connection, text

from homecare.config import ConfigError
from homecare.local import bench
from homecare.local.bench import catalogue as bench_catalogue
from homecare.local.bench.loaders import connect
from homecare.models import business_models

DAY = date(2026, 3, 4)
TINY = bench.Size.of(500, 5000, seed=7, day=DAY)
TRIGGER = """
    CREATE FUNCTION dashboard.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'noted'; END $$;
    CREATE TRIGGER note AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION dashboard.note();
    ALTER TABLE events ENABLE ALWAYS TRIGGER note
"""
INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid, indisready FROM pg_index
    WHERE indexrelid::regclass::text NOT LIKE 'pg_toast%'"""
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, contype, convalidated, condeferrable,
    pg_get_constraintdef(oid),     conindid::regclass::text FROM pg_constraint"""
TRIGGERS = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
CASTS = re.compile(r"::(character varying|text)(\[\])?|[()]")
OPTIONS = "SELECT oid::regclass::text, reloptions FROM pg_class WHERE reloptions IS NOT NULL"


def load(database: Database, size: bench.Size = TINY, password: str | None = None) -> list[str]:
    told: list[str] = []
    bench.load(bench.Target(database.owner_url, database.serving_url), size, password, told.append)
    return told


def catalogue(connection: Connection) -> dict[str, set[str]]:
    """The casts of a list of words are spelt otherwise when a rule is written down and read again."""
    return {
        query: {CASTS.sub("", str(tuple(row))) for row in connection.execute(text(query))}
        for query in (INDEXES, CONSTRAINTS, TRIGGERS, OPTIONS)
    }


def rows(connection: Connection) -> dict[str, str]:
    """Of each table a digest of all that stands in it."""
    return {
        table: str(connection.scalar(text(f"SELECT md5(string_agg(r::text, chr(10) ORDER BY r.id)) FROM {table} r")))
        for table in business_models()
    }


@pytest.fixture(scope="module")
def loaded(socket_folder: str) -> Iterator[Database]:
    with clusters.copy(socket_folder, "template1") as made:
        load(made, password="homecare-demo")
        yield made


@pytest.fixture
def connection(loaded: Database) -> Iterator[Connection]:
    with loaded.owner_engine() as engine, engine.connect() as connection:
        yield connection


def test_every_table_has_rows_and_the_numbers_asked_for(connection: Connection) -> None:
    counts = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in business_models()}

    assert [table for table, count in counts.items() if not count] == []
    assert (counts["patients"], counts["visit_services"], counts["marketing_leads"]) == (500, 5000, 1000)
    assert 2200 < (counts["invoices"] or 0) < 2800


def test_nothing_of_the_schema_is_missing_or_unchecked(connection: Connection, database: Database) -> None:
    with database.owner_engine() as engine, engine.connect() as plain:
        assert catalogue(connection) == catalogue(plain)


def test_no_key_points_at_nothing(connection: Connection) -> None:
    """The catalogue says the keys were checked; here they are looked at again."""
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS child, a.attname, confrelid::regclass::text AS parent "
            "FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] "
            "WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )
    ).all()

    assert len(keys) > 30
    for key in keys:
        lost = f"SELECT count(*) FROM {key.child} c WHERE c.{key.attname} NOT IN (SELECT id FROM {key.parent})"
        assert connection.scalar(text(lost)) == 0, key


def test_the_next_row_of_every_table_gets_a_free_number(connection: Connection) -> None:
    for table in business_models():
        behind = f"SELECT last_value >= (SELECT max(id) FROM {table}) FROM {table}_id_seq"
        assert connection.scalar(text(behind)), table


def test_a_few_have_very_many_visits(connection: Connection) -> None:
    of_each = "SELECT count(*) AS n FROM visit_services GROUP BY patient_id"
    most, half = connection.execute(
        text(f"SELECT max(n), percentile_disc(0.5) WITHIN GROUP (ORDER BY n) FROM ({of_each}) counted")
    ).one()

    assert most > 20 * half


def test_status_and_time_move_together(connection: Connection) -> None:
    wrong = """SELECT count(*) FROM visit_services WHERE (status = 'Completed') <> (check_out_time IS NOT NULL)
        OR status IS NOT NULL AND (status IN ('Completed', 'In Progress')) <> (check_in_time IS NOT NULL)
        OR status = 'Completed' AND check_out_time > timestamp '2026-03-04 07:40'"""

    assert connection.scalar(text(wrong)) == 0


def test_nobody_is_at_two_visits_at_once(connection: Connection) -> None:
    twice = (
        "SELECT count(*) FROM (SELECT FROM visit_services GROUP BY staff_id, scheduled_at HAVING count(staff_id) > 1) t"
    )

    assert connection.scalar(text(twice)) == 0


def test_the_same_seed_gives_the_same_rows_and_another_does_not(
    connection: Connection, blank_database: Database
) -> None:
    with blank_database.owner_engine() as engine:
        load(blank_database)
        with engine.connect() as again:
            assert rows(again) == rows(connection)
        load(blank_database, bench.Size.of(500, 5000, seed=8, day=DAY))
        with engine.connect() as other:
            assert rows(other)["visit_services"] != rows(connection)["visit_services"]


def test_rows_of_a_company_are_never_touched(demo_database: Database) -> None:
    with demo_database.owner_engine() as engine, engine.connect() as connection:
        before = rows(connection)
        with pytest.raises(ConfigError, match=r"has rows in .*patients.*, so nothing was done"):
            load(demo_database)
        assert rows(connection) == before


def test_one_row_is_enough_to_be_refused(migrated_database: Database) -> None:
    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(text("INSERT INTO events (title) VALUES ('Open house')"))

    with pytest.raises(ConfigError, match="has rows in events, so nothing was done"):
        load(migrated_database)


def test_tables_of_somebody_else_are_never_touched(blank_database: Database) -> None:
    with blank_database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(text("CREATE TABLE ledger (id int)"))
    with pytest.raises(ConfigError, match="has the tables ledger, so nothing was done"):
        load(blank_database)


def test_a_trigger_sleeps_while_rows_come_in_and_wakes_as_it_was(migrated_database: Database) -> None:
    with (
        migrated_database.owner_engine() as engine,
        engine.connect() as plain,
        connect(migrated_database.owner_url) as owner,
    ):
        owner.execute(TRIGGER)
        before = catalogue(plain)
        dropped = bench_catalogue.read(owner, list(business_models()))

        bench_catalogue.take_away(owner, dropped)
        owner.execute("INSERT INTO events (title) VALUES ('Open house')")
        bench_catalogue.wake_triggers(owner, dropped)

        assert catalogue(plain)[TRIGGERS] == before[TRIGGERS]
        with pytest.raises(psycopg.errors.RaiseException, match="noted"):
            owner.execute("INSERT INTO events (title) VALUES ('Open house')")
