"""Renaming a role renames it everywhere it is stored; a deleted role leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Visitor
from roles_page import RolesPage
from sqlalchemy import Engine, text

from homecare.access.stored.grants import fill_if_empty

AsRole = Callable[..., Visitor]
OWN_FORM = {"invoices": {"forms": {"porter": {"groups": [["Money", ["amount"]]], "off": ["paid_at"]}}}}
LABEL = {"events": {"labels": {"title": "Headline"}}}
SAYING = {"staff": {"conditions": [["role__in", "Nurse,Porter"], ["status__eq", "Porter"]]}}


def run(engine: Engine, statement: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def value(engine: Engine, statement: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(text(statement))


@pytest.fixture
def admin(as_role: AsRole, owner_engine: Engine) -> Iterator[Visitor]:
    """An Admin; the role Porter has a form of its own, published, and stands in a draft of the Admin's."""
    admin = as_role("Admin")
    run(owner_engine, "INSERT INTO dashboard.roles (name, position) VALUES ('Porter', 99)")
    run(owner_engine, "INSERT INTO dashboard.grants VALUES ('Porter', 'invoices', 'create')")
    run(owner_engine, "INSERT INTO dashboard.settings_versions (version, document) VALUES (1, :document)",
        document=json.dumps(OWN_FORM | SAYING))  # fmt: skip
    run(owner_engine, "INSERT INTO dashboard.settings_drafts (staff_id, document, based_on) VALUES (:me, :document, 1)",
        me=admin.staff_id, document=json.dumps(OWN_FORM | SAYING | LABEL))  # fmt: skip
    yield admin
    for table in ("settings_versions", "settings_drafts", "saved_views", "role_renames"):
        run(owner_engine, f"DELETE FROM dashboard.{table}")
    run(owner_engine, "DELETE FROM dashboard.roles")
    run(owner_engine, "DELETE FROM staff WHERE role IN ('Porter', 'Carrier')")
    with owner_engine.begin() as connection:
        fill_if_empty(connection)


def rename(admin: Visitor, old: str = "Porter", new: str = "Carrier") -> None:
    sent = {"_version": RolesPage(admin).version(), "name": new}
    assert admin.send(f"/admin/roles/rename?role={old}", sent, form_at="/admin/").status_code == 302


def delete(admin: Visitor) -> None:
    sent = {"_version": RolesPage(admin).version()}
    assert admin.send("/admin/roles/delete?role=Porter", sent, form_at="/admin/").status_code == 302


def publish(admin: Visitor, version: int) -> Any:
    return admin.send("/admin/roles/tables/publish", {"_version": version}, form_at="/admin/")


def test_a_renamed_role_keeps_its_form(admin: Visitor, as_role: AsRole) -> None:
    porter = as_role("Porter")
    assert 'name="paid_at"' not in porter.get("/admin/invoices/new/").text

    rename(admin)

    page = porter.get("/admin/invoices/new/").text
    assert 'name="amount"' in page
    assert 'name="paid_at"' not in page


def test_the_tariffs_of_a_renamed_role_are_of_the_new_name(admin: Visitor, owner_engine: Engine) -> None:
    run(owner_engine, "INSERT INTO dashboard.tariffs (role, amount, valid_from) VALUES (' porter', 900, '2020-01-01')")

    rename(admin)

    assert value(owner_engine, "SELECT role FROM dashboard.tariffs") == "Carrier"
    run(owner_engine, "DELETE FROM dashboard.tariffs")


@pytest.mark.parametrize("change", [rename, delete])
def test_a_draft_begun_before_is_published_after(
    admin: Visitor, owner_engine: Engine, change: Callable[[Visitor], None]
) -> None:
    change(admin)
    newest = value(owner_engine, "SELECT max(version) FROM dashboard.settings_versions")

    assert publish(admin, newest).status_code == 302

    document = value(owner_engine, "SELECT document FROM dashboard.settings_versions ORDER BY version DESC LIMIT 1")
    forms = document.get("invoices", {}).get("forms", {})
    assert list(forms) == (["carrier"] if change is rename else [])
    assert document["events"] == LABEL["events"]


def test_conditions_that_say_the_role_say_its_new_name(admin: Visitor, owner_engine: Engine) -> None:
    query = "role__eq=Porter&first_name__contains=Porter"
    run(owner_engine, "INSERT INTO dashboard.saved_views (staff_id, path, name, query, roles, is_default) "
        "VALUES (:me, '/admin/staff/', 'Porters', :query, '{Nurse,Porter}', true)",
        me=admin.staff_id, query=query)  # fmt: skip

    rename(admin)

    kept = value(owner_engine, "SELECT array_to_json(array_prepend(query, roles)) FROM dashboard.saved_views")
    assert kept == ["role__eq=Carrier&first_name__contains=Porter", "Nurse", "Carrier"]
    document = value(owner_engine, "SELECT document FROM dashboard.settings_versions ORDER BY version DESC LIMIT 1")
    assert document["staff"]["conditions"] == [["role__in", "Nurse,Carrier"], ["status__eq", "Porter"]]


def test_an_earlier_version_is_gone_back_to_under_the_new_name(
    admin: Visitor, as_role: AsRole, owner_engine: Engine
) -> None:
    porter = as_role("Porter")
    rename(admin)
    newest = value(owner_engine, "SELECT max(version) FROM dashboard.settings_versions")
    admin.send("/admin/roles/tables/roll-back", {"number": 0, "_version": newest}, form_at="/admin/")
    assert 'name="paid_at"' in porter.get("/admin/invoices/new/").text

    sent = {"number": 1, "_version": newest + 1}
    assert admin.send("/admin/roles/tables/roll-back", sent, form_at="/admin/").status_code == 302

    assert 'name="paid_at"' not in porter.get("/admin/invoices/new/").text


def test_undo_gives_the_role_back_under_its_new_name(admin: Visitor, as_role: AsRole, owner_engine: Engine) -> None:
    person = as_role("Porter").staff_id
    version = value(owner_engine, f"SELECT xmin::text FROM staff WHERE id = {person}")
    sent = {"id": person, "field": "role", "value": "Nurse", "version": version}
    token = admin.send("/admin/staff/ajax/update/", sent, form_at="/admin/").json["undo"]

    rename(admin)
    answer = admin.send("/admin/staff/undo/", {"token": token}, form_at="/admin/")

    assert answer.status_code == 302
    assert value(owner_engine, f"SELECT role FROM staff WHERE id = {person}") == "Carrier"


def test_a_look_as_the_role_goes_on_and_ends_with_it(admin: Visitor, as_role: AsRole) -> None:
    other = as_role("Admin")
    other.send("/admin/roles/view-as/start", {"role": "Porter"}, form_at="/admin/roles/view-as/")

    rename(admin)
    assert "You are viewing as <strong>Carrier</strong>" in other.get("/admin/").text

    rename(admin, "Carrier", "Porter")
    delete(admin)
    assert "You are viewing as" not in other.get("/admin/").text


def test_a_file_without_the_role_takes_its_form_along(admin: Visitor, owner_engine: Engine) -> None:
    it = RolesPage(admin)
    run(owner_engine, "INSERT INTO dashboard.saved_views (staff_id, path, name, roles) "
        "VALUES (:me, '/admin/events/', 'All', '{Porter}')", me=admin.staff_id)  # fmt: skip
    file = admin.get("/admin/roles/history/export").text.partition("- name: Porter")[0]

    sent = {"text": file, "_do": "save", "_version": it.version()}
    assert admin.send("/admin/roles/history/file", sent, form_at="/admin/").status_code == 302

    assert value(owner_engine, "SELECT roles FROM dashboard.saved_views") == []
    assert "invoices" not in value(
        owner_engine, "SELECT document FROM dashboard.settings_versions ORDER BY version DESC LIMIT 1"
    )


def test_a_form_of_a_role_that_sql_took_away_blocks_nothing(admin: Visitor, owner_engine: Engine) -> None:
    run(owner_engine, "DELETE FROM dashboard.roles WHERE name = 'Porter'")

    assert publish(admin, 1).status_code == 302
