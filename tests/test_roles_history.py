"""Every save is a version that can be read, compared and restored; all roles can be edited as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Visitor
from flask import Flask
from roles_page import RolesPage
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from homecare.db import sqlstate

NUMBER = re.compile(r"version\?number=(\d+)")


@pytest.fixture
def it(as_role: Callable[..., Visitor]) -> RolesPage:
    return RolesPage(as_role("Admin", first_name="Lidya", last_name="Bekele"))


def newest(it: RolesPage) -> int:
    return int(NUMBER.findall(it.visitor.get("/admin/roles/history/").text)[0])


def exported(it: RolesPage) -> str:
    return it.visitor.get("/admin/roles/history/export").text


def send_file(it: RolesPage, yaml: str, do: str) -> tuple[int, str]:
    form = {"csrf_token": it.form("Nurse")["csrf_token"], "_version": it.version(), "text": yaml, "_do": do}
    answer = it.visitor.post("/admin/roles/history/file", data=form)
    return answer.status_code, answer.text


def test_a_save_says_who_when_and_what(it: RolesPage) -> None:
    it.save("Nurse", {"t.invoices.view": "all", "note": "They ask for it"})

    history = it.visitor.get("/admin/roles/history/").text
    version = it.visitor.get(f"/admin/roles/history/version?number={newest(it)}").text

    assert "They ask for it" in history
    assert "Lidya Bekele" in history
    assert "view Invoices: no → all" in version


def test_going_back_is_a_version_of_its_own_and_undoes_the_change(
    it: RolesPage, as_role: Callable[..., Visitor]
) -> None:
    it.save("Doctor", {"t.events.export": "all"})
    before, doctor = newest(it) - 1, as_role("Doctor")
    assert doctor.get("/admin/events/export/csv/", buffered=True).status_code == 200

    form = {"csrf_token": it.form("Doctor")["csrf_token"], "_version": it.version(), "number": str(before)}
    answer = it.visitor.post("/admin/roles/history/roll-back", data=form)

    assert answer.status_code == 302
    assert newest(it) == before + 2
    assert doctor.get("/admin/events/export/csv/").status_code == 403


def test_a_change_from_outside_is_a_version_of_nobody(it: RolesPage, owner_engine: Engine) -> None:
    it.save("Nurse", {"t.events.edit": "all"})
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.grants WHERE role = 'Nurse' AND resource = 'events'"))

    it.save("Nurse", {"t.ngo_networks.edit": "all"})

    outside = it.visitor.get(f"/admin/roles/history/version?number={newest(it) - 1}").text
    assert "Changed outside the roles page" in outside
    assert "edit Events: all → no" in outside


def test_the_history_cannot_be_rewritten_by_the_program(serving_engine: Engine) -> None:
    for statement in ("UPDATE dashboard.policy_versions SET note = ''", "DELETE FROM dashboard.settings_versions"):
        with serving_engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
            connection.execute(text(statement))
        assert sqlstate(refused.value) == "42501"


def test_two_roles_are_compared_cell_by_cell(it: RolesPage) -> None:
    page = it.visitor.get("/admin/roles/history/compare?a=Marketing&b=Auditor").text

    rows = [re.sub(r"<[^>]+>", "|", row) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)]
    assert any("|Patients|" in row and "|view|" in row and "|no|" in row and "|all|" in row for row in rows)


def test_a_role_compared_with_itself_differs_in_nothing(it: RolesPage) -> None:
    assert "may do the same" in it.visitor.get("/admin/roles/history/compare?a=Nurse&b=Nurse").text


def test_what_is_exported_changes_nothing_when_it_comes_back(it: RolesPage) -> None:
    status, page = send_file(it, exported(it), "try")

    assert status == 200
    assert "Nothing changes." in page


def test_a_file_is_tried_before_it_is_saved(it: RolesPage, as_role: Callable[..., Visitor]) -> None:
    invoices = r"(- name: Finance\n(?:  .*\n)*?    invoices:\n)"
    changed = re.sub(invoices, r"\1      delete: all\n", exported(it), count=1)
    finance = as_role("Finance")

    _, tried = send_file(it, changed, "try")
    assert "delete Invoices: no → all" in tried
    assert finance.get("/admin/invoices/delete/?id=1").status_code == 403

    assert send_file(it, changed, "save")[0] == 302
    assert finance.get("/admin/invoices/delete/?id=1").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("    spaceships: {view: all}", "There is no table 'spaceships'."),
        ("    patients: {fly: all}", "There is no action 'fly'"),
        ("    patients: {fields: {shoe_size: masked}}", "patients has no column 'shoe_size' that a rule can name."),
        ("    patients: {fields: {email: blurred}}", "email must be one of"),
        ("    invoices: {view: own}", "invoices has no own rows"),
        ("    messages: {edit: all}", "Nobody may edit messages."),
        ("    patients: {view: [all]}", "view must be all or own."),
        ("    patients: *everything", "Aliases (*name) are not allowed here."),
        ("    patients: {view: all", "This is not YAML"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(it: RolesPage, wrong: str, sentence: str) -> None:
    status, page = send_file(it, f"roles:\n- name: Clerk\n  tables:\n{wrong}\n", "try")

    assert status == 422
    assert re.search(rf"Line [45]: {re.escape(sentence)}".replace("'", "&#39;"), page), page


def test_a_file_without_the_roles_people_hold_is_refused(it: RolesPage) -> None:
    status, page = send_file(it, "roles:\n- name: Boss\n  everything: true\n", "save")

    assert status == 422
    assert re.search(r"\d+ on the staff (has|have) the role \w+", page)


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["roles", *arguments])
    return result.exit_code, result.output


def test_the_command_line_exports_tries_and_imports(app: Flask, it: RolesPage, tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    assert run(app, "export", str(file)) == (0, "")
    file.write_text(file.read_text().replace("Keeps the equipment.", "Keeps what is lent."))

    tried, done = run(app, "import", "--dry-run", str(file)), run(app, "import", str(file))

    assert tried[0] == 0
    assert "Inventory changes: Description: Keeps the equipment. → Keeps what is lent." in tried[1]
    assert "nothing was saved" in tried[1]
    assert "saved as version" in done[1]
    assert "Keeps what is lent." in it.visitor.get("/admin/roles/").text


def test_the_command_line_names_the_line_of_a_mistake(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    file.write_text("roles:\n- name: Clerk\n  tables:\n    spaceships: {view: all}\n")

    status, output = run(app, "import", str(file))

    assert status == 1
    assert "Line 4: There is no table 'spaceships'." in output
