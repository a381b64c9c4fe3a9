"""Read log lines: complete, only for rows that are new to a session within the hour, and none missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import DEMO_PASSWORD, Database
from conftest import Visitor
from doors import Company, Walker, ids_of
from sqlalchemy import Engine, func, select, text, union_all

import homecare
from homecare import create_app
from homecare.access.row_scope import scope_session
from homecare.admin.door import acting
from homecare.admin.list import exporter
from homecare.audit import reads
from homecare.config import Config
from homecare.db import db
from homecare.models import Lead, Patient, Staff, Visit

ROOT = Path(homecare.__file__).parent
LIST = "/admin/patients/"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(autouse=True)
def _nothing_was_read(company: Company) -> None:
    company.as_("Admin")
    company.run("TRUNCATE dashboard.reads")


def lines(company: Company, **where: str) -> list[Any]:
    found = company.rows("SELECT kind, resource, ids, columns, reason FROM dashboard.reads ORDER BY id")
    return [line for line in found if all(getattr(line, name) == value for name, value in where.items())]


def test_a_list_is_one_line_of_the_rows_it_shows_and_no_more(company: Company, admin: Walker) -> None:
    shown = ids_of(admin.get(f"{LIST}?sort=full_name&gender__eq=Female").text)

    (line,) = lines(company, resource="patients")
    assert (line.kind, line.ids) == ("list", shown)
    assert {"full_name", "phone_number"} <= set(line.columns)
    assert line.reason == "?sort=full_name&gender__eq=Female"


def test_rows_that_hang_on_a_patient_name_them_where_nobody_is_named(company: Company, admin: Walker) -> None:
    shown = ids_of(admin.get("/admin/admin_task_tracking/?columns=remarks").text)

    patients = """SELECT DISTINCT v.patient_id FROM admin_task_tracking t
        JOIN visit_services v ON v.id = t.visit_service_id WHERE t.id = ANY(:ids)"""
    assert [line.ids for line in lines(company, resource="admin_task_tracking")] == [shown]
    (line,) = lines(company, resource="patients")
    assert sorted(line.ids) == sorted(row.patient_id for row in company.rows(patients, ids=shown))


@pytest.mark.parametrize("url", [LIST, f"{LIST}?sort=-id", "/admin/inventory_items/"])
def test_the_same_rows_again_add_no_line(company: Company, admin: Walker, url: str) -> None:
    admin.get(LIST)
    before = lines(company)

    admin.get(url)

    assert lines(company) == before


def test_a_piece_of_what_was_shown_adds_no_line(company: Company, admin: Walker) -> None:
    row_id = ids_of(admin.get(LIST).text)[3]

    admin.get(f"{LIST}?id__eq={row_id}")

    assert len(lines(company)) == 1


@pytest.mark.parametrize("url", [f"{LIST}?last=1", f"{LIST}?columns=full_name,fayda_id", "/admin/marketing_leads/"])
def test_other_rows_or_other_columns_add_one(company: Company, admin: Walker, url: str) -> None:
    admin.get(LIST)

    admin.get(url)

    assert len(lines(company)) == 2


def test_another_session_of_the_same_person_adds_one(company: Company, admin: Walker) -> None:
    admin.get(LIST)

    company.enter("Admin", "admin@homecare.example", DEMO_PASSWORD).get(LIST)

    assert len(lines(company, kind="list")) == 2


def test_after_an_hour_the_same_rows_are_a_line_again(company: Company, admin: Walker) -> None:
    admin.get(LIST)
    company.run("UPDATE dashboard.reads SET read_at = read_at - interval '61 minutes'")

    admin.get(LIST)

    assert len(lines(company)) == 2


def test_a_reveal_is_a_line_each_time(company: Company, admin: Walker) -> None:
    company.run("INSERT INTO dashboard.field_rules VALUES ('Admin', 'patients', 'address', 'break-glass', 'always')")
    for _ in range(2):
        admin.post("/admin/patients/reveal/?id=5", {"reason": "A complaint of the family"})

    assert [line.ids for line in lines(company, kind="reveal")] == [[5], [5]]
    assert "address" in lines(company, kind="details")[0].columns
    company.run("DELETE FROM dashboard.field_rules WHERE role = 'Admin'")


def test_an_export_of_chosen_rows_names_all_of_them_each_time(company: Company, admin: Walker) -> None:
    chosen = [row.id for row in company.rows("SELECT id FROM patients ORDER BY id LIMIT 300")]
    for _ in range(2):
        form = {"action": "export", "rowid": [str(one) for one in chosen], "columns": "full_name"}
        admin.get(admin.post(f"{LIST}action/", form).location)

    found = lines(company, kind="export", resource="patients")
    assert [sorted(line.ids) for line in found] == [chosen, chosen]
    assert all(str(one) in found[0].reason for one in chosen)


def test_no_piece_of_a_file_leaves_before_its_line(
    company: Company, admin: Walker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "ROWS_AT_ONCE", 100)
    sent, late = 0, []

    answer: Any = admin.visitor.get(f"{LIST}export/csv/?columns=id&sort=id", buffered=False)
    for piece in answer.iter_encoded():
        written = {one for line in lines(company, kind="export", resource="patients") for one in line.ids}
        late += [word for word in piece.decode().split() if word.isdigit() and int(word) not in written]
        sent += 1

    assert sent > 5
    assert late == []


def test_a_file_without_rows_is_a_line_too(company: Company, admin: Walker) -> None:
    admin.get(f"{LIST}export/csv/?full_name__eq=Nobody")

    assert [(line.kind, line.ids) for line in lines(company)] == [("export", [])]


FORGETFUL = {
    "columns": select(Patient.id, Patient.full_name),
    "rows": select(Patient),
    "codes": select(Patient.patient_code),
    "within": select(select(func.lower(Patient.full_name).label("name")).subquery().c.name),
    "beside": select(Visit.id, select(Patient.full_name).where(Patient.id == Visit.patient_id).scalar_subquery()),
    "both": union_all(select(Staff.first_name), select(Lead.full_name)),
    "table": select(Patient.__table__),
    "text": text("SELECT full_name FROM patients"),
}
HARMLESS = select(Visit.id, Visit.visit_notes.is_not(None), func.count(Visit.visit_notes).over())


def forgetful(word: str) -> str:
    """A page that does not say whose rows it shows."""
    acting()
    scope_session(db.session(), frozenset())
    return str(db.session.execute(FORGETFUL.get(word, HARMLESS)).all())


def drawing() -> str:
    """A page that shows patients as a whole."""
    acting()
    reads.note("patients", ())
    return "a drawing"


@pytest.fixture
def visitor(config: Config, owner_engine: Engine) -> Iterator[Walker]:
    """An Admin in an application with these two pages more."""
    app = create_app(config)
    app.test_client_class = Visitor
    app.add_url_rule("/forgetful/<word>", "forgetful", forgetful)
    app.add_url_rule("/tile", "tile.drawing", drawing)
    yield Company(app, owner_engine).enter("Admin", "admin@homecare.example", DEMO_PASSWORD)
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("word", FORGETFUL)
def test_a_page_that_does_not_say_whom_it_shows_shows_nobody(
    visitor: Walker, caplog: pytest.LogCaptureFixture, word: str
) -> None:
    assert visitor.get(f"/forgetful/{word}").status_code == 500
    assert reads.UnsaidReadError.__name__ in caplog.text


def test_numbers_and_whether_something_is_there_tell_of_nobody(visitor: Walker) -> None:
    assert visitor.get("/forgetful/harmless").status_code == 200


def test_who_says_that_rows_are_not_shown_is_known() -> None:
    """They lock a row to write it, look up a file's key, compute with times alone, or write down themselves what they
    show."""
    said = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if "import NOT_SHOWN" in path.read_text()}

    assert said == {
        "actions/rows.py", "actions/taking_back/restoring.py", "admin/list/exporter.py", "admin/record/downloads.py",
        "queries/changes.py", "records/list_request.py", "actions/assigning/checking_in.py",
        "actions/assigning/pairs.py", "queries/assigned/affected.py", "queries/assigned/suggestions.py",
        "queries/assigned/known_visits.py", "queries/booked/visit_plans.py",
        "queries/assigned/to_call.py", "queries/booked/known_times.py", "queries/booked/planned_visits.py",
        "queries/booked/scores.py", "queries/tariffs.py", "queries/workdays/feed.py", "queries/workdays/hours.py",
        "actions/leads/converting.py", "queries/assigned/who_instead.py",
        # Counts, sums and the nearest stop of each carer; a tile is noted as the map as a whole.
        "queries/funnel/flaws_found.py", "queries/map/demand.py", "queries/map/nearest.py",
        "queries/map/tile_cutting.py",
        # From where others are near: the condition names the patient, and what it names is written down.
        "records/on_map/within.py",
    }  # fmt: skip


def test_a_drawing_is_one_line_by_its_conditions_without_rows(visitor: Walker, company: Company) -> None:
    company.run("TRUNCATE dashboard.reads")
    for conditions in ("", "?source__eq=Facebook", "", "?source__eq=Facebook"):
        visitor.get(f"/tile{conditions}")

    assert [(line.kind, line.ids, line.reason) for line in lines(company)] == [
        ("tile", [], ""),
        ("tile", [], "?source__eq=Facebook"),
    ]
