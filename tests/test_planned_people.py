"""When somebody works and whom a patient asks for: by who plans everybody's work, and held in the next booking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bookings_made import ALMAZ, BEKELE, HANA, empty, fill, rows
from conftest import Visitor
from forms import form_with
from sqlalchemy import Engine

PEOPLE, WISHES = f"/admin/assign/people/?staff_id={ALMAZ}", f"/admin/assign/wishes/?patient_id={HANA}"


@pytest.fixture(scope="module", autouse=True)
def _people(owner_engine: Engine) -> None:
    fill(owner_engine)


@pytest.fixture
def coordinator(as_role: Callable[..., Visitor], owner_engine: Engine) -> Visitor:
    empty(owner_engine)
    return as_role("Coordinator")


def days(engine: Engine) -> list[tuple[int, str, str]]:
    found = rows(engine, "SELECT weekday, starts::text, ends::text FROM dashboard.working_days ORDER BY 1")
    return [tuple(row) for row in found]


def wished(engine: Engine) -> set[tuple[int | None, str]]:
    return {tuple(row) for row in rows(engine, "SELECT staff_id, kind FROM dashboard.patient_wishes")}


def test_working_days_and_the_contract_are_saved_and_shown(coordinator: Visitor, owner_engine: Engine) -> None:
    typed = {"from.1": "08:00", "to.1": "17:00", "contracted": "37.5", "gender": "woman"}
    assert coordinator.send(PEOPLE, typed).status_code == 302
    assert days(owner_engine) == [(1, "08:00:00", "17:00:00")]
    terms = rows(owner_engine, "SELECT contracted_minutes, gender FROM dashboard.working_terms")
    assert [tuple(row) for row in terms] == [(2250, "woman")]

    page = coordinator.get(PEOPLE).get_data(as_text=True)
    assert 'name="from.1" value="08:00"' in page
    assert 'value="37.5"' in page
    coordinator.send(PEOPLE, {"from.2": "9:00", "to.2": "12:30"})
    assert days(owner_engine) == [(2, "09:00:00", "12:30:00")]


@pytest.mark.parametrize("typed", [
    {"from.1": "08:00"}, {"from.1": "17:00", "to.1": "08:00"}, {"from.1": "25:00", "to.1": "26:00"},
    {"contracted": "many"}, {"contracted": "200"}, {"gender": "nobody"},
])  # fmt: skip
def test_bad_hours_are_said_and_nothing_is_lost(
    coordinator: Visitor, owner_engine: Engine, typed: dict[str, str]
) -> None:
    answer = coordinator.send(PEOPLE, {"from.5": "08:00", "to.5": "09:00"} | typed)

    assert answer.status_code == 422
    assert 'name="from.5" value="08:00"' in answer.get_data(as_text=True)
    assert days(owner_engine) == []


def test_wishes_are_added_changed_and_taken_away(coordinator: Visitor, owner_engine: Engine) -> None:
    assert coordinator.send(WISHES, {"staff_id": str(ALMAZ), "kind": "not", "gender": "woman"}).status_code == 302
    assert wished(owner_engine) == {(ALMAZ, "not"), (None, "woman")}
    assert "Almaz Kebede" in coordinator.get(WISHES).get_data(as_text=True)

    coordinator.send(WISHES, {f"wish.{ALMAZ}": "rather", "staff_id": str(BEKELE), "kind": "not"})
    assert wished(owner_engine) == {(ALMAZ, "rather"), (BEKELE, "not")}
    coordinator.send(WISHES, {f"wish.{ALMAZ}": "", f"wish.{BEKELE}": "not"})
    assert wished(owner_engine) == {(BEKELE, "not")}


@pytest.mark.parametrize("typed", [{"staff_id": "999999"}, {"staff_id": "Almaz"}, {"gender": "nobody"}])
def test_a_bad_wish_is_said(coordinator: Visitor, owner_engine: Engine, typed: dict[str, str]) -> None:
    assert coordinator.send(WISHES, typed).status_code == 422
    assert wished(owner_engine) == set()


@pytest.mark.parametrize("url", [PEOPLE, WISHES])
@pytest.mark.parametrize("role", ["Nurse", "Caregiver", "Marketing", "Finance", "Auditor"])
def test_others_neither_see_nor_set_them(as_role: Callable[..., Visitor], role: str, url: str) -> None:
    visitor = as_role(role)

    assert visitor.get(url).status_code == 403
    assert visitor.send(url, {}, form_at="/admin/").status_code == 403


@pytest.mark.parametrize("url", [
    "/admin/assign/people/", "/admin/assign/people/?staff_id=x", "/admin/assign/wishes/?patient_id=999999",
])  # fmt: skip
def test_nobody_there_is_not_found(coordinator: Visitor, url: str) -> None:
    assert coordinator.get(url).status_code == 404


def test_the_records_menu_leads_there_for_who_plans(coordinator: Visitor, as_role: Any) -> None:
    for url, link in ((f"/admin/staff/details/?id={ALMAZ}", PEOPLE), (f"/admin/patients/details/?id={HANA}", WISHES)):
        assert link in coordinator.get(url).get_data(as_text=True)
        assert link not in as_role("Auditor").get(url).get_data(as_text=True)


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(coordinator: Visitor, owner_engine: Engine) -> None:
    opened = {url: form_with(coordinator.get(url).get_data(as_text=True), "seen") for url in (PEOPLE, WISHES)}
    coordinator.send(PEOPLE, {"from.1": "08:00", "to.1": "17:00"})
    coordinator.send(WISHES, {"staff_id": str(ALMAZ), "kind": "not"})
    typed = {PEOPLE: {"contracted": "40"}, WISHES: {"staff_id": str(BEKELE), "kind": "rather"}}

    for url, form in opened.items():
        before = days(owner_engine), wished(owner_engine)
        answer = coordinator.post(url, data=form | typed[url])
        page = answer.get_data(as_text=True)
        assert (answer.status_code, "Somebody else changed this meanwhile" in page) == (422, True)
        assert (days(owner_engine), wished(owner_engine)) == before
        assert coordinator.post(url, data=form_with(page, "seen")).status_code == 302

    assert wished(owner_engine) == {(ALMAZ, "not"), (BEKELE, "rather")}
    assert rows(owner_engine, "SELECT contracted_minutes FROM dashboard.working_terms")[0][0] == 2400
