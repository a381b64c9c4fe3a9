"""How strictly bookings are checked, and the lists of words: by who holds everything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from bookings_made import TERMINATED, empty, fill, rows, version, visit
from conftest import PASSWORD, Visitor
from forms import form_with
from playwright.sync_api import Page
from sqlalchemy import Engine

from homecare.queries.booked.checks import CHECKS

URL = "/admin/assign/settings/"


@pytest.fixture(scope="module", autouse=True)
def _people(owner_engine: Engine) -> None:
    fill(owner_engine)


@pytest.fixture
def it(as_role: Callable[..., Visitor], owner_engine: Engine) -> Visitor:
    empty(owner_engine)
    return as_role("Admin")


def words(engine: Engine, name: str) -> list[tuple[str, bool, int | None]]:
    asked = "SELECT word, offered, minutes FROM dashboard.listed_words WHERE list = :name ORDER BY position"
    return [tuple(row) for row in rows(engine, asked, name=name)]


def sent(engine: Engine, name: str, **changed: str) -> dict[str, Any]:
    """The list as the page sends it back unchanged, with what is changed; a dash empties a field."""
    form: dict[str, Any] = {"list": name, "known": []}
    asked = "SELECT id, word, offered, minutes FROM dashboard.listed_words WHERE list = :name ORDER BY position"
    for place, row in enumerate(rows(engine, asked, name=name), 1):
        form["known"].append(row.id)
        form |= {f"word.{row.id}": row.word, f"place.{row.id}": place, f"minutes.{row.id}": row.minutes or ""}
        form |= {f"offered.{row.id}": "1"} if row.offered else {}
    return form | changed


def id_of(engine: Engine, word: str) -> int:
    return int(rows(engine, "SELECT id FROM dashboard.listed_words WHERE word = :word", word=word)[0][0])


def test_a_check_that_it_sets_holds_at_once_everywhere(
    it: Visitor, as_role: Callable[..., Visitor], owner_engine: Engine
) -> None:
    row_id = visit(owner_engine)
    coordinator = as_role("Coordinator")

    def book() -> int:
        form = {"id": row_id, "field": "staff_id", "value": TERMINATED}
        form["version"] = version(owner_engine, "visit_services", row_id)
        answer: Any = coordinator.send("/admin/visit_services/ajax/update/", form, form_at="/admin/")
        return int(answer.status_code)

    assert book() == 422
    assert it.send(f"{URL}checks", {"inactive": "off"}, form_at=URL).status_code == 302
    assert book() == 200


def test_only_what_differs_from_the_usual_is_stored(it: Visitor, owner_engine: Engine) -> None:
    levels = {name: check.level for name, check in CHECKS.items()} | {"travel": "block"}

    it.send(f"{URL}checks", levels, form_at=URL)

    assert [tuple(row) for row in rows(owner_engine, "SELECT * FROM dashboard.booking_checks")] == [("travel", "block")]
    assert re.search(r'name="travel".*?value="block" selected', it.get(URL).get_data(as_text=True), re.S)


def test_what_somebody_else_set_meanwhile_stays(it: Visitor, owner_engine: Engine) -> None:
    opened = form_with(it.get(URL).get_data(as_text=True), "was.travel")
    it.send(f"{URL}checks", {"travel": "off"}, form_at=URL)

    assert it.post(f"{URL}checks", data=opened | {"gender": "block"}).status_code == 302

    found = rows(owner_engine, "SELECT name, level FROM dashboard.booking_checks ORDER BY 1")
    assert [tuple(row) for row in found] == [("gender", "block"), ("travel", "off")]


def test_a_level_that_there_is_not_is_named(it: Visitor, owner_engine: Engine) -> None:
    answer = it.send(f"{URL}checks", {"travel": "often"}, form_at=URL)

    assert answer.status_code == 422
    assert "Choose block, warn or off." in answer.get_data(as_text=True)
    assert rows(owner_engine, "SELECT * FROM dashboard.booking_checks") == []


def test_words_are_added_ordered_and_retired(it: Visitor, owner_engine: Engine) -> None:
    first = words(owner_engine, "absence")
    form = sent(owner_engine, "absence", **{"word.new": "ሐዘን", f"place.{id_of(owner_engine, 'Training')}": "0"})
    del form[f"offered.{id_of(owner_engine, 'Sick')}"]

    assert it.send(f"{URL}words", form, form_at=URL).status_code == 302

    found = words(owner_engine, "absence")
    assert found[0][0] == "Training"
    assert found[-1] == ("ሐዘን", True, None)
    assert ("Sick", False, None) in found
    assert len(found) == len(first) + 1


def test_a_renamed_word_is_renamed_where_it_was_used(it: Visitor, owner_engine: Engine) -> None:
    row_id = visit(owner_engine, purpose="Wound care")
    one, other = id_of(owner_engine, "Wound care"), id_of(owner_engine, "Companionship")
    swapped = {f"word.{one}": "Companionship", f"word.{other}": "Wound care", f"minutes.{one}": "50"}

    it.send(f"{URL}words", sent(owner_engine, "purpose", **swapped), form_at=URL)

    asked = "SELECT purpose FROM dashboard.visit_plans WHERE visit_id = :id"
    assert rows(owner_engine, asked, id=row_id)[0].purpose == "Companionship"
    assert ("Companionship", True, 50) in words(owner_engine, "purpose")


@pytest.mark.parametrize(("changed", "says"), [
    ({"word.new": "x" * 61}, "1 to 60 characters"), ({"word.new": " sick"}, "is in the list already"),
    ({"word.new": "Flu", "place.new": "first"}, "whole number"), ({"word.new": "Flu", "minutes.new": "-5"}, "whole"),
])  # fmt: skip
def test_a_bad_word_is_said_and_nothing_typed_is_lost(
    it: Visitor, owner_engine: Engine, changed: dict[str, str], says: str
) -> None:
    before = words(owner_engine, "absence")

    answer = it.send(f"{URL}words", sent(owner_engine, "absence", **changed), form_at=URL)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert says in page
    assert f'value="{changed["word.new"]}"' in page
    assert words(owner_engine, "absence") == before


def test_a_list_changed_meanwhile_is_not_overwritten(it: Visitor, owner_engine: Engine) -> None:
    form = sent(owner_engine, "ending")
    form["known"] = form["known"][1:]

    answer = it.send(f"{URL}words", form, form_at=URL)

    assert answer.status_code == 422
    assert "Somebody changed this list meanwhile." in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["Manager", "Coordinator", "Nurse", "Marketing", "Auditor"])
def test_other_roles_set_nothing(as_role: Callable[..., Visitor], role: str) -> None:
    visitor = as_role(role)

    assert visitor.get(URL).status_code == 403
    for way in ("checks", "words"):
        assert visitor.send(f"{URL}{way}", {"list": "ending"}, form_at="/admin/").status_code == 403


def tabs(page: str, label: str) -> dict[str, bool]:
    """The words of the tabs, and whether each is where one is."""
    [found] = re.findall(rf'<nav class="tabs" aria-label="{label}">(.*?)</nav>', page, re.S) or [""]
    return {word: "aria-current" in rest for rest, word in re.findall(r"<a href=\"[^\"]+\"([^>]*)>([^<]+)</a>", found)}


def test_the_settings_are_a_tab_for_who_may_open_them_alone(it: Visitor, as_role: Callable[..., Visitor]) -> None:
    roster, settings = (tabs(it.get(url).text, "Assigning work") for url in ("/admin/assign/?all=1", URL))

    assert (roster["Roster"], roster["Settings"]) == (True, False)
    assert (settings["Roster"], settings["Settings"]) == (False, True)
    assert tabs(it.get("/admin/roles/").text, "Roles")["Bookings"] is False
    for role in ("Coordinator", "Manager"):
        page = as_role(role).get("/admin/assign/?all=1").text
        assert "Roster" in tabs(page, "Assigning work")
        assert URL not in page


def test_it_sets_a_check_and_adds_a_word_in_a_browser(
    page: Page, live_server: str, new_person: Callable[..., tuple[int, str]], owner_engine: Engine
) -> None:
    empty(owner_engine)
    email = new_person("Admin")[1]
    page.goto(f"{live_server}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")
    page.goto(f"{live_server}{URL}")

    page.get_by_label(CHECKS["travel"].label).select_option("block")
    page.get_by_role("button", name="Save the checks").click()
    page.get_by_text("The checks are saved.").wait_for()
    kinds = page.locator("section", has=page.get_by_role("heading", name="Kinds of absence"))
    kinds.get_by_label("New word", exact=True).fill("Flu")
    page.get_by_role("button", name="Save kinds of absence").click()
    page.get_by_text("Kinds of absence: saved.").wait_for()

    assert [tuple(row) for row in rows(owner_engine, "SELECT * FROM dashboard.booking_checks")] == [("travel", "block")]
    assert "Flu" in [word for word, _, _ in words(owner_engine, "absence")]
