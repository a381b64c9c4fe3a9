"""One's own visits of today and the days after, and of the next one what is needed at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.pages import is_at_least
from homecare.access.policy import Action, State, folded
from homecare.access.row_scope import me
from homecare.models import Patient, Visit, VisitPlan
from homecare.queries.workdays.own_visit import NIGHT, OwnVisit
from homecare.records import bookings
from homecare.records.row_select import MASK, RowSelect, build, relation_label
from homecare.records.seen import Seen
from homecare.tables.labels import plain_text
from homecare.tables.table import shown_table

# Today and so many days after it.
DAYS_AHEAD = 7
MOST_ROWS = 200
COLUMNS = ("patient_id", "scheduled_at", "check_in_time", "check_out_time", "status")
KINDS = {"in": "check_in_time", "out": "check_out_time"}
DOOR = ("address", "phone_number", "emergency_contact")


@dataclass(frozen=True)
class Fact:
    """What the role may read of the patient, as text. `link` is a number to call."""

    label: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Door:
    """What is needed at the patient's door. `place` is "lat,lon", empty where there is none or it may not be read."""

    facts: tuple[Fact, ...] = ()
    place: str = ""
    note: str = ""
    note_of: datetime | None = None


@dataclass(frozen=True)
class OwnDay:
    """`following` are the other visits of today and the days after, by day."""

    next: OwnVisit | None
    door: Door
    following: dict[date, list[OwnVisit]] = field(default_factory=dict)

    @property
    def left_today(self) -> int:
        today = clock.today()
        rest = [
            visit for day, visits in self.following.items() if day <= today for visit in visits if not visit.is_over
        ]
        return len(rest) + int(self.next is not None and self.next.day <= today)


def may_see(who: Acting) -> bool:
    """Whether the page of one's own day is open to the person, and the visits on it."""
    level = who.decide("page:assign", Action.VIEW).level
    return is_at_least("assign", level, "own") and who.may("visit_services")


def may_check(who: Acting, kind: str) -> bool:
    """Whether the role may set the time of a check-in ("in") or check-out ("out") of its visits."""
    access = Seen.of(who, shown_table("visit_services")).access
    return access.may(Action.EDIT) and access.sets(KINDS[kind], creating=False)


def own_day(session: Session, who: Acting) -> OwnDay:
    """Four statements: visits, plans, the next visit's patient, the note of the visit before."""
    visits = _visits(session, who)
    now = clock.now_utc()
    chosen = _next(visits, now)
    following: dict[date, list[OwnVisit]] = {}
    for visit in visits:
        if visit is not chosen:
            following.setdefault(visit.day, []).append(visit)
    return OwnDay(chosen, _door(session, who, chosen) if chosen else Door(), following)


def next_visit(session: Session, who: Acting) -> OwnVisit | None:
    """The visit that the page begins with. Two statements."""
    return _next(_visits(session, who), clock.now_utc())


def _next(visits: Sequence[OwnVisit], now: datetime) -> OwnVisit | None:
    """The one that is going on; else the earliest that waits, those that count as missed after the others of today."""
    waiting = [visit for visit in visits if not visit.is_over and folded(visit.status) not in ("missed",)]
    order = sorted(
        waiting,
        key=lambda visit: (
            visit.check_in_at is None,
            not visit.check,
            visit.is_missed(now),
            visit.scheduled_at or now,
            visit.id,
        ),
    )
    return order[0] if order else None


def _visits(session: Session, who: Acting) -> list[OwnVisit]:
    """Of today and the days after, those still going on and those of last night that wait. Cancelled ones aside."""
    seen = Seen.of(who, shown_table("visit_services"))
    selected = build(seen, [name for name in COLUMNS if seen.access.sees(name)], sort="scheduled_at")
    start = clock.day_start(clock.today())
    until = start + timedelta(days=1 + DAYS_AHEAD)
    open_now = and_(bookings.in_progress(), Visit.check_in_time.is_not(None), Visit.check_out_time.is_(None))
    of_last_night = and_(bookings.waiting(), Visit.scheduled_at.between(clock.now_utc() - NIGHT, start))
    found = selected.statement.where(
        Visit.staff_id == me(),
        or_(and_(Visit.scheduled_at >= start, Visit.scheduled_at < until), open_now, of_last_night),
        bookings.status_word() != "cancelled",
    )
    rows = session.execute(found.order_by(Visit.scheduled_at, Visit.id).limit(MOST_ROWS)).all()
    plans = _plans(session, [row._id for row in rows])
    return [_visit(row, selected, plans.get(row._id)) for row in rows]


def _plans(session: Session, ids: list[int]) -> dict[int, Any]:
    """Purpose and minutes by visit."""
    asked = (
        select(Visit.id, VisitPlan.purpose, bookings.planned_minutes().label("minutes"))
        .outerjoin(VisitPlan, VisitPlan.visit_id == Visit.id)
        .where(Visit.id.in_(ids))
    )
    return {row.id: row for row in session.execute(asked)} if ids else {}


def _visit(row: Row[Any], selected: RowSelect, plan: Any) -> OwnVisit:
    def value(name: str) -> Any:
        return getattr(row, name, None)

    return OwnVisit(
        id=row._id,
        patient_id=value("patient_id"),
        patient=_name(row, selected),
        scheduled_at=_moment(value("scheduled_at")),
        check_in_at=_moment(value("check_in_time")),
        check_out_at=_moment(value("check_out_time")),
        status=value("status") or "Pending",
        purpose=(plan.purpose or "") if plan else "",
        minutes=plan.minutes if plan else None,
    )


def _name(row: Row[Any], selected: RowSelect) -> str:
    label = relation_label(row, selected, "patient_id") if hasattr(row, "patient_id") else None
    return f"Visit {row._id}" if label is None else f"Patient {label}" if label.startswith("#") else label


def _moment(value: Any) -> datetime | None:
    """None also for a moment outside Python's calendar."""
    return value if isinstance(value, datetime) else None


def _door(session: Session, who: Acting, visit: OwnVisit) -> Door:
    note, note_of = _note(session, who, visit)
    if visit.patient_id is None or not who.may("patients"):
        return Door(note=note, note_of=note_of)
    seen = Seen.of(who, shown_table("patients"))
    states = seen.access.states
    shown = [name for name in DOOR if states[name] in (State.SHOWN, State.MASKED)]
    place = ["geolocation"] if seen.access.sees("geolocation") else []
    selected = build(seen, [*shown, *place])
    row = session.execute(selected.statement.where(Patient.id == visit.patient_id)).first()
    if row is None:
        return Door(note=note, note_of=note_of)
    facts = tuple(
        Fact(fields.label, text, _call(str(getattr(row, name))) if states[name] is State.SHOWN else "")
        for name in shown
        if (text := plain_text(fields := seen.table.fields[name], getattr(row, name))) and text != MASK
    )
    at = str(row.geolocation or "") if place else ""
    return Door(facts, at.strip(",") and at, note, note_of)


def _call(value: str) -> str:
    digits = value.replace(" ", "")
    return digits if digits.removeprefix("+").isdecimal() and digits.isascii() and 7 <= len(digits) <= 16 else ""


def _note(session: Session, who: Acting, visit: OwnVisit) -> tuple[str, datetime | None]:
    """Of the patient's last completed visit before this one that the person may see, with its time."""
    seen = Seen.of(who, shown_table("visit_services"))
    needed = ("visit_notes", "patient_id", "status", "scheduled_at")
    if visit.patient_id is None or not all(seen.access.sees(name) for name in needed):
        return "", None
    selected = build(seen, ["visit_notes", "scheduled_at"], sort="scheduled_at")
    before = selected.statement.where(
        Visit.patient_id == visit.patient_id,
        Visit.id != visit.id,
        bookings.status_word() == "completed",
        Visit.scheduled_at < (visit.scheduled_at or clock.now_utc()),
    )
    row = session.execute(before.order_by(Visit.scheduled_at.desc(), Visit.id.desc()).limit(1)).first()
    return ("", None) if row is None else (row.visit_notes or "", _moment(row.scheduled_at))
