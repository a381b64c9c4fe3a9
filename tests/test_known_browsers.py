"""Guesses are counted by e-mail, by browser and by address, so that nobody can guess endlessly or lock an owner out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine, text

from homecare import create_app
from homecare.config import Config
from homecare.db import db
from homecare.login import addresses, passwords, throttle

NewPerson = Callable[..., tuple[int, str]]
KNOWN = "homecare-known"


@pytest.fixture
def owner(app: Flask, new_person: NewPerson) -> tuple[Visitor, str]:
    """A browser that has signed in and out, and the e-mail."""
    email, browser = new_person("Admin")[1], app.test_client()
    assert isinstance(browser, Visitor)
    browser.sign_in(email, PASSWORD)
    browser.send("/logout", form_at="/admin/")
    return browser, email


def use_up(browser: Visitor, email: str) -> None:
    for _ in range(throttle.MOST_FAILURES):
        assert browser.sign_in(email, "a wrong password").status_code == 422


@pytest.fixture(autouse=True)
def _no_guesses(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("DELETE FROM dashboard.sign_in_failures"))


def test_strangers_do_not_keep_the_owner_out(owner: tuple[Visitor, str], client: Visitor) -> None:
    browser, email = owner
    use_up(client, email)

    assert client.sign_in(email, PASSWORD).status_code == 429
    assert browser.sign_in(email, PASSWORD).status_code == 302


def test_a_browser_that_is_known_has_ten_guesses_and_no_more(owner: tuple[Visitor, str], client: Visitor) -> None:
    browser, email = owner
    use_up(browser, email)

    assert browser.sign_in(email, PASSWORD).status_code == 429
    assert client.sign_in(email, PASSWORD).status_code == 302


def test_signing_in_hands_out_no_further_guesses(owner: tuple[Visitor, str]) -> None:
    browser, email = owner
    for _ in range(throttle.MOST_FAILURES - 1):
        browser.sign_in(email, "a wrong password")
    assert browser.sign_in(email, PASSWORD).status_code == 302
    browser.send("/logout", form_at="/admin/")

    assert browser.sign_in(email, "a wrong password").status_code == 422
    assert browser.sign_in(email, PASSWORD).status_code == 429


def test_a_browser_known_to_one_account_is_a_stranger_to_another(
    owner: tuple[Visitor, str], client: Visitor, new_person: NewPerson
) -> None:
    other = new_person("Nurse")[1]
    use_up(client, other)

    assert owner[0].sign_in(other, PASSWORD).status_code == 429


def test_one_browser_is_known_to_all_who_signed_in_with_it(
    owner: tuple[Visitor, str], client: Visitor, new_person: NewPerson
) -> None:
    browser, email = owner
    browser.sign_in(new_person("Nurse")[1], PASSWORD)
    browser.send("/logout", form_at="/admin/")
    use_up(client, email)

    assert browser.sign_in(email, PASSWORD).status_code == 302


@pytest.mark.parametrize("change", [lambda value: value[:-2] + "xx", lambda _: "", lambda _: "[[1,'a','b']]"])
def test_a_cookie_that_is_not_ours_is_a_strangers(
    owner: tuple[Visitor, str], client: Visitor, change: Callable[[str], str]
) -> None:
    browser, email = owner
    cookie = browser.get_cookie(KNOWN)
    assert cookie is not None
    use_up(client, email)
    client.set_cookie(KNOWN, change(cookie.value))

    assert client.sign_in(email, PASSWORD).status_code == 429


def test_a_new_password_forgets_the_browsers_of_the_old_one(
    app: Flask, owner: tuple[Visitor, str], client: Visitor
) -> None:
    browser, email = owner
    words = ["accounts", "reset", "--email", email, "--password-stdin"]
    app.test_cli_runner().invoke(args=words, input=PASSWORD + "\n")
    use_up(client, email)

    assert browser.sign_in(email, PASSWORD).status_code == 429


def test_the_cookie_is_for_the_server_alone(config: Config, new_person: NewPerson) -> None:
    app = create_app(replace(config, private=False, bind="10.0.0.5"))
    app.test_client_class = Visitor
    browser = app.test_client()
    email = new_person("Nurse")[1]
    token = browser.get("/session", base_url="https://localhost").get_json()["csrf_token"]

    sent = {"csrf_token": token, "email": email, "password": PASSWORD}
    answer = browser.post(
        "/login", data=sent, base_url="https://localhost", headers={"Referer": "https://localhost/login"}
    )

    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-homecare-known=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    with app.app_context():
        db.engine.dispose()


def test_guesses_from_one_address_end_over_all_e_mails(client: Visitor, owner: tuple[Visitor, str]) -> None:
    browser, email = owner
    token = client.token("/login")
    sent = {"csrf_token": token, "password": "a wrong password"}
    for number in range(throttle.MOST_OF_AN_ADDRESS):
        answer = client.post("/login", data=sent | {"email": f"ghost{number}@test.example"})
        assert answer.status_code == 422

    refused = client.post("/login", data=sent | {"email": "another@test.example"})

    assert refused.status_code == 429
    assert "Too many tries from here. Wait 15 min and try again." in refused.text
    assert browser.sign_in(email, PASSWORD).status_code == 302
    elsewhere = {"REMOTE_ADDR": "10.1.2.3"}
    answer = client.post("/login", data=sent | {"email": "another@test.example"}, environ_base=elsewhere)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("10.0.0.1:54321", "10.0.0.1", True),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::2", True),
        ("no address", "", True),
    ],
)
def test_whoever_has_one_address_of_a_network_has_them_all(one: str, other: str, same: bool) -> None:
    assert (addresses.network(one) == addresses.network(other)) is same


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7")])
def test_only_trusted_proxies_say_where_a_guess_comes_from(
    config: Config, owner_engine: Engine, proxies: int, seen: str
) -> None:
    app = create_app(replace(config, trusted_proxies=proxies))
    app.test_client_class = Visitor
    client = app.test_client()
    forwarded = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7, 203.0.113.9"}

    data = {"csrf_token": client.token("/login"), "email": "ghost@test.example", "password": "a wrong password"}
    client.post("/login", data=data, headers=forwarded)

    with owner_engine.connect() as connection:
        newest = "SELECT host(address) FROM dashboard.sign_in_events ORDER BY id DESC LIMIT 1"
        assert connection.scalar(text(newest)) == seen
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def slow_hashing(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Every check takes half a second; how many were under way at once is noted."""
    noted, lock = {"now": 0, "most": 0}, threading.Lock()
    verify = PasswordHasher.verify

    def slow(self: PasswordHasher, hash_: str, password: Any) -> bool:
        with lock:
            noted["now"] += 1
            noted["most"] = max(noted.values())
        time.sleep(0.5)
        with lock:
            noted["now"] -= 1
        return verify(self, hash_, password)

    monkeypatch.setattr(PasswordHasher, "verify", slow)
    return noted


def guess_at_once(app: Flask, emails: list[str]) -> list[Any]:
    answers: list[Any] = []

    def guess(email: str) -> None:
        client = app.test_client()
        assert isinstance(client, Visitor)
        answers.append(client.sign_in(email, "a wrong password"))

    threads = [threading.Thread(target=guess, args=(email,)) for email in emails]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_only_so_many_passwords_are_looked_at_at_once(
    app: Flask, new_person: NewPerson, slow_hashing: dict[str, int], owner_engine: Engine
) -> None:
    """Known and unknown e-mails alike; who is turned away has lost no guess."""
    emails = [new_person("Nurse")[1] if n % 2 else f"ghost{n}@test.example" for n in range(16)]

    answers = guess_at_once(app, emails)

    assert slow_hashing["most"] == passwords.AT_ONCE
    turned_away = [answer for answer in answers if answer.status_code == 503]
    assert len(turned_away) >= 16 - passwords.AT_ONCE - passwords.WAITING
    assert {answer.headers["Retry-After"] for answer in turned_away} == {"5"}
    assert all("your password was not checked" in answer.text for answer in turned_away)
    with owner_engine.connect() as connection:
        counted = connection.scalar(text("SELECT count(*) FROM dashboard.sign_in_failures"))
    assert counted == 16 - len(turned_away)


def test_the_first_guess_at_nobodys_password_costs_no_second_hash() -> None:
    assert passwords.NOBODYS_HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_outdated(passwords.NOBODYS_HASH)
    assert not passwords.matches(None, "the password of nobody")
