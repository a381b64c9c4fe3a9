"""Where demand grows: patients who came and were lost, by sub-city and month; visits that nobody makes, by cell.

New is created in the month; lost is no Completed visit for 60 days and none planned, in the month the 60 days ended
(domain.md, "The map's words"). Who never had a visit counts from when they came.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Interval, Select, cast, func, literal, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.precision import Precision
from homecare.access.shown import NOT_SHOWN
from homecare.models import Patient, Place, PublishedCell, Visit
from homecare.queries.figures import may_count
from homecare.queries.map.by_area import NO_PLACE, ring_of
from homecare.queries.map.kept_rows import shifted
from homecare.queries.map.legend import sub_cities_at, sub_city_names
from homecare.records import bookings
from homecare.records.on_map.grid import BITS, Bounds, bounds
from homecare.records.on_map.map_request import MapRequest
from homecare.records.on_map.patient_facts import lost_at

UNCOVERED_LEVEL = 14
VISITS = "visit_services"
MONTHS = 4
Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DemandRow:
    """`month` as 2026-10; `patients` are those who are known to have come by its end. At the level `cells` the sub-city
    is empty, the numbers are in fives, `patients` are the month's own, and nobody knows who was lost.
    """

    sub_city: str
    month: str
    new: int
    lost: int | None
    patients: int
    words_new: Words = ()
    words_lost: Words = ()
    words_patients: Words = ()


@dataclass(frozen=True)
class UncoveredCell:
    """A cell of 2.4 km, where its centre is, and its visits that are unassigned or need cover. `words` open these in
    the list of visits; they are empty where that is shut.
    """

    bounds: Bounds
    sub_city: str
    visits: int
    words: Words = ()


def by_month(session: Session, request: MapRequest, months: int = 12) -> list[DemandRow]:
    """The last months, this one too, oldest first within a sub-city. Two statements over the patients of the list: a
    second for a million.
    """
    listed = [*_last_months(months)]
    if request.published is not None:
        return _published(session, request, listed)
    found = session.execute(_counted(request), execution_options=NOT_SHOWN).all()
    names = sub_city_names(session)
    came, gone = Counter[tuple[str, date | None]](), Counter[tuple[str, date | None]]()
    for row in found:
        city = names[row.sub_city_id] if row.placed else NO_PLACE
        came[city, row.came] += row.patients
        gone[city, row.lost] += row.patients
    return [row for city in sorted({city for city, _ in came}) for row in _of_city(request, city, listed, came, gone)]


def _counted(request: MapRequest) -> Select[Any]:
    """Patients by sub-city, the month they came, and the month they were lost."""
    lost: Any = lost_at() if _may_know_lost(request) else literal(None)
    placed = Place.m.is_not(None).label("placed")
    base: Any = select(
        Place.sub_city_id, placed, _month(Patient.created_at).label("came"), _month(lost).label("lost")
    ).select_from(Patient)  # fmt: skip
    of = request.narrowed(base.outerjoin(Place, Place.patient_id == Patient.id)).subquery()
    apart = (of.c.sub_city_id, of.c.placed, of.c.came, of.c.lost)
    found: Select[Any] = select(*apart, func.count().label("patients")).group_by(*apart)
    return found


def _may_know_lost(request: MapRequest) -> bool:
    return request.by.reads(VISITS, "status", "scheduled_at", "patient_id") and VISITS not in request.by.scoped_tables()


def _of_city(
    request: MapRequest,
    city: str,
    months: list[date],
    came: Counter[tuple[str, date | None]],
    gone: Counter[tuple[str, date | None]],
) -> list[DemandRow]:
    area = ("has_place", "0") if city == NO_PLACE else ("area", city)
    is_known = _may_know_lost(request)
    found = []
    for month in months:
        word = f"{month:%Y-%m}"
        total = sum(count for (of, when), count in came.items() if of == city and when is not None and when <= month)
        last_day = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        asked = (("month", word), ("lost_in", word), ("created_at__lte", last_day.isoformat()))
        of_new, of_lost, of_all = ((*request.words, area, pair) for pair in asked)
        lost = gone[city, month] if is_known else None
        found.append(DemandRow(city, word, came[city, month], lost, total, of_new, of_lost if is_known else (), of_all))
    return found


def _published(session: Session, request: MapRequest, months: list[date]) -> list[DemandRow]:
    assert request.published is not None  # noqa: S101 - asked by the caller
    patients = func.sum(PublishedCell.patients)
    asked = select(PublishedCell.month, patients.label("patients")).where(*request.published.clauses(MONTHS))
    found = {row.month: int(row.patients) for row in session.execute(asked.group_by(PublishedCell.month))}
    counts = [(month, found.get(month, 0)) for month in months]
    return [DemandRow("", f"{month:%Y-%m}", count, None, count) for month, count in counts]


def _month(moment: Any) -> Any:
    """The first day of the moment's month in Addis."""
    in_addis = cast(moment, Patient.created_at.type) + cast(literal("3 hours"), Interval)
    return cast(func.date_trunc("month", in_addis), Date)


def _last_months(number: int) -> list[date]:
    first = clock.today().replace(day=1)
    found = [first]
    while len(found) < number:
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found[::-1]


def uncovered(session: Session, by: Acting, first: date, last: date) -> list[UncoveredCell]:
    """Of the days from `first` to `last` in Addis, most visits first. Three statements, one over the waiting visits of
    these days. Empty for who may not read visits, or whose map has no single places.
    """
    columns = ("status", "scheduled_at", "check_in_time", "staff_id", "patient_id")
    if precision.of_map(by) not in (Precision.EXACT, Precision.OWN) or not by.reads(VISITS, *columns):
        return []
    start, end = bookings.day_bounds(first)[0], bookings.day_bounds(last)[1]
    cell = shifted(Place.m, 2 * (BITS - UNCOVERED_LEVEL)).label("cell")
    number = func.count().label("visits")
    found = (
        select(cell, number)
        .select_from(Visit)
        .join(Place, Place.patient_id == Visit.patient_id)
        .where(Visit.scheduled_at >= start, Visit.scheduled_at < end, Place.m.is_not(None))
        .where(bookings.uncovered(), *precision.on_map(by, Visit.patient_id))
        .group_by(cell)
        .order_by(number.desc(), cell)
    )
    rows = session.execute(found, execution_options=NOT_SHOWN).all()
    areas = {row.cell: bounds(UNCOVERED_LEVEL, row.cell) for row in rows}
    cities = sub_cities_at(session, areas)
    days = (("is", "uncovered"), ("scheduled_at__gte", first.isoformat()), ("scheduled_at__lte", last.isoformat()))
    words = {at: (*days, ("patient_area", ring_of(areas[at]))) for at in areas}
    opens = any(may_count(by, VISITS, of) for of in [*words.values()][:1])
    return [
        UncoveredCell(areas[row.cell], cities[row.cell], row.visits, words[row.cell] if opens else ()) for row in rows
    ]
