"""What was done in one go is taken back in one go, days later too, by whoever did it and may still do it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from conftest import Visitor
from sqlalchemy import Engine, text

AsRole = Callable[..., Visitor]
MANY = 5000
COMPANY = ("staff", "patients", "caregiver_assignments", "visit_services", "invoices", "messages")


def run(engine: Engine, *statements: str, **values: Any) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def rows(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def done_by(engine: Engine, who: Visitor, kind: str, resource: str, *statements: str) -> str:
    """A change set as if the person had made it with these statements; its id."""
    token = str(uuid4())
    said = {"id": token, "kind": kind, "resource": resource, "staff_id": who.staff_id, "origin": "page"}
    run(engine, "SELECT set_config('app.change_set', :said, true)", *statements, said=json.dumps(said))
    return token


def undo(who: Visitor, resource: str, token: str, **form: str) -> Any:
    return who.send(f"/admin/{resource}/undo/", {"token": token} | form, form_at="/admin/")


def company(engine: Engine) -> dict[str, Any]:
    """Every row but for when it was last written."""
    return {
        table: {
            row.id: row.held for row in rows(engine, f"SELECT id, to_jsonb(t) - 'updated_at' AS held FROM {table} t")
        }
        for table in COMPANY
    }


@pytest.fixture(autouse=True)
def care(owner_engine: Engine) -> None:
    """Hana, whose caregiver registered her, with a visit, an invoice and a message; the key goes in a circle."""
    run(
        owner_engine,
        *(f"DELETE FROM {table}" for table in ("invoices", "visit_services", "caregiver_assignments", "patients")),
        "DELETE FROM staff WHERE id = 900",
        "INSERT INTO staff (id, first_name, last_name, email, role) "
        "VALUES (900, 'Almaz', 'Kebede', 'almaz900@test.example', 'Nurse')",
        "INSERT INTO patients (id, full_name, geolocation) "
        "VALUES (900, 'ሐና Girma', 'SRID=4326;POINT(38.7512345678912345 9.01)')",
        "INSERT INTO caregiver_assignments (id, staff_id, patient_id) VALUES (900, 900, 900)",
        "UPDATE patients SET registered_by_caregiver_id = 900 WHERE id = 900",
        "INSERT INTO visit_services (id, patient_id, staff_id) VALUES (900, 900, 900)",
        "INSERT INTO invoices (id, patient_id, service_id, amount) VALUES (900, 900, 900, 100)",
        "INSERT INTO messages (id, receiver_id, message) VALUES (900, 900, 'ደህና')",
    )


def test_thousands_are_undone_the_next_day_but_for_those_touched_since(as_role: AsRole, owner_engine: Engine) -> None:
    coordinator, other = as_role("Coordinator"), as_role("Admin")
    run(owner_engine, "INSERT INTO visit_services (id, patient_id) SELECT n, 900 FROM generate_series(1001, :last) n",
        last=1000 + MANY)  # fmt: skip
    before = company(owner_engine)["visit_services"]
    token = done_by(owner_engine, coordinator, "bulk", "visit_services",
        "UPDATE visit_services SET status = 'Cancelled' WHERE id > 1000")  # fmt: skip
    done_by(
        owner_engine, other, "save", "visit_services", "UPDATE visit_services SET visit_notes = 'x' WHERE id = 1500"
    )
    run(owner_engine, "UPDATE visit_services SET visit_notes = 'y' WHERE id = 1600")
    run(owner_engine, "UPDATE dashboard.change_sets SET made_at = made_at - interval '25 hours'")

    refused = undo(coordinator, "visit_services", token)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert re.findall(r"details/\?id=(\d+)", page) == ["1500", "1600"]
    assert "changed by another application on" in page
    assert f"Undo the other {MANY - 2:,} visits" in page

    assert undo(coordinator, "visit_services", token, untouched="1").status_code == 302
    now = company(owner_engine)["visit_services"]
    assert {key for key in before if before[key] != now[key]} == {1500, 1600}
    assert [now[key]["status"] for key in (1500, 1600)] == ["Cancelled"] * 2


def test_who_may_not_know_the_staff_is_not_told_who_touched_it(as_role: AsRole, owner_engine: Engine) -> None:
    coordinator, other = as_role("Coordinator"), as_role("Admin", first_name="Zenebech")
    token = done_by(owner_engine, coordinator, "bulk", "visit_services", CHANGE)
    done_by(owner_engine, other, "save", "visit_services", GIVEN)
    run(owner_engine, "UPDATE dashboard.changes SET staff_name = 'Zenebech' WHERE staff_id = :who", who=other.staff_id)
    named = undo(coordinator, "visit_services", token).text
    rule = "role = 'Coordinator' AND resource = 'staff' AND action = 'view'"
    anew = "UPDATE dashboard.policy_state SET version = version + 1"
    run(owner_engine, f"DELETE FROM dashboard.grants WHERE {rule}", anew)
    try:
        refused = undo(coordinator, "visit_services", token).text
    finally:
        run(owner_engine, "INSERT INTO dashboard.grants (role, resource, action, scope, level) "
            "VALUES ('Coordinator', 'staff', 'view', 'all', '')", anew)  # fmt: skip

    assert "changed by Zenebech on" in named
    assert "changed by another person on" in refused
    assert "Zenebech" not in refused


def test_a_deleted_patient_comes_back_with_what_went_along(as_role: AsRole, owner_engine: Engine) -> None:
    admin, before = as_role("Admin"), None
    before = company(owner_engine)
    form = {"_version": rows(owner_engine, "SELECT xmin::text FROM patients WHERE id = 900")[0][0]}
    assert admin.send("/admin/patients/delete/?id=900", form, form_at="/admin/").status_code == 302
    assert company(owner_engine)["visit_services"] == {}
    token = rows(owner_engine, "SELECT id::text FROM dashboard.change_sets ORDER BY made_at DESC LIMIT 1")[0][0]

    assert undo(admin, "patients", token).status_code == 302

    assert company(owner_engine) == before


def test_a_deleted_caregiver_gets_the_visits_back(as_role: AsRole, owner_engine: Engine) -> None:
    admin = as_role("Admin")
    before = company(owner_engine)
    token = done_by(owner_engine, admin, "delete", "staff", "DELETE FROM staff WHERE id = 900")

    assert undo(admin, "staff", token).status_code == 302

    assert company(owner_engine) == before


def test_an_undo_is_undone(as_role: AsRole, owner_engine: Engine) -> None:
    admin = as_role("Admin")
    token = done_by(owner_engine, admin, "save", "patients", "UPDATE patients SET full_name = 'Hana' WHERE id = 900")
    assert undo(admin, "patients", token).status_code == 302
    back = rows(owner_engine, "SELECT id::text, kind FROM dashboard.change_sets WHERE undoes = :token", token=token)[0]

    assert (back.kind, undo(admin, "patients", back.id).status_code) == ("undo", 302)
    assert rows(owner_engine, "SELECT full_name FROM patients WHERE id = 900") == [("Hana",)]


def test_what_was_added_is_taken_away_unless_others_hang_on_it(as_role: AsRole, owner_engine: Engine) -> None:
    admin = as_role("Admin")
    token = done_by(owner_engine, admin, "import", "patients",
        "INSERT INTO patients (id, full_name) VALUES (901, 'One'), (902, 'Two')")  # fmt: skip
    run(owner_engine, "INSERT INTO visit_services (patient_id) VALUES (902)")

    refused = undo(admin, "patients", token)
    assert (refused.status_code, "Other records hang on" in refused.get_data(as_text=True)) == (422, True)
    assert len(company(owner_engine)["patients"]) == 3

    run(owner_engine, "DELETE FROM visit_services WHERE patient_id = 902")
    assert undo(admin, "patients", token).status_code == 302
    assert set(company(owner_engine)["patients"]) == {900}


def test_a_place_is_put_back_exactly(as_role: AsRole, owner_engine: Engine) -> None:
    admin, where = as_role("Admin"), "SELECT geolocation::text FROM patients WHERE id = 900"
    before = rows(owner_engine, where)
    token = done_by(owner_engine, admin, "save", "patients",
        "UPDATE patients SET geolocation = NULL WHERE id = 900")  # fmt: skip

    assert undo(admin, "patients", token).status_code == 302
    assert rows(owner_engine, where) == before


CHANGE = "UPDATE visit_services SET status = 'Cancelled' WHERE id = 900"
GIVEN = "UPDATE visit_services SET visit_notes = 'Better' WHERE id = 900"
LOST = {
    "the right to edit": (
        CHANGE,
        "DELETE FROM dashboard.grants WHERE {} AND resource = 'visit_services' AND action = 'edit'",
    ),
    "the field": (
        GIVEN,
        "INSERT INTO dashboard.field_rules (role, resource, column_name, state, write) "
        "VALUES ('Manager', 'visit_services', 'visit_notes', 'shown', 'never') "
        "ON CONFLICT (role, resource, column_name) DO UPDATE SET write = 'never'",
    ),
    "the right to create": (
        "DELETE FROM visit_services WHERE id = 900",
        "DELETE FROM dashboard.grants WHERE {} AND resource = 'visit_services' AND action = 'create'",
    ),
}


@pytest.mark.parametrize("lost", LOST)
def test_nobody_gets_back_what_they_may_no_longer_do(as_role: AsRole, owner_engine: Engine, lost: str) -> None:
    manager = as_role("Manager")
    change, taken = LOST[lost]
    token = done_by(owner_engine, manager, "delete" if "create" in lost else "save", "visit_services", change)
    kept = (
        rows(owner_engine, "SELECT * FROM dashboard.grants"),
        rows(owner_engine, "SELECT * FROM dashboard.field_rules"),
    )
    before = company(owner_engine)
    run(owner_engine, taken.format("role = 'Manager'"), "UPDATE dashboard.policy_state SET version = version + 1")

    assert undo(manager, "visit_services", token).status_code == 403

    assert company(owner_engine) == before
    run(owner_engine, "DELETE FROM dashboard.grants", "DELETE FROM dashboard.field_rules")
    for table, held in zip(("grants", "field_rules"), kept, strict=True):
        for row in held:
            run(owner_engine, f"INSERT INTO dashboard.{table} SELECT * FROM jsonb_populate_record("
                f"NULL::dashboard.{table}, CAST(:row AS jsonb))", row=json.dumps(row._asdict()))  # fmt: skip


def test_rows_that_are_no_longer_ones_own_stay(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    token = done_by(owner_engine, nurse, "save", "visit_services", CHANGE)

    answer = undo(nurse, "visit_services", token)

    assert answer.status_code == 409
    assert rows(owner_engine, "SELECT status FROM visit_services WHERE id = 900") == [("Cancelled",)]


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-4000-8000-000000000001"])
def test_a_token_that_nobody_gave_undoes_nothing(as_role: AsRole, token: str) -> None:
    assert undo(as_role("Admin"), "patients", token).status_code == 409


def test_it_is_undone_at_the_table_that_it_was_about(as_role: AsRole, owner_engine: Engine) -> None:
    admin = as_role("Admin")
    token = done_by(owner_engine, admin, "save", "visit_services", CHANGE)

    assert undo(admin, "patients", token).status_code == 409
