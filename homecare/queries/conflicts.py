"""What speaks against some bookings, in sentences, as IT holds each check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action, folded
from homecare.queries.booked import known_times
from homecare.queries.booked.checks import levels
from homecare.queries.booked.findings import FINDERS, STAFF, Checked, Found
from homecare.queries.booked.known_times import Booking, Busy, Facts
from homecare.records import bookings
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import coded_tables

__all__ = ["Booking", "Conflict", "alternatives", "conflicts", "warned"]

PATIENTS = "patients"
# The index of a booking, the check, and what it found.
Against = tuple[int, str, Found]
NAMES = re.compile(r"\{(whom?)\}")


@dataclass(frozen=True)
class Conflict:
    """`level` is "block" or "warn", `booking` the index of what was checked, `resource` and `row_id` what stands
    against it (None: another of the bookings)."""

    check: str
    level: str
    sentence: str
    booking: int
    resource: str
    row_id: int | None

    @property
    def key(self) -> str:
        """What confirms a warning."""
        return f"{self.check}:{f'new-{self.booking}' if self.row_id is None else self.row_id}"


def conflicts(session: Session, by: Acting, planned: Sequence[Booking]) -> list[Conflict]:
    """Blocks and warnings, in the order of the bookings; checks that are off are not run. The rows that are changed
    do not stand against themselves, and the bookings are checked against each other. At most 12 statements.
    """
    if not planned:
        return []
    held = levels(session)
    found, _ = _found(session, by, planned, held, together=True)
    return _told(session, by, planned, held, found)


def alternatives(
    session: Session, by: Acting, planned: Sequence[Booking], most: int
) -> tuple[list[int], list[Conflict], Facts]:
    """As `conflicts`, of bookings of which one alone will be made: they do not stand against each other. The indexes of
    the first `most` that nothing blocks and the warnings of these, so that nobody is named who is not shown. With all
    that they were held against, so that nobody reads it again.
    """
    held = levels(session)
    found, facts = _found(session, by, planned, held, together=False)
    left = _left(planned, held, found)[:most]
    return left, _told(session, by, planned, held, [one for one in found if one[0] in left]), facts


def warned(session: Session, by: Acting, planned: Sequence[Booking]) -> tuple[dict[int, tuple[str, ...]], Facts]:
    """As `alternatives`, of all that nothing blocks, with the checks that warn by their names alone: no sentence is
    made, so nobody's name is read.
    """
    held = levels(session)
    found, facts = _found(session, by, planned, held, together=False)
    names: dict[int, dict[str, None]] = {index: {} for index in _left(planned, held, found)}
    for index, name, _ in found:
        if index in names:
            names[index][name] = None
    return {index: tuple(of) for index, of in names.items()}, facts


def _left(planned: Sequence[Booking], held: Mapping[str, str], found: Sequence[Against]) -> list[int]:
    blocked = {index for index, name, _ in found if held[name] == "block"}
    return [index for index in range(len(planned)) if index not in blocked]


def _found(
    session: Session, by: Acting, planned: Sequence[Booking], held: Mapping[str, str], *, together: bool
) -> tuple[list[Against], Facts]:
    """What speaks against each, without names."""
    facts = _facts(session, planned)
    busy = [_busy(one, index, facts, by) for index, one in enumerate(planned)]
    times = [*facts.busy, *(one for one in busy if one is not None and together)]
    of_staff, of_patient = _grouped(times, "staff_id"), _grouped(times, "patient_id")
    found: list[Against] = []
    for index, one in enumerate(planned):
        of_both = of_staff.get(one.staff_id, ()), of_patient.get(one.patient_id, ())
        same_person, same_patient = ([other for other in each if other.index != index] for each in of_both)
        checked = Checked(one, busy[index], same_person, same_patient, facts, by, index)
        found += [(index, name, each) for name in FINDERS if held[name] != "off" for each in FINDERS[name](checked)]
    return found, facts


def _told(
    session: Session, by: Acting, planned: Sequence[Booking], held: Mapping[str, str], found: Sequence[Against]
) -> list[Conflict]:
    """In sentences, with the names of these alone: the read log says who was named. Two statements."""
    people = {planned[index].staff_id for index, _, _ in found}
    staff = _names(session, by, STAFF, people)
    patients = _names(session, by, PATIENTS, {each.patient_id for _, _, each in found})
    return [
        Conflict(
            name,
            held[name],
            _said(
                each.sentence,
                staff.get(planned[index].staff_id or 0, "this person"),
                patients.get(each.patient_id or 0, "the patient"),
            ),
            index,
            each.resource,
            each.row_id,
        )
        for index, name, each in found
    ]


def _grouped(times: Sequence[Busy], name: str) -> dict[int | None, list[Busy]]:
    found: dict[int | None, list[Busy]] = {}
    for one in times:
        if getattr(one, name) is not None:
            found.setdefault(getattr(one, name), []).append(one)
    return found


def _said(sentence: str, who: str, whom: str) -> str:
    said = NAMES.sub(lambda found: whom if found[1] == "whom" else who, sentence)
    return said[:1].upper() + said[1:]


def _facts(session: Session, planned: Sequence[Booking]) -> Facts:
    longest = bookings.LONGEST_VISIT
    spans = [(one.start, one.end or one.start + longest) for one in planned if one.start is not None]
    return known_times.read(
        session,
        {one.staff_id for one in planned if one.staff_id is not None},
        {one.patient_id for one in planned},
        known_times.around(spans),
        {(one.resource, one.row_id) for one in planned if one.row_id is not None},
    )


def _busy(one: Booking, index: int, facts: Facts, by: Acting) -> Busy | None:
    if one.start is None or (one.kind == "shift" and one.end is None):
        return None
    carer = facts.carers.get(one.staff_id or 0)
    role = by.policy.roles.get(folded(carer.role)) if carer else None
    by_role = role.visit_minutes if role else bookings.DEFAULT_VISIT_MINUTES
    length = timedelta(minutes=one.minutes or by_role)
    end = one.end or min(one.start, clock.LATEST - bookings.LONGEST_VISIT) + length
    if one.done and end - one.start > 2 * length:
        # Completed long after it was over, with the time of now as its check-out: it is counted at twice its length.
        end = one.start + 2 * length
    return Busy(one.resource, one.row_id, one.staff_id, one.patient_id, one.start, end, one.pair, index)


def _names(session: Session, by: Acting, table: str, ids: Collection[int | None]) -> dict[int, str]:
    """As the person may read them; who may not is told no name. One statement."""
    known = {row_id for row_id in ids if row_id is not None}
    if not known or not by.may(table, Action.VIEW):
        return {}
    return names_of(session, Seen.of(by, coded_tables()[table]), known)
