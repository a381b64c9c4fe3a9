"""The serving role's database rights: it can work with rows, but not hide what was done."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from clusters import Database
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from homecare import migrate
from homecare.db import sqlstate
from homecare.local.initialise import OWNER, SERVING

DENIAL = (
    "INSERT INTO dashboard.denials (role, resource, action, reason) VALUES ('Nurse', 'staff', 'edit', 'not granted')"
)
# What each role of the database owns: tables, sequences, functions, types, schemas and the database itself.
OWNED = """SELECT classid::regclass::text, objid FROM pg_shdepend
    WHERE refobjid = CAST(:role AS regrole) AND deptype = 'o'
    AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"""


def test_the_serving_role_owns_nothing(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        assert connection.execute(text(OWNED), {"role": SERVING}).all() == []
        assert connection.execute(text(OWNED), {"role": OWNER}).all() != []


@dataclass(frozen=True)
class Attempt:
    statement: str
    allowed: bool


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt("INSERT INTO patients (full_name) VALUES ('Hana')", allowed=True),
        Attempt("UPDATE staff SET phone = NULL", allowed=True),
        Attempt("DELETE FROM campaign_patients", allowed=True),
        Attempt("SELECT count(*) FROM spatial_ref_sys", allowed=True),
        Attempt(DENIAL, allowed=True),
        Attempt("SELECT count(*) FROM dashboard.denials", allowed=True),
        Attempt("SELECT version_num FROM dashboard.alembic_version", allowed=True),
        Attempt("SELECT dashboard.sub_city(geolocation) FROM patients", allowed=True),
        Attempt("UPDATE dashboard.sub_cities SET reach_m = 1", allowed=False),
        Attempt("UPDATE dashboard.denials SET reason = ''", allowed=False),
        Attempt("DELETE FROM dashboard.denials", allowed=False),
        Attempt("UPDATE dashboard.reads SET reason = ''", allowed=False),
        Attempt("UPDATE dashboard.alembic_version SET version_num = ''", allowed=False),
        Attempt("TRUNCATE patients CASCADE", allowed=False),
        Attempt("CREATE TABLE public.mine (id int)", allowed=False),
        Attempt("CREATE TABLE dashboard.mine (id int)", allowed=False),
        Attempt("ALTER TABLE patients DISABLE TRIGGER ALL", allowed=False),
        Attempt("SELECT setval('patient_code_seq', 1)", allowed=False),
        Attempt("SET session_replication_role = replica", allowed=False),
    ],
    ids=lambda attempt: attempt.statement[:48],
)
def test_what_the_serving_role_may_do(serving_engine: Engine, attempt: Attempt) -> None:
    with serving_engine.connect() as connection:
        if attempt.allowed:
            connection.execute(text(attempt.statement))
            return
        with pytest.raises(ProgrammingError) as refused:
            connection.execute(text(attempt.statement))
    assert sqlstate(refused.value) == "42501"


KEPT_AND_TAKEN = (
    ("dashboard.denials", "INSERT", True),
    ("dashboard.denials", "UPDATE", False),
    ("patients", "DELETE", True),
    ("patients", "TRUNCATE", False),
)


def test_rights_that_were_given_by_hand_are_taken_back(migrated_database: Database) -> None:
    asked = text("SELECT has_table_privilege(:role, :table, :right)")
    with migrated_database.owner_engine() as engine:
        with engine.begin() as connection:
            connection.execute(text(f"GRANT ALL ON dashboard.denials, patients TO {SERVING}"))
        migrate.migrate(migrated_database.owner_url, migrated_database.serving_url)
        with engine.connect() as connection:
            for table, right, expected in KEPT_AND_TAKEN:
                found = connection.scalar(asked, {"role": SERVING, "table": table, "right": right})
                assert (table, right, found) == (table, right, expected)
