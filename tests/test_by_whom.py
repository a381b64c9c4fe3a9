"""Records of what somebody did name them after they left: id, name and e-mail, without a foreign key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clusters import Database
from conftest import Visitor
from forms import form_with
from roles_page import RolesPage
from sqlalchemy import Engine, text
from uploading import edit, new_referral, picture, send_form

from homecare import migrate

OLD = (
    "INSERT INTO staff (first_name, last_name, email) VALUES ('Almaz', 'Kebede', 'almaz@test.example')",
    "INSERT INTO dashboard.reads (staff_id, kind, resource, row_id) VALUES (1, 'details', 'patients', '12')",
    "INSERT INTO dashboard.reads (kind, resource, row_id) VALUES ('view-as', 'roles', 'Nurse')",
)
TABLES = "/admin/roles/tables/"
KEPT = {
    "reads": "staff_id, staff_name, staff_email",
    "denials": "staff_id, staff_name, staff_email",
    "files": "staff_id, staff_name, staff_email",
    "policy_versions": "saved_by, saved_by_name, saved_by_email",
    "settings_versions": "saved_by, saved_by_name, saved_by_email",
}


@pytest.fixture
def gone(as_role: Callable[..., Visitor], owner_engine: Engine) -> Visitor:
    """Somebody of whom there is a line of each kind, and whose staff row was deleted since."""
    lidya = as_role("Admin", first_name="Lidya", last_name="Bekele", email="lidya@test.example")
    referral = new_referral(owner_engine)
    lidya.get("/admin/patients/details/?id=999999999")
    send_form(lidya, edit("referrals", referral), {"documents": (picture(), "scan.jpg")})
    lidya.get(f"/admin/referrals/details/?id={referral}")
    RolesPage(lidya).save("Nurse", {"t.invoices.view": "all"})
    settings = f"{TABLES}edit?table=referrals"
    lidya.post(settings, data=form_with(lidya.get(settings).text, "labels.id") | {"labels.id": "No."})
    lidya.post(f"{TABLES}publish", data=form_with(lidya.get(TABLES).text, "note"))
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM staff WHERE id = :id"), {"id": lidya.staff_id})
    return lidya


def test_what_somebody_did_names_them_after_they_left(gone: Visitor, owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        found = {
            table: set(map(tuple, connection.execute(text(f"SELECT {who} FROM dashboard.{table}")).all()))
            for table, who in KEPT.items()
        }

    lidya = (gone.staff_id, "Lidya Bekele", "lidya@test.example")
    assert [table for table, people in found.items() if lidya not in people] == []


def test_the_history_still_says_who_saved(gone: Visitor, as_role: Callable[..., Visitor]) -> None:
    assert "Lidya Bekele" in as_role("Admin").get("/admin/roles/history/").text


def test_what_was_kept_before_says_who_and_which_row_as_well(migrated_database: Database) -> None:
    migrate.downgrade(migrated_database.owner_url, migrated_database.serving_url, "0009")
    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        for statement in OLD:
            connection.execute(text(statement))
    migrate.migrate(migrated_database.owner_url, migrated_database.serving_url)

    found = text("SELECT staff_id, staff_name, staff_email, ids FROM dashboard.reads ORDER BY id")
    with migrated_database.owner_engine() as engine, engine.connect() as connection:
        assert list(map(tuple, connection.execute(found))) == [
            (1, "Almaz Kebede", "almaz@test.example", [12]),
            (None, "", "", []),
        ]


def test_the_way_down_forgets_who_left(migrated_database: Database) -> None:
    with migrated_database.owner_engine() as engine, engine.begin() as connection:
        connection.execute(
            text("INSERT INTO dashboard.reads (staff_id, kind, resource) VALUES (7, 'list', 'patients')")
        )
    migrate.downgrade(migrated_database.owner_url, migrated_database.serving_url, "0009")

    with migrated_database.owner_engine() as engine, engine.connect() as connection:
        assert connection.scalars(text("SELECT staff_id FROM dashboard.reads")).all() == [None]


def test_nothing_of_ours_forgets_who_it_was(owner_engine: Engine) -> None:
    forgetful = """SELECT conrelid::regclass::text FROM pg_constraint
        WHERE confrelid = 'staff'::regclass AND confdeltype = 'n' AND connamespace = 'dashboard'::regnamespace"""

    with owner_engine.connect() as connection:
        assert connection.scalars(text(forgetful)).all() == []
