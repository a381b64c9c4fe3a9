"""Typed or pasted text is cleaned once, everywhere: invisible marks, odd spaces, decomposed letters."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from clusters import Database
from doors import Company, Walker, count_of, opened_form
from new_rows import new_row

from homecare.kinds.read import parse_value
from homecare.kinds.texts import one_line, storable
from homecare.models.columns import Kind

MARKS = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xAD]


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.mark.parametrize("mark", MARKS, ids=hex)
def test_a_mark_that_nobody_sees_is_dropped(mark: int) -> None:
    assert storable(f"{chr(mark)}Al{chr(mark)}maz{chr(mark)}") == "Almaz"
    assert storable(f"ሀ{chr(mark)}ለ") == "ሀለ"


KEPT = ["👩\u200d⚕\ufe0f visits", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "क्\u200dष", "ጤና ይስጥልኝ፡፡", "a\nb"]


@pytest.mark.parametrize("text", KEPT)
def test_a_joiner_that_changes_what_is_read_stays(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("space", "\u00a0\u1680\u2003\u2007\u2009\u202f\u205f\u3000")
def test_odd_spaces_are_spaces(space: str) -> None:
    assert one_line(f"{space}Abebe{space}Bekele{space}") == "Abebe Bekele"


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "\x1b[31m", "a\x0bb"])
def test_what_cannot_be_stored_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        storable(text)


@pytest.mark.parametrize("typed", ["\u200b", "\u202e", " \u2060\u00a0", "\u200d", "\u3164", "\ufe0f", "\u00ad\n"])
@pytest.mark.parametrize(
    ("table", "column"), [("lead_sources", "name"), ("patients", "full_name"), ("inventory_items", "name")]
)
def test_a_name_of_nothing_seen_is_needed(company: Company, admin: Walker, table: str, column: str, typed: str) -> None:
    size, form = company.size(table), opened_form(admin, f"/admin/{table}/new/")

    answer = admin.post(f"/admin/{table}/new/", form | new_row(company, "Admin", table) | {column: typed})

    assert answer.status_code == 422
    assert "This is needed." in answer.get_data(as_text=True)
    assert company.size(table) == size


def test_a_name_is_saved_without_its_marks(company: Company, admin: Walker) -> None:
    form = opened_form(admin, "/admin/patients/new/")
    told = {"full_name": "Mu\u202elu\u00a0Ali\u0301", "email": "\u202amulu@example.com\u202c",
            "fayda_id": "\u200e9999\u200b0000\u00a07777", "date_of_birth": "\u200b1980-03-09"}  # fmt: skip

    assert admin.post("/admin/patients/new/", form | told).status_code == 302

    row: Any = company.rows("SELECT email, fayda_id, date_of_birth FROM patients WHERE full_name = 'Mulu Al\u00ed'")[0]
    assert (row.email, row.fayda_id, str(row.date_of_birth)) == ("mulu@example.com", "999900007777", "1980-03-09")


@pytest.mark.parametrize("mark", ["\u200b", "\u202c", "\ufeff"])
def test_a_mark_hides_nobody_from_a_search_or_a_condition(company: Company, admin: Walker, mark: str) -> None:
    row: Any = company.rows("SELECT full_name, email FROM patients WHERE email IS NOT NULL ORDER BY id LIMIT 1")[0]
    for words in (f"search={quote(mark + row.full_name)}", f"full_name__contains={quote(row.full_name[:4] + mark)}",
                  f"email__eq={quote(row.email + mark)}"):  # fmt: skip
        assert count_of(admin.get(f"/admin/patients/?{words}").get_data(as_text=True)) != "0", words


def test_a_reason_of_nothing_seen_opens_no_glass(company: Company, admin: Walker) -> None:
    visit = company.scalar("SELECT max(id) FROM visit_services")
    reads = company.scalar("SELECT count(*) FROM dashboard.reads WHERE kind = 'reveal'")

    assert admin.post(f"/admin/visit_services/reveal/?id={visit}", {"reason": "\u200b" * 20}).status_code == 302
    assert company.scalar("SELECT count(*) FROM dashboard.reads WHERE kind = 'reveal'") == reads


PHONES_REFUSED = ["0911234567 ext 5", "0911234567x5", "0911234567;ext=5", "0911234567#5", "0911234567,5",
                  "0911234567 Almaz", "call 0911234567"]  # fmt: skip


@pytest.mark.parametrize("typed", PHONES_REFUSED)
def test_what_a_phone_number_cannot_hold_is_not_dropped(company: Company, admin: Walker, typed: str) -> None:
    form = opened_form(admin, "/admin/patients/new/") | {"full_name": "Ext", "phone_number": typed}

    answer = admin.post("/admin/patients/new/", form)

    assert answer.status_code == 422
    assert "Write an extension or a word into the notes" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "typed", ["0911234567", "+251 911 234 567", "tel:+251911234567", "(0911) 23-45-67", "\u202a0911 234 567\u202c"]
)
def test_a_phone_number_is_read_however_it_is_written(typed: str) -> None:
    assert parse_value(Kind.PHONE, typed) == "+251911234567"


def test_a_stored_extension_is_shown(company: Company, admin: Walker) -> None:
    row_id = company.scalar("SELECT max(id) FROM patients")
    company.run("UPDATE patients SET phone_number = '+251911234567;ext=5' WHERE id = :id", id=row_id)

    assert "+251911234567;ext=5" in admin.get(f"/admin/patients/details/?id={row_id}").get_data(as_text=True)
