"""A bulk change applies to the rows as shown: what somebody saved meanwhile is never overwritten."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from browsing import let_in
from clusters import DEMO_PASSWORD, Database
from doors import Company, Walker
from forms import form_with
from playwright.sync_api import Page, expect
from sqlalchemy import text

TABLE = "inventory_items"
CHANGES = [{"action": "set", "field": "location", "value": "Room 9"}, {"action": "delete"}]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def items(company: Company) -> list[int]:
    """Three beds in Room 7."""
    company.run(f"DELETE FROM {TABLE}")
    company.run(f"INSERT INTO {TABLE} (name, location) SELECT 'Bed ' || n, 'Room 7' FROM generate_series(1, 3) n")
    return [row.id for row in company.rows(f"SELECT id FROM {TABLE} ORDER BY id")]


def act(walker: Walker, **form: Any) -> Any:
    return walker.post(f"/admin/{TABLE}/action/", form)


def question(walker: Walker, change: dict[str, str], ids: list[int] | None) -> dict[str, Any]:
    """What the page that asks sends on; of all that match where no rows are named."""
    which = {"all": "1", "query": "?location__eq=Room+7"} if ids is None else {"rowid": ids}
    return form_with(act(walker, **change, **which).get_data(as_text=True), "versions") | which


def as_stored(company: Company) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in company.rows(f"SELECT id, name, location FROM {TABLE} ORDER BY id")]


@pytest.mark.parametrize("is_all", [False, True])
@pytest.mark.parametrize("change", CHANGES, ids=["set", "delete"])
def test_a_row_saved_after_the_question_is_told_by_name_and_nothing_done(
    company: Company, admin: Walker, items: list[int], change: dict[str, str], is_all: bool
) -> None:
    form = question(admin, change, None if is_all else items)
    company.run(f"UPDATE {TABLE} SET description = 'Broken' WHERE id = :id", id=items[1])
    before = as_stored(company)

    answer = act(admin, **form)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert re.findall(r"details/\?id=\d+\">([^<]+)</a>", page) == ["Bed 2"]
    assert as_stored(company) == before


@pytest.mark.parametrize("change", CHANGES, ids=["set", "delete"])
def test_a_row_that_is_being_saved_at_that_moment_is_waited_for(
    company: Company, admin: Walker, items: list[int], change: dict[str, str]
) -> None:
    form = question(admin, change, items)
    with company.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(text(f"UPDATE {TABLE} SET location = 'Theatre' WHERE id = :id"), {"id": items[1]})
        answer = pool.submit(act, admin, **form)
        time.sleep(0.5)
        other.commit()

    assert answer.result().status_code == 409
    assert [row[2] for row in as_stored(company)] == ["Room 7", "Theatre", "Room 7"]


@pytest.mark.parametrize("change", CHANGES, ids=["set", "delete"])
def test_what_is_there_now_can_be_confirmed(
    company: Company, admin: Walker, items: list[int], change: dict[str, str]
) -> None:
    form = question(admin, change, items)
    company.run(f"UPDATE {TABLE} SET description = 'Broken' WHERE id = :id", id=items[1])

    again = form_with(act(admin, **form).get_data(as_text=True), "versions") | {"rowid": items}

    assert act(admin, **again).status_code == 302
    assert {row[2] for row in as_stored(company)} == ({"Room 9"} if change["action"] == "set" else set())


@pytest.mark.parametrize("meanwhile", [
    "DELETE FROM inventory_items WHERE name = 'Bed 3'",
    "UPDATE inventory_items SET location = 'x' WHERE name = 'Bed 3'",
    "INSERT INTO inventory_items (name, location) VALUES ('Bed 4', 'Room 7')",
])  # fmt: skip
def test_a_row_that_came_or_went_is_told_too(company: Company, admin: Walker, meanwhile: str) -> None:
    form = question(admin, CHANGES[1], None)
    company.run(meanwhile)
    before = as_stored(company)

    answer = act(admin, **form)

    assert answer.status_code == 409
    assert "rows instead of 3" in answer.get_data(as_text=True)
    assert as_stored(company) == before


def test_a_ticked_row_deleted_meanwhile_leaves_the_others_to_be_confirmed(
    company: Company, admin: Walker, items: list[int]
) -> None:
    form = question(admin, CHANGES[0], items)
    company.run(f"DELETE FROM {TABLE} WHERE id = :id", id=items[0])

    answer = act(admin, **form)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "1 inventory item no longer there" in page
    assert "for 2 inventory items?" in page


@pytest.mark.parametrize("versions", [None, "", "0:0", "nonsense"])
@pytest.mark.parametrize("change", CHANGES, ids=["set", "delete"])
def test_a_confirmation_without_versions_changes_nothing(
    company: Company, admin: Walker, items: list[int], change: dict[str, str], versions: str | None
) -> None:
    before, sent = as_stored(company), {} if versions is None else {"versions": versions}

    for which in ({"rowid": items}, {"all": "1", "query": ""}):
        assert act(admin, **change, confirmed="1", count="3", **which, **sent).status_code in {409, 422}

    assert as_stored(company) == before


@pytest.mark.parametrize("version", [None, "", "0"])
def test_one_row_is_not_deleted_without_its_version(
    company: Company, admin: Walker, items: list[int], version: str | None
) -> None:
    sent = {"id": items[0]} | ({} if version is None else {"_version": version})

    answer = admin.post(f"/admin/{TABLE}/delete/", sent)

    assert answer.status_code == (409 if version == "0" else 422)
    assert form_with(answer.get_data(as_text=True), "_version")["_version"] == company.whole(TABLE, items[0]).xmin
    assert company.size(TABLE) == 3


def test_rows_that_hang_on_each_other_go_together(company: Company, admin: Walker) -> None:
    """Deleting the first empties a key of the second: that change of our own is no conflict."""
    first, second = (row.id for row in company.rows("SELECT id FROM patients ORDER BY id LIMIT 2"))
    company.run("INSERT INTO caregiver_assignments (staff_id, patient_id) SELECT min(id), :a FROM staff", a=first)
    shift = "(SELECT max(id) FROM caregiver_assignments)"
    company.run(f"UPDATE patients SET registered_by_caregiver_id = {shift} WHERE id = :b", b=second)

    sent = {"action": "delete"} | company.confirmed("patients", first, second)

    assert admin.post("/admin/patients/action/", sent).status_code == 302
    assert company.whole("patients", second) is None


def test_a_list_left_open_does_not_write_over_what_was_saved_since(page: Page, company: Company) -> None:
    let_in(page, "admin", DEMO_PASSWORD)
    page.goto(f"/admin/{TABLE}/?sort=id")
    company.run(f"UPDATE {TABLE} SET location = 'Theatre' WHERE name = 'Bed 1'")
    page.get_by_role("checkbox", name="Select Bed 1").check()
    page.get_by_role("button", name="Set a field").click()
    page.get_by_role("dialog").locator("[name=field]").select_option("location")
    page.locator("#bulk-value input").fill("Room 9")
    page.get_by_role("button", name="Change 1 inventory item").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed these rows after you were asked.")
    page.get_by_role("button", name="Change 1 inventory item").click()
    expect(page.get_by_text("1 inventory item changed: location is Room 9.")).to_be_visible()
