"""One change of many rows: those ticked, or every row of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, delete, func, insert, select, text

from homecare.admin.change import bulk
from homecare.models import InventoryItem, Patient, Visit

AsRole = Callable[..., Visitor]
LIST = "/admin/inventory_items/"
ROOM = "location__eq=Room+1"


@pytest.fixture(autouse=True)
def _twelve_items(owner_engine: Engine) -> None:
    rooms = [{"name": f"Bed {n}", "location": "Room 1" if n < 7 else "Room 2"} for n in range(12)]
    with owner_engine.begin() as connection:
        connection.execute(delete(InventoryItem))
        connection.execute(insert(InventoryItem), rooms)


def act(visitor: Visitor, table: str = "inventory_items", **form: Any) -> Any:
    return visitor.send(f"/admin/{table}/action/", form, form_at="/admin/")


def in_room(owner_engine: Engine, **facts: str) -> int:
    with owner_engine.connect() as connection:
        wanted = [getattr(InventoryItem, name) == value for name, value in facts.items()]
        return connection.scalar(select(func.count()).select_from(InventoryItem).where(*wanted)) or 0


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_all_of_a_list_are_asked_for_by_number_and_verb_and_then_changed(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")
    wish = {"action": "set", "field": "status", "value": "Maintenance", "all": "1", "query": f"?{ROOM}"}

    page = act(keeper, **wish).get_data(as_text=True)

    assert "Set status to Maintenance for 7 inventory items?" in page
    assert ">Change 7 inventory items</button>" in page
    assert in_room(owner_engine, status="Maintenance") == 0
    assert act(keeper, **hidden(page)).status_code == 302
    assert in_room(owner_engine, status="Maintenance") == in_room(owner_engine, location="Room 1") == 7


def test_all_of_a_list_are_deleted_after_the_number_was_confirmed(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")

    page = act(keeper, action="delete", all="1", query=ROOM).get_data(as_text=True)

    assert "Delete 7 inventory items?" in page
    act(keeper, **hidden(page))
    assert (in_room(owner_engine, location="Room 1"), in_room(owner_engine, location="Room 2")) == (0, 5)


def test_a_number_that_changed_meanwhile_is_told_and_nothing_done(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")
    page = act(keeper, action="delete", all="1", query=ROOM).get_data(as_text=True)
    with owner_engine.begin() as connection:
        connection.execute(insert(InventoryItem).values(name="Late bed", location="Room 1"))

    answer = act(keeper, **hidden(page))

    assert answer.status_code == 409
    assert "Meanwhile the list has 8 rows instead of 7" in answer.get_data(as_text=True)
    assert in_room(owner_engine, location="Room 1") == 8


def test_a_confirmation_of_nothing_that_was_shown_is_asked_again(as_role: AsRole, owner_engine: Engine) -> None:
    answer = act(as_role("Inventory"), action="delete", all="1", query=ROOM, confirmed="1")

    assert answer.status_code == 422
    assert "Delete 7 inventory items?" in answer.get_data(as_text=True)
    assert in_room(owner_engine) == 12


def test_the_search_of_the_list_counts_too(as_role: AsRole) -> None:
    page = act(as_role("Inventory"), action="delete", all="1", query="?search=bed+1").get_data(as_text=True)

    assert "Delete 3 inventory items?" in page


def test_ticked_rows_are_confirmed_as_well(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")
    with owner_engine.connect() as connection:
        ids = [str(number) for number in connection.scalars(select(InventoryItem.id).limit(2))]
    wish = {"action": "set", "field": "location", "value": "Room 9", "rowid": ids}

    page = act(keeper, **wish).get_data(as_text=True)
    assert "Set location to Room 9 for 2 inventory items?" in page
    assert act(keeper, **hidden(page) | {"rowid": ids}).status_code == 302
    assert in_room(owner_engine, location="Room 9") == 2


def test_how_many_really_changed_is_told(as_role: AsRole) -> None:
    keeper = as_role("Inventory")
    wish = {"action": "set", "field": "location", "value": "Room 2", "all": "1", "query": "?all=1"}

    act(keeper, **hidden(act(keeper, **wish).get_data(as_text=True)))

    told = "7 inventory items changed: location is Room 2; 5 already had this value."
    assert told in keeper.get("/admin/").get_data(as_text=True)


def test_more_rows_than_can_be_changed_at_once_are_refused(
    as_role: AsRole, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_MATCHING", 11)

    answer = act(as_role("Inventory"), action="delete", all="1", query="?all=1", confirmed="1", count="12")

    assert answer.status_code == 422
    assert "More than 11 rows match" in answer.get_data(as_text=True)
    assert in_room(owner_engine) == 12


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"action": "delete", "all": "1", "query": "?no_such__eq=1"}, 400),
        ({"action": "delete", "all": "1", "query": "?location__eq=Nowhere"}, 422),
        ({"action": "delete"}, 422),
        ({"action": "delete", "rowid": "many"}, 404),
        ({"action": "set", "field": "status", "value": "Melted", "all": "1", "query": ""}, 422),
        ({"action": "set", "field": "no_such", "value": "1", "all": "1", "query": ""}, 400),
        ({"action": "paint", "all": "1", "query": ""}, 400),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(as_role: AsRole, wish: dict[str, str], status: int) -> None:
    assert act(as_role("Inventory"), **wish).status_code == status


@pytest.mark.parametrize("action", ["delete", "set", "export"])
def test_who_may_not_do_it_to_one_may_not_do_it_to_all(as_role: AsRole, owner_engine: Engine, action: str) -> None:
    answer = act(
        as_role("Nurse"), action=action, field="status", value="Lost", all="1", query="", confirmed="1", count="12"
    )

    assert answer.status_code == 403
    assert in_room(owner_engine, status="Available") == 12


def test_all_means_all_of_ones_own(as_role: AsRole, owner_engine: Engine) -> None:
    nurse, other = as_role("Nurse"), as_role("Nurse")
    with owner_engine.begin() as connection:
        patient = connection.execute(insert(Patient).values(full_name="Hana Girma").returning(Patient.id)).scalar_one()
        visits = [{"patient_id": patient, "staff_id": who.staff_id} for who in (nurse, other, other)]
        connection.execute(insert(Visit), visits)

    page = act(nurse, "visit_services", action="set", field="status", value="Cancelled", all="1", query="")

    assert "for 1 visit?" in page.get_data(as_text=True)


def test_ticked_rows_are_exported_as_a_list_of_their_numbers(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")
    with owner_engine.connect() as connection:
        ids = sorted(connection.scalars(select(InventoryItem.id).limit(2)))

    answer = act(keeper, action="export", rowid=[str(number) for number in ids], columns="name")

    assert answer.location == f"{LIST}export/csv/?id__in={ids[0]},{ids[1]}&columns=name"
    assert keeper.get(answer.location).get_data(as_text=True).count("Bed") == 2


def test_all_of_a_list_are_exported_by_its_words(as_role: AsRole) -> None:
    keeper = as_role("Inventory")

    answer = act(keeper, action="export", all="1", query=f"?{ROOM}", format="xlsx")

    assert answer.location == f"{LIST}export/xlsx/?{ROOM}"
    assert keeper.get(answer.location).status_code == 200


def test_the_numbers_of_rows_are_a_condition_of_every_list(as_role: AsRole, owner_engine: Engine) -> None:
    keeper = as_role("Inventory")
    with owner_engine.connect() as connection:
        first = connection.scalar(text("SELECT min(id) FROM inventory_items"))

    assert keeper.get(f"{LIST}?id__in={first}").get_data(as_text=True).count('<tr data-id="') == 1
    assert keeper.get(f"{LIST}?id__in=one").status_code == 400
