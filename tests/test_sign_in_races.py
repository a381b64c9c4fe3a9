"""A sign-in during a change of its account happens wholly before it or wholly after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine, text

from homecare.login import accounts, signing_in
from homecare.login.browsers import Caller

NewPerson = Callable[..., tuple[int, str]]
OTHER = "another long password"
SESSIONS = """SELECT count(*) FROM dashboard.sessions s JOIN dashboard.accounts a ON a.id = s.account_id
    JOIN staff ON staff.id = a.staff_id WHERE staff.email = :email"""
CHANGES: dict[str, Callable[[str], None]] = {
    "reset": lambda email: accounts.reset(email=email, password=OTHER),
    "disable": lambda email: accounts.disable(email=email),
}


def sessions_of(engine: Engine, email: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(SESSIONS), {"email": email}).scalar_one())


@pytest.fixture
def after_the_check(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Runs something once, when a password was found right and nothing has begun yet."""

    def plan(deed: Callable[[], Any]) -> None:
        verify, planned = PasswordHasher.verify, [deed]

        def checking(self: PasswordHasher, hash_: str, password: Any) -> bool:
            right = verify(self, hash_, password)
            if planned:
                planned.pop()()
            return right

        monkeypatch.setattr(PasswordHasher, "verify", checking)

    return plan


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_check_leaves_no_session(
    client: Visitor, new_person: NewPerson, owner_engine: Engine, after_the_check: Any, change: str
) -> None:
    email = new_person("Nurse")[1]
    after_the_check(lambda: CHANGES[change](email))

    answer = client.sign_in(email, PASSWORD)

    assert answer.status_code == 422
    assert sessions_of(owner_engine, email) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_sign_in_that_began_first_is_ended_by_the_change(
    app: Flask, new_person: NewPerson, owner_engine: Engine, change: str
) -> None:
    """Sixteen times each way, at once: whichever comes first, no session of the old password is left."""
    email = new_person("Nurse")[1]

    def come() -> None:
        with app.test_request_context():
            signing_in.sign_in(email=email, password=PASSWORD, caller=Caller())

    def go() -> None:
        with app.app_context():
            CHANGES[change](email)

    for _ in range(8):
        threads = [threading.Thread(target=deed) for deed in (come, come, go)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sessions_of(owner_engine, email) == 0
        with owner_engine.begin() as connection:
            connection.execute(text("DELETE FROM dashboard.sign_in_failures"))


def test_a_sign_in_waits_for_a_reset_that_is_under_way(
    app: Flask, client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    staff_id, email = new_person("Nurse")
    token, answers = client.token("/login"), []
    sent = {"csrf_token": token, "email": email, "password": PASSWORD}
    with owner_engine.connect() as connection:
        reset = text("UPDATE dashboard.accounts SET password_hash = 'another' WHERE staff_id = :id")
        connection.execute(reset, {"id": staff_id})
        coming = threading.Thread(target=lambda: answers.append(client.post("/login", data=sent)))
        coming.start()
        coming.join(0.5)
        assert coming.is_alive()
        connection.commit()
    coming.join()

    assert answers[0].status_code == 422
    assert sessions_of(owner_engine, email) == 0


def test_an_outdated_hash_is_not_renewed_over_a_new_password(
    app: Flask, client: Visitor, new_person: NewPerson, owner_engine: Engine, after_the_check: Any
) -> None:
    staff_id, email = new_person("Nurse")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with owner_engine.begin() as connection:
        change = text("UPDATE dashboard.accounts SET password_hash = :weak WHERE staff_id = :id")
        connection.execute(change, {"weak": weak, "id": staff_id})
    after_the_check(lambda: CHANGES["reset"](email))

    client.sign_in(email, PASSWORD)

    assert client.sign_in(email, PASSWORD).status_code == 422
    assert client.sign_in(email, OTHER).status_code == 302


@pytest.mark.parametrize("change", ["role = 'No such role'", "status = 'Suspended'"])
def test_who_lost_their_role_while_signing_in_may_open_nothing(
    client: Visitor, new_person: NewPerson, owner_engine: Engine, after_the_check: Any, change: str
) -> None:
    staff_id, email = new_person("Admin")

    def lose() -> None:
        with owner_engine.begin() as connection:
            connection.execute(text(f"UPDATE staff SET {change} WHERE id = :id"), {"id": staff_id})

    after_the_check(lose)
    client.sign_in(email, PASSWORD)

    assert client.get("/admin/patients/").status_code == 403


def test_signing_in_again_over_a_page_leaves_no_session_of_the_old_password(
    as_role: Callable[..., Visitor], owner_engine: Engine, after_the_check: Any
) -> None:
    nurse = as_role("Nurse")
    with owner_engine.connect() as connection:
        email = connection.scalar(text("SELECT email FROM staff WHERE id = :id"), {"id": nurse.staff_id})
    token = nurse.token("/admin/")
    after_the_check(lambda: CHANGES["reset"](email))

    answer = nurse.post("/login", data={"csrf_token": token, "email": email, "password": PASSWORD})

    assert answer.status_code == 422
    assert sessions_of(owner_engine, email) == 0
    assert nurse.get("/admin/").status_code == 302
