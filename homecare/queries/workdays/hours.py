"""Hours per person and month: planned, worked, travelled, and what is open. Each figure is that of a list of visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, func, select, true
from sqlalchemy.orm import Session, aliased

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.row_scope import me
from homecare.access.shown import NOT_SHOWN
from homecare.models import Patient, Staff, Visit, WorkingTerms
from homecare.models.folding import in_order
from homecare.queries import figures
from homecare.queries.workdays.months import Month
from homecare.records import bookings, worked_hours
from homecare.records.named import to_invoice
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.table import shown_table

VISITS = "visit_services"
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Measure:
    """A figure. `named` is the condition of its list, `mine` the one that lists one's own where others may not be
    listed. `timed`: it has hours too, else it counts visits alone. `means` says it to who reads the page."""

    key: str
    label: str
    named: str
    means: str
    timed: bool = False
    mine: str = ""


MEASURES = (
    Measure("planned", "Planned", "planned",
            "Visits that were not cancelled, with the minutes that were planned for them.", timed=True),
    Measure("worked", "Worked", "worked", "From check-in to check-out.", timed=True),
    Measure("travel", "Travel, estimated", "travelled",
            "Between the patients of a day, estimated from the distance.", timed=True),
    Measure("open", "Not checked out", "open_check_out",
            "Checked in and never out: still open, and not counted as worked until somebody writes the check-out."),
    Measure("over_long", "Over-long", "over_long",
            "Checked out later than twice the planned minutes. Counted as worked at twice, until it is corrected.",
            mine="my_over_long"),
    Measure("to_invoice", "Not invoiced", "to_invoice", "Completed, and no invoice stands for it."),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """So many visits, and their minutes where the measure has any. `url` lists exactly these visits."""

    visits: int
    minutes: int
    url: str


@dataclass(frozen=True)
class Line:
    """`contracted` are the minutes of the month by contract. `figures` by key of a measure that the role may see."""

    staff_id: int
    name: str
    contracted: int | None
    figures: Mapping[str, Figure]


def measures_of(who: Acting, *, own: bool) -> dict[str, tuple[Measure, str]]:
    """The measures that the role may list, and the condition of each, by key."""
    found = {}
    for measure in MEASURES:
        for condition in (measure.named, *([measure.mine] if own and measure.mine else [])):
            if figures.may_count(who, VISITS, [("is", condition)]):
                found[measure.key] = (measure, condition)
                break
    return found


def hours(session: Session, who: Acting, month: Month, *, own: bool) -> list[Line]:
    """Everybody with a visit in the month or hours by contract, by name; `own`: oneself alone. Three statements, which
    read the month's visits once."""
    measures = measures_of(who, own=own)
    rows = {row.staff_id: row for row in session.execute(_summed(month, own, measures), execution_options=NOT_SHOWN)}
    terms = _contracted(session, own)
    names = _names(session, who, {*rows, *terms})
    return [
        Line(
            staff_id=staff_id,
            name=name,
            contracted=None if (weekly := terms.get(staff_id)) is None else round(weekly * month.days / DAYS_OF_WEEK),
            figures={
                key: Figure(
                    visits=getattr(row, f"{key}_visits", 0) if (row := rows.get(staff_id)) else 0,
                    minutes=(getattr(row, f"{key}_seconds", 0) or 0) // 60 if row and measure.timed else 0,
                    url=address(month, condition, staff_id),
                )
                for key, (measure, condition) in measures.items()
            },
        )
        for staff_id, name in names.items()
    ]


def address(month: Month, condition: str, staff_id: int | None = None) -> str:
    """The list of the visits behind a figure, of one person or of everybody."""
    days = [("scheduled_at__gte", month.first.isoformat()), ("scheduled_at__lte", month.last.isoformat())]
    whose = ("staff_id__eq", str(staff_id)) if staff_id is not None else ("staff_id__isnull", "0")
    return figures.address(VISITS, [whose, *days, ("is", condition)])


def totals(lines: Iterable[Line]) -> dict[str, tuple[int, int]]:
    """Visits and minutes of everybody, by key."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        for key, figure in line.figures.items():
            visits, minutes = found.get(key, (0, 0))
            found[key] = (visits + figure.visits, minutes + figure.minutes)
    return found


def _summed(month: Month, own: bool, measures: Mapping[str, Any]) -> Select[Any]:
    """A row per person: <key>_visits and <key>_seconds of the measures."""
    one = _of_visits(month, own, measures).subquery()
    columns = []
    for key, (measure, _) in measures.items():
        counts = one.c[f"{key}_is"]
        columns.append(func.count().filter(counts).label(f"{key}_visits"))
        if measure.timed:
            seconds = func.sum(one.c[f"{key}_seconds"]).filter(counts)
            columns.append(cast(func.coalesce(seconds, 0), BigInteger).label(f"{key}_seconds"))
    return select(one.c.staff_id, *columns).group_by(one.c.staff_id)


def _of_visits(month: Month, own: bool, measures: Mapping[str, Any]) -> Select[Any]:
    """A row per visit of the month, with what it adds to each measure."""
    columns: list[Any] = [Visit.staff_id.label("staff_id")]
    if "planned" in measures:
        columns += [worked_hours.live().label("planned_is"), (bookings.planned_minutes() * 60).label("planned_seconds")]
    worked = worked_hours.worked_seconds()
    if "worked" in measures:
        most = func.least(worked, worked_hours.most_seconds())
        columns += [worked.is_not(None).label("worked_is"), most.label("worked_seconds")]
    if "open" in measures:
        columns.append(worked_hours.not_checked_out().label("open_is"))
    if "over_long" in measures:
        columns.append((worked > worked_hours.most_seconds()).label("over_long_is"))
    if "to_invoice" in measures:
        columns.append(to_invoice().label("to_invoice_is"))
    place = aliased(Patient)
    if "travel" in measures:
        columns += _travelled(place)
    statement = select(*columns).where(*_in_month(month, own))
    return statement.outerjoin(place, place.id == Visit.patient_id) if "travel" in measures else statement


def _travelled(place: Any) -> list[Any]:
    """By the visit before it in the person's day, among those that take time."""
    order: dict[str, Any] = {
        "partition_by": (Visit.staff_id, worked_hours.addis_day(), bookings.occupying()),
        "order_by": (bookings.busy_start(), Visit.id),
    }
    before = func.lag(Visit.patient_id).over(**order)
    minutes = worked_hours.travel_minutes(place.geolocation, func.lag(place.geolocation).over(**order))
    is_one = and_(bookings.occupying(), before != Visit.patient_id, minutes.is_not(None))
    return [is_one.label("travel_is"), (minutes * 60).label("travel_seconds")]


def _in_month(month: Month, own: bool) -> list[Any]:
    start, end = clock.day_start(month.first), bookings.day_bounds(month.last)[1]
    whose = Visit.staff_id == me() if own else Visit.staff_id.is_not(None)
    return [Visit.scheduled_at >= start, Visit.scheduled_at < end, whose]


def _contracted(session: Session, own: bool) -> dict[int, int]:
    """The minutes a week, by person."""
    asked = select(WorkingTerms.staff_id, WorkingTerms.contracted_minutes).where(
        WorkingTerms.contracted_minutes > 0, WorkingTerms.staff_id == me() if own else true()
    )
    return {row.staff_id: row.contracted_minutes for row in session.execute(asked)}


def _names(session: Session, who: Acting, ids: set[int]) -> dict[int, str]:
    """By name; those whose row the person may not read stand last with their number."""
    if not ids:
        return {}
    named: dict[int, str] = {}
    if who.may("staff"):
        seen = Seen.of(who, shown_table("staff"))
        selected = build(seen, [name for name in seen.table.naming if seen.access.sees(name)])
        asked = selected.statement.where(Staff.id.in_(ids))
        rows = session.execute(asked.order_by(in_order(Staff.first_name), Staff.id)).all()
        named = {row._id: row_name(seen.table, Stored(row, selected, {})) for row in rows}
    return named | {staff_id: f"#{staff_id}" for staff_id in sorted(ids - {*named})}
