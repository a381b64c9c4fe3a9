"""Days and moments of the other application that Python's calendar cannot hold: read everywhere, kept as they are."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Visitor
from doors import ids_of
from forms import form_with
from openpyxl import load_workbook
from sqlalchemy import Engine, text

AsRole = Callable[..., Visitor]

# As stored, and as people read them; ordered by time. Addis time for those that have a clock.
MOMENTS = {
    "-infinity": "-infinity",
    "0044-03-15 12:00:00 BC": "0044-03-15 12:00:00 BC UTC",
    "0900-01-01 00:00:00": "1 Jan 900 03:00",
    "2026-03-09 09:00:00": "9 Mar 2026 12:00",
    "9999-12-31 23:59:59": "9999-12-31 23:59:59 UTC",
    "12026-03-09 14:30:00": "12026-03-09 14:30:00 UTC",
    "infinity": "infinity",
}
DAYS = {
    "-infinity": "-infinity",
    "0044-03-15 BC": "0044-03-15 BC",
    "0900-01-01": "1 Jan 900",
    "2026-03-09": "9 Mar 2026",
    "9999-12-31": "31 Dec 9999",
    "12026-03-09": "12026-03-09",
    "infinity": "infinity",
}
TABLES = [("visit_services", "scheduled_at", MOMENTS), ("inventory_items", "expiry_date", DAYS)]


@pytest.fixture(scope="module", autouse=True)
def _rows(owner_engine: Engine) -> None:
    visit = "INSERT INTO visit_services (patient_id, scheduled_at) VALUES (1, :time)"
    item = "INSERT INTO inventory_items (name, expiry_date) VALUES ('Oxygen', :time)"
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO patients (full_name) VALUES ('Hana Bekele')"))
        connection.execute(text(visit), [{"time": time} for time in MOMENTS])
        connection.execute(text(item), [{"time": time} for time in DAYS])


def stored(engine: Engine, table: str, column: str, row_id: int) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text(f"SELECT {column}::text FROM {table} WHERE id = {row_id}")))


def opened(visitor: Visitor, url: str) -> str:
    answer = visitor.get(url)
    assert answer.status_code == 200, url
    return str(answer.get_data(as_text=True))


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
def test_a_list_shows_every_row_in_order(as_role: AsRole, table: str, column: str, times: dict[str, str]) -> None:
    page = opened(as_role("Admin"), f"/admin/{table}/?sort={column}&columns={column},created_at")

    assert ids_of(page) == list(range(1, len(times) + 1))
    for words in times.values():
        assert f">{words}<" in page


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_turn_at_every_such_row(
    as_role: AsRole, monkeypatch: pytest.MonkeyPatch, table: str, column: str, times: dict[str, str], sign: str
) -> None:
    monkeypatch.setattr("homecare.records.list_request.PAGE_SIZE", 1)
    admin = as_role("Admin")
    url, found = f"/admin/{table}/?sort={sign}{column}", []
    for _ in times:
        page = opened(admin, url)
        found += ids_of(page)
        further = re.search(r'href="([^"]*[?&;]after=[^"]*)"', page)
        url = f"/admin/{table}/{html.unescape(further[1])}" if further else ""

    assert (sorted(found), url) == (list(range(1, len(times) + 1)), "")


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
def test_details_show_it(as_role: AsRole, table: str, column: str, times: dict[str, str]) -> None:
    admin = as_role("Admin")

    for row_id, words in enumerate(times.values(), start=1):
        assert words in opened(admin, f"/admin/{table}/details/?id={row_id}")


# The places, in order of time, of what every file holds as text.
BEYOND = (0, 1, 5, 6)


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
def test_a_csv_file_holds_it_as_text(as_role: AsRole, table: str, column: str, times: dict[str, str]) -> None:
    file = opened(as_role("Admin"), f"/admin/{table}/export/csv/?columns={column}&sort={column}")

    cells = [line[0].lstrip("'") for line in csv.reader(io.StringIO(file))][1:]
    assert len(cells) == len(times)
    assert [cells[place] for place in BEYOND] == [[*times.values()][place] for place in BEYOND]


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
def test_a_workbook_holds_it_as_text(as_role: AsRole, table: str, column: str, times: dict[str, str]) -> None:
    file = as_role("Admin").get(f"/admin/{table}/export/xlsx/?columns={column}&sort={column}").data

    cells = [cell for (cell,) in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert len(cells) == len(times)
    assert [cells[place] for place in BEYOND] == [[*times.values()][place] for place in BEYOND]
    assert str(cells[2]).startswith("0900-01-01"), "a workbook counts its days from 1900"
    assert cells[3].year == 2026


def sent(visitor: Visitor, url: str, **typed: str) -> Any:
    return visitor.post(url, data=form_with(opened(visitor, url), "_version") | typed)


@pytest.mark.parametrize(("table", "column", "times"), TABLES)
def test_saving_another_field_keeps_the_value(
    as_role: AsRole, owner_engine: Engine, table: str, column: str, times: dict[str, str]
) -> None:
    admin, other = as_role("Admin"), {"visit_services": "Scheduled", "inventory_items": "Reserved"}[table]
    for row_id, time in enumerate(times, start=1):
        assert sent(admin, f"/admin/{table}/edit/?id={row_id}", status=other).status_code == 302

        assert stored(owner_engine, table, column, row_id) == time
        assert stored(owner_engine, table, "status", row_id) == other


def test_its_input_is_one_that_a_browser_does_not_empty(as_role: AsRole) -> None:
    page = opened(as_role("Admin"), "/admin/inventory_items/edit/?id=7")

    found = re.search(r'<input[^>]*name="expiry_date"[^>]*>', page)
    assert found is not None
    assert 'value="infinity"' in found[0]
    assert 'type="date"' not in found[0]


@pytest.mark.parametrize("typed", ["infinity", "-infinity", "12026-03-09", "10000-01-01", "0044-03-15 BC"])
def test_a_new_such_value_is_refused_at_its_field(as_role: AsRole, owner_engine: Engine, typed: str) -> None:
    answer = sent(as_role("Admin"), "/admin/inventory_items/edit/?id=4", expiry_date=typed)

    assert answer.status_code == 422
    assert 'id="expiry_date-error"' in answer.get_data(as_text=True)
    assert stored(owner_engine, "inventory_items", "expiry_date", 4) == "2026-03-09"


def test_a_day_takes_its_place(as_role: AsRole, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("INSERT INTO inventory_items (id, name, expiry_date) VALUES (70, 'Bed', 'infinity')"))

    assert sent(as_role("Admin"), "/admin/inventory_items/edit/?id=70", expiry_date="2027-01-31").status_code == 302
    assert stored(owner_engine, "inventory_items", "expiry_date", 70) == "2027-01-31"


def test_the_conflict_page_tells_it(as_role: AsRole, owner_engine: Engine) -> None:
    admin, url = as_role("Admin"), "/admin/inventory_items/edit/?id=4"
    form = form_with(opened(admin, url), "_version") | {"expiry_date": "2026-04-01"}
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE inventory_items SET expiry_date = 'infinity' WHERE id = 4"))

    answer = admin.post(url, data=form)

    assert answer.status_code == 409
    assert "infinity" in answer.get_data(as_text=True)


@pytest.mark.parametrize("end", ["infinity", "12026-01-01 06:00", "9999-12-31 23:59:59"])
def test_a_shift_in_the_way_may_end_beyond_the_calendar(as_role: AsRole, owner_engine: Engine, end: str) -> None:
    admin, url = as_role("Admin"), "/admin/caregiver_assignments/new/"
    shift = "INSERT INTO caregiver_assignments (staff_id, patient_id, shift_start, shift_end) VALUES (:by, 1, :of, :to)"
    with owner_engine.begin() as connection:
        connection.execute(text(shift), {"by": admin.staff_id, "of": "2026-01-01 06:00", "to": end})
    typed = {"shift_start": "2026-03-09T09:00", "shift_end": "2026-03-09T12:00"}
    parties = {"staff_id": str(admin.staff_id), "patient_id": "1"}

    answer = admin.post(url, data=form_with(opened(admin, url), "_token") | parties | typed)

    assert answer.status_code == 422
    assert "already has a shift" in answer.get_data(as_text=True)
