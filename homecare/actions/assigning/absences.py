"""Records when a staff member is away; what was planned for then is the caller's to give to others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning.held import VISITS, lock_people
from homecare.actions.assigning.rights import need_planning
from homecare.actions.rows import RowGoneError, lock_all
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Absence, Staff
from homecare.queries.booked.findings import span_words
from homecare.queries.booked.listed import ABSENCE, offered

LONGEST_NOTE = 500
ABSENCES = Absence.__tablename__


class AlreadyAbsentError(RuleError):
    """The person is absent then already, by the absence `absence_id`."""

    def __init__(self, standing: Absence) -> None:
        when = span_words(standing.starts_at, standing.ends_at)
        super().__init__("starts_at", f"The person is already absent on {when}. Change that absence instead.")
        self.absence_id = standing.id


@retried
def record_absence(
    *, session: Session, by: Acting, staff_id: int, starts_at: datetime, ends_at: datetime, kind: str, note: str = ""
) -> tuple[str, int]:
    """Returns the change set and the absence's id. Moments naive UTC.

    Raises NotAllowedError, RowGoneError, RuleError at "starts_at", "ends_at", "kind" or "note".
    """
    need_planning(by)
    with transaction(session, by=by, doing=Doing("assign", f"Absent: {kind}", ABSENCES)) as change_set:
        absence = Absence(staff_id=staff_id)
        _fill(session, absence, starts_at, ends_at, kind, note)
        session.add(absence)
        session.flush()
    return str(change_set), absence.id


@retried
def change_absence(
    *,
    session: Session,
    by: Acting,
    absence_id: int,
    version: str,
    starts_at: datetime,
    ends_at: datetime,
    kind: str,
    note: str = "",
) -> str:
    """Returns the change set, whose table is that of the visits. Raises as `record_absence`, and rows.RowsChangedError
    where the absence is no longer at its version."""
    need_planning(by)
    with transaction(session, by=by, doing=Doing("absence", f"Absent: {kind}", VISITS)) as change_set:
        _fill(session, lock_all(session, Absence, {absence_id: version})[absence_id], starts_at, ends_at, kind, note)
        session.flush()
    return str(change_set)


@retried
def remove_absence(*, session: Session, by: Acting, absence_id: int, version: str) -> str:
    """Returns the change set, whose table is that of the visits. Raises NotAllowedError, rows.RowsChangedError."""
    need_planning(by)
    with transaction(session, by=by, doing=Doing("absence", "Not absent", VISITS)) as change_set:
        session.delete(lock_all(session, Absence, {absence_id: version})[absence_id])
        session.flush()
    return str(change_set)


def _fill(session: Session, absence: Absence, starts_at: datetime, ends_at: datetime, kind: str, note: str) -> None:
    if ends_at <= starts_at:
        raise RuleError("ends_at", "The absence ends before it begins. Correct one of them.")
    if kind != absence.kind and kind not in offered(session, ABSENCE):
        raise RuleError("kind", f"{kind!r} is not in the list of absences. Choose one of the list.")
    if len(note) > LONGEST_NOTE:
        raise RuleError("note", f"Write at most {LONGEST_NOTE} characters.")
    if session.scalar(select(Staff.id).where(Staff.id == absence.staff_id)) is None:
        raise RowGoneError
    # Nobody is booked into it while it is written.
    lock_people(session, [absence.staff_id])
    other = select(Absence).where(
        Absence.staff_id == absence.staff_id, Absence.starts_at < ends_at, Absence.ends_at > starts_at
    )
    if absence.id is not None:
        other = other.where(Absence.id != absence.id)
    standing = session.scalar(other.order_by(Absence.starts_at).limit(1), execution_options=UNSCOPED)
    if standing is not None:
        raise AlreadyAbsentError(standing)
    absence.starts_at, absence.ends_at, absence.kind, absence.note = starts_at, ends_at, kind, note.strip()
