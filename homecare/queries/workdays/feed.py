"""A person's visits as a calendar file (RFC 5545): their times and the patients' codes, and nothing else of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.row_scope import me
from homecare.access.shown import NOT_SHOWN
from homecare.models import Patient, Visit
from homecare.records import bookings

VISITS = "visit_services"
BACK, AHEAD = timedelta(days=30), timedelta(days=90)
MOST_ROWS = 1000
# A line has at most so many bytes; what is longer goes on in the next, behind a space.
LINE_BYTES = 75


@dataclass(frozen=True)
class Entry:
    """`patient_id` is None where the person may not read the code, which is then empty. Moments are UTC."""

    visit_id: int
    patient_id: int | None
    code: str
    start: datetime
    end: datetime
    changed_at: datetime


def entries(session: Session, who: Acting) -> list[Entry]:
    """The person's visits from 30 days back to 90 ahead, those aside that take nobody's time; none for who may not
    read the times of visits. One statement; the caller records what it shows."""
    if not who.reads(VISITS, "scheduled_at"):
        return []
    now = clock.now_utc()
    length = bookings.planned_minutes()
    # Own patients alone are open to some roles: of a visit far ahead they learn the code as it comes nearer.
    code = select(Patient.patient_code).where(Patient.id == Visit.patient_id).scalar_subquery()
    reads_codes = who.reads(VISITS, "patient_id") and who.reads("patients", "patient_code")
    columns = [Visit.id, Visit.patient_id, Visit.scheduled_at, length.label("minutes"), Visit.updated_at]
    asked = (
        select(*columns, *([code.label("code")] if reads_codes else []))
        .where(
            Visit.staff_id == me(),
            Visit.scheduled_at >= now - BACK,
            Visit.scheduled_at < now + AHEAD,
            bookings.occupying(),
        )
        .order_by(Visit.scheduled_at, Visit.id)
        .limit(MOST_ROWS)
    )
    return [
        Entry(
            visit_id=row.id,
            patient_id=row.patient_id if (known := getattr(row, "code", None)) else None,
            code=known or "",
            start=row.scheduled_at,
            end=row.scheduled_at + timedelta(minutes=row.minutes),
            changed_at=row.updated_at if isinstance(row.updated_at, datetime) else now,
        )
        for row in session.execute(asked, execution_options=NOT_SHOWN)
    ]


def written(found: Iterable[Entry]) -> str:
    """The file."""
    return "".join(f"{line}\r\n" for content in _lines(found) for line in folded(content))


def _lines(found: Iterable[Entry]) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Homecare Admin//Own visits//EN", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", "X-WR-CALNAME:My visits", "REFRESH-INTERVAL;VALUE=DURATION:PT1H")
    for one in found:
        yield from ("BEGIN:VEVENT", f"UID:visit-{one.visit_id}@homecare-admin", f"DTSTAMP:{_moment(one.changed_at)}")
        yield from (f"DTSTART:{_moment(one.start)}", f"DTEND:{_moment(one.end)}")
        yield from (f"SUMMARY:{_text(one.code or 'Visit')}", "CLASS:PRIVATE", "END:VEVENT")
    yield "END:VCALENDAR"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}Z"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 bytes, never within a letter; each but the first begins with a space."""
    piece, size = "", 0
    for letter in line:
        length = len(letter.encode())
        if size + length > LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + length
    yield piece
