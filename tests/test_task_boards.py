"""The boards of office and marketing tasks: who opens which, what stands where, and that it is the list's truth."""

from __future__ import annotations

import html
import json
import re

import pytest
from clusters import Database
from doors import Company, Walker
from statements_sent import statements

OFFICE, MARKETING = "/admin/assign/tasks/", "/admin/assign/marketing/"
TABLES = {
    OFFICE: ("admin_task_tracking", "task_status", "Assigned"),
    MARKETING: ("marketing_tasks", "status", "Pending"),
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def piles(page: str) -> dict[str, tuple[int, list[int]]]:
    """By status: how many there are, and which are drawn."""
    found = {}
    for word, inside in re.findall(r'(?s)<section class="pile" data-status="([^"]*)"(.*?)</section>', page):
        number = re.search(r"data-count>([\d,]+)<", inside)
        assert number
        found[html.unescape(word)] = int(number[1].replace(",", "")), ids(inside)
    return found


def ids(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'class="task" data-id="(\d+)"', page)]


@pytest.mark.parametrize("path", TABLES)
@pytest.mark.parametrize("role", ["Admin", "Manager", "Coordinator", "Marketing", "Doctor", "Nurse", "Caregiver",
                                  "Finance", "Inventory", "Auditor"])  # fmt: skip
def test_the_level_opens_the_board_its_link_and_nothing_else(company: Company, path: str, role: str) -> None:
    opens = role in ("Admin", "Manager", "Coordinator") or (role == "Marketing" and path == MARKETING)
    walker = company.as_(role)

    assert walker.get(path).status_code == (200 if opens else 403)
    # Who is led to a board has it in the menu; all others find it beside the roster.
    beside = "/admin/" if role == "Marketing" else "/admin/assign/"
    assert (f'href="{path}"' in walker.visitor.get(beside, follow_redirects=True).text) == opens


@pytest.mark.parametrize("path", TABLES)
def test_the_rights_of_the_table_hold_besides_those_of_the_page(company: Company, path: str) -> None:
    manager, (table, *_) = company.as_("Manager"), TABLES[path]
    company.run("DELETE FROM dashboard.grants WHERE role = 'Manager' AND resource = :table", table=table)
    try:
        assert manager.get(path).status_code == 403
    finally:
        for action in ("view", "create", "edit", "delete", "export"):
            company.run("INSERT INTO dashboard.grants VALUES ('Manager', :table, :a)", table=table, a=action)


@pytest.mark.parametrize("path", TABLES)
def test_each_pile_has_the_number_and_the_rows_of_its_status(company: Company, admin: Walker, path: str) -> None:
    table, status, usual = TABLES[path]
    company.run(f"UPDATE {table} SET {status} = NULL WHERE id = (SELECT min(id) FROM {table})")
    company.run(f"UPDATE {table} SET {status} = 'Parked' WHERE id = (SELECT max(id) FROM {table})")
    wanted = {
        row.word: {*row.ids}
        for row in company.rows(
            f"SELECT coalesce({status}, '{usual}') AS word, array_agg(id) AS ids FROM {table} GROUP BY 1"
        )
    }

    found = piles(admin.get(path).text)

    assert {word: number for word, (number, _) in found.items() if number} == {w: len(i) for w, i in wanted.items()}
    assert all({*drawn} <= wanted.get(word, set()) for word, (_, drawn) in found.items())
    assert all(len(drawn) == min(number, 40) for number, drawn in found.values())


@pytest.mark.parametrize("path", TABLES)
def test_a_board_tells_its_own_keys_and_not_those_of_a_list(admin: Walker, path: str) -> None:
    told = re.findall("<dd>(.*?)</dd>", admin.get(path).text.split('id="shortcuts"')[1])

    assert {"Assign the task", "Set the status of the task", "Search everything, also /"} <= {*told}
    assert "Row before" not in told


def test_an_office_task_is_due_with_its_visit_else_after_two_days(company: Company, admin: Walker) -> None:
    expected = [
        row.id
        for row in company.rows(
            "SELECT t.id FROM admin_task_tracking t LEFT JOIN visit_services v ON v.id = t.visit_service_id "
            "WHERE coalesce(task_status, 'Assigned') = 'In Progress' "
            "ORDER BY coalesce(v.scheduled_at, assigned_date + interval '48 hours') NULLS LAST, t.id LIMIT 40"
        )
    ]

    assert expected
    assert piles(admin.get(OFFICE).text)["In Progress"][1] == expected


@pytest.mark.parametrize(("path", "words"), [
    (OFFICE, "is=mine"), (OFFICE, "is=overdue"), (OFFICE, "staff_id__eq=6"), (MARKETING, "is=mine"),
    (MARKETING, "is=unassigned"), (MARKETING, "is=overdue&priority__eq=High"), (MARKETING, "search=leaf"),
])  # fmt: skip
def test_the_words_of_the_address_are_those_of_the_list(company: Company, admin: Walker, path: str, words: str) -> None:
    listed = admin.get(f"/admin/{TABLES[path][0]}/?{words}&sort=id").text
    number = re.search(r'muted count"[^>]*>\s*([\d,]+)', listed)
    assert number

    board, as_list = admin.get(f"{path}?{words}").text, admin.get(f"{path}?{words}&look=list").text

    assert sum(count for count, _ in piles(board).values()) == len(ids(as_list)) == int(number[1].replace(",", ""))


@pytest.mark.parametrize(("words", "status"), [("nonsense__eq=1", 400), ("look=pie", 400), ("is=late", 400)])
def test_what_is_not_understood_is_answered_in_words(admin: Walker, words: str, status: int) -> None:
    assert admin.get(f"{OFFICE}?{words}").status_code == status


def test_only_marketing_tasks_can_be_nobodys(admin: Walker) -> None:
    assert "is=unassigned" not in admin.get(OFFICE).text
    assert "is=unassigned" in admin.get(MARKETING).text


def test_who_may_not_change_or_read_a_column_is_not_offered_it(company: Company) -> None:
    coordinator = company.as_("Coordinator")
    page = coordinator.get(MARKETING).text
    assert json.loads(html.unescape(re.search(r"data-sets='(.*?)'", page)[1])) == []  # type: ignore[index]
    assert 'name="rowid"' not in page

    company.run(
        "INSERT INTO dashboard.field_rules VALUES ('Coordinator', 'admin_task_tracking', 'remarks', 'hidden', 'never')"
    )
    try:
        office = coordinator.get(OFFICE).text
    finally:
        company.run("DELETE FROM dashboard.field_rules WHERE role = 'Coordinator'")

    assert "data-text=" not in office
    assert "data-text=" in coordinator.get(OFFICE).text
    assert json.loads(html.unescape(re.search(r"data-sets='(.*?)'", office)[1])) == ["staff_id", "task_status"]  # type: ignore[index]


def test_a_board_costs_as_many_statements_whatever_its_number_of_tasks(company: Company, admin: Walker) -> None:
    admin.get(OFFICE)
    with statements() as few:
        admin.get(f"{OFFICE}?id__in=1,2,3")
    with statements() as many:
        admin.get(OFFICE)

    # The three may all be in one status; six is the most there is.
    assert len(many) <= len(few) + 5
    # One for the counts, one for each status, of which another application wrote one.
    assert len([one for one in many if "FROM admin_task_tracking" in one]) <= 7
