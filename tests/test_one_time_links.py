"""Links that set a password: shown once, good once and for a day, and kept as a hash alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import PASSWORD, Visitor
from flask import Flask
from second_factors import sent
from sqlalchemy import Engine, text

NewPerson = Callable[..., tuple[int, str]]
AsRole = Callable[..., Visitor]
LINK = re.compile(r'value="http://localhost(/new-password/[\w-]{43})"')
OTHER = "another long password"


def reset(admin: Visitor, staff_id: int) -> str:
    """The path of the link that the page shows."""
    found = LINK.search(sent(admin, f"/admin/accounts/reset?id={staff_id}").text)
    assert found
    return found[1]


@pytest.fixture
def link(as_role: AsRole, new_person: NewPerson) -> tuple[str, str, int]:
    """With the e-mail and the number of whose it is."""
    staff_id, email = new_person("Nurse")
    return reset(as_role("Admin"), staff_id), email, staff_id


def use(visitor: Visitor, path: str, new: str = OTHER, again: str | None = None) -> Any:
    return sent(visitor, path, new=new, again=new if again is None else again)


def changed(engine: Engine, statement: str, staff_id: int) -> None:
    with engine.begin() as connection:
        done = connection.execute(
            text(statement + " IN (SELECT id FROM dashboard.accounts WHERE staff_id = :id)"), {"id": staff_id}
        )
        assert done.rowcount == 1


def test_a_link_sets_the_password_once(client: Visitor, link: tuple[str, str, int]) -> None:
    path, email, _ = link
    assert email in client.get(path).text

    assert "Your password is set" in use(client, path).text

    again = use(client, path, "a third long password")
    assert (again.status_code, "This link opens nothing" in again.text) == (404, True)
    assert client.get(path).status_code == 404
    assert client.sign_in(email, "a third long password").status_code == 422
    assert client.sign_in(email, OTHER).status_code == 302


def test_opening_a_link_uses_nothing_up(client: Visitor, link: tuple[str, str, int]) -> None:
    assert [client.get(link[0]).status_code for _ in range(3)] == [200, 200, 200]


def test_of_two_who_send_a_link_at_once_one_sets_the_password(app: Flask, link: tuple[str, str, int]) -> None:
    answers, start = [], threading.Barrier(4)
    visitors = [app.test_client() for _ in range(4)]
    tokens = [visitor.get("/session").json["csrf_token"] for visitor in visitors]  # type: ignore[index]

    def come(number: int) -> None:
        word = f"{number} long passwords of mine"
        start.wait()
        data = {"csrf_token": tokens[number], "new": word, "again": word}
        answers.append(visitors[number].post(link[0], data=data).status_code)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 404, 404, 404]


def test_a_link_of_yesterday_opens_nothing(client: Visitor, link: tuple[str, str, int], owner_engine: Engine) -> None:
    path, email, staff_id = link
    older = "UPDATE dashboard.one_time_links SET expires_at = expires_at - interval '24 hours' WHERE account_id"
    changed(owner_engine, older, staff_id)

    assert client.get(path).status_code == 404
    assert use(client, path).status_code == 404
    assert client.sign_in(email, OTHER).status_code == 422


def test_a_newer_link_takes_the_place_of_the_one_before(
    client: Visitor, link: tuple[str, str, int], as_role: AsRole
) -> None:
    newer = reset(as_role("Admin"), link[2])

    assert use(client, link[0]).status_code == 404
    assert use(client, newer).status_code == 200


def test_a_disabled_account_is_not_opened_by_its_link(
    client: Visitor, link: tuple[str, str, int], as_role: AsRole
) -> None:
    sent(as_role("Admin"), f"/admin/accounts/disable?id={link[2]}")

    assert use(client, link[0]).status_code == 404


def test_the_password_of_before_opens_nothing_from_the_reset_on(client: Visitor, link: tuple[str, str, int]) -> None:
    assert client.sign_in(link[1], PASSWORD).status_code == 422


def test_only_a_hash_of_the_link_is_kept(link: tuple[str, str, int], owner_engine: Engine) -> None:
    token = link[0].rpartition("/")[2]
    with owner_engine.connect() as connection:
        for table in ("one_time_links", "sign_in_events", "reads", "accounts"):
            kept = connection.execute(text(f"SELECT t::text FROM dashboard.{table} t")).scalars().all()
            assert kept or table == "reads"
            assert not any(token in row or token.encode().hex() in row for row in kept)


def test_a_link_is_shown_only_when_it_is_made(as_role: AsRole, new_person: NewPerson) -> None:
    admin, staff_id = as_role("Admin"), new_person("Nurse")[0]
    path = reset(admin, staff_id)

    assert path not in admin.get(f"/admin/accounts/details/?id={staff_id}").text


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short", "short", "A password has 12 to 256 characters; this one has 5."),
        (OTHER, "another typed password", "The two are not the same. Type both again."),
        ("x" * 257, "x" * 257, "this one has 257"),
        ("", "", "this one has 0"),
    ],
)
def test_a_password_that_is_refused_uses_nothing_up(
    client: Visitor, link: tuple[str, str, int], new: str, again: str, sentence: str
) -> None:
    answer = use(client, link[0], new, again)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert use(client, link[0]).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 5000, "%00", "%ed%a0%80", "';--"])
def test_a_made_up_link_opens_nothing(client: Visitor, token: str) -> None:
    assert client.get(f"/new-password/{token}").status_code == 404


def test_setting_a_password_ends_every_session(client: Visitor, as_role: AsRole, owner_engine: Engine) -> None:
    nurse, admin = as_role("Nurse"), as_role("Admin")
    assert nurse.staff_id
    path = reset(admin, nurse.staff_id)
    mine = "FROM dashboard.accounts WHERE staff_id = :id"
    left = text(f"SELECT count(*) FROM dashboard.sessions WHERE account_id = (SELECT id {mine})")
    with owner_engine.begin() as connection:
        # One that began in the moment between.
        late = text(f"INSERT INTO dashboard.sessions (token_hash, account_id) SELECT 'late', id {mine}")
        connection.execute(late, {"id": nurse.staff_id})
        assert connection.scalar(left, {"id": nurse.staff_id}) == 1

    use(client, path)

    with owner_engine.connect() as connection:
        assert connection.scalar(left, {"id": nurse.staff_id}) == 0
