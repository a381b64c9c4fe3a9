"""Saved views of pages: one's own, shared with roles, and the one that opens by itself."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, insert
from werkzeug.datastructures import MultiDict

from homecare.models import Patient

AsRole = Callable[..., Visitor]
VIEW = re.compile(r'<a class="view" href="([^"]+)"[^>]*>([^<]+?)(?: <small>([^<]+)</small>)*</a>')
DELETE = re.compile(r'action="/admin/views/(\d+)/delete/"')
LIST = "/admin/patients/"


@pytest.fixture(scope="module", autouse=True)
def _two_patients(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        people = [{"full_name": "Hana Girma", "gender": "Female"}, {"full_name": "Abel Tesfaye", "gender": "Male"}]
        connection.execute(insert(Patient), people)


def save(visitor: Visitor, name: str = "Women", **changes: Any) -> Any:
    view = {"name": name, "path": LIST, "query": "?gender__eq=Female&after=5"} | changes
    return visitor.send("/admin/views/", view, form_at="/admin/")


def offered(visitor: Visitor, url: str = f"{LIST}?all=1") -> dict[str, str]:
    """The views a page offers, by name, with their addresses."""
    page = visitor.get(url).get_data(as_text=True)
    return {name: html.unescape(address) for address, name, _ in VIEW.findall(page) if name != "Everything"}


def number_of(visitor: Visitor) -> str:
    """The number of the person's only view."""
    (found,) = DELETE.findall(visitor.get(f"{LIST}?all=1").get_data(as_text=True))
    return str(found)


def test_a_saved_view_opens_the_page_as_it_was_without_its_place(as_role: AsRole) -> None:
    manager = as_role("Manager")

    answer = save(manager)

    assert answer.location == f"{LIST}?gender__eq=Female"
    assert offered(manager) == {"Women": f"{LIST}?gender__eq=Female"}
    assert "Abel" not in manager.get(answer.location).get_data(as_text=True)


def test_a_view_of_everything_is_not_the_default_view(as_role: AsRole) -> None:
    manager = as_role("Manager")

    assert save(manager, "Everybody", query="?all=1").location == f"{LIST}?all=1"


def test_saving_under_the_same_name_asks_before_it_replaces(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager)

    asked = save(manager, query="gender__eq=Male")
    assert asked.status_code == 409
    assert "You already have a view “Women” of this page." in asked.text
    assert offered(manager) == {"Women": f"{LIST}?gender__eq=Female"}

    save(manager, query="gender__eq=Male", replace="1")
    assert offered(manager) == {"Women": f"{LIST}?gender__eq=Male"}


def test_a_default_view_opens_with_the_bare_address_alone(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager, default="1")

    assert manager.get(LIST).location == f"{LIST}?gender__eq=Female"
    assert manager.get(f"{LIST}?all=1").status_code == 200
    assert manager.get(f"{LIST}?search=abel").status_code == 200


def test_a_second_default_takes_the_place_of_the_first(as_role: AsRole) -> None:
    manager = as_role("Manager")

    save(manager, default="1")
    save(manager, "Men", query="gender__eq=Male", default="1")

    assert manager.get(LIST).location == f"{LIST}?gender__eq=Male"


def test_a_default_that_is_no_longer_allowed_opens_the_whole_list(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager, query="no_such__eq=1", default="1")

    answer = manager.get(LIST)

    assert answer.status_code == 200
    assert "default view uses something you can no longer see" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/admin/map/", "around=9999999"), ("/admin/map/", "month=0001-01"), ("/admin/map/", "layer=roads"),
        ("/admin/funnel/", "compare=all"), ("/admin/funnel/", "weather=fine"), ("/admin/assign/", "day=soon"),
    ],
)  # fmt: skip
def test_a_default_that_cannot_be_opened_shuts_no_page(as_role: AsRole, page: str, words: str) -> None:
    manager = as_role("Manager")
    save(manager, path=page, query=words, default="1")

    answer = manager.get(page)

    assert answer.status_code == 200
    assert "default view cannot be opened any more" in answer.get_data(as_text=True)
    assert manager.get(f"{page}?{words}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("page", "words"),
    [("/admin/map/", "layer=demand"), ("/admin/funnel/", "window=30"), ("/admin/assign/", "view=week")],
)
def test_map_funnel_and_roster_open_with_the_default_view(as_role: AsRole, page: str, words: str) -> None:
    manager = as_role("Manager")
    save(manager, path=page, query=words, default="1")

    assert manager.get(page).location == f"{page}?{words}"
    assert manager.get(f"{page}?all=1").status_code == 200


def test_a_view_is_ones_own_until_it_is_shared(as_role: AsRole) -> None:
    save(as_role("Manager"), "Mine alone")

    assert "Mine alone" not in offered(as_role("Manager"))
    assert "Mine alone" not in offered(as_role("Admin"))


def test_a_shared_view_is_offered_to_its_roles_only(as_role: AsRole) -> None:
    save(as_role("Manager"), "For planning", roles=["Coordinator"])

    assert offered(as_role("Coordinator"))["For planning"] == f"{LIST}?gender__eq=Female"
    assert "For planning" not in offered(as_role("Auditor"))


def test_a_shared_default_is_nobody_elses_default(as_role: AsRole) -> None:
    save(as_role("Manager"), "Planned", roles=["Coordinator"], default="1")

    assert as_role("Coordinator").get(LIST).status_code == 200


def test_a_shared_view_opens_no_door(as_role: AsRole) -> None:
    admin = as_role("Admin")
    save(admin, "Paid", path="/admin/invoices/", query="status__eq=Paid", roles=["Nurse"])
    save(admin, "By Fayda", query="fayda_id__eq=999912341234", roles=["Finance"])

    assert as_role("Nurse").get("/admin/invoices/?status__eq=Paid").status_code == 403
    finance = as_role("Finance")
    # Its address alone would tell which number was looked for.
    assert "By Fayda" not in offered(finance)
    assert finance.get("/admin/patients/?fayda_id__eq=999912341234").status_code == 403


def test_who_sees_places_as_cells_is_offered_no_view_that_spells_a_place(as_role: AsRole) -> None:
    admin, page = as_role("Admin"), "/admin/map/"
    finer = ("at=9.01,38.76,15", "around=9.01,38.76", "near=9.01,38.76,3", "area=Bole")
    for words in (*finer, "source__eq=Facebook"):
        save(admin, words, path=page, query=words, roles=["Marketing", "Coordinator"])

    assert set(offered(as_role("Marketing"), f"{page}?all=1")) == {"source__eq=Facebook"}
    assert set(offered(as_role("Coordinator"), f"{page}?all=1")) == {*finer, "source__eq=Facebook"}


@pytest.mark.parametrize("role", ["Coordinator", "Nurse", "Finance", "Auditor"])
def test_roles_without_the_right_to_share_keep_views_for_themselves(as_role: AsRole, role: str) -> None:
    visitor = as_role(role)

    assert save(visitor, "Ours", roles=["Manager"]).status_code == 403
    assert "Ours" not in offered(visitor)
    assert save(visitor, "Mine").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/admin/invoices/",
        "/admin/patients/new/",
        "/admin/no/",
        "//evil.example/",
        "https://evil.example/",
        "",
        "/",
    ],
)
def test_only_a_page_one_may_open_can_be_saved(as_role: AsRole, path: str) -> None:
    assert save(as_role("Nurse"), path=path).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 81}, {"roles": ["No such role"]}, {"query": "a=" + "x" * 5000}, {"query": "a=\x00"}],
)
def test_what_cannot_be_saved_is_refused_in_a_sentence(as_role: AsRole, wrong: dict[str, Any]) -> None:
    manager = as_role("Manager")

    answer = save(manager, **({"name": "Women"} | wrong))

    assert answer.status_code == 422
    assert offered(manager) == {}


def test_a_view_is_renamed_and_deleted_by_its_owner(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager)
    number = number_of(manager)

    assert manager.send(f"/admin/views/{number}/rename/", {"name": "Ladies"}, form_at="/admin/").status_code == 302
    assert list(offered(manager)) == ["Ladies"]
    assert manager.send(f"/admin/views/{number}/delete/", form_at="/admin/").location == LIST
    assert offered(manager) == {}


def test_a_deleted_view_comes_back_as_it_was(as_role: AsRole) -> None:
    manager, nurse = as_role("Manager"), as_role("Nurse")
    save(manager, roles=["Nurse", "Doctor"], default="1")
    manager.send(f"/admin/views/{number_of(manager)}/delete/", form_at="/admin/")
    assert offered(nurse) == {}

    page = manager.get(LIST).get_data(as_text=True)
    message = page[page.index("<p>The view “Women” is deleted.</p>") :]
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', message[: message.index("</form>")])
    manager.post("/admin/views/", data=MultiDict((name, html.unescape(value)) for name, value in fields))

    assert offered(nurse) == {"Women": f"{LIST}?gender__eq=Female"}
    assert manager.get(LIST).location == f"{LIST}?gender__eq=Female"


def test_a_name_that_is_taken_is_refused(as_role: AsRole) -> None:
    manager = as_role("Manager")
    save(manager)
    number = number_of(manager)
    save(manager, "Men")

    assert manager.send(f"/admin/views/{number}/rename/", {"name": "Men"}, form_at="/admin/").status_code == 422


@pytest.mark.parametrize("deed", ["rename", "delete"])
def test_nobody_touches_a_view_of_somebody_else(as_role: AsRole, deed: str) -> None:
    owner, other = as_role("Manager"), as_role("Admin")
    save(owner, roles=["Admin"])

    answer = other.send(f"/admin/views/{number_of(owner)}/{deed}/", {"name": "Taken"}, form_at="/admin/")

    assert answer.status_code == 404
    assert list(offered(owner)) == ["Women"]


def test_a_script_gets_json(as_role: AsRole) -> None:
    manager = as_role("Manager")
    headers = {"Accept": "application/json", "X-CSRFToken": manager.token("/admin/")}

    answer = manager.post("/admin/views/", data={"name": "Women", "path": LIST, "query": ""}, headers=headers)

    assert answer.status_code == 201
    assert answer.get_json()["url"] == f"{LIST}?all=1"
