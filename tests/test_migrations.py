"""Upgrades, downgrades, and tables that are not ours."""

from __future__ import annotations

import subprocess
import sys

import clusters
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from clusters import Database
from schema_facts import live_facts
from sqlalchemy import Connection, Engine, text

from homecare import migrate
from homecare.config import ROOT
from homecare.db import Base
from homecare.local.initialise import OWNER, SERVING

ROWS = (
    "INSERT INTO staff (first_name, last_name, email) VALUES ('Almaz', 'Kebede', 'almaz@test.example')",
    "INSERT INTO patients (full_name) VALUES ('ሰላም ታደሰ')",
    "INSERT INTO caregiver_assignments (staff_id, patient_id) VALUES (1, 1)",
    "UPDATE patients SET registered_by_staff_id = 1, registered_by_caregiver_id = 1",
    "INSERT INTO visit_services (patient_id, staff_id) VALUES (1, 1)",
    "INSERT INTO dashboard.accounts (staff_id, password_hash) VALUES (1, 'not a hash')",
    "INSERT INTO dashboard.denials (staff_id, role, resource, action, reason) "
    "VALUES (1, 'Nurse', 'staff', 'edit', 'not granted')",
)
OURS_IN = """SELECT count(*) FROM pg_tables
    WHERE schemaname = :schema AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')"""


def execute(database: Database, *statements: str) -> None:
    with database.owner_engine() as engine, engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def value(database: Database, statement: str, **parameters: str) -> object:
    with database.owner_engine() as engine, engine.connect() as connection:
        return connection.scalar(text(statement), parameters)


def upgrade(database: Database) -> None:
    migrate.migrate(database.owner_url, database.serving_url)


def downgrade(database: Database, revision: str) -> None:
    migrate.downgrade(database.owner_url, database.serving_url, revision)


def proposals(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts=migrate.COMPARED | {"target_metadata": Base.metadata})
    return list(compare_metadata(context, Base.metadata))


def test_a_database_with_rows_goes_down_and_up_again_to_the_same_schema(migrated_database: Database) -> None:
    execute(migrated_database, *ROWS)
    with migrated_database.owner_engine() as engine, engine.connect() as connection:
        before = live_facts(connection)
    downgrade(migrated_database, "base")
    left = [value(migrated_database, OURS_IN, schema=schema) for schema in ("public", "dashboard")]
    upgrade(migrated_database)
    with migrated_database.owner_engine() as engine, engine.connect() as connection:
        assert live_facts(connection) == before
        assert proposals(connection) == []
    assert left == [0, 0]


def test_the_company_keeps_its_rows_when_only_ours_goes_down(migrated_database: Database) -> None:
    execute(migrated_database, *ROWS)
    downgrade(migrated_database, "0001")
    assert value(migrated_database, "SELECT full_name FROM patients WHERE registered_by_caregiver_id = 1") == "ሰላም ታደሰ"
    upgrade(migrated_database)
    assert value(migrated_database, "SELECT count(*) FROM visit_services WHERE staff_id = 1") == 1


def test_pending_says_whether_the_schema_is_this_programs(blank_database: Database) -> None:
    with blank_database.serving_engine() as engine:
        answers = [migrate.pending(engine)]
        upgrade(blank_database)
        answers.append(migrate.pending(engine))
        execute(blank_database, "UPDATE dashboard.alembic_version SET version_num = '0001'")
        answers.append(migrate.pending(engine))
    assert answers == [True, False, True]


def test_two_programs_that_start_together_both_come_up(blank_database: Database) -> None:
    script = "import sys; from homecare import migrate; migrate.migrate(*sys.argv[1:])"
    command = [sys.executable, "-c", script, blank_database.owner_url, blank_database.serving_url]
    programs = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]


def test_autogenerate_proposes_nothing_on_a_fresh_database(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        assert proposals(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE events DROP COLUMN title",
        "DROP INDEX ix_patients_full_name_fold",
        "DROP INDEX ix_patients_geolocation_3857",
        "ALTER TABLE messages DROP CONSTRAINT fk_messages_sender_id",
        "ALTER TABLE staff ALTER COLUMN phone TYPE varchar(20)",
        "CREATE TABLE dashboard.forgotten (id int)",
    ],
)
def test_autogenerate_notices(owner_engine: Engine, change: str) -> None:
    with owner_engine.connect() as connection:
        connection.execute(text(change))
        assert proposals(connection) != []


def test_autogenerate_leaves_another_applications_tables_alone(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        connection.execute(text("CREATE TABLE public.users (id int PRIMARY KEY, name text UNIQUE)"))
        assert proposals(connection) == []


def test_a_database_with_some_of_the_tables_is_refused_by_name(blank_database: Database) -> None:
    execute(blank_database, "CREATE TABLE staff (id int)", "CREATE TABLE patients (id int)")
    with pytest.raises(migrate.MigrationError, match="has patients, staff but not partner_hospitals, ngo_networks"):
        upgrade(blank_database)
    assert value(blank_database, "SELECT to_regnamespace('dashboard')") is None


@pytest.fixture
def company_database(migrated_database: Database) -> Database:
    """The seed's 23 tables with a row in some, as the company's other application would have made them."""
    execute(migrated_database, *ROWS, "UPDATE patients SET patient_code = 'HHC-000041'")
    downgrade(migrated_database, "0001")
    execute(
        migrated_database,
        "DROP TABLE campaign_patients",
        "ALTER TABLE patients ALTER COLUMN patient_code DROP DEFAULT",
        "ALTER TABLE visit_services ALTER COLUMN staff_id SET NOT NULL",
        "ALTER TABLE staff ALTER COLUMN created_at DROP DEFAULT",
        "DROP SEQUENCE patient_code_seq",
        "DROP SCHEMA dashboard CASCADE",
    )
    return migrated_database


def test_the_companys_own_tables_are_taken_over_with_their_rows(
    company_database: Database, owner_engine: Engine
) -> None:
    upgrade(company_database)
    with company_database.owner_engine() as engine, engine.connect() as connection, owner_engine.connect() as fresh:
        assert live_facts(connection) == live_facts(fresh)
        assert proposals(connection) == []
        code = "INSERT INTO patients (full_name) VALUES ('Hana') RETURNING patient_code"
        assert connection.scalar(text(code)) == "HHC-000042"


def test_the_way_down_refuses_to_drop_the_companys_own_tables(company_database: Database) -> None:
    upgrade(company_database)
    with pytest.raises(migrate.MigrationError, match="stood here before Homecare Admin came"):
        downgrade(company_database, "base")
    assert value(company_database, "SELECT count(*) FROM patients") == 1


def test_rows_that_break_a_rule_are_named_and_nothing_is_changed(company_database: Database) -> None:
    shift = (
        "INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end) "
        "VALUES (1, 1, '2025-01-01', '2025-01-02')"
    )
    execute(company_database, shift, shift)
    with pytest.raises(migrate.MigrationError, match="ex_caregiver_assignments_no_overlap") as refused:
        upgrade(company_database)
    assert "caregiver_assignments" in str(refused.value)
    assert value(company_database, "SELECT to_regclass('campaign_patients')") is None


def test_a_missing_extension_is_named_with_its_remedy(socket_folder: str) -> None:
    sentence = "superuser run CREATE EXTENSION postgis in this database"
    with clusters.copy(socket_folder, "template0") as bare, pytest.raises(migrate.MigrationError, match=sentence):
        upgrade(bare)


def test_a_serving_role_that_does_not_exist_is_named(blank_database: Database) -> None:
    with pytest.raises(migrate.MigrationError, match="signs in as nobody_knows"):
        migrate.migrate(blank_database.owner_url, blank_database.serving_url.replace(SERVING, "nobody_knows"))


def test_the_owner_may_serve_too(blank_database: Database) -> None:
    migrate.migrate(blank_database.owner_url, blank_database.owner_url)
    with blank_database.owner_engine() as engine:
        assert not migrate.pending(engine)


def test_our_own_tables_are_in_dashboard_and_the_companys_in_public(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        schemas = text("SELECT DISTINCT schemaname FROM pg_tables WHERE tableowner = :owner")
        assert set(connection.scalars(schemas, {"owner": OWNER})) == {"public", "dashboard"}
        assert connection.scalar(text(OURS_IN), {"schema": "public"}) == 24
