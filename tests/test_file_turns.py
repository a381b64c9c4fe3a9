"""Whose file is read when: one of a person at a time, few at all, and what is refused counts as if it were kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine
from test_file_store import limits
from uploading import SCRIPT, add_photo, edit, new_item, one, photo, picture, send_form

from homecare.db import db
from homecare.files import keeping, reading

BROKEN_PICTURE = b"\xff\xd8\xff\xe0" + SCRIPT * 50_000
SAYS_BUSY = "Another file of yours is being read. Nothing you typed is lost"


@pytest.fixture
def item(owner_engine: Engine) -> int:
    return new_item(owner_engine)


@pytest.fixture
def keeper(as_role: Callable[..., Visitor]) -> Visitor:
    return as_role("Inventory")


@pytest.fixture
def reads_elsewhere(keeper: Visitor, owner_engine: Engine) -> Iterator[None]:
    """Another worker reads a file of each person, the keeper too: the lock is the database's."""
    lock = f"SELECT count(pg_advisory_xact_lock({keeping.READING_LOCK}, id)) FROM staff"
    with owner_engine.connect() as connection:
        connection.exec_driver_sql(lock)
        yield


@pytest.mark.usefixtures("reads_elsewhere")
def test_a_second_file_of_a_person_waits_in_the_form_with_what_was_typed(keeper: Visitor, item: int) -> None:
    answer = add_photo(keeper, item, location="Third shelf")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert SAYS_BUSY in page[page.index('id="photo-error"') :]
    assert 'value="Third shelf"' in page


def test_after_the_first_file_a_second_is_read(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    add_photo(keeper, item)
    first = photo(owner_engine, item)
    add_photo(keeper, item, "second.jpg")

    assert photo(owner_engine, item) not in (None, first)


@pytest.mark.usefixtures("reads_elsewhere")
def test_a_form_without_a_file_waits_for_none(keeper: Visitor, item: int) -> None:
    assert send_form(keeper, edit("inventory_items", item), {}, location="Third shelf").status_code == 302


def test_where_all_places_are_taken_the_form_comes_back_with_a_sentence(keeper: Visitor, item: int) -> None:
    with ExitStack() as line:
        for _ in range(3):
            reading._LINE.acquire()
            line.callback(reading._LINE.release)
        answer = add_photo(keeper, item, location="Third shelf")

    assert answer.status_code == 429
    assert reading.CROWDED in answer.get_data(as_text=True)
    assert 'value="Third shelf"' in answer.get_data(as_text=True)


def test_nobody_waits_for_ever_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAIT_S", 0.01)
    with ExitStack() as places:
        for _ in range(2):
            reading._PLACES.acquire()
            places.callback(reading._PLACES.release)
        with pytest.raises(reading.BusyError):
            reading.clean(picture(), "a.jpg", ("image/jpeg",))


def send_broken(keeper: Visitor, item: int) -> Any:
    return send_form(keeper, edit("inventory_items", item), {"photo": (BROKEN_PICTURE, "a.jpg")})


def test_refused_bytes_count_towards_the_day(
    app: Flask, keeper: Visitor, item: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(app, monkeypatch, files_daily_mb=1)
    assert reading.BROKEN in send_broken(keeper, item).get_data(as_text=True)

    assert "You have uploaded 1 MB within a day." in add_photo(keeper, item).get_data(as_text=True)


def test_the_day_of_one_person_is_not_that_of_another(
    app: Flask, keeper: Visitor, as_role: Callable[..., Visitor], item: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(app, monkeypatch, files_daily_mb=1)
    send_broken(keeper, item)

    assert add_photo(as_role("Admin"), item).status_code == 302


def test_refused_bytes_are_forgotten_after_a_day(app: Flask, keeper: Visitor, item: int, owner_engine: Engine) -> None:
    send_broken(keeper, item)
    counted = one(
        owner_engine, "UPDATE dashboard.refused_uploads SET refused_at = refused_at - interval '25 h' RETURNING bytes"
    )
    with app.app_context():
        keeping.purge(db.engine, app.config["HOMECARE"].files_dir)

    assert counted >= len(BROKEN_PICTURE)
    assert one(owner_engine, "SELECT count(*) FROM dashboard.refused_uploads") == 0
