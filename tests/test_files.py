"""Files from the form into the store: stored, claimed by the row, replaced, removed, never lost with a refused form."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import Visitor
from sqlalchemy import Engine
from uploading import (
    add_photo,
    edit,
    file_of,
    kept_key,
    new_item,
    new_patient,
    on_disk,
    one,
    photo,
    picture,
    post_page,
    send_form,
    stored,
)

from homecare.config import Config
from homecare.files import store

As = Callable[..., Visitor]


@pytest.fixture
def item(owner_engine: Engine) -> int:
    return new_item(owner_engine)


@pytest.fixture
def keeper(as_role: As) -> Visitor:
    return as_role("Inventory")


def test_a_picture_is_kept_under_a_random_name_for_this_system_user_alone(
    keeper: Visitor, item: int, config: Config, owner_engine: Engine
) -> None:
    assert add_photo(keeper, item).status_code == 302

    path = store.path_of(config.files_dir, photo(owner_engine, item) or "")
    assert path.read_bytes().startswith(b"\xff\xd8\xff")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_row_takes_its_file_with_the_save(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    add_photo(keeper, item)

    sql = "SELECT row_id FROM dashboard.files WHERE claimed_at IS NOT NULL AND staff_id = :staff"
    assert one(owner_engine, sql, staff=keeper.staff_id) == item


def test_a_new_row_takes_its_file(keeper: Visitor, owner_engine: Engine) -> None:
    answer = send_form(keeper, "/admin/inventory_items/new/", {"photo": (picture(), "bed.jpg")}, name="Bed")

    assert answer.status_code == 302
    sql = "SELECT f.row_id = i.id FROM inventory_items i JOIN dashboard.files f ON f.key = i.photo WHERE name = 'Bed'"
    assert one(owner_engine, sql) is True


def test_a_form_with_an_error_keeps_the_file_and_saves_it_the_second_time(
    keeper: Visitor, item: int, owner_engine: Engine
) -> None:
    url = edit("inventory_items", item)
    refused = add_photo(keeper, item, expiry_date="soon")
    page = refused.get_data(as_text=True)

    assert refused.status_code == 422
    assert "chair.jpg" in page
    assert photo(owner_engine, item) is None
    assert post_page(keeper, url, page, {}, expiry_date="2027-01-01").status_code == 302
    assert photo(owner_engine, item) == kept_key(refused)


def test_a_conflict_keeps_the_file(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    url = edit("inventory_items", item)
    page = keeper.get(url).get_data(as_text=True)
    one(owner_engine, "UPDATE inventory_items SET location = 'Ward' WHERE id = :id RETURNING 1", id=item)

    conflict = post_page(keeper, url, page, {"photo": (picture(), "chair.jpg")}, name="Chair")

    assert conflict.status_code == 409
    assert post_page(keeper, url, conflict.get_data(as_text=True), {}, name="Chair").status_code == 302
    assert photo(owner_engine, item) == kept_key(conflict)


def test_a_refused_file_does_not_lose_what_was_typed(keeper: Visitor, item: int) -> None:
    answer = send_form(keeper, edit("inventory_items", item), {"photo": (b"<svg>", "x.png")}, location="Third shelf")

    assert answer.status_code == 422
    assert 'value="Third shelf"' in answer.get_data(as_text=True)


def test_saving_without_choosing_a_file_leaves_the_stored_one(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    add_photo(keeper, item)
    key = photo(owner_engine, item)

    send_form(keeper, edit("inventory_items", item), {"photo": (b"", "")}, location="Ward 3")

    assert stored(owner_engine, "inventory_items", "location", item) == "Ward 3"
    assert photo(owner_engine, item) == key


def test_a_replaced_file_stays_in_the_store_and_leaves_the_row(
    keeper: Visitor, item: int, config: Config, owner_engine: Engine
) -> None:
    add_photo(keeper, item)
    old = photo(owner_engine, item) or ""

    add_photo(keeper, item, "new.jpg")

    assert photo(owner_engine, item) not in (old, None)
    assert store.path_of(config.files_dir, old).is_file()
    assert "new.jpg" in keeper.get(file_of("inventory_items", item, "photo")).headers["Content-Disposition"]


def test_removing_a_file_empties_the_column(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    add_photo(keeper, item)

    send_form(keeper, edit("inventory_items", item), {}, **{"photo-remove": "1"})

    assert photo(owner_engine, item) is None


def test_a_message_tells_the_name_and_kind_of_its_attachment(as_role: As, owner_engine: Engine) -> None:
    receiver = new_patient(owner_engine)
    files = {"attachment_path": (picture(), "wound.JPEG")}

    answer = send_form(as_role("Coordinator"), "/admin/messages/new/", files, receiver_id=receiver, type="image")

    assert answer.status_code == 302
    sql = "SELECT attachment_filename || ' ' || attachment_mime_type FROM messages WHERE receiver_id = :receiver"
    assert one(owner_engine, sql, receiver=receiver) == "wound.jpg image/jpeg"


PICTURE = "Takes a picture (JPEG, PNG, HEIC, WebP or GIF) of at most 10 MB."
PICTURE_OR_PDF = "Takes a picture (JPEG, PNG, HEIC, WebP or GIF) or a PDF of at most 10 MB."
TAKEN = [
    ("staff", PICTURE),
    ("inventory_items", PICTURE),
    ("referrals", PICTURE_OR_PDF),
    ("international_referrals", PICTURE_OR_PDF),
    ("messages", PICTURE_OR_PDF),
]


@pytest.mark.parametrize(("table", "sentence"), TAKEN)
def test_a_form_says_which_files_its_column_takes(as_role: As, table: str, sentence: str) -> None:
    page = as_role("Admin").get(f"/admin/{table}/new/").get_data(as_text=True)

    (accept,) = re.findall(r'type="file"[^>]* accept="([^"]*)"', page)
    assert sentence in page
    assert ".heic" in accept
    assert ("application/pdf" in accept) == ("PDF" in sentence)


def test_another_persons_upload_cannot_be_taken(as_role: As, item: int, owner_engine: Engine) -> None:
    key = kept_key(add_photo(as_role("Inventory"), item, expiry_date="soon"))

    answer = send_form(as_role("Inventory"), edit("inventory_items", item), {}, **{"photo-kept": key})

    assert answer.status_code == 422
    assert photo(owner_engine, item) is None


def test_a_file_that_another_row_has_cannot_be_taken(keeper: Visitor, item: int, owner_engine: Engine) -> None:
    add_photo(keeper, item)
    other = new_item(owner_engine)

    answer = send_form(
        keeper, edit("inventory_items", other), {}, **{"photo-kept": photo(owner_engine, item)}, location="Ward 4"
    )

    assert answer.status_code == 422
    assert photo(owner_engine, other) is None
    assert stored(owner_engine, "inventory_items", "location", other) is None


@pytest.mark.parametrize("typed", ["/etc/passwd", "../../secret", "a" * 48])
def test_a_key_cannot_be_typed(keeper: Visitor, item: int, owner_engine: Engine, typed: str) -> None:
    assert send_form(keeper, edit("inventory_items", item), {}, photo=typed).status_code == 422
    assert photo(owner_engine, item) is None


def test_a_role_that_may_not_set_the_column_keeps_nothing(as_role: As, owner_engine: Engine, config: Config) -> None:
    manager = as_role("Manager")
    before = on_disk(config.files_dir)
    patient = new_patient(owner_engine)

    answer = send_form(
        manager, "/admin/visit_services/new/", {"prescription_file": (picture(), "x.jpg")}, patient_id=patient
    )

    assert answer.status_code == 403
    assert on_disk(config.files_dir) == before
