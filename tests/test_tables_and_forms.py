"""IT changes labels, lists and forms without a developer: as a draft for one person, then for everybody, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import Visitor
from forms import form_with

from homecare.access.policy import NOTHING
from homecare.tables import it_settings
from homecare.tables.table import coded_tables

EDIT = "/admin/roles/tables/edit"
TABLES = "/admin/roles/tables/"


@pytest.fixture
def it(as_role: Callable[..., Visitor]) -> Visitor:
    return as_role("Admin")


def draft(it: Visitor, table: str, changes: dict[str, str], role: str = "") -> Any:
    url = f"{EDIT}?{urlencode({'table': table, 'role': role})}"
    form = form_with(it.get(url).text, "labels.id") | changes
    return it.post(url, data={name: value for name, value in form.items() if value is not None})


def publish(it: Visitor) -> Any:
    return it.post(f"{TABLES}publish", data=form_with(it.get(TABLES).text, "note"))


def back_to(it: Visitor, number: int) -> Any:
    form = form_with(it.get(TABLES).text, "number") | {"number": str(number)}
    return it.post(f"{TABLES}roll-back", data=form)


def change(it: Visitor, table: str, changes: dict[str, str], role: str = "") -> None:
    assert draft(it, table, changes, role).status_code == 302
    assert publish(it).status_code == 302


def test_a_label_and_the_order_of_a_list_reach_everybody(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    keeper = as_role("Inventory")

    change(it, "inventory_items", {"labels.name": "Equipment", "list.status": "1", "list.name": "2", "order": "-id"})

    assert "Equipment" in keeper.get("/admin/inventory_items/new/").text
    assert keeper.post("/admin/inventory_items/new/", data=new_item(keeper)).status_code == 302
    page = keeper.get("/admin/inventory_items/").text
    assert 0 < page.find("sort=status") < page.find("sort=name")


def new_item(visitor: Visitor) -> dict[str, str]:
    return form_with(visitor.get("/admin/inventory_items/new/").text, "name") | {"name": "Wheelchair"}


def test_only_the_editor_sees_a_draft(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    manager = as_role("Manager")

    answer = draft(it, "referrals", {"labels.status": "Where it stands", "_do": "try"})

    assert answer.location == "/admin/referrals/"
    assert "Where it stands" in it.get("/admin/referrals/new/").text
    assert "You see your draft" in it.get("/admin/").text
    assert "Where it stands" not in manager.get("/admin/referrals/new/").text


def test_a_draft_that_is_not_tried_out_changes_nothing(it: Visitor) -> None:
    draft(it, "referrals", {"labels.status": "Not yet"})

    assert "Not yet" not in it.get("/admin/referrals/new/").text


def test_going_back_takes_the_words_of_then(it: Visitor) -> None:
    change(it, "lead_sources", {"help.id": "First words"})
    change(it, "lead_sources", {"help.id": "Second words"})
    second = max(int(n) for n in re.findall(r'name="number" value="(\d+)"', it.get(TABLES).text))

    assert back_to(it, second).status_code == 302

    page = it.get(f"{EDIT}?table=lead_sources").text
    assert "First words" in page
    assert "Second words" not in page


def test_who_publishes_second_is_refused_and_keeps_the_draft(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    other = as_role("Admin")
    draft(it, "events", {"labels.title": "Mine"})
    form = form_with(it.get(TABLES).text, "note")
    change(other, "events", {"labels.title": "Theirs"})

    answer = it.post(f"{TABLES}publish", data=form)

    assert answer.status_code == 409
    assert "Your draft is still here" in answer.text
    assert "Theirs" in it.get("/admin/events/new/").text


@pytest.mark.parametrize(
    ("table", "changes", "sentence"),
    [
        ("patients", {"list.full_name": "first"}, "whole number"),
        ("patients", {"order": "shoe_size"}, "no column"),
        ("patients", {"order": "address"}, "cannot be sorted"),
        ("patients", {"conditions": "shoe_size__eq=44"}, "no condition"),
        ("patients", {"conditions": "date_of_birth__gte=soon"}, "date_of_birth__gte"),
        ("patients", {"labels.phone_number": "Email"}, "Two columns"),
        ("patients", {"labels.phone_number": "x" * 61}, "1 to 60"),
        ("patients", {"group.full_name": ""}, "Full name is needed"),
        ("visit_services", {"choices.status": "Pending\nScheduled"}, "the program&#39;s own rules use it"),
        ("visit_services", {"choices.status": "Pending\nPending"}, "each once"),
    ],
)
def test_what_cannot_hold_is_refused_and_what_was_typed_is_kept(
    it: Visitor, table: str, changes: dict[str, str], sentence: str
) -> None:
    answer = draft(it, table, changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    # An order is chosen from a list, which does not offer what cannot be.
    typed, kept = changes.keys() - {"order"}, form_with(answer.text, "labels.id")
    assert {name: kept[name] for name in typed} == {name: changes[name] for name in typed}


def test_a_list_begins_with_its_conditions_and_lets_them_go(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    manager = as_role("Manager")
    change(it, "staff", {"conditions": "status__eq=Suspended"})

    assert "Status is Suspended" in manager.get("/admin/staff/").text
    assert "Status is Suspended" not in manager.get("/admin/staff/?all=1").text
    assert as_role("Marketing").get("/admin/staff/").status_code == 200
    change(it, "staff", {"conditions": ""})


def test_the_choices_of_a_status_are_its_to_set(it: Visitor) -> None:
    change(it, "inventory_items", {"choices.status": "Available\nIn Use\nAt the workshop"})

    page = it.get("/admin/inventory_items/new/").text

    assert "At the workshop" in page
    assert "Retired" not in page


def test_a_role_has_a_form_of_its_own(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    finance, admin = as_role("Finance"), it
    change(it, "invoices", {"group.paid_at": "", "form.paid_at": "", "same_form": None}, role="Finance")  # type: ignore[dict-item]

    assert 'name="paid_at"' not in finance.get("/admin/invoices/new/").text
    assert 'name="paid_at"' in admin.get("/admin/invoices/new/").text


def test_a_column_of_a_later_upgrade_appears_by_itself() -> None:
    table = coded_tables()["events"]
    settings = {"forms": {"": {"groups": [["What", ["title"]]], "off": ["description"]}}, "labels": {"title": "Name"}}
    new = replace(table.fields["title"], name="venue", label="Venue")
    upgraded = replace(table, fields=table.fields | {"venue": new}, groups=(*table.groups, ("Later", ("venue",))))

    laid = it_settings.lay_over(upgraded, settings, None)

    placed = {name for _, names in laid.groups for name in names}
    assert "venue" in placed
    assert "description" not in placed
    assert laid.fields["title"].label == "Name"
    assert laid.fields["venue"].label == "Venue"


def test_a_column_that_is_gone_is_passed_over() -> None:
    document = {"events": {"labels": {"gone": "Gone"}, "columns": ["gone"], "order": "gone"}, "no_table": {}}

    laid = it_settings.applied(document, NOTHING, None)["events"]

    assert laid.columns == coded_tables()["events"].columns
    assert laid.order == coded_tables()["events"].order
