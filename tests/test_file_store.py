"""The file store: quotas, a full disk, what is removed after a day, and invalid keys."""

from __future__ import annotations

import dataclasses
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Visitor
from flask import Flask
from jobs_done import worked
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from uploading import add_photo, edit, kept_key, new_item, on_disk, one, photo, picture, post_page

from homecare.access.person import Person
from homecare.config import Config
from homecare.db import db
from homecare.files import cleaning, keeping, store
from homecare.files.claiming import FileGoneError
from homecare.files.kinds import IMAGES
from homecare.models import InventoryItem


@pytest.fixture
def item(owner_engine: Engine) -> int:
    return new_item(owner_engine)


@pytest.fixture
def keeper(as_role: Callable[..., Visitor]) -> Visitor:
    return as_role("Inventory")


def limits(app: Flask, monkeypatch: pytest.MonkeyPatch, **changed: int) -> None:
    monkeypatch.setitem(app.config, "HOMECARE", dataclasses.replace(app.config["HOMECARE"], **changed))


def test_a_person_has_a_quota_a_day(
    app: Flask, keeper: Visitor, item: int, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    limits(app, monkeypatch, files_daily_mb=0)
    before = on_disk(config.files_dir)

    answer = add_photo(keeper, item)

    assert answer.status_code == 422
    assert "You have uploaded 0 MB within a day." in answer.get_data(as_text=True)
    assert on_disk(config.files_dir) == before


def test_everybody_together_has_a_quota(
    app: Flask, keeper: Visitor, item: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(app, monkeypatch, files_total_mb=0)

    answer = add_photo(keeper, item)

    assert answer.status_code == 422
    assert "The file store is full." in answer.get_data(as_text=True)


def test_a_nearly_full_disk_is_said_in_words_and_loses_nothing(
    app: Flask, keeper: Visitor, item: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(app, monkeypatch, files_keep_free_mb=10**9)

    answer = add_photo(keeper, item, location="Third shelf")

    assert answer.status_code == 507
    assert "There is no room left for files." in answer.get_data(as_text=True)
    assert 'value="Third shelf"' in answer.get_data(as_text=True)


def test_a_disk_that_fills_up_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    key, usual = store.new_key(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, usual[1]))
    try:
        with pytest.raises(store.StoreFullError):
            store.write(tmp_path, key, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_no_row_took_is_removed_after_a_day(
    app: Flask, keeper: Visitor, item: int, config: Config, owner_engine: Engine
) -> None:
    add_photo(keeper, item)
    key = kept_key(add_photo(keeper, item, "second.jpg", expiry_date="soon"))
    one(owner_engine, "UPDATE dashboard.files SET created_at = created_at - interval '25 hours' RETURNING 1")

    worked(config, "files")

    assert not store.path_of(config.files_dir, key).exists()
    assert store.path_of(config.files_dir, photo(owner_engine, item) or "").is_file()


def test_a_purged_file_is_asked_for_again(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    refused = add_photo(keeper, item, expiry_date="soon")
    one(owner_engine, "DELETE FROM dashboard.files WHERE key = :key RETURNING 1", key=kept_key(refused))

    answer = post_page(keeper, edit("inventory_items", item), refused.get_data(as_text=True), {}, location="Ward 5")

    assert answer.status_code == 422
    assert "The uploaded file is no longer there. Choose it again." in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 47, "A" * 48, "", "a" * 48 + "\n", "aa/" + "b" * 45])
def test_the_store_has_no_path_for_what_is_not_a_key(tmp_path: Path, key: str) -> None:
    with pytest.raises(LookupError):
        store.path_of(tmp_path, key)


def upload(app: Flask, keeper: Visitor) -> str:
    """A picture that no row has taken yet."""
    file = cleaning.clean(picture(), "chair.jpg", IMAGES)
    with app.app_context():
        kept = keeping.keep(
            db.engine, app.config["HOMECARE"], file, resource="inventory_items", column="photo",
            by=Person(0, keeper.staff_id or 0, "Hana", "Tesfaye", "hana@homecare.example", "Inventory", "Active", 0),
        )  # fmt: skip
    return kept.key


def taken_by(engine: Engine, key: str) -> int | None:
    found: int | None = one(engine, "SELECT row_id FROM dashboard.files WHERE key = :key", key=key)
    return found


def test_a_row_that_is_rolled_back_does_not_take_its_file(
    app: Flask, keeper: Visitor, db_session: Session, owner_engine: Engine
) -> None:
    key = upload(app, keeper)

    db_session.add(InventoryItem(name="Bed", photo=key))
    db_session.flush()
    db_session.rollback()

    assert taken_by(owner_engine, key) is None


def test_a_row_takes_back_the_file_it_had_before(
    app: Flask, keeper: Visitor, db_session: Session, owner_engine: Engine
) -> None:
    first, second = upload(app, keeper), upload(app, keeper)
    bed = InventoryItem(name="Bed")
    db_session.add(bed)
    for key in (first, second, first):
        bed.photo = key
        db_session.commit()

    assert (taken_by(owner_engine, first), taken_by(owner_engine, second)) == (bed.id, bed.id)


def test_no_way_of_writing_a_row_gives_it_the_file_of_another(app: Flask, keeper: Visitor, db_session: Session) -> None:
    key = upload(app, keeper)
    db_session.add(InventoryItem(name="Bed", photo=key))
    db_session.commit()
    db_session.add(InventoryItem(name="Chair", photo=key))

    with pytest.raises(FileGoneError):
        db_session.commit()
