"""A value that a hidden row has: a person who may not see the row learns nothing, is logged, and is stopped."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import Visitor
from sqlalchemy import Engine, text

from homecare.actions.guesses import HIDDEN, MOST_TRIES, STOPPED
from homecare.actions.refusals import TAKEN

AsRole = Callable[..., Visitor]
HIDDEN_PHONE, OWN_PHONE, FREE = "+251911000001", "+251911000002", "+251911777{:03}"
NOW = "timezone('utc', now())"
numbers = itertools.count(100)


def run(engine: Engine, statement: str, **values: Any) -> Any:
    with engine.begin() as connection:
        found = connection.execute(text(statement), values)
        return found.scalar() if found.returns_rows else None


@pytest.fixture
def nurse(as_role: AsRole, owner_engine: Engine) -> Iterator[Any]:
    """With two patients of her own, and one who is not hers."""
    nurse: Any = as_role("Nurse")
    added = "INSERT INTO patients (full_name, phone_number) VALUES (:name, :phone) RETURNING id"
    run(owner_engine, added, name="Somebody Else", phone=HIDDEN_PHONE)
    other = run(owner_engine, added, name="Sara Own", phone=OWN_PHONE)
    nurse.patient = run(owner_engine, added, name="Hana Own", phone=None)
    for patient in (other, nurse.patient):
        run(owner_engine, f"INSERT INTO visit_services (staff_id, patient_id, scheduled_at) VALUES (:me, :p, {NOW})",
            me=nurse.staff_id, p=patient)  # fmt: skip
    yield nurse
    run(owner_engine, "DELETE FROM patients")
    run(owner_engine, "DELETE FROM dashboard.refused_tries")


def version(engine: Engine, row_id: int) -> str:
    return str(run(engine, "SELECT xmin::text FROM patients WHERE id = :id", id=row_id))


def in_place(visitor: Any, engine: Engine, phone: str) -> Any:
    one = {"id": visitor.patient, "field": "phone_number", "value": phone, "version": version(engine, visitor.patient)}
    return visitor.send("/admin/patients/ajax/update/", one, form_at="/admin/")


def in_form(visitor: Any, engine: Engine, phone: str) -> Any:
    held = {"_version": version(engine, visitor.patient), "_token": f"a-token-{next(numbers)}"}
    sent = held | {"full_name": "Hana Own", "phone_number": phone}
    return visitor.send(f"/admin/patients/edit/?id={visitor.patient}", sent)


# Nobody sets a value of one row alone in many rows at once.
SURFACES = [in_place, in_form]


@pytest.mark.parametrize("surface", SURFACES)
def test_what_a_hidden_row_has_is_refused_without_telling(
    nurse: Any, owner_engine: Engine, surface: Callable[..., Any]
) -> None:
    answer = surface(nurse, owner_engine, HIDDEN_PHONE)

    assert answer.status_code == 422
    assert HIDDEN in answer.text
    assert "already has" not in answer.text
    denied = "SELECT count(*) FROM dashboard.denials WHERE staff_id = :me AND action = 'guess'"
    assert run(owner_engine, denied, me=nurse.staff_id) == 1


@pytest.mark.parametrize("surface", SURFACES)
def test_after_some_tries_a_free_value_is_refused_alike(
    nurse: Any, owner_engine: Engine, surface: Callable[..., Any]
) -> None:
    for _ in range(MOST_TRIES):
        assert HIDDEN in in_place(nurse, owner_engine, HIDDEN_PHONE).text

    taken, free = (surface(nurse, owner_engine, phone) for phone in (HIDDEN_PHONE, FREE.format(next(numbers))))

    assert (taken.status_code, free.status_code) == (422, 422)
    assert STOPPED in taken.text
    assert STOPPED in free.text
    assert run(owner_engine, "SELECT phone_number FROM patients WHERE id = :id", id=nurse.patient) is None


def test_the_rest_of_the_row_is_saved_all_the_same_and_a_day_later_all(nurse: Any, owner_engine: Engine) -> None:
    for _ in range(MOST_TRIES):
        in_place(nurse, owner_engine, HIDDEN_PHONE)

    assert in_form(nurse, owner_engine, "").status_code == 302
    run(owner_engine, "UPDATE dashboard.refused_tries SET tried_at = tried_at - interval '25 hours'")
    assert in_place(nurse, owner_engine, FREE.format(next(numbers))).status_code == 200


def test_what_is_saved_counts_as_no_try(nurse: Any, owner_engine: Engine) -> None:
    for _ in range(MOST_TRIES + 2):
        assert in_place(nurse, owner_engine, FREE.format(next(numbers))).status_code == 200

    assert run(owner_engine, "SELECT count(*) FROM dashboard.refused_tries") == 0


def test_many_at_once_have_no_more_tries_than_one_after_another(nurse: Any, owner_engine: Engine) -> None:
    token, cookie = nurse.token("/admin/"), nurse.get_cookie("homecare")
    sent = {"id": nurse.patient, "field": "phone_number", "value": HIDDEN_PHONE}
    sent |= {"version": version(owner_engine, nurse.patient)}

    def guess(_: int) -> str:
        browser = nurse.application.test_client()
        browser.set_cookie("homecare", cookie.value)
        return str(browser.post("/admin/patients/ajax/update/", data=sent, headers={"X-CSRFToken": token}).text)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(guess, range(3 * MOST_TRIES)))

    assert sum(HIDDEN in answer for answer in found) <= MOST_TRIES
    assert run(owner_engine, "SELECT count(*) FROM dashboard.refused_tries") <= MOST_TRIES


def test_a_row_that_is_seen_is_named_and_counts_nothing(nurse: Any, owner_engine: Engine) -> None:
    answer = in_form(nurse, owner_engine, OWN_PHONE)

    assert answer.status_code == 422
    assert "Sara Own already has this phone number." in answer.text
    assert TAKEN in in_place(nurse, owner_engine, OWN_PHONE).text
    assert run(owner_engine, "SELECT count(*) FROM dashboard.refused_tries") == 0


def test_who_sees_all_patients_is_told_whose_it_is(nurse: Any, as_role: AsRole, owner_engine: Engine) -> None:
    coordinator: Any = as_role("Coordinator")
    coordinator.patient = nurse.patient

    for _ in range(MOST_TRIES + 1):
        assert TAKEN in in_place(coordinator, owner_engine, HIDDEN_PHONE).text
    assert "Somebody Else already has this phone number." in in_form(coordinator, owner_engine, HIDDEN_PHONE).text


@pytest.mark.parametrize("rule", ["no view", "own", "masked"])
def test_so_is_a_new_row_for_whoever_cannot_look_it_up(
    nurse: Any, as_role: AsRole, owner_engine: Engine, rule: str
) -> None:
    run(owner_engine, "INSERT INTO dashboard.roles (name) VALUES ('Clerk')")
    run(owner_engine, "INSERT INTO dashboard.grants VALUES ('Clerk', 'patients', 'create')")
    if rule != "no view":
        scope = "own" if rule == "own" else "all"
        run(owner_engine, "INSERT INTO dashboard.grants VALUES ('Clerk', 'patients', 'view', :scope)", scope=scope)
    column = "email" if rule == "masked" else "phone_number"
    run(owner_engine, "INSERT INTO dashboard.field_rules VALUES ('Clerk', 'patients', :c, 'write-only')",
        c=column if rule == "masked" else "address")  # fmt: skip
    run(owner_engine, "UPDATE patients SET email = 'somebody@test.example' WHERE phone_number = :p", p=HIDDEN_PHONE)
    value = "somebody@test.example" if rule == "masked" else HIDDEN_PHONE
    try:
        sent = {"full_name": "Abebe", column: value, "_token": f"a-token-{next(numbers)}"}
        answer = as_role("Clerk").send("/admin/patients/new/", sent, form_at="/admin/")
    finally:
        run(owner_engine, "DELETE FROM dashboard.roles WHERE name = 'Clerk'")

    assert answer.status_code == 422
    assert HIDDEN in answer.text


def test_a_shift_in_the_way_is_not_told_to_who_does_not_see_it(
    nurse: Any, as_role: AsRole, owner_engine: Engine
) -> None:
    run(owner_engine, "INSERT INTO dashboard.roles (name) VALUES ('Planner')")
    for table, action, scope in (
        ("caregiver_assignments", "create", "all"), ("patients", "view", "all"), ("staff", "view", "all"),
    ):  # fmt: skip
        values = {"resource": table, "action": action, "scope": scope}
        run(owner_engine, "INSERT INTO dashboard.grants VALUES ('Planner', :resource, :action, :scope)", **values)
    run(owner_engine, "INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end) "
        "VALUES (:me, :p, '2026-03-09 05:00', '2026-03-09 09:00')", me=nurse.staff_id, p=nurse.patient)  # fmt: skip
    sent = {"staff_id": nurse.staff_id, "patient_id": nurse.patient, "shift_start": "2026-03-09 10:00",
            "shift_end": "2026-03-09 11:00", "_token": f"a-token-{next(numbers)}"}  # fmt: skip
    try:
        hidden = as_role("Planner").send("/admin/caregiver_assignments/new/", sent, form_at="/admin/").text
    finally:
        run(owner_engine, "DELETE FROM dashboard.roles WHERE name = 'Planner'")
    shown = as_role("Coordinator").send("/admin/caregiver_assignments/new/", sent, form_at="/admin/").text

    assert HIDDEN in hidden
    assert "from 08:00" not in hidden
    assert "from 08:00 to 12:00" in shown
