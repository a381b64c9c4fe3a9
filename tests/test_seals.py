"""Nobody alters the trail unseen, not even the owner of the database: what was sealed is held against its seal."""

from __future__ import annotations

import time
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text

from homecare.actions.transaction import transaction
from homecare.audit import seals
from homecare.db import db

ANEW = (
    "ALTER TABLE dashboard.absences ENABLE ALWAYS TRIGGER trail_added, ENABLE ALWAYS TRIGGER trail_changed, "
    "ENABLE ALWAYS TRIGGER trail_removed",
    "ALTER TABLE events ENABLE ALWAYS TRIGGER trail_added, ENABLE ALWAYS TRIGGER trail_changed, "
    "ENABLE ALWAYS TRIGGER trail_removed",
    "DELETE FROM events",
    "TRUNCATE dashboard.changes, dashboard.seals RESTART IDENTITY",
)


@pytest.fixture(autouse=True)
def rows(owner_engine: Engine) -> None:
    """Ten entries of five rows, and nothing else in the trail."""
    for statement in ANEW:
        run(owner_engine, statement)
    for number in range(101, 106):
        run(owner_engine, "INSERT INTO events (id, title) VALUES (:id, :title)", id=number, title=f"Fair {number}")
    run(owner_engine, "UPDATE events SET description = 'Changed'")


def run(engine: Engine, statement: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def value(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement))


def others_are_over(engine: Engine) -> None:
    """Waits for what other databases of the cluster write now: an entry is sealed once nothing older still runs."""
    running = "SELECT backend_xid::text FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND {}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        older = set(connection.scalars(text(running.format("datname <> current_database()"))))
        while older.intersection(connection.scalars(text(running.format("true")))):
            time.sleep(0.05)


def sealed(app: Flask, engine: Engine) -> Result:
    others_are_over(engine)
    return audit(app, "seal")


def audit(app: Flask, command: str = "verify", *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", command, *words])


def test_a_trail_that_nobody_touched_is_as_it_was_sealed(app: Flask, owner_engine: Engine) -> None:
    assert "10 entries sealed." in sealed(app, owner_engine).output
    run(owner_engine, "INSERT INTO events (title) VALUES ('Later')")

    result = audit(app)

    assert result.exit_code == 0, result.output
    assert "10 entries are sealed and 1 wait for it." in result.output


@pytest.mark.parametrize(
    ("by_hand", "said"),
    [
        ("UPDATE dashboard.changes SET new = jsonb_set(new, '{title}', '\"x\"') WHERE id = 3", "Entry 3 (events 103, "),
        ("UPDATE dashboard.changes SET staff_name = 'Somebody else' WHERE id = 3", "Entry 3 (events 103, "),
        ("UPDATE dashboard.changes SET made_at = made_at - interval '1 second' WHERE id = 3", "Entry 3 (events 103, "),
    ],
)
def test_one_altered_entry_is_named(app: Flask, owner_engine: Engine, by_hand: str, said: str) -> None:
    sealed(app, owner_engine)
    run(owner_engine, by_hand)

    result = audit(app)

    assert result.exit_code == 1
    assert [line.endswith("is altered.") for line in result.output.splitlines() if line.startswith(said)] == [True]
    assert "1 faults." in result.output


def test_one_removed_entry_is_named(app: Flask, owner_engine: Engine) -> None:
    sealed(app, owner_engine)
    run(owner_engine, "DELETE FROM dashboard.changes WHERE id = 3")

    result = audit(app)

    assert result.exit_code == 1
    assert "Entry 3 is missing." in result.output
    assert "1 faults." in result.output


ADDED = """INSERT INTO dashboard.changes (made_at, transaction_id, resource, row_id, kind, old, new, origin)
    SELECT made_at, {}, resource, row_id, 'changed', old, new || '{{"title": "Never"}}', origin
    FROM dashboard.changes WHERE id = 3"""


def test_one_added_entry_is_named(app: Flask, owner_engine: Engine) -> None:
    sealed(app, owner_engine)
    run(owner_engine, ADDED.format("transaction_id"))

    result = audit(app)

    assert result.exit_code == 1
    assert "is added." in result.output


def test_an_entry_that_is_added_as_if_now_is_unlike_its_row(app: Flask, owner_engine: Engine) -> None:
    sealed(app, owner_engine)
    run(owner_engine, ADDED.format("pg_current_xact_id()::text::bigint"))
    sealed(app, owner_engine)

    result = audit(app)

    assert result.exit_code == 1
    assert "is unlike its row." in result.output


@pytest.mark.parametrize(
    "unseen",
    [
        "UPDATE events SET title = 'Unseen' WHERE id = 101",
        "DELETE FROM events WHERE id = 101",
    ],
)
def test_a_change_behind_the_trigger_is_named(app: Flask, owner_engine: Engine, unseen: str) -> None:
    run(owner_engine, "ALTER TABLE events DISABLE TRIGGER ALL")
    run(owner_engine, unseen)

    result = audit(app)

    assert result.exit_code == 1
    assert "(events 101, " in result.output


def test_a_change_of_what_is_planned_behind_the_trigger_is_named(app: Flask, owner_engine: Engine) -> None:
    run(
        owner_engine,
        "INSERT INTO staff (id, first_name, last_name, email) VALUES (7, 'Almaz', 'Bekele', 'a@b.example')",
    )
    run(owner_engine, "INSERT INTO dashboard.absences (id, staff_id, starts_at, ends_at, kind) "
        "VALUES (107, 7, now(), now() + interval '1 day', 'Sick')")  # fmt: skip
    before = audit(app)
    run(owner_engine, "ALTER TABLE dashboard.absences DISABLE TRIGGER USER")
    run(owner_engine, "DELETE FROM dashboard.absences WHERE id = 107")

    result = audit(app)

    assert (before.exit_code, result.exit_code) == (0, 1)
    assert "(absences 107, " in result.output


@pytest.mark.parametrize(
    "by_hand",
    [
        "DELETE FROM dashboard.seals WHERE id = 1",
        "UPDATE dashboard.seals SET ids = ids[2:], digests = digests[2:] WHERE id = 1",
    ],
)
def test_a_seal_that_is_taken_out_or_shortened_is_noticed(app: Flask, owner_engine: Engine, by_hand: str) -> None:
    sealed(app, owner_engine)
    run(owner_engine, "INSERT INTO events (title) VALUES ('Later')")
    sealed(app, owner_engine)
    run(owner_engine, by_hand)

    result = audit(app)

    assert result.exit_code == 1
    assert "does not follow from the one before." in result.output


def test_what_commits_late_is_sealed_and_not_taken_for_added(app: Flask, owner_engine: Engine) -> None:
    with owner_engine.connect() as late:
        late.execute(text("INSERT INTO events (title) VALUES ('Begun early')"))
        run(owner_engine, "INSERT INTO events (title) VALUES ('Begun late')")
        first = sealed(app, owner_engine).output
        late.commit()

    assert ("10 entries sealed." in first, "2 entries sealed." in sealed(app, owner_engine).output) == (True, True)
    assert audit(app).exit_code == 0


def test_numbers_that_others_used_are_stepped_over(app: Flask, owner_engine: Engine) -> None:
    sealed(app, owner_engine)
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(
            "DO $$ BEGIN FOR n IN 1..2500 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        ))  # fmt: skip
    assert "0 entries sealed." in sealed(app, owner_engine).output
    run(owner_engine, "INSERT INTO events (title) VALUES ('Later')")

    assert "1 entries sealed." in sealed(app, owner_engine).output
    assert "11 entries are sealed and 0 wait for it." in audit(app).output


def test_a_month_that_is_let_go_is_not_missing(app: Flask, owner_engine: Engine) -> None:
    sealed(app, owner_engine)
    month = "'changes_2020_01'"
    run(owner_engine, "CREATE TABLE dashboard.changes_2020_01 PARTITION OF dashboard.changes "
        "FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')")  # fmt: skip
    run(owner_engine, "INSERT INTO dashboard.changes (made_at, transaction_id, resource, row_id, kind, origin) "
        "VALUES ('2020-01-05', pg_current_xact_id()::text::bigint, 'gone', 1, 'removed', 'page')")  # fmt: skip
    sealed(app, owner_engine)

    assert value(owner_engine, "SELECT dashboard.drop_old_months()") == 0
    assert audit(app, "keep", "--months", "3").exit_code == 1
    assert audit(app, "keep", "--months", "24").exit_code == 0
    with app.app_context(), transaction(db.session(), by=None):
        assert seals.turn_months(db.session()) == (0, 1)
    assert value(owner_engine, f"SELECT to_regclass('dashboard.' || {month})") is None
    assert audit(app).exit_code == 0, audit(app).output
