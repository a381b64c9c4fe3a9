"""Records when a staff member is away; what was planned for then is the caller's to give to others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.change_sets import Doing
from homecare.access.row_scope import UNSCOPED
from homecare.actions.assigning.held import lock_people
from homecare.actions.assigning.rights import need_planning
from homecare.actions.rows import RowGoneError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Absence, Staff
from homecare.queries.booked.findings import span_words
from homecare.queries.booked.listed import ABSENCE, offered

LONGEST_NOTE = 500
ABSENCES = Absence.__tablename__


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
    *, session: Session, by: Acting, absence_id: int, starts_at: datetime, ends_at: datetime, kind: str, note: str = ""
) -> str:
    """Raises as `record_absence`. Returns the change set."""
    need_planning(by)
    with transaction(session, by=by, doing=Doing("assign", f"Absent: {kind}", ABSENCES)) as change_set:
        _fill(session, _locked(session, absence_id), starts_at, ends_at, kind, note)
        session.flush()
    return str(change_set)


@retried
def remove_absence(*, session: Session, by: Acting, absence_id: int) -> str:
    """Raises NotAllowedError, RowGoneError. Returns the change set."""
    need_planning(by)
    with transaction(session, by=by, doing=Doing("delete", "Not absent", ABSENCES)) as change_set:
        session.delete(_locked(session, absence_id))
        session.flush()
    return str(change_set)


def _locked(session: Session, absence_id: int) -> Absence:
    asked = select(Absence).where(Absence.id == absence_id).with_for_update()
    found = session.scalar(asked, execution_options=UNSCOPED | {"populate_existing": True})
    if found is None:
        raise RowGoneError
    return found


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
        when = span_words(standing.starts_at, standing.ends_at)
        raise RuleError("starts_at", f"The person is already absent on {when}. Change that absence instead.")
    absence.starts_at, absence.ends_at, absence.kind, absence.note = starts_at, ends_at, kind, note.strip()
