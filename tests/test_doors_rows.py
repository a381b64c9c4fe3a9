"""Own rows only: other people's rows do not exist on any page, and no row can be moved in or out of the scope."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, count_of, ids_of
from forms import form_with
from new_rows import change, new_row
from permission_table import cells

SCOPED = [
    pytest.param(role, table, id=f"{role}-{table}")
    for (role, table), cell in cells().items()
    if cell.scopes.get("view") == "own"
]
EDITED = [p for p in SCOPED if cells()[p.values[0:2]].scopes.get("edit") == "own"]  # type: ignore[index]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.mark.parametrize(("role", "table"), SCOPED)
def test_the_details_of_another_are_not_found(company: Company, role: str, table: str) -> None:
    walker, row_id = company.as_(role), company.other(role, table)

    with company.one_denial(walker, table):
        assert walker.get(f"/admin/{table}/details/", id=row_id).status_code == 404


@pytest.mark.parametrize(("role", "table"), SCOPED)
def test_no_list_and_no_count_knows_the_row_of_another(company: Company, role: str, table: str) -> None:
    walker, row_id = company.as_(role), company.other(role, table)
    mine = company.own(role, table)[0]

    by_id = walker.get(f"/admin/{table}/", id__eq=row_id).get_data(as_text=True)
    among = walker.get(f"/admin/{table}/", id__in=f"{row_id},{mine}").get_data(as_text=True)
    by_search = walker.get(f"/admin/{table}/", search=f"#{row_id}").get_data(as_text=True)

    assert (ids_of(by_id), count_of(by_id)) == ([], "0")
    assert (ids_of(among), count_of(among)) == ([mine], "1")
    assert row_id not in ids_of(by_search)


@pytest.mark.parametrize(("role", "table"), EDITED)
def test_the_form_of_another_is_not_found(company: Company, role: str, table: str) -> None:
    walker, row_id = company.as_(role), company.other(role, table)
    column, value = change(company, role, table)
    before = company.whole(table, row_id)
    form = {"_token": f"{role}-{table}-{row_id}", "_version": before.xmin, column: value}

    with company.one_denial(walker, table):
        assert walker.get(f"/admin/{table}/edit/", id=row_id).status_code == 404
    with company.one_denial(walker, table):
        assert walker.post(f"/admin/{table}/edit/?id={row_id}", form).status_code == 404

    assert company.whole(table, row_id) == before


@pytest.mark.parametrize(("role", "table"), EDITED)
def test_the_row_of_another_is_not_changed_in_a_list(company: Company, role: str, table: str) -> None:
    walker, row_id, mine = company.as_(role), company.other(role, table), company.own(role, table)[0]
    column, value = change(company, role, table)
    before, own_before = company.whole(table, row_id), company.whole(table, mine)
    one: dict[str, Any] = {"field": column, "value": value}

    with company.one_denial(walker, table):
        sent = one | {"id": row_id, "version": before.xmin}
        assert walker.post(f"/admin/{table}/ajax/update/", sent).status_code == 404
    with company.one_denial(walker, table):
        sent = one | {"action": "set", "confirmed": "1", "rowid": [mine, row_id]}
        assert walker.post(f"/admin/{table}/action/", sent).status_code == 404

    assert (company.whole(table, row_id), company.whole(table, mine)) == (before, own_before)


@pytest.fixture
def own_deletes(company: Company) -> Any:
    """IT lets the caregiver delete and export own office tasks."""
    for action in ("delete", "export"):
        company.run(
            "INSERT INTO dashboard.grants (role, resource, action, scope) "
            "VALUES ('Caregiver', 'admin_task_tracking', :action, 'own')",
            action=action,
        )
    yield company.as_("Caregiver")
    company.run("DELETE FROM dashboard.grants WHERE role = 'Caregiver' AND action IN ('delete', 'export')")


def test_the_row_of_another_is_not_deleted(company: Company, own_deletes: Walker) -> None:
    table, row_id = "admin_task_tracking", company.other("Caregiver", "admin_task_tracking")
    mine = company.own("Caregiver", table)[0]
    both = {"action": "delete", "rowid": [mine, row_id]}

    assert own_deletes.get(f"/admin/{table}/delete/", id=row_id).status_code == 404
    assert own_deletes.post(f"/admin/{table}/delete/", {"id": row_id}).status_code == 404
    assert own_deletes.post(f"/admin/{table}/action/", both).status_code == 404
    assert own_deletes.post(f"/admin/{table}/action/", both | {"confirmed": "1"}).status_code == 404

    assert company.whole(table, row_id) is not None
    assert company.whole(table, mine) is not None


def test_an_export_holds_own_rows_alone(company: Company, own_deletes: Walker) -> None:
    lines = own_deletes.get("/admin/admin_task_tracking/export/csv/", columns="id").get_data(as_text=True).splitlines()

    assert sorted(int(line) for line in lines[1:]) == company.own("Caregiver", "admin_task_tracking")


# A choice that would take the row to somebody else, or bring somebody else's patient near.
AWAY = {
    "referrals": ("Doctor", "patient_id", "patients"),
    "admin_task_tracking": ("Nurse", "staff_id", "staff"),
}


@pytest.mark.parametrize("table", AWAY)
def test_a_row_is_not_given_away(company: Company, table: str) -> None:
    role, column, parent = AWAY[table]
    walker, row_id = company.as_(role), company.own(role, table)[0]
    away = str(company.scalar("SELECT min(id) FROM staff") if parent == "staff" else company.other(role, parent))
    before, url = company.whole(table, row_id), f"/admin/{table}/edit/?id={row_id}"
    form = form_with(walker.get(url).get_data(as_text=True), "_version")
    one = {"field": column, "value": away}

    statuses = [
        walker.post(url, form | {column: away}).status_code,
        walker.post(f"/admin/{table}/ajax/update/", one | {"id": row_id, "version": before.xmin}).status_code,
        walker.post(f"/admin/{table}/action/", one | {"action": "set"} | company.confirmed(table, row_id)).status_code,
    ]

    assert statuses == [422, 422, 422]
    assert company.whole(table, row_id) == before


@pytest.mark.parametrize(
    ("role", "table", "column"),
    [
        ("Caregiver", "messages", "receiver_id"),
        ("Doctor", "referrals", "patient_id"),
        ("Nurse", "referrals", "patient_id"),
        ("Doctor", "international_referrals", "patient_id"),
    ],
)
def test_no_row_is_made_for_anothers_patient(company: Company, role: str, table: str, column: str) -> None:
    walker, before = company.as_(role), company.size(table)
    form = form_with(walker.get(f"/admin/{table}/new/").get_data(as_text=True), "_token")
    away = {column: str(company.other(role, "patients"))}

    answer = walker.post(f"/admin/{table}/new/", form | new_row(company, role, table) | away)

    assert answer.status_code == 422
    assert f'id="{column}-error"' in answer.get_data(as_text=True)
    assert company.size(table) == before


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_nobody_records_a_message_in_anothers_name(company: Company, role: str) -> None:
    walker, before = company.as_(role), company.size("messages")
    form = form_with(walker.get("/admin/messages/new/").get_data(as_text=True), "_token")
    other = {"sender_id": str(company.scalar("SELECT min(id) FROM staff"))}

    answer = walker.post("/admin/messages/new/", form | new_row(company, role, "messages") | other)

    assert answer.status_code == 422
    assert company.size("messages") == before


@pytest.mark.parametrize("role", ["Doctor", "Nurse", "Caregiver"])
def test_a_parent_out_of_scope_shows_as_its_number(company: Company, role: str) -> None:
    """An own visit of long ago stays one's own; its patient no longer is."""
    walker, patient_id = company.as_(role), company.other(role, "patients")
    visit_id = _old_visit(company, patient_id, walker.staff_id)
    name = company.scalar("SELECT full_name FROM patients WHERE id = :id", id=patient_id)

    page = walker.get("/admin/visit_services/details/", id=visit_id).get_data(as_text=True)

    assert f"#{patient_id}" in page
    assert name not in page


def _old_visit(company: Company, patient_id: int, staff_id: int) -> int:
    company.run(
        "INSERT INTO visit_services (patient_id, staff_id, scheduled_at, status) "
        "VALUES (:patient, :staff, '2020-01-01', 'Missed')",
        patient=patient_id,
        staff=staff_id,
    )
    return int(company.scalar("SELECT max(id) FROM visit_services"))
