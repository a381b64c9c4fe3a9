"""What speaks against a booking: each check on a company of five people and three patients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bookings_made import (
    ALMAZ,
    BEKELE,
    CLERK,
    DAWIT,
    FAR,
    HANA,
    HIWOT,
    TERMINATED,
    Person,
    acting_for,
    at,
    empty,
    inserted,
    shift,
    visit,
)  # fmt: skip
from flask import Flask
from sqlalchemy import Engine
from statements_sent import statements

from homecare.config import Config
from homecare.queries.booked.checks import CHECKS
from homecare.queries.booked.findings import FINDERS
from homecare.queries.booked.travel import Point, great_circle_km, travel_minutes
from homecare.queries.conflicts import Booking, Conflict, conflicts


@pytest.fixture
def found(person: Person) -> Callable[..., list[Conflict]]:
    return lambda *bookings: conflicts(*person, bookings)


def booking(**values: Any) -> Booking:
    """Almaz visits Hana at 09:00 for an hour."""
    given: dict[str, Any] = {"kind": "visit", "row_id": None, "patient_id": HANA, "staff_id": ALMAZ, "start": at(9)}
    return Booking(**(given | values))


def shift_booking(**values: Any) -> Booking:
    return booking(**({"kind": "shift", "start": at(8), "end": at(16)} | values))


def checks(found: list[Conflict]) -> list[str]:
    return [one.check for one in found]


def test_every_check_is_made_and_every_one_made_is_listed() -> None:
    assert [*FINDERS] == [*CHECKS]


def test_nothing_stands_against_a_free_nurse(found: Any) -> None:
    assert found(booking()) == []


def test_a_visit_of_the_same_hour_says_whose(found: Any, owner_engine: Engine) -> None:
    other = visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ, scheduled_at=at(9.5))

    (conflict,) = found(booking())

    assert (conflict.check, conflict.level, conflict.key) == ("overlap", "block", f"overlap:{other}")
    assert conflict.sentence.startswith("Almaz Kebede already has a visit with Dawit Worku on ")
    assert "from 09:30 to 10:30" in conflict.sentence


@pytest.mark.parametrize(("columns", "stands"), [
    ({"scheduled_at": at(10)}, False),  # right after
    ({"scheduled_at": at(8)}, False),
    ({"scheduled_at": at(8), "minutes": 61}, True),
    ({"status": " CANCELLED "}, False),
    ({"status": "missed"}, False),
    ({"status": None}, True),
    ({"status": "Completed", "check_in_time": at(7), "check_out_time": at(8.5)}, False),
    ({"status": "Completed", "check_in_time": at(7), "check_out_time": at(9.5)}, True),
    ({"staff_id": BEKELE}, False),
    ({"staff_id": None}, False),
])  # fmt: skip
def test_a_visit_occupies_from_check_in_to_its_end(
    found: Any, owner_engine: Engine, columns: dict[str, Any], stands: bool
) -> None:
    visit(owner_engine, **({"patient_id": DAWIT, "staff_id": ALMAZ} | columns))

    assert checks(found(booking())) == (["overlap"] if stands else [])


def test_a_visit_inside_a_shift_of_its_patient_is_normal(found: Any, owner_engine: Engine) -> None:
    shift(owner_engine, staff_id=ALMAZ)

    assert found(booking()) == []
    assert checks(found(booking(patient_id=DAWIT))) == ["overlap"]
    assert checks(found(shift_booking(start=at(15), end=at(20)))) == ["overlap", "day_hours"]


def test_a_shift_stands_against_visits_of_others_alone(found: Any, owner_engine: Engine) -> None:
    visit(owner_engine, staff_id=ALMAZ)

    assert found(shift_booking()) == []
    assert checks(found(shift_booking(patient_id=DAWIT))) == ["overlap"]


def test_the_row_that_is_moved_does_not_stand_against_itself(found: Any, owner_engine: Engine) -> None:
    mine = visit(owner_engine, staff_id=ALMAZ)

    assert found(booking(row_id=mine, start=at(9.25))) == []
    assert checks(found(booking(start=at(9.25)))) == ["overlap"]


def test_bookings_are_held_against_each_other(found: Any) -> None:
    (conflict,) = found(booking(), booking(patient_id=DAWIT, start=at(9.5)))

    assert (conflict.check, conflict.booking, conflict.row_id, conflict.key) == ("overlap", 1, None, "overlap:new-1")


def test_two_that_change_places_are_free(found: Any, owner_engine: Engine) -> None:
    one = visit(owner_engine, staff_id=ALMAZ)
    other = visit(owner_engine, staff_id=ALMAZ, patient_id=DAWIT, scheduled_at=at(10))

    assert found(booking(row_id=one, start=at(10)), booking(row_id=other, patient_id=DAWIT, start=at(9))) == []


@pytest.mark.parametrize(("staff_id", "check", "says"), [
    (TERMINATED, "inactive", "Tigist Haile is Terminated, not Active."),
    (CLERK, "role", "Chala Bekele works as Finance, which gives no care."),
])  # fmt: skip
def test_who_cannot_come_is_blocked_without_a_time_too(found: Any, staff_id: int, check: str, says: str) -> None:
    for start in (at(9), None):
        (conflict,) = found(booking(staff_id=staff_id, start=start))
        assert (conflict.check, conflict.level, conflict.sentence) == (check, "block", says)


def test_who_is_absent_is_blocked_in_those_hours_alone(found: Any, owner_engine: Engine) -> None:
    inserted(owner_engine, "dashboard.absences", staff_id=ALMAZ, starts_at=at(0), ends_at=at(10), kind="Sick")

    (conflict,) = found(booking())

    assert (conflict.check, conflict.level) == ("absent", "block")
    assert "Sick" not in conflict.sentence
    assert found(booking(start=at(10))) == []


def test_a_wish_against_a_person_blocks_and_one_for_a_woman_warns(found: Any, owner_engine: Engine) -> None:
    inserted(owner_engine, "dashboard.patient_wishes", patient_id=HANA, kind="not", staff_id=ALMAZ)
    inserted(owner_engine, "dashboard.patient_wishes", patient_id=HANA, kind="woman")
    inserted(owner_engine, "dashboard.working_terms", staff_id=BEKELE, gender="man")

    levels = {one.check: one.level for one in found(booking())}

    assert levels == {"unwanted": "block", "gender": "warn"}
    assert [one.sentence for one in found(booking(staff_id=BEKELE))] == [
        "ሐና Girma asked for a woman, which Bekele Alemu is not."
    ]
    assert found(booking(patient_id=DAWIT)) == []


def test_outside_a_shift_warns_on_a_day_with_shifts_alone(found: Any, owner_engine: Engine) -> None:
    shift(owner_engine, staff_id=ALMAZ, shift_start=at(10), shift_end=at(12))

    assert checks(found(booking(start=at(9)))) == ["outside_shift"]
    assert checks(found(booking(start=at(11.5)))) == ["outside_shift"]
    assert found(booking(start=at(10.5))) == []
    assert found(booking(start=at(9, day=1))) == []


def test_working_days_warn_outside_their_hours(found: Any, owner_engine: Engine) -> None:
    for weekday in (1, 2):
        inserted(owner_engine, "dashboard.working_days", staff_id=ALMAZ, weekday=weekday, starts="08:00", ends="12:00")

    assert found(booking()) == []
    assert checks(found(booking(start=at(11.5)))) == ["working_days"]
    assert found(booking(start=at(9, day=2)))[0].sentence == "Almaz Kebede does not work on Wednesday."


def test_travel_that_does_not_fit_warns_and_says_estimated(found: Any, owner_engine: Engine) -> None:
    # 11.1 km x 1.4 / 18 km/h + 10 min = 61.9 min
    before = visit(owner_engine, patient_id=FAR, staff_id=ALMAZ, scheduled_at=at(9))

    (conflict,) = found(booking(start=at(11)))

    assert (conflict.check, conflict.level, conflict.row_id) == ("travel", "warn", before)
    assert conflict.sentence == (
        "The way from Fikre Wolde takes Almaz Kebede 62 min (estimated); there are 60 min for it."
    )
    assert found(booking(start=at(11) + timedelta(minutes=2))) == []
    assert found(booking(patient_id=FAR, start=at(10))) == []


def test_a_patient_booked_twice_warns_but_for_two_carers_of_one_visit(found: Any, owner_engine: Engine) -> None:
    other = visit(owner_engine, staff_id=BEKELE)
    inserted(owner_engine, "dashboard.visit_plans", visit_id=other, pair_id=other)

    assert checks(found(booking())) == ["patient_twice"]
    assert found(booking(pair=other)) == []


def test_hours_of_a_day_and_a_week_count_each_minute_once(found: Any, owner_engine: Engine) -> None:
    shift(owner_engine, staff_id=HIWOT, shift_start=at(6), shift_end=at(14))
    # Inside the shift, so that it counts once.
    assert found(booking(staff_id=HIWOT)) == []
    assert checks(found(booking(staff_id=HIWOT, start=at(15)))) == ["outside_shift", "day_hours"]

    for day in range(1, 6):
        shift(owner_engine, staff_id=HIWOT, shift_start=at(6, day), shift_end=at(14, day))
    (week,) = found(booking(staff_id=HIWOT, start=at(9, day=6)))
    assert week.check == "week_hours"
    assert "52 h 00 min" in week.sentence
    assert found(booking(staff_id=HIWOT, start=at(9, day=7))) == []


@pytest.mark.parametrize("level", ["block", "warn", "off"])
def test_it_says_how_strictly_a_check_is_held(found: Any, owner_engine: Engine, level: str) -> None:
    with owner_engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO dashboard.booking_checks VALUES ('inactive', '{level}')")

    assert [one.level for one in found(booking(staff_id=TERMINATED))] == ([] if level == "off" else [level])


def test_a_visit_already_made_is_recorded_though_its_nurse_has_left(found: Any) -> None:
    assert found(booking(staff_id=TERMINATED, done=True)) == []


def test_who_may_not_read_patients_is_told_no_name(
    app: Flask, config: Config, coordinator: int, owner_engine: Engine, new_person: Callable[..., tuple[int, str]]
) -> None:
    empty(owner_engine)
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ)
    with acting_for(app, config, new_person("Marketing")[0]) as (session, by):
        (conflict,) = conflicts(session, by, [booking()])

    assert "is busy then." in conflict.sentence
    assert "Dawit" not in conflict.sentence


def test_the_way_is_that_of_the_database(owner_engine: Engine) -> None:
    one, other = Point(9.0334, 38.7316), Point(8.8958, 38.7892)
    with owner_engine.connect() as connection:
        km = connection.exec_driver_sql(
            "SELECT ST_Distance('POINT(38.7316 9.0334)'::geography, 'POINT(38.7892 8.8958)'::geography, false) / 1000"
        ).scalar_one()

    assert great_circle_km(one, other) == pytest.approx(km, rel=1e-6)
    assert (travel_minutes(one, other), travel_minutes(one, one)) == (88, 0)


def test_the_statements_do_not_grow_with_the_bookings(found: Any, owner_engine: Engine) -> None:
    visit(owner_engine, patient_id=DAWIT, staff_id=ALMAZ)
    with statements() as few:
        assert found(booking())
    with statements() as many:
        assert found(booking(), *(booking(start=at(9, day=day), staff_id=BEKELE) for day in range(1, 41)))

    assert len(many) == len(few) <= 12
