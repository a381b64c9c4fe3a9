"""Times that another application wrote and Python cannot hold: nothing is suggested then, and no page breaks."""

from __future__ import annotations

from typing import Any

import pytest
from bookings_made import ALMAZ, BEKELE, DAWIT, FAR, HANA, MONDAY, at, empty, fill, rows, shift, version, visit
from clusters import Database
from doors import Company, Walker
from sqlalchemy import Engine, text

from homecare import clock

SUGGESTIONS, ABSENT = "/admin/assign/suggestions.json", "/admin/assign/absent/"
LOOKUP = "/admin/visit_services/ajax/lookup/"
DAY = f"{clock.to_addis(MONDAY):%Y-%m-%d}"
SICK = {"staff_id": str(ALMAZ), "from": f"{DAY}T00:00", "to": f"{DAY}T23:59", "kind": "Sick"}
NO_TIMES = ("infinity", "-infinity", "12026-03-09 09:00")
# Within the calendar, but not the weeks around them.
EDGES = ("9999-12-30 09:00", "0001-01-02 09:00")


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def filled(owner_engine: Engine) -> Engine:
    with owner_engine.begin() as connection:
        taken = {"one": HANA, "other": DAWIT, "far": FAR}
        connection.execute(text("DELETE FROM patients WHERE id IN (:one, :other, :far)"), taken)
    fill(owner_engine)
    return owner_engine


@pytest.fixture
def coordinator(company: Company, filled: Engine) -> Walker:
    empty(filled)
    return company.as_("Coordinator")


@pytest.mark.parametrize("moment", [*NO_TIMES, *EDGES])
def test_nobody_is_suggested_for_a_visit_at_no_time(coordinator: Walker, filled: Engine, moment: str) -> None:
    odd = visit(filled, staff_id=ALMAZ, scheduled_at=moment)
    suggested = coordinator.get(SUGGESTIONS, visit=odd)
    picker = coordinator.get(LOOKUP, name="staff_id", query="", row=odd)

    assert (suggested.status_code, suggested.json) == (200, {"suggestions": []})
    assert picker.status_code == 200
    assert picker.json
    assert "of 100" not in picker.text


@pytest.mark.parametrize(
    ("start", "end"),
    [("-infinity", "infinity"), ("-infinity", at(12)), (at(8), "infinity"), (at(8), "12026-03-09 09:00")],
)
def test_a_shift_at_no_time_is_nobodys_to_suggest(coordinator: Walker, filled: Engine, start: Any, end: Any) -> None:
    odd = shift(filled, staff_id=ALMAZ, shift_start=start, shift_end=end)
    suggested = coordinator.get(SUGGESTIONS, shift=odd)
    preview = coordinator.get(ABSENT, **SICK)

    assert (suggested.status_code, suggested.json) == (200, {"suggestions": []})
    assert preview.status_code == 200
    assert f'data-row="caregiver_assignments-{odd}"' in preview.text
    key = f"caregiver_assignments-{odd}"
    row = f"{key}:{version(filled, 'caregiver_assignments', odd)}"
    assert coordinator.post(ABSENT, SICK | {"row": row, f"to-{key}": ""}).status_code == 302
    assert [one.status for one in rows(filled, "SELECT status FROM caregiver_assignments")] == ["Cancelled"]


@pytest.mark.parametrize("other", [None, at(9)])
def test_a_visit_at_no_time_stands_in_an_absence(coordinator: Walker, filled: Engine, other: Any) -> None:
    odd = visit(filled, staff_id=ALMAZ, scheduled_at="-infinity", check_out_time=at(10))
    if other:
        visit(filled, staff_id=ALMAZ, patient_id=DAWIT, scheduled_at=other)
    preview = coordinator.get(ABSENT, **SICK)

    assert preview.status_code == 200
    assert f'data-row="visit_services-{odd}"' in preview.text
    assert f'<option value="{BEKELE}"' in preview.text
    if not other:
        assert "selected>Nobody</option>" in preview.text


@pytest.mark.parametrize("moment", ["9999-12-31T00:00Z", "0001-01-01T00:00Z"])
def test_the_ends_of_the_calendar_are_refused(coordinator: Walker, moment: str) -> None:
    answer = coordinator.get(SUGGESTIONS, patient_id=HANA, start=moment, minutes=60)

    assert answer.status_code == 400
    assert "a day within the calendar" in answer.get_data(as_text=True)
