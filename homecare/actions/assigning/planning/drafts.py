"""Many bookings at once: drafted first, shown whole with what speaks against each, and then made as they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.actions.assigning.held import VISITS
from homecare.actions.assigning.refusing import asked_of
from homecare.actions.questions import Question, key_of, questions
from homecare.actions.rules import RuleError
from homecare.models import Assignment, Visit
from homecare.queries.conflicts import Booking, Conflict, conflicts

# What becomes of a booking that something blocks.
LEFT_OUT, UNASSIGNED = BLOCKED = ("leave out", "unassigned")
FURTHEST = timedelta(days=5 * 366)
OTHER_IS_BLOCKED = "Two carers go to this visit, and the other one's is blocked."


@dataclass(frozen=True)
class Wanted:
    """A visit (a shift, if it has an `end`) as it would be: a new one, or the row `row_id` at `version`, `was` before.
    Moments in UTC; those of one `pair` are one visit of two carers.
    """

    patient_id: int
    staff_id: int | None
    start: datetime
    minutes: int | None = None
    end: datetime | None = None
    purpose: str = ""
    pair: int | None = None
    row_id: int | None = None
    version: str = ""
    was: datetime | None = None

    @property
    def is_shift(self) -> bool:
        return self.end is not None

    @property
    def booking(self) -> Booking:
        kind = "shift" if self.is_shift else "visit"
        return Booking(kind, self.row_id, self.patient_id, self.staff_id, self.start, self.minutes, self.end, self.pair)


@dataclass(frozen=True)
class Line:
    """What was wanted and what is `made` of it, None: left out. `against` blocked it; `warnings` are asked."""

    wanted: Wanted
    made: Wanted | None
    against: list[Conflict] = field(default_factory=list)
    warnings: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True)
class Draft:
    lines: list[Line]

    @property
    def made(self) -> list[Wanted]:
        return [line.made for line in self.lines if line.made is not None]

    @property
    def left_out(self) -> int:
        return len(self.lines) - len(self.made)

    @property
    def warnings(self) -> list[Conflict]:
        return [found for line in self.lines for found in line.warnings]

    @property
    def key(self) -> str:
        """Of everything that is made and warned of: whoever sends it has seen this and nothing else."""
        made = [repr(one) for one in self.made]
        return key_of([*made, *(found.sentence for found in self.warnings)])


class NotSeenError(Exception):
    """What would be made is not what was shown (`changed`), or its warnings were not confirmed. Nothing was written."""

    def __init__(self, draft: Draft, *, changed: bool) -> None:
        super().__init__("changed" if changed else "warnings")
        self.draft = draft
        self.changed = changed


class EveryAnswer(frozenset[str]):
    """Confirms every warning: the draft asked them all, under the locks of the people that it books."""

    def __contains__(self, key: object) -> bool:
        return True


def drafted(session: Session, by: Acting, wanted: Sequence[Wanted], blocked: str) -> Draft:
    """`blocked` is one of BLOCKED; a shift cannot be unassigned and is left out. Of two carers of one visit both are
    left out. As many statements as `conflicts`, and as many again for each round in which something was blocked, which
    is one but for rare cases.
    """
    made: list[Wanted | None] = [*wanted]
    against: list[list[Conflict]] = [[] for _ in wanted]
    while True:
        found = _speaking(session, by, made)
        blocks = {index: some for index, each in found.items() if (some := _blocking(each))}
        if not blocks:
            break
        for index, some in blocks.items():
            against[index] += some
            made[index] = _instead(made[index], blocked)
        for index in _others_of_left_out(wanted, made):
            against[index].append(Conflict("pair", "block", OTHER_IS_BLOCKED, index, VISITS, None))
            made[index] = None
    return Draft([Line(one, made[index], against[index], found.get(index, [])) for index, one in enumerate(wanted)])


def near(**days: date) -> None:
    """Raises RuleError at a day that nobody plans: further than FURTHEST from today."""
    for name, day in days.items():
        if abs(day - clock.today()) > FURTHEST:
            raise RuleError(name, f"{day.isoformat()} is more than 5 years from today. Choose a nearer day.")


def agreed(draft: Draft, seen: str, answered: str) -> None:
    """Raises NotSeenError unless `seen` is the draft's key, and `answered` too where it warns of something."""
    if draft.key != seen:
        raise NotSeenError(draft, changed=True)
    if draft.warnings and draft.key != answered:
        raise NotSeenError(draft, changed=False)


def _blocking(found: Sequence[Conflict]) -> list[Conflict]:
    return [one for one in found if one.level == "block"]


def _instead(one: Wanted | None, blocked: str) -> Wanted | None:
    unassigned = one is not None and not one.is_shift and one.staff_id is not None and blocked == UNASSIGNED
    return replace(one, staff_id=None) if one is not None and unassigned else None


def _others_of_left_out(wanted: Sequence[Wanted], made: Sequence[Wanted | None]) -> list[int]:
    """Those that are still made, though the other carer's visit is not."""
    out = {one.pair for one, left in zip(wanted, made, strict=True) if left is None} - {None}
    return [index for index, one in enumerate(made) if one is not None and one.pair in out]


def _speaking(session: Session, by: Acting, made: Sequence[Wanted | None]) -> dict[int, list[Conflict]]:
    """What speaks against those that are there, by index."""
    indexes = [index for index, one in enumerate(made) if one is not None]
    there = [one for one in made if one is not None]
    asked = [(None, _questions(session, one)) for one in there]
    found: dict[int, list[Conflict]] = {}
    for each in (*conflicts(session, by, [one.booking for one in there]), *asked_of(asked, VISITS)):
        found.setdefault(indexes[each.booking], []).append(each)
    return found


def _questions(session: Session, one: Wanted) -> list[Question]:
    """What the rules of the table ask of its time, as they do when it is saved."""
    if one.start == one.was:
        return []
    row = (
        Assignment(shift_start=one.start, shift_end=one.end, status="Assigned")
        if one.is_shift
        else Visit(scheduled_at=one.start)
    )
    return questions(session, row, {"shift_start", "shift_end"} if one.is_shift else {"scheduled_at"}, {})
