"""Role, status, e-mail and codes cannot be granted: only roles with every permission set them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from roles_page import RolesPage
from sqlalchemy import Engine, text

from homecare.access.stored import document
from homecare.access.stored.document import DocumentError

AsRole = Callable[..., Visitor]
LOCKED = {
    "staff": {"role": "Admin", "status": "Terminated", "email": "taken.over@test.example", "user_id": "7"},
    "patients": {"patient_code": "HHC-9", "registered_by_staff_id": "1", "registered_by_caregiver_id": "1"},
}
CASES = [(table, column) for table, columns in LOCKED.items() for column in columns]


@pytest.fixture(scope="module", autouse=True)
def _clerk(owner_engine: Engine) -> None:
    """A role with every tick on both tables and no field rule: what a careless hand, or SQL, can give."""
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO dashboard.roles (name) VALUES ('Clerk')"))
        for table in LOCKED:
            for action in ("view", "create", "edit"):
                grant = "INSERT INTO dashboard.grants (role, resource, action) VALUES ('Clerk', :table, :action)"
                connection.execute(text(grant), {"table": table, "action": action})
        connection.execute(text("INSERT INTO patients (full_name) VALUES ('Hana Girma')"))


def whole(engine: Engine, table: str, row_id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            text(f"SELECT to_jsonb(t) AS row, xmin::text FROM {table} t WHERE id = :id"), {"id": row_id}
        ).one()


@pytest.mark.parametrize(("table", "column"), CASES)
def test_a_locked_column_is_refused_on_every_surface(
    as_role: AsRole, owner_engine: Engine, table: str, column: str
) -> None:
    victim = as_role("Manager").staff_id if table == "staff" else 1
    clerk, one = as_role("Clerk"), {"field": column, "value": LOCKED[table][column]}
    before, sent = whole(owner_engine, table, victim), {column: LOCKED[table][column]}

    statuses = [
        clerk.send(f"/admin/{table}/{url}", values, form_at="/admin/").status_code
        for url, values in (
            (f"edit/?id={victim}", sent | {"_token": "a-form-of-ours"}),
            ("ajax/update/", one | {"id": victim, "version": before.xmin}),
            ("action/", one | {"action": "set", "confirmed": "1", "rowid": victim}),
        )
    ]

    assert statuses == [403, 403, 403]
    assert whole(owner_engine, table, victim) == before


@pytest.mark.parametrize(("table", "column"), [case for case in CASES if case != ("staff", "email")])
def test_a_locked_column_is_on_no_new_row_and_in_no_address(as_role: AsRole, table: str, column: str) -> None:
    clerk, value = as_role("Clerk"), LOCKED[table][column]

    page = clerk.get(f"/admin/{table}/new/?{column}={value}").text
    answer = clerk.send(f"/admin/{table}/new/", {column: value, "_token": "a-form-of-ours"}, form_at="/admin/")

    assert f'name="{column}"' not in page
    assert answer.status_code == 403


def test_the_email_is_given_with_a_new_person_and_never_after(as_role: AsRole, owner_engine: Engine) -> None:
    sent = {"first_name": "Sara", "last_name": "Tesfaye", "email": "sara@test.example", "_token": "one-new-person"}

    assert as_role("Clerk").send("/admin/staff/new/", sent, form_at="/admin/").status_code == 302

    with owner_engine.connect() as connection:
        made = connection.execute(text("SELECT role, status FROM staff WHERE email = 'sara@test.example'")).one()
    assert tuple(made) == ("Caregiver", "Active")


def test_a_patient_is_registered_by_who_registers(as_role: AsRole, owner_engine: Engine) -> None:
    clerk = as_role("Clerk")

    assert clerk.send("/admin/patients/new/", {"full_name": "Abebe", "_token": "one-new-patient"}).status_code == 302

    with owner_engine.connect() as connection:
        who = connection.scalar(text("SELECT registered_by_staff_id FROM patients WHERE full_name = 'Abebe'"))
    assert who == clerk.staff_id


@pytest.mark.parametrize("role", ["Coordinator", "Admin"])
def test_a_message_is_recorded_in_ones_own_name_alone(as_role: AsRole, owner_engine: Engine, role: str) -> None:
    sender, other = as_role(role), as_role("Manager").staff_id
    sent = {"receiver_id": "1", "message": f"Said by {role}", "_token": f"a-message-of-{role}"}

    assert 'name="sender_id"' not in sender.get("/admin/messages/new/").text
    assert sender.send("/admin/messages/new/", sent | {"sender_id": other}, form_at="/admin/").status_code == 422
    assert sender.send("/admin/messages/new/", sent, form_at="/admin/").status_code == 302
    with owner_engine.connect() as connection:
        found = text("SELECT sender_id FROM messages WHERE message = :message")
        assert connection.scalars(found, {"message": sent["message"]}).all() == [sender.staff_id]


def test_the_matrix_shows_it_locked_with_the_reason(as_role: AsRole) -> None:
    it = RolesPage(as_role("Admin"))

    page = it.visitor.get(it.url("Clerk")).text

    for table, column in CASES:
        cell = re.search(rf'title="([^"]+)">\s*<select[^>]*name="w.{table}.{column}"[^>]*disabled', page)
        assert (cell is None) == (column == "email"), column
        assert cell is None or cell[1] == "Only a role with every permission can set it."
    assert "Set when the row is created; only a role with every permission can change it." in page
    assert (
        "disabled" not in re.findall(r'<select[^>]*name="w.staff.role"[^>]*', it.visitor.get(it.url("Admin")).text)[0]
    )


def test_a_sent_cell_does_not_open_it(as_role: AsRole) -> None:
    it = RolesPage(as_role("Admin"))

    answer = it.send("Clerk", {"w.staff.role": "always"}, "save")

    assert answer.status_code == 422
    assert "role of staff cannot be opened by a role." in answer.text


def test_a_role_that_no_longer_holds_everything_loses_them(as_role: AsRole) -> None:
    it = RolesPage(as_role("Admin"))
    it.make("Director", "Admin")

    it.save("Director", {"r.everything": "", "t.staff.view": "all", "t.staff.edit": "all"})

    assert (it.form("Director")["w.staff.role"], it.form("Admin")["w.staff.role"]) == ("never", "always")
    assert it.form("Director")["w.staff.email"] == "on create"


@pytest.mark.parametrize(("table", "column"), CASES)
def test_a_file_that_opens_it_is_refused_at_its_line(table: str, column: str) -> None:
    file = f"roles:\n- name: Clerk\n  tables:\n    {table}:\n      edit: all\n      writes:\n        {column}: always\n"

    with pytest.raises(DocumentError) as refused:
        document.from_yaml(file)

    assert [problem.line for problem in refused.value.problems] == [7]
    assert "with every permission" in str(refused.value)
