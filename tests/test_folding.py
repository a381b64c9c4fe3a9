"""Names are found as people read them, everywhere and in every spelling."""

from __future__ import annotations

import pytest
from clusters import Database
from doors import Company, ids_of
from sqlalchemy import Engine, text

STORED = {
    9001: "ፀሐይ ሙከራ",
    9002: "Zu\u0308rich Möller",
    9003: "D’Almeida  Rosa",
    9004: "Jean\u2010Paul\u00a0Ødegård",
    9005: "ኃይለ ሥላሴ ዓለሙ",
    9006: "ጐበዜ ቈጠረ ኰስትር",
}
TYPED = [
    (9001, "ጸሐይ ሙከራ"), (9001, "ጸሀይ"), (9001, "ጸኀይ ሙከራ"), (9001, "ፀሃይ"), (9001, "ፀሐ\u200bይ"),
    (9002, "Zürich Möller"), (9002, "zurich"), (9002, "ZÜRICH  MO\u0308LLER"), (9002, "\uff3aurich"),
    (9003, "D'Almeida"), (9003, "dʼalmeida"), (9003, "D´Almeida Rosa"), (9003, "d`almeida\u00a0rosa"), (9003, "D′Alme"),
    (9004, "Jean-Paul"), (9004, "jean—paul odegard"), (9004, "JEAN−PAUL Ødega\u030ard"),
    (9005, "ሀይለ ስላሴ አለሙ"), (9005, "ሓይለ ሥላሤ ኣለሙ"), (9005, "ኸይለ ስላሴ"), (9005, "ኃይለ፡ሥላሴ"),
    (9006, "ጎበዜ ቆጠረ ኮስትር"),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module", autouse=True)
def _patients(owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        for key, name in STORED.items():
            connection.execute(
                text("INSERT INTO patients (id, full_name) VALUES (:id, :name)"), {"id": key, "name": name}
            )


@pytest.mark.parametrize(("key", "typed"), TYPED)
def test_a_name_is_found_by_search_filters_picker_and_palette(company: Company, key: int, typed: str) -> None:
    admin = company.as_("Admin")
    searched = admin.get("/admin/patients/", search=typed).get_data(as_text=True)
    contained = admin.get("/admin/patients/", full_name__contains=typed).get_data(as_text=True)
    begun = admin.get("/admin/patients/", full_name__startswith=typed).get_data(as_text=True)
    picked = admin.get("/admin/visit_services/ajax/lookup/", name="patient_id", query=typed).get_data(as_text=True)
    palette = admin.get("/admin/search", q=typed).get_data(as_text=True)

    assert [key in ids_of(page) for page in (searched, contained, begun)] == [True] * 3
    assert str(key) in picked
    assert f"details/?id={key}" in palette


@pytest.mark.parametrize(("key", "typed"), [(key, typed) for key, typed in TYPED if len(typed.split()) > 1])
def test_equals_takes_the_whole_name_however_it_is_written(company: Company, key: int, typed: str) -> None:
    whole = company.scalar("SELECT dashboard.fold(full_name) = dashboard.fold(:typed) FROM patients WHERE id = :key",
        typed=typed, key=key)  # fmt: skip

    page = company.as_("Admin").get("/admin/patients/", full_name__eq=typed).get_data(as_text=True)

    assert ids_of(page) == ([key] if whole else [])


def test_equals_finds_and_is_not_leaves_out_the_other_way_of_writing(company: Company) -> None:
    admin = company.as_("Admin")

    same = admin.get("/admin/patients/", full_name__eq="ጸሀይ ሙከራ").get_data(as_text=True)
    others = admin.get("/admin/patients/", full_name__ne="ጸሀይ ሙከራ", id__eq="9001").get_data(as_text=True)

    assert (ids_of(same), ids_of(others)) == ([9001], [])


SOUNDS = [
    "ሀሃሐሓኀኃኸኻ", "ሁሑኁኹ", "ሂሒኂኺ", "ሄሔኄኼ", "ህሕኅኽ", "ሆሖኆኾ", "ሗኋዃ",
    "ሰሠ", "ሱሡ", "ሲሢ", "ሳሣ", "ሴሤ", "ስሥ", "ሶሦ", "ሷሧ",
    "አኣዐዓ", "ኡዑ", "ኢዒ", "ኤዔ", "እዕ", "ኦዖ",
    "ጸፀ", "ጹፁ", "ጺፂ", "ጻፃ", "ጼፄ", "ጽፅ", "ጾፆ", "ጿፇ", "ጎጐ", "ቆቈ", "ኮኰ",
    "ßẞ", "oøØóÓ", "lłŁ", "iıİIí", "'’ʼ‘`´′＇", "-‐‑–—−－", "σςΣ", "аА", "éÉe",
]  # fmt: skip


def test_what_sounds_or_looks_alike_is_one_and_nothing_else_is(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection:
        folded = [
            {connection.scalar(text("SELECT dashboard.fold(:one)"), {"one": letter}) for letter in alike}
            for alike in SOUNDS
        ]

    assert [len(found) for found in folded] == [1] * len(SOUNDS)
    assert len(set.union(*folded)) == len(SOUNDS)


def test_a_wide_percent_sign_is_a_sign_and_no_wildcard(company: Company) -> None:
    page = company.as_("Admin").get("/admin/patients/", full_name__contains="\uff05").get_data(as_text=True)

    assert ids_of(page) == []


@pytest.mark.parametrize("condition", [
    "dashboard.fold(full_name) LIKE dashboard.fold_pattern('ፀሐይ', false)",
    "dashboard.fold(full_name) = dashboard.fold('ፀሐይ ሙከራ')",
])  # fmt: skip
def test_a_folded_name_is_found_by_its_index(owner_engine: Engine, condition: str) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.scalars(text(f"EXPLAIN SELECT id FROM patients WHERE {condition}")).all()

    assert "ix_patients_full_name_fold" in "".join(plan)
