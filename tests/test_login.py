"""Signing in and out, and the sessions kept on the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine, func, select, text, update

from homecare.login import passwords, sessions, throttle
from homecare.login.redirects import safe_next
from homecare.models import Account, SignedIn, SignInFailure, Staff

NewPerson = Callable[..., tuple[int, str]]
AsRole = Callable[..., Visitor]


def number_of(engine: Engine, model: type) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def age_sessions(engine: Engine, **columns: timedelta) -> None:
    """Moves the named times of every session into the past."""
    with engine.begin() as connection:
        past = {name: getattr(SignedIn, name) - age for name, age in columns.items()}
        connection.execute(update(SignedIn).values(past))


def test_the_right_password_opens_the_home_page(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Coordinator", first_name="Almaz", last_name="Bekele")

    answer = client.sign_in(email, PASSWORD)

    assert (answer.status_code, answer.location) == (302, "/admin/")
    assert "Almaz Bekele · Coordinator" in client.get("/admin/").text


def test_the_case_of_the_email_does_not_matter(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")

    assert client.sign_in(f" {email.upper()} ", PASSWORD).status_code == 302


def test_after_signing_in_the_page_asked_for_comes(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")
    asked = client.get("/admin/?area=7")
    assert (asked.status_code, asked.location) == (302, "/login?next=%2Fadmin%2F%3Farea%3D7")

    answer = client.send(asked.location, {"email": email, "password": PASSWORD})

    assert answer.location == "/admin/?area=7"


@pytest.mark.parametrize("email", ["", "nobody@test.example", "half\ud800", "nul\0@test.example", "x" * 300])
def test_a_wrong_email_and_a_wrong_password_are_answered_alike(
    client: Visitor, new_person: NewPerson, email: str
) -> None:
    known = client.sign_in(new_person("Nurse")[1], "a wrong password")
    unknown = client.sign_in(email.encode("utf-8", "surrogatepass"), "a wrong password")  # type: ignore[arg-type]

    assert (known.status_code, unknown.status_code) == (422, 422)
    assert 'role="alert"' in unknown.text
    assert 'aria-describedby="problem" aria-invalid="true"' in unknown.text
    assert ("The e-mail or the password is not right." in unknown.text) == (email != "")
    assert client.get("/admin/").status_code == 302


def test_a_refused_form_keeps_the_email_and_not_the_password(client: Visitor) -> None:
    answer = client.sign_in("almaz@test.example", "my secret guess")

    assert 'value="almaz@test.example"' in answer.text
    assert "my secret guess" not in answer.text


def test_a_form_without_a_token_keeps_the_email_and_signs_nobody_in(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")

    answer = client.post("/login", data={"email": email, "password": PASSWORD})

    assert answer.status_code == 400
    assert "Enter your password again" in answer.text
    assert f'value="{email}"' in answer.text
    assert client.get("/admin/").status_code == 302


def test_the_password_of_a_disabled_account_opens_nothing(
    client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    staff_id, email = new_person("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(update(Account).where(Account.staff_id == staff_id).values(disabled_at=func.now()))
    before = number_of(owner_engine, SignInFailure), number_of(owner_engine, SignedIn)

    assert client.sign_in(email, PASSWORD).status_code == 422

    assert (number_of(owner_engine, SignInFailure) - 1, number_of(owner_engine, SignedIn)) == before


def test_disabling_an_account_ends_its_session_at_once(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(update(Account).where(Account.staff_id == nurse.staff_id).values(disabled_at=func.now()))

    assert nurse.get("/admin/").status_code == 302


def test_a_change_of_role_holds_from_the_next_request(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    with owner_engine.begin() as connection:
        connection.execute(update(Staff).where(Staff.id == nurse.staff_id).values(role="Doctor"))

    assert " · Doctor</p>" in nurse.get("/admin/").text


@pytest.mark.parametrize(
    ("columns", "told"),
    [({"status": "Suspended"}, "“Suspended”"), ({"role": "Wizard"}, "“Wizard”")],
)
def test_who_may_do_nothing_is_told_why(as_role: AsRole, columns: dict[str, str], told: str) -> None:
    visitor = as_role(**({"role": "Nurse"} | columns))

    page = visitor.get("/admin/").text

    assert "You have no access" in page
    assert told in page


def test_the_session_changes_on_sign_in_and_the_old_one_is_dead(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")
    token = client.token("/login")
    client.sign_in(email, PASSWORD)
    before = client.get_cookie("homecare")
    assert before is not None

    client.post("/login", data={"csrf_token": client.token("/admin/"), "email": email, "password": PASSWORD})

    after = client.get_cookie("homecare")
    assert after is not None
    assert after.value != before.value
    assert client.token("/admin/") != token
    client.set_cookie("homecare", before.value)
    assert client.get("/admin/").status_code == 302


def test_a_cookie_kept_from_before_signing_out_opens_nothing(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    kept = nurse.get_cookie("homecare")
    assert kept is not None
    before = number_of(owner_engine, SignedIn)

    answer = nurse.send("/logout", form_at="/admin/")

    assert (answer.status_code, answer.location) == (302, "/login")
    assert number_of(owner_engine, SignedIn) == before - 1
    nurse.set_cookie("homecare", kept.value)
    assert nurse.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("age", "status"),
    [
        ({"last_used_at": timedelta(minutes=19)}, 200),
        ({"last_used_at": timedelta(minutes=21)}, 302),
        ({"created_at": timedelta(hours=11, minutes=59)}, 200),
        ({"created_at": timedelta(hours=12, minutes=1)}, 302),
    ],
)
def test_a_session_ends_when_idle_and_after_twelve_hours(
    as_role: AsRole, owner_engine: Engine, age: dict[str, timedelta], status: int
) -> None:
    nurse = as_role("Nurse")

    age_sessions(owner_engine, **age)

    assert nurse.get("/admin/").status_code == status


def test_use_is_noted_once_a_minute(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    last_use = select(SignedIn.last_used_at).join(Account).where(Account.staff_id == nurse.staff_id)

    def use_after(age: timedelta) -> bool:
        age_sessions(owner_engine, last_used_at=age)
        with owner_engine.connect() as connection:
            before = connection.execute(last_use).scalar_one()
        assert nurse.get("/admin/").status_code == 200
        with owner_engine.connect() as connection:
            return connection.execute(last_use).scalar_one() != before

    assert use_after(timedelta(seconds=30)) is False
    assert use_after(timedelta(seconds=61)) is True


def test_a_session_row_that_is_locked_holds_no_page_up(
    as_role: AsRole, owner_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    nurse = as_role("Nurse")
    age_sessions(owner_engine, last_used_at=timedelta(minutes=2))
    with owner_engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM dashboard.sessions FOR UPDATE"))

        assert nurse.get("/admin/").status_code == 200

    assert "could not be recorded" not in caplog.text


def test_a_use_that_cannot_be_noted_breaks_no_page(as_role: AsRole, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    age_sessions(owner_engine, last_used_at=timedelta(minutes=2))
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE UPDATE ON dashboard.sessions FROM PUBLIC, homecare_app"))

    answer = nurse.get("/admin/")

    with owner_engine.begin() as connection:
        connection.execute(text("GRANT UPDATE ON dashboard.sessions TO homecare_app"))
    assert answer.status_code == 200


def test_the_table_holds_no_token(as_role: AsRole, app: Flask, owner_engine: Engine) -> None:
    nurse = as_role("Nurse")
    with nurse.session_transaction() as session:
        token = session["_user_id"]

    with owner_engine.connect() as connection:
        stored = connection.execute(select(SignedIn.token_hash)).scalars().all()
    assert token.encode() not in stored
    with app.app_context():
        assert sessions.find_person(token) is not None
        assert sessions.find_person(token + "x") is None


def test_the_eleventh_guess_is_refused_even_when_right(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")
    for _ in range(throttle.MOST_FAILURES):
        assert client.sign_in(email.upper(), "a wrong password").status_code == 422

    answer = client.sign_in(email, PASSWORD)

    assert answer.status_code == 429
    assert 880 <= int(answer.headers["Retry-After"]) <= 900
    assert "Wait 15 min and try again." in answer.text
    assert f'value="{email}"' in answer.text


def test_an_unknown_email_is_counted_like_a_known_one(client: Visitor) -> None:
    for _ in range(throttle.MOST_FAILURES):
        assert client.sign_in("ghost@test.example", "a wrong password").status_code == 422

    assert client.sign_in("ghost@test.example", "a wrong password").status_code == 429


def test_refused_guesses_do_not_keep_the_owner_out_for_longer(
    client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    _, email = new_person("Nurse")
    for _ in range(throttle.MOST_FAILURES):
        client.sign_in(email, "a wrong password")
    with owner_engine.begin() as connection:
        connection.execute(update(SignInFailure).values(failed_at=SignInFailure.failed_at - throttle.WINDOW / 2))
    for _ in range(throttle.MOST_FAILURES):
        assert client.sign_in(email, "a wrong password").status_code == 429
    with owner_engine.begin() as connection:
        connection.execute(update(SignInFailure).values(failed_at=SignInFailure.failed_at - throttle.WINDOW / 2))

    assert client.sign_in(email, PASSWORD).status_code == 302


def test_guesses_sent_all_at_once_are_counted_one_by_one(app: Flask) -> None:
    taken: list[int] = []

    def guess() -> None:
        with app.app_context():
            try:
                taken.append(throttle.reserve("many@test.example"))
            except throttle.TooManyFailuresError:
                return

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == throttle.MOST_FAILURES


def test_a_right_password_is_not_counted(client: Visitor, new_person: NewPerson, owner_engine: Engine) -> None:
    _, email = new_person("Nurse")
    before = number_of(owner_engine, SignInFailure)

    client.sign_in(email, PASSWORD)

    assert number_of(owner_engine, SignInFailure) == before


def test_a_hash_of_weaker_parameters_is_renewed_on_sign_in(
    client: Visitor, new_person: NewPerson, owner_engine: Engine
) -> None:
    staff_id, email = new_person("Nurse")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    mine = Account.staff_id == staff_id
    with owner_engine.begin() as connection:
        connection.execute(update(Account).where(mine).values(password_hash=weak))

    client.sign_in(email, PASSWORD)

    with owner_engine.connect() as connection:
        stored = connection.execute(select(Account.password_hash).where(mine)).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_unknown_account_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, hash_: str, password: Any) -> bool:
        verified.append(hash_)
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)

    assert passwords.matches(None, "the password of nobody") is False
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_stranger_who_sends_is_told_to_sign_in(client: Visitor) -> None:
    answer = client.get("/admin/", headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert "Sign in again" in answer.json["error"]


def test_signing_out_twice_ends_at_the_sign_in_page(client: Visitor) -> None:
    assert client.send("/logout", form_at="/login").location == "/login"


def test_the_demo_accounts_are_named_on_a_demo_only(client: Visitor) -> None:
    assert "coordinator@homecare.example" in client.get("/login").text


def test_every_input_of_the_form_has_its_label_and_its_name_for_password_stores(client: Visitor) -> None:
    page = client.get("/login").text

    assert '<label for="email">' in page
    assert '<label for="password">' in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


HOSTILE = [
    None, "", "admin", "//evil.com", "///evil.com", "http://evil.com", "http:/evil.com", "http:evil.com",
    "http://localhost\\@evil.com", "/\\evil.com", "\\/evil.com", "\\\\evil.com", "/\t/evil.com", "/\n/evil.com",
    "\t//evil.com", " //evil.com", "/ /evil.com", "javascript:alert(1)", "/admin/\r\nSet-Cookie: a=b", "/\0",
    "/\u2028/evil.com", "/\u200b/evil.com", "/a\\b", "/login", "/login?next=/login", "/logout", "/logout/",
    "/" + "a" * 2001,
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_a_hostile_next_leads_home(target: str | None) -> None:
    assert safe_next(target) == "/admin/"


@pytest.mark.parametrize(
    "target", ["/admin/", "/admin/patients/?search=አልማዝ&is=late", "/admin/map/#7/9.0/38.7", "/a//b"]
)
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert safe_next(target) == target


def test_a_hostile_next_in_the_address_leads_home(client: Visitor, new_person: NewPerson) -> None:
    _, email = new_person("Nurse")

    answer = client.send("/login?next=http:/evil.com", {"email": email, "password": PASSWORD})

    assert answer.location == "/admin/"
