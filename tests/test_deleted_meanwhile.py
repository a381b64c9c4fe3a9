"""A form of a row that somebody deleted meanwhile: what was typed is shown, and can be saved as new."""

from __future__ import annotations

from typing import Any

import pytest
from clusters import Database
from doors import Company, Walker, opened_form
from forms import form_with
from new_rows import new_row
from test_doors_write import create

from homecare.models import business_models

TYPED = "What I typed for an hour, ሰላም."


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def gone(company: Company, walker: Walker, table: str, row_id: int, **typed: str) -> Any:
    """The form is opened, the row deleted, and then the form sent."""
    url = f"/admin/{table}/edit/?id={row_id}"
    form = opened_form(walker, url) | typed
    company.run(f"DELETE FROM {table} WHERE id = :id", id=row_id)
    return walker.post(url, form)


def test_what_was_typed_is_saved_as_a_new_row(company: Company, admin: Walker) -> None:
    row_id = create(company, admin, "events")
    old = company.whole("events", row_id).row

    answer = gone(company, admin, "events", row_id, description=TYPED)

    page = answer.get_data(as_text=True)
    kept = form_with(page, "_token")
    assert answer.status_code == 404
    assert 'action="/admin/events/new/"' in page
    assert ">Save as new</button>" in page
    assert (kept["description"], "_version" in kept) == (TYPED, False)
    assert admin.post("/admin/events/new/", kept).status_code == 302
    new = company.rows("SELECT * FROM events WHERE description = :typed", typed=TYPED)[0]
    assert (new.title, new.id > row_id) == (old["title"], True)


# Nobody edits a message.
@pytest.mark.parametrize("table", sorted({*business_models()} - {"messages"}))
def test_every_form_is_kept(company: Company, admin: Walker, table: str) -> None:
    row_id = create(company, admin, table)
    typed = new_row(company, "Admin", table)

    answer = gone(company, admin, table, row_id, **typed)

    assert answer.status_code == 404
    kept = form_with(answer.get_data(as_text=True), "_token")
    assert {name: kept[name] for name in typed} == typed


def test_who_may_not_create_is_shown_what_was_typed(company: Company) -> None:
    nurse = company.as_("Nurse")
    row_id = company.own("Nurse", "visit_services")[0]

    answer = gone(company, nurse, "visit_services", row_id, visit_notes=TYPED)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert form_with(page, "_token")["visit_notes"] == TYPED
    assert 'id="save"' not in page


def test_a_row_of_somebody_else_is_told_in_the_same_words(company: Company) -> None:
    nurse = company.as_("Nurse")
    form = {"_token": "a-form-of-nobody", "_version": "1", "visit_notes": TYPED}

    with company.one_denial(nurse, "visit_services"):
        other = nurse.post(f"/admin/visit_services/edit/?id={company.other('Nurse', 'visit_services')}", form)
    none = nurse.post("/admin/visit_services/edit/?id=999999", form)

    assert (other.status_code, none.status_code) == (404, 404)
    pages = [answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0] for answer in (other, none)]
    assert [form_with(page, "_token")["visit_notes"] for page in pages] == [TYPED, TYPED]
    assert pages[0].count("<li>") == pages[1].count("<li>")


def test_a_form_that_is_opened_of_a_row_that_is_gone_is_not_found(company: Company, admin: Walker) -> None:
    assert admin.get("/admin/events/edit/?id=999999").status_code == 404
    assert "Save as new" not in admin.get("/admin/events/edit/?id=999999").get_data(as_text=True)
