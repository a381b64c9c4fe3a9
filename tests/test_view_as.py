"""Viewing as somebody else shows exactly what they see, changes nothing, and is recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from flask import Flask
from sqlalchemy import Engine, text

from homecare.access import resources


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def signed_in(app: Flask, role: str) -> Any:
    visitor = app.test_client()
    assert visitor.sign_in(f"{role}@homecare.example", DEMO_PASSWORD).status_code == 302  # type: ignore[attr-defined]
    return visitor


@pytest.fixture
def admin(app: Flask) -> Any:
    return signed_in(app, "admin")


def staff_id(engine: Engine, email: str) -> int:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT id FROM staff WHERE email = :email"), {"email": email})
        return int(found.scalar_one())


def look(admin: Any, **whom: Any) -> None:
    assert admin.send("/admin/roles/view-as/start", whom, form_at="/admin/roles/view-as/").status_code == 302


def stop(admin: Any) -> None:
    assert admin.send("/admin/roles/view-as/stop", form_at="/admin/").status_code == 302


def body(page: str) -> str:
    """What a page says, without the banner, tokens, versions and conditions on what is behind glass for Admin."""
    main = page.partition('<main id="main"')[2].partition("</main>")[0] or page
    main = re.sub(
        r'<link rel="stylesheet"[^>]*viewing.css">\s*<section class="viewing".*?</section>', "", main, flags=re.S
    )
    for name in ("visit_notes", "prescription_file", "vitals_file"):
        main = re.sub(rf'"name": "{name}", "offers": \[[^]]*\]', name, main)
    return re.sub(r'name="(csrf_token|_token)"[^>]*>|\b[0-9a-f]{16}\b|\s+', " ", main)


@pytest.mark.parametrize("role", ["nurse", "caregiver", "marketing", "finance", "auditor"])
def test_every_list_and_export_is_the_other_persons_own(
    app: Flask, admin: Any, owner_engine: Engine, role: str
) -> None:
    other = signed_in(app, role)
    look(admin, person=staff_id(owner_engine, f"{role}@homecare.example"))

    for table in resources.tables():
        for address in (f"/admin/{table}/", f"/admin/{table}/new/"):
            mine, theirs = admin.get(address), other.get(address)
            assert mine.status_code == theirs.status_code, address
            assert mine.status_code == 403 or body(mine.text) == body(theirs.text), address
        address = f"/admin/{table}/export/csv/"
        assert admin.get(address, buffered=True).status_code == other.get(address, buffered=True).status_code
        if other.get(address, buffered=True).status_code == 200:
            assert admin.get(address, buffered=True).text == other.get(address, buffered=True).text


def test_a_line_on_every_page_says_so_until_it_is_stopped(admin: Any, owner_engine: Engine) -> None:
    look(admin, person=staff_id(owner_engine, "nurse@homecare.example"))
    for address in ("/admin/", "/admin/patients/", "/admin/invoices/", "/admin/roles/explain"):
        assert "You are viewing as" in admin.get(address).text, address

    stop(admin)

    assert "You are viewing as" not in admin.get("/admin/").text
    assert admin.get("/admin/invoices/").status_code == 200


def test_a_role_alone_has_no_rows_of_its_own(admin: Any) -> None:
    look(admin, role="Nurse")

    page = admin.get("/admin/patients/").text

    assert "/admin/patients/details/?id=" not in page
    assert admin.get("/admin/invoices/").status_code == 403


def unsafe_addresses(app: Flask) -> list[str]:
    kept = {"view_as.stop_view", "login.leave", "login.send", "login.send_code", "session.keep"}
    return [
        str(rule.build(dict.fromkeys(rule.arguments, "1"), append_unknown=False)[1])  # type: ignore[index]
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint not in kept
    ]


def test_nothing_can_be_sent_but_the_stop(app: Flask, admin: Any, owner_engine: Engine) -> None:
    look(admin, role="Manager")
    token = admin.token("/admin/")

    answers = {url: admin.post(url, headers={"X-CSRFToken": token}) for url in unsafe_addresses(app)}

    assert len(answers) > 100
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 403} == {}
    assert all("can change nothing" in answer.text for answer in answers.values())


def test_looking_is_written_down_and_so_is_what_was_read_under_the_lookers_name(
    admin: Any, owner_engine: Engine
) -> None:
    nurse, me = (staff_id(owner_engine, f"{name}@homecare.example") for name in ("nurse", "admin"))
    look(admin, person=nurse)
    patient = re.search(r"/admin/patients/details/\?id=(\d+)", admin.get("/admin/patients/").text)
    assert patient
    admin.get(patient[0])

    with owner_engine.connect() as connection:
        rows = connection.execute(text("SELECT staff_id, kind, row_id FROM dashboard.reads ORDER BY id DESC LIMIT 8"))
        found = {tuple(row) for row in rows}
    assert (me, "view-as", str(nurse)) in found
    assert (me, "details", patient[1]) in found


def test_who_does_not_hold_everything_looks_as_nobody(as_role: Callable[..., Visitor], admin: Any) -> None:
    manager = as_role("Manager")

    answer = manager.send("/admin/roles/view-as/start", {"role": "Admin"}, form_at="/admin/")

    assert answer.status_code == 403
    assert manager.get("/admin/roles/").status_code == 403


def test_looking_ends_with_the_right_to_it(as_role: Callable[..., Visitor], owner_engine: Engine) -> None:
    second = as_role("Admin")
    look(second, role="Auditor")
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE staff SET role = 'Inventory' WHERE id = :id"), {"id": second.staff_id})

    assert second.get("/admin/inventory_items/new/").status_code == 200
    assert "You are viewing as" not in second.get("/admin/").text


@pytest.mark.parametrize("whom", [{}, {"role": "Wizard"}, {"person": "99999999"}, {"person": "x"}])
def test_whom_nobody_knows_nobody_looks_as(admin: Any, whom: dict[str, str]) -> None:
    assert admin.send("/admin/roles/view-as/start", whom, form_at="/admin/roles/view-as/").status_code == 422


def test_a_refusal_while_looking_leads_to_its_explanation(admin: Any, owner_engine: Engine) -> None:
    look(admin, person=staff_id(owner_engine, "nurse@homecare.example"))
    refused = admin.get("/admin/invoices/").text
    link = re.search(r'href="(/admin/roles/explain\?table[^"]+)"', refused)
    assert link

    assert "Nurse has no grant to view invoices" in admin.get(link[1].replace("&amp;", "&")).text
