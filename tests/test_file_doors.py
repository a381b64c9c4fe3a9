"""File downloads follow the row's scope and the column's rule, are logged first, and never run anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from conftest import Visitor
from sqlalchemy import Engine
from uploading import (
    edit,
    file_of,
    new_item,
    new_referral,
    new_visit,
    one,
    pdf,
    picture,
    preview_of,
    send_form,
    stored,
)

As = Callable[..., Visitor]
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
LINK = re.compile(r'href="(/admin/visit_services/file/\?[^"]*)"')


@pytest.fixture
def nurse(as_role: As) -> Visitor:
    return as_role("Nurse")


@pytest.fixture
def visit(nurse: Visitor, owner_engine: Engine) -> int:
    """A visit of the nurse with a prescription."""
    found = new_visit(owner_engine, nurse.staff_id)
    saved = send_form(nurse, edit("visit_services", found), {"prescription_file": (picture(), "Rx.jpg")})
    assert saved.status_code == 302
    return found


def test_a_file_comes_as_an_attachment_that_cannot_act(as_role: As, owner_engine: Engine) -> None:
    keeper, item = as_role("Inventory"), new_item(owner_engine)
    send_form(keeper, edit("inventory_items", item), {"photo": (picture(), "ወንበር አልጋ.jpeg")})

    answer = keeper.get(file_of("inventory_items", item, "photo"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E1%8B%88%E1%8A%95" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == FILE_POLICY


def test_a_picture_is_previewed_sandboxed_and_a_pdf_is_not(as_role: As, owner_engine: Engine) -> None:
    coordinator, row = as_role("Coordinator"), new_referral(owner_engine)
    send_form(coordinator, edit("referrals", row), {"documents": (picture("PNG"), "scan.png")})
    shown = coordinator.get(preview_of("referrals", row, "documents"))
    send_form(coordinator, edit("referrals", row), {"documents": (pdf(), "letter.pdf")})
    refused = coordinator.get(preview_of("referrals", row, "documents"))

    assert (shown.status_code, refused.status_code) == (200, 404)
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["Content-Security-Policy"] == FILE_POLICY


def test_opening_a_file_is_logged(nurse: Visitor, visit: int, owner_engine: Engine) -> None:
    nurse.get(file_of("visit_services", visit, "prescription_file"))

    sql = (
        "SELECT resource || ' ' || row_id || ' ' || reason FROM dashboard.reads WHERE kind = 'file' AND staff_id = :id"
    )
    assert one(owner_engine, sql, id=nurse.staff_id) == f"visit_services {visit} prescription_file"


def test_a_file_that_cannot_be_logged_is_not_served(nurse: Visitor, visit: int, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE dashboard.reads ADD CONSTRAINT shut CHECK (kind <> 'file') NOT VALID")
    try:
        answer = nurse.get(file_of("visit_services", visit, "prescription_file"))
    finally:
        with owner_engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE dashboard.reads DROP CONSTRAINT shut")

    assert answer.status_code == 422
    assert not answer.get_data().startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("role", ["Manager", "Coordinator", "Finance", "Auditor"])
def test_a_column_that_is_hidden_gives_no_file(as_role: As, visit: int, role: str, owner_engine: Engine) -> None:
    visitor = as_role(role)

    for address in (file_of, preview_of):
        assert visitor.get(address("visit_services", visit, "prescription_file")).status_code == 403

    sql = "SELECT count(*) FROM dashboard.denials WHERE staff_id = :id AND action = 'file'"
    assert one(owner_engine, sql, id=visitor.staff_id) == 2


@pytest.mark.parametrize("role", ["Marketing", "Inventory"])
def test_a_role_without_the_table_gets_no_file(as_role: As, visit: int, role: str) -> None:
    assert as_role(role).get(file_of("visit_services", visit, "prescription_file")).status_code == 403


def test_a_visit_of_somebody_else_gives_no_file(as_role: As, visit: int) -> None:
    assert as_role("Nurse").get(file_of("visit_services", visit, "prescription_file")).status_code == 404


def test_a_stranger_gets_no_file(client: Visitor, visit: int) -> None:
    answer = client.get(file_of("visit_services", visit, "prescription_file"))

    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


def revealed_link(admin: Visitor, visit: int) -> str:
    page = admin.send(
        f"/admin/visit_services/reveal/?id={visit}",
        {"reason": "The pharmacy called", "choice": "1", "column": "prescription_file"},
        form_at=f"/admin/visit_services/details/?id={visit}",
    ).get_data(as_text=True)
    return unescape(LINK.findall(page)[0])


def test_a_file_behind_glass_opens_after_a_reason_and_in_that_session_only(as_role: As, visit: int) -> None:
    admin, other = as_role("Admin"), as_role("Admin")
    assert admin.get(file_of("visit_services", visit, "prescription_file")).status_code == 403

    link = revealed_link(admin, visit)

    assert admin.get(link).status_code == 200
    assert other.get(link).status_code == 403


def test_a_reason_opens_no_other_file(as_role: As, nurse: Visitor, visit: int) -> None:
    send_form(nurse, edit("visit_services", visit), {"vitals_file": (picture(), "vitals.jpg")})
    admin = as_role("Admin")

    link = revealed_link(admin, visit)

    assert admin.get(link.replace("prescription_file", "vitals_file")).status_code == 403


def test_a_key_copied_into_another_row_opens_nothing(as_role: As, owner_engine: Engine) -> None:
    keeper, item, other = as_role("Inventory"), new_item(owner_engine), new_item(owner_engine)
    send_form(keeper, edit("inventory_items", item), {"photo": (picture(), "chair.jpg")})
    key = stored(owner_engine, "inventory_items", "photo", item)
    one(owner_engine, "UPDATE inventory_items SET photo = :key WHERE id = :id RETURNING 1", key=key, id=other)

    assert keeper.get(file_of("inventory_items", other, "photo")).status_code == 404
    assert "chair.jpg" not in keeper.get(f"/admin/inventory_items/details/?id={other}").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../etc/passwd", "photos/chair.jpg", "http://example.com/x"])
def test_what_another_application_wrote_into_the_column_opens_nothing(
    as_role: As, owner_engine: Engine, path: str
) -> None:
    item = new_item(owner_engine)
    one(owner_engine, "UPDATE inventory_items SET photo = :path WHERE id = :id RETURNING 1", path=path, id=item)

    assert as_role("Inventory").get(file_of("inventory_items", item, "photo")).status_code == 404


@pytest.mark.parametrize("name", ["name", "id", "nothing", "", "photo\0", "../photo"])
def test_a_column_that_holds_no_file_is_not_found(as_role: As, owner_engine: Engine, name: str) -> None:
    item = new_item(owner_engine)

    answer = as_role("Inventory").get("/admin/inventory_items/file/", query_string={"id": item, "name": name})

    assert answer.status_code == 404


def test_a_row_without_a_file_says_so(as_role: As, owner_engine: Engine) -> None:
    answer = as_role("Inventory").get(file_of("inventory_items", new_item(owner_engine), "photo"))

    assert answer.status_code == 404
    assert "There is no photo here." in answer.get_data(as_text=True)


def test_lists_details_and_exports_call_a_file_by_its_name(as_role: As, owner_engine: Engine) -> None:
    keeper, item = as_role("Inventory"), new_item(owner_engine)
    send_form(keeper, edit("inventory_items", item), {"photo": (picture(), "chair <1>.jpg")})
    key = stored(owner_engine, "inventory_items", "photo", item) or ""

    listed = keeper.get("/admin/inventory_items/?columns=name,photo").get_data(as_text=True)
    details = keeper.get(f"/admin/inventory_items/details/?id={item}").get_data(as_text=True)
    exported = keeper.get("/admin/inventory_items/export/csv/?columns=name,photo").get_data(as_text=True)

    assert "chair &lt;1&gt;.jpg</a>" in listed
    assert f'<img src="/admin/inventory_items/file/preview/?id={item}&amp;name=photo"' in details
    assert "chair <1>.jpg" in exported
    assert key not in listed + details + exported
