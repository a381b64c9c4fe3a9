"""Every change of a company's row is in the trail, whoever made it and however; nobody writes there by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from clusters import Database
from conftest import Visitor
from forms import form_with
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from homecare import covering, migrate
from homecare.access.change_sets import Doing
from homecare.actions.transaction import transaction
from homecare.db import sqlstate
from homecare.models import LeadSource, business_models

AsRole = Callable[..., Visitor]


def run(engine: Engine, *statements: str, **values: Any) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def last(engine: Engine, resource: str, number: int = 1) -> Any:
    """The newest entries of a table, oldest first."""
    asked = text("SELECT * FROM dashboard.changes WHERE resource = :resource ORDER BY id DESC LIMIT :number")
    with engine.connect() as connection:
        found = connection.execute(asked, {"resource": resource, "number": number}).all()
    return found[0] if number == 1 and found else found[::-1]


def test_another_applications_change_is_in_it_without_a_name(owner_engine: Engine) -> None:
    run(owner_engine, "INSERT INTO lead_sources (id, name) VALUES (70, 'Radio')")
    run(owner_engine, "UPDATE lead_sources SET name = 'Radio Fana' WHERE id = 70")
    run(owner_engine, "DELETE FROM lead_sources WHERE id = 70")

    added, changed, removed = last(owner_engine, "lead_sources", 3)
    assert [entry.kind for entry in (added, changed, removed)] == ["added", "changed", "removed"]
    assert (added.old, removed.new) == (None, None)
    assert (changed.old["name"], changed.new["name"]) == ("Radio", "Radio Fana")
    assert removed.old == changed.new
    assert {(e.origin, e.staff_id, e.change_set) for e in (added, changed, removed)} == {
        ("other application", None, None)
    }


def test_an_action_says_who_and_in_what(as_role: AsRole, owner_engine: Engine) -> None:
    manager = as_role("Admin")
    form = {"name": "TikTok", "_token": "a" * 43}

    answer = manager.send("/admin/lead_sources/new/", form)

    entry = last(owner_engine, "lead_sources")
    with owner_engine.connect() as connection:
        one = connection.execute(text("SELECT * FROM dashboard.change_sets WHERE id = :id"), {"id": entry.change_set})
        made = one.one()
    assert answer.status_code == 302
    assert (entry.staff_id, entry.staff_name, entry.origin) == (manager.staff_id, made.staff_name, "page")
    assert entry.request_id == made.request_id == answer.headers["X-Request-Id"]
    assert (made.kind, made.resource, made.made_at) == ("save", "lead_sources", entry.made_at)


def test_what_is_done_in_one_go_is_one_change_set(db_session: scoped_session[Session], owner_engine: Engine) -> None:
    session = db_session()
    with transaction(session, by=None, doing=Doing("import", "Two sources")) as change_set:
        for name in ("One", "Two"):
            with transaction(session, by=None, model=LeadSource):
                session.add(LeadSource(name=name))
                session.flush()

    assert {entry.change_set for entry in last(owner_engine, "lead_sources", 2)} == {change_set}
    with owner_engine.connect() as connection:
        made = connection.execute(text("SELECT kind, label, origin FROM dashboard.change_sets WHERE id = :id"),
            {"id": change_set}).all()  # fmt: skip
    assert [tuple(one) for one in made] == [("import", "Two sources", "command")]


def test_what_changes_nothing_is_no_change_set(db_session: scoped_session[Session], owner_engine: Engine) -> None:
    with transaction(db_session(), by=None) as change_set:
        db_session.execute(text("UPDATE lead_sources SET name = 'x' WHERE id = -1"))

    with owner_engine.connect() as connection:
        asked = text("SELECT count(*) FROM dashboard.change_sets WHERE id = :id")
        assert connection.scalar(asked, {"id": change_set}) == 0


def test_the_next_transaction_of_a_connection_has_no_name_of_before(
    db_session: scoped_session[Session], owner_engine: Engine
) -> None:
    with transaction(db_session(), by=None):
        db_session.add(LeadSource(name="Named"))
    db_session.execute(text("INSERT INTO lead_sources (name) VALUES ('Nameless')"))
    db_session.commit()

    assert last(owner_engine, "lead_sources").origin == "other application"


def test_copy_is_in_it(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy("COPY lead_sources (name) FROM STDIN") as copy:
            for number in range(3):
                copy.write_row([f"Copied {number}"])

    assert [entry.new["name"] for entry in last(owner_engine, "lead_sources", 3)] == [
        "Copied 0",
        "Copied 1",
        "Copied 2",
    ]


def test_what_goes_with_a_row_is_in_it(owner_engine: Engine) -> None:
    run(
        owner_engine,
        "INSERT INTO staff (id, first_name, last_name, email) VALUES (80, 'Almaz', 'Kebede', 'almaz80@test.example')",
        "INSERT INTO patients (id, full_name, registered_by_staff_id) VALUES (80, 'Hana', 80)",
        "INSERT INTO visit_services (id, patient_id, staff_id) VALUES (80, 80, 80), (81, 80, NULL)",
        "INSERT INTO messages (id, receiver_id, message) VALUES (80, 80, 'Good')",
    )
    run(owner_engine, "DELETE FROM staff WHERE id = 80")
    run(owner_engine, "DELETE FROM patients WHERE id = 80")

    visits = last(owner_engine, "visit_services", 3)
    assert {(entry.kind, entry.row_id) for entry in visits} == {("changed", 80), ("removed", 80), ("removed", 81)}
    assert visits[0].new["staff_id"] is None
    assert last(owner_engine, "messages").kind == "removed"


def test_another_id_is_another_row(owner_engine: Engine) -> None:
    run(owner_engine, "INSERT INTO lead_sources (id, name) VALUES (90, 'Before')")
    run(owner_engine, "UPDATE lead_sources SET id = 91, name = 'After' WHERE id = 90")

    found = {entry.kind: entry for entry in last(owner_engine, "lead_sources", 2)}
    assert {kind: entry.row_id for kind, entry in found.items()} == {"removed": 90, "added": 91}
    assert (found["removed"].old["name"], found["added"].new["name"]) == ("Before", "After")


def test_a_place_comes_back_exactly(owner_engine: Engine) -> None:
    place = "ST_SetSRID(ST_MakePoint(38.7578123456789, 9.0054321), 4326)"
    run(owner_engine, f"INSERT INTO patients (full_name, geolocation) VALUES ('ሰላም', {place})")

    asked = f"""SELECT p.geolocation = {place}::geography, p.geolocation::text = (e.new->>'geolocation')
        FROM dashboard.changes e, jsonb_populate_record(NULL::patients, e.new) p
        WHERE e.id = {last(owner_engine, "patients").id}"""
    with owner_engine.connect() as connection:
        assert tuple(connection.execute(text(asked)).one()) == (True, True)


@pytest.mark.parametrize("table", sorted(business_models()))
def test_every_table_refuses_to_be_emptied_unseen(owner_engine: Engine, table: str) -> None:
    with owner_engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))
    assert sqlstate(refused.value) == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO dashboard.changes SELECT * FROM dashboard.changes",
        "UPDATE dashboard.changes SET staff_name = 'Nobody'",
        "DELETE FROM dashboard.changes",
        "DELETE FROM dashboard.changes_other",
        "SELECT count(*) FROM dashboard.changes_other",
        "TRUNCATE dashboard.changes",
        "INSERT INTO dashboard.change_sets (id, kind, origin) VALUES (gen_random_uuid(), 'save', 'page')",
        "DELETE FROM dashboard.change_sets",
        "DELETE FROM dashboard.seals",
        "UPDATE dashboard.reads SET reason = ''",
        "DELETE FROM dashboard.reads",
        "DELETE FROM dashboard.denials",
        "DELETE FROM dashboard.sign_in_events",
        "DELETE FROM dashboard.glass_openings",
        "UPDATE dashboard.glass_openings SET reason = 'Another one'",
        "UPDATE dashboard.glass_openings SET until = until + interval '1 hour'",
        "SELECT setval('dashboard.changes_id_seq', 1)",
        "LOCK TABLE dashboard.changes IN ROW EXCLUSIVE MODE",
        "UPDATE dashboard.trail_keeping SET months = 1",
        "SET session_replication_role = replica",
        "ALTER TABLE lead_sources DISABLE TRIGGER trail_added",
        "DROP TRIGGER trail_added ON lead_sources",
        "CREATE TEMP TABLE lead_sources (id int, name text); CREATE TRIGGER forged AFTER INSERT ON lead_sources "
        "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION dashboard.write_trail()",
        "CREATE OR REPLACE FUNCTION dashboard.write_trail() RETURNS trigger LANGUAGE sql AS ''",
    ],
)
def test_the_serving_role_cannot_write_it_or_get_round_it(serving_engine: Engine, statement: str) -> None:
    with serving_engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.execute(text(statement))
    assert sqlstate(refused.value) == "42501"


def test_a_new_column_is_in_it_at_once(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        connection.execute(text("INSERT INTO events (title) VALUES ('Before')"))
        connection.execute(text("ALTER TABLE events ADD COLUMN hall text"))
        connection.execute(text("INSERT INTO events (title, hall) VALUES ('After', 'Red')"))
        found = connection.scalar(text("SELECT new FROM dashboard.changes ORDER BY id DESC LIMIT 1"))
    assert (found["title"], found["hall"]) == ("After", "Red")


def test_a_key_is_in_it_as_it_is_stored(as_role: AsRole, owner_engine: Engine) -> None:
    admin = as_role("Admin")
    run(owner_engine, "INSERT INTO marketing_platforms (name) VALUES ('Meta')")
    entry = last(owner_engine, "marketing_platforms")
    found = admin.get(f"/admin/marketing_platforms/edit/?id={entry.row_id}").get_data(as_text=True)
    form = form_with(found, "_token") | {"api_key": "sk-live-very-secret"}
    assert admin.post(f"/admin/marketing_platforms/edit/?id={entry.row_id}", data=form).status_code == 302

    with owner_engine.connect() as connection:
        stored = connection.scalar(text("SELECT api_key FROM marketing_platforms WHERE id = :id"), {"id": entry.row_id})
        clear = "SELECT count(*) FROM dashboard.changes WHERE concat(old, new) LIKE '%very-secret%'"
        in_the_clear = connection.scalar(text(clear))
    assert last(owner_engine, "marketing_platforms").new["api_key"] == stored != "sk-live-very-secret"
    assert in_the_clear == 0


OFF = "ALTER TABLE events DISABLE TRIGGER trail_changed"


@pytest.mark.parametrize(
    "change", [OFF, "DROP TRIGGER trail_truncated ON events", "ALTER TABLE events ENABLE TRIGGER trail_added"]
)
def test_a_table_without_its_trigger_is_named_and_covered_again(migrated_database: Database, change: str) -> None:
    with migrated_database.owner_engine() as engine:
        run(engine, change)
        with engine.connect() as connection:
            assert covering.uncovered(connection) == ["events"]
        migrate.migrate(migrated_database.owner_url, migrated_database.serving_url)
        with engine.connect() as connection:
            assert covering.uncovered(connection) == []


def test_months_are_made_ahead(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        made = connection.scalar(text("SELECT dashboard.make_trail_partitions(5)"))
        again = connection.scalar(text("SELECT dashboard.make_trail_partitions(5)"))
        rest = connection.scalar(text("SELECT count(*) FROM dashboard.changes_other"))
    assert (made, again, rest) == (2, 0, 0)
