"""Who should go to a patient then: caregivers by a score out of 100, its parts and what speaks against each.

The parts, as domain.md "Assigning work" weighs them:

- continuity 40: the person's share of the patient's last 10 Completed visits, by check-out, else check-in, else the
  scheduled time; of as many as there are, and visits of nobody count in them. Whom the patient asked for has it whole.
- proximity 25: of the visit of that day (Addis) that begins last before the start and of the first that begins from it
  on, each counts 1 at the same place down to 0 from 10 great-circle km on; their mean, of those whose place is known.
  Half where no way is known: nobody is near or far from home, which the company does not record.
- day 20: what is left of 8 h once the booked minutes of that day are taken off, never below none.
- week 10: the same of the week, Monday to Sunday, and the contracted hours, or 48 h. Contracted for none leaves none.
- sub_city 5: whole if either of those two visits is in the patient's sub-city.

The visit or shift that is asked about counts nowhere. Ranked is who is Active in a role that gives care and has no
conflict that blocks; of equals the lower id. Who may not read every patient's place gets neither proximity nor
sub_city, because they tell of it, and the score is out of 70.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.precision import Precision, of_records
from homecare.access.shown import NOT_SHOWN
from homecare.models import Assignment, Visit, VisitPlan
from homecare.queries.booked.checks import levels
from homecare.queries.booked.known_times import SHIFTS, VISITS, Booking, Facts
from homecare.queries.booked.scores import WEEK, Standing, Subject, standings, weeks
from homecare.queries.conflicts import Conflict, alternatives, warned
from homecare.records import bookings
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import coded_tables

PARTS = ("continuity", "proximity", "day", "week", "sub_city")
OF_PLACE = ("proximity", "sub_city")
# How many are held against all checks at first; twice as many each time that too few are left.
FIRST = 24
# Of how many the week is read at first, likewise.
MANY = 200
# Of those whom nothing speaks against, for rows of an absence that are at the same time.
FREE = 4
STAFF = "staff"

T = TypeVar("T")
Span = tuple[datetime, datetime]
# A person's id and the parts of the score.
Ranked = tuple[int, dict[str, float]]


@dataclass(frozen=True)
class Suggestion:
    """`parts` add up to `score`. `against` are the warnings, `free` is what is left of the person's day (UTC). `warned`
    are the checks that warn, where no sentences were asked for.
    """

    staff_id: int
    name: str
    score: float
    parts: Mapping[str, float]
    against: Sequence[Conflict]
    free: Sequence[Span]
    warned: Sequence[str] = ()

    @property
    def reasons_against(self) -> list[str]:
        return [conflict.sentence for conflict in self.against]


def suggestions(session: Session, by: Acting, about: Booking, most: int = 8) -> list[Suggestion]:
    """The best `most`, best first; none without a time, or for who may not read who is booked. Seven statements for
    the scores, and twelve for each round of checks, mostly one of each.
    """
    found: list[Suggestion] = []
    for chunk in _candidates(session, by, about):
        found += _allowed(session, by, about, chunk, most - len(found))
        if len(found) >= most:
            break
    return found


def replacements(session: Session, by: Acting, about: Booking, most: int = 8) -> list[Suggestion]:
    """The best `most` by score of others than who has it now, and the best FREE whom nothing speaks against; these
    first. They have the names of the checks and no reasons, so no patient's name is read. Cost as `suggestions`; where
    something speaks against everybody of the first round of checks, one more is made.
    """
    found: list[Suggestion] = []
    for number, chunk in enumerate(_candidates(session, by, about)):
        found += _warned(session, by, about, [one for one in chunk if one[0] != about.staff_id])
        if len(found) >= most and (number or not all(one.warned for one in found)):
            break
    free = [one for one in found if not one.warned]
    offered = [*found[:most], *(one for one in free[:FREE] if one not in found[:most])]
    return sorted(offered, key=lambda one: bool(one.warned))


def of_visit(session: Session, by: Acting, visit_id: int) -> Booking | None:
    """A stored visit as a booking. None if the person may not see it. One statement."""
    if not by.may(VISITS):
        return None
    asked = (
        select(Visit.patient_id, Visit.staff_id, Visit.scheduled_at, VisitPlan.minutes, VisitPlan.pair_id)
        .outerjoin(VisitPlan, VisitPlan.visit_id == Visit.id)
        .where(Visit.id == visit_id)
    )
    row = session.execute(asked, execution_options=NOT_SHOWN).first()
    if row is None:
        return None
    start = clock.known(row.scheduled_at)
    return Booking("visit", visit_id, row.patient_id, row.staff_id, start, row.minutes, pair=row.pair_id)


def of_shift(session: Session, by: Acting, shift_id: int) -> Booking | None:
    """A stored shift as a booking. None if the person may not see it. One statement."""
    if not by.may(SHIFTS):
        return None
    columns = (Assignment.patient_id, Assignment.staff_id, Assignment.shift_start, Assignment.shift_end)
    row = session.execute(select(*columns).where(Assignment.id == shift_id), execution_options=NOT_SHOWN).first()
    if row is None:
        return None
    start, end = clock.known(row.shift_start), clock.known(row.shift_end)
    return Booking("shift", shift_id, row.patient_id, row.staff_id, start if end else None, end=end)


def _may_know(by: Acting) -> bool:
    """Whether the person reads whose visits are whose: the score tells of it."""
    return by.may(STAFF) and by.reads(VISITS, "staff_id")


def _candidates(session: Session, by: Acting, about: Booking) -> Iterator[Sequence[Ranked]]:
    if about.start is not None and clock.is_bookable(about.start) and _may_know(by):
        yield from _chunks(_ranked(session, by, Subject(about, about.start)), FIRST)


def _ranked(session: Session, by: Acting, about: Subject) -> Iterator[Ranked]:
    """Best first. Whose part of the week is not known has at most all of it: who is ahead of that is ranked already."""
    roles = [name for name, role in by.policy.roles.items() if role.delivers_care]
    # The visits beside are of any patient, so that who knows the places of own ones alone is told nothing of them.
    told = [name for name in PARTS if name not in OF_PLACE or of_records(by) is Precision.EXACT]

    def without_week(one: Standing) -> float:
        return sum(one.parts[name] for name in told if name != "week")

    # Whom the check of other bookings would block is not held against all the others first.
    blocks = levels(session)["overlap"] == "block"
    able = [one for one in standings(session, about, roles) if not (blocks and one.under_way)]
    rest = sorted(able, key=without_week, reverse=True)
    ranked: list[tuple[float, int, dict[str, float]]] = []
    for chunk in _chunks(iter(rest), MANY):
        of_week = weeks(session, about, chunk)
        for one in chunk:
            parts = {**one.parts, "week": of_week[one.staff_id]}
            shown = {name: parts[name] for name in told}
            heappush(ranked, (-round(sum(shown.values()), 6), one.staff_id, shown))
        bound = round(without_week(chunk[-1]) + WEEK, 6)
        while ranked and -ranked[0][0] > bound:
            yield heappop(ranked)[1:]
    while ranked:
        yield heappop(ranked)[1:]


def _chunks(found: Iterator[T], size: int) -> Iterator[list[T]]:
    """Of `size`, and twice as many each time."""
    while chunk := list(islice(found, size)):
        yield chunk
        size *= 2


def _allowed(session: Session, by: Acting, about: Booking, chunk: Sequence[Ranked], most: int) -> list[Suggestion]:
    """The first `most` whom nothing blocks and whom the person may see by name."""
    names, shown, planned = _planned(session, by, about, chunk)
    if not shown:
        return []
    left, against, facts = alternatives(session, by, planned, most)
    of: dict[int, list[Conflict]] = {}
    for conflict in against:
        of.setdefault(conflict.booking, []).append(conflict)
    return [
        Suggestion(
            staff_id,
            names[staff_id],
            sum(parts.values()),
            parts,
            of.get(index, ()),
            _free(facts, staff_id, about.start),
        )
        for index in left
        for staff_id, parts in (shown[index],)
    ]


def _warned(session: Session, by: Acting, about: Booking, chunk: Sequence[Ranked]) -> list[Suggestion]:
    """All whom nothing blocks and whom the person may see by name."""
    names, shown, planned = _planned(session, by, about, chunk)
    if not shown:
        return []
    left, facts = warned(session, by, planned)
    return [
        Suggestion(
            staff_id, names[staff_id], sum(parts.values()), parts, (), _free(facts, staff_id, about.start), left[index]
        )
        for index, (staff_id, parts) in enumerate(shown)
        if index in left
    ]


def _planned(
    session: Session, by: Acting, about: Booking, chunk: Sequence[Ranked]
) -> tuple[dict[int, str], list[tuple[int, Any]], list[Booking]]:
    """The names of those whom the person may see, these with their parts, and the booking with each of them."""
    names = names_of(session, Seen.of(by, coded_tables()[STAFF]), [staff_id for staff_id, _ in chunk])
    shown = [one for one in chunk if one[0] in names]
    return names, shown, [replace(about, staff_id=staff_id) for staff_id, _ in shown]


def _free(facts: Facts, staff_id: int, start: datetime | None) -> list[Span]:
    """The person's working hours of that day, or the whole day, without what is booked and when they are absent."""
    if start is None:
        return []
    first, last = _hours(facts, staff_id, start)
    taken = [(one.start, one.end) for one in facts.busy if one.staff_id == staff_id]
    taken += [(begin, end) for _, begin, end in facts.absences.get(staff_id, ())]
    found = []
    for begin, end in sorted(taken):
        if begin > first and first < last:
            found.append((first, min(begin, last)))
        first = max(first, end)
    return [*found, (first, last)] if first < last else found


def _hours(facts: Facts, staff_id: int, start: datetime) -> Span:
    day = clock.to_addis(start).date()
    begin, end = bookings.day_bounds(day)
    carer = facts.carers.get(staff_id)
    if carer is None or not carer.days:
        return begin, end
    hours = carer.days.get(day.isoweekday())
    if hours is None:
        return begin, begin
    return tuple(begin + timedelta(hours=one.hour, minutes=one.minute) for one in hours)  # type: ignore[return-value]
