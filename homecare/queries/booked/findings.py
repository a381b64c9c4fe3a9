"""The checks themselves: each finds what speaks against one booking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from homecare import clock
from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.policy import Action, Scope, folded
from homecare.queries.booked.booked_minutes import union_minutes
from homecare.queries.booked.known_times import SHIFTS, VISITS, Booking, Busy, Carer, Facts
from homecare.queries.booked.travel import travel_minutes
from homecare.records import bookings

MOST_A_DAY, MOST_A_WEEK = 8 * 60, 48 * 60
STAFF = "staff"
ELSE = "Choose another person or time."


@dataclass(frozen=True)
class Found:
    """What stands against a booking. In the sentence {who} is its person, {whom} the patient `patient_id`."""

    sentence: str
    resource: str
    row_id: int | None
    patient_id: int | None = None


@dataclass(frozen=True)
class Checked:
    """One booking with everything it is checked against. `busy` is None without a time; it is booking `index`.
    `same_person` and `same_patient` are the other times of its person and of its patient.
    """

    booking: Booking
    busy: Busy | None
    same_person: Sequence[Busy]
    same_patient: Sequence[Busy]
    facts: Facts
    by: Acting
    index: int

    @property
    def carer(self) -> Carer | None:
        return self.facts.carers.get(self.booking.staff_id or 0)

    def told(self, column: str, value: str) -> str:
        """A value of the person's row, if the acting person may read it."""
        return value.strip() if self.by.reads(STAFF, column) else ""

    def shows(self, other: Busy) -> bool:
        """Whether the acting person may see the row of that time; what is checked along is their own word."""
        verdict = self.by.decide(other.resource, Action.VIEW)
        is_theirs = verdict.scope is not Scope.OWN or other.staff_id == self.by.person.staff_id
        return other.row_id is None or (verdict.allowed and is_theirs)


Finder = Callable[[Checked], Iterator[Found]]


def span_words(start: datetime, end: datetime) -> str:
    """Mon 9 Mar 2026 from 09:00 to 10:30, in Addis."""
    first, last = clock.to_addis(start), clock.to_addis(end)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a} {last.day} {last:%b} {last:%H:%M}"
    return f"{first:%a} {first.day} {first:%b} {first.year} from {first:%H:%M} to {until}"


def _overlap(it: Checked) -> Iterator[Found]:
    mine = it.busy
    for other in it.same_person if mine else ():
        # Two of the bookings that are checked together are told once.
        if mine is None or not mine.overlaps(other) or other.index > it.index:
            continue
        inside = mine.is_shift != other.is_shift and mine.patient_id == other.patient_id
        if not inside:
            what = "shift" if other.is_shift else "visit"
            sentence = f"{{who}} already has a {what} with {{whom}} on {span_words(other.start, other.end)}. {ELSE}"
            told = sentence if it.shows(other) else f"{{who}} is busy then. {ELSE}"
            yield Found(told, other.resource, other.row_id, other.patient_id)


def _absent(it: Checked) -> Iterator[Found]:
    for row_id, start, end in it.facts.absences.get(it.booking.staff_id or 0, ()):
        if it.busy and start < it.busy.end and end > it.busy.start:
            yield Found(f"{{who}} is absent on {span_words(start, end)}.", "absences", row_id)


def _inactive(it: Checked) -> Iterator[Found]:
    carer = it.carer
    if carer and folded(carer.status) != "active" and not it.booking.done:
        told = it.told("status", carer.status)
        yield Found(f"{{who}} is {f'{told}, ' if told else ''}not Active.", STAFF, it.booking.staff_id)


def _role(it: Checked) -> Iterator[Found]:
    carer = it.carer
    role = it.by.policy.roles.get(folded(carer.role)) if carer else None
    if carer and not (role and role.delivers_care):
        told = it.told("role", carer.role)
        sentence = f"{{who}} works as {told}, which gives no care." if told else "{who} has a role that gives no care."
        yield Found(sentence, STAFF, it.booking.staff_id)


def _unwanted(it: Checked) -> Iterator[Found]:
    mine = it.booking
    for wish in it.facts.wishes.get(mine.patient_id, ()):
        if wish.kind == "not" and wish.staff_id == mine.staff_id:
            yield Found("{whom} asked that {who} should not come.", "patient_wishes", wish.id, wish.patient_id)


def _gender(it: Checked) -> Iterator[Found]:
    carer = it.carer
    for wish in it.facts.wishes.get(it.booking.patient_id, ()):
        if carer and wish.kind in ("woman", "man") and carer.gender != wish.kind:
            known = "is not" if carer.gender else "is not known to be"
            sentence = f"{{whom}} asked for a {wish.kind}, which {{who}} {known}."
            yield Found(sentence, "patient_wishes", wish.id, wish.patient_id)


def _patient_twice(it: Checked) -> Iterator[Found]:
    mine = it.busy
    for other in it.same_patient if mine and not mine.is_shift and not it.booking.done else ():
        if mine is None or other.is_shift or other.index > it.index or not mine.overlaps(other):
            continue
        paired = mine.pair_id is not None and mine.pair_id == other.pair_id
        # Of one person it is an overlap already.
        if not paired and (other.staff_id is None or other.staff_id != mine.staff_id):
            sentence = f"{{whom}} already has a visit on {span_words(other.start, other.end)}."
            yield Found(sentence if it.shows(other) else "{whom} is busy then.", VISITS, other.row_id, mine.patient_id)


def _outside_shift(it: Checked) -> Iterator[Found]:
    mine = it.busy
    if mine is None or mine.is_shift or it.booking.done or not clock.is_bookable(mine.start):
        return
    start, end = bookings.day_bounds(clock.to_addis(mine.start).date())
    shifts = [one for one in it.same_person if one.is_shift and one.start < end and one.end > start]
    if shifts and not any(one.start <= mine.start and mine.end <= one.end for one in shifts):
        nearest = min(shifts, key=lambda one: abs(one.start - mine.start))
        when = f" on {span_words(nearest.start, nearest.end)}" if it.shows(nearest) else ""
        yield Found(f"This is outside the shift of {{who}}{when}.", SHIFTS, nearest.row_id)


def _working_days(it: Checked) -> Iterator[Found]:
    mine, carer = it.busy, it.carer
    if mine is None or carer is None or not carer.days or it.booking.done:
        return
    start, end = clock.to_addis(mine.start), clock.to_addis(mine.end)
    hours = carer.days.get(start.isoweekday())
    if hours is None:
        yield Found(f"{{who}} does not work on {start:%A}.", STAFF, it.booking.staff_id)
    elif start.time() < hours[0] or end > datetime.combine(start.date(), hours[1]):
        when = f"{hours[0]:%H:%M} to {hours[1]:%H:%M}"
        yield Found(f"{{who}} works on {start:%A} from {when}.", STAFF, it.booking.staff_id)


def _travel(it: Checked) -> Iterator[Found]:
    mine = it.busy
    # How long a way takes tells how far apart two places are, and so does whether it fits.
    if mine is None or it.booking.done or precision.of_records(it.by) is not precision.Precision.EXACT:
        return
    before = max((one for one in it.same_person if one.end <= mine.start), key=lambda one: one.end, default=None)
    after = min((one for one in it.same_person if one.start >= mine.end), key=lambda one: one.start, default=None)
    here = it.facts.points.get(mine.patient_id)
    for other in filter(None, (before, after)):
        there = it.facts.points.get(other.patient_id)
        if other.patient_id == mine.patient_id or here is None or there is None:
            continue
        way, gap = ("from", mine.start - other.end) if other is before else ("to", other.start - mine.end)
        needed, minutes = travel_minutes(here, there), int(gap.total_seconds() // 60)
        if gap < timedelta(minutes=needed):
            sentence = f"The way {way} {{whom}} takes {{who}} {needed} min (estimated); there are {minutes} min for it."
            told = sentence if it.shows(other) else "{who} may not be there in time."
            yield Found(told, other.resource, other.row_id, other.patient_id)


def _hours(most: int, bounds: Callable[..., tuple[datetime, datetime]], said: str) -> Finder:
    def over(it: Checked) -> Iterator[Found]:
        mine = it.busy
        if mine is None or mine.staff_id is None or it.booking.done or not clock.is_bookable(mine.start):
            return
        day = clock.to_addis(mine.start).date()
        start, end = bounds(day)
        spans = [(one.start, one.end) for one in it.same_person]
        minutes = union_minutes([*spans, (mine.start, mine.end)], start, end)
        if minutes > most and minutes > union_minutes(spans, start, end):
            total = f"{minutes // 60} h {minutes % 60:02} min"
            when = f"{said} {day:%a} {day.day} {day:%b}"
            yield Found(f"{{who}} would have {total} {when}, over {most // 60} h.", STAFF, mine.staff_id)

    return over


# By the names of `checks.CHECKS`.
FINDERS: dict[str, Finder] = {
    "overlap": _overlap,
    "absent": _absent,
    "inactive": _inactive,
    "role": _role,
    "unwanted": _unwanted,
    "gender": _gender,
    "outside_shift": _outside_shift,
    "working_days": _working_days,
    "travel": _travel,
    "patient_twice": _patient_twice,
    "day_hours": _hours(MOST_A_DAY, bookings.day_bounds, "on"),
    "week_hours": _hours(MOST_A_WEEK, bookings.week_bounds, "in the week of"),
}
