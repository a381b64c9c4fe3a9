"""A draft as its page prints it: every visit with its day in both calendars and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from homecare import calendars, clock
from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.actions.assigning.planning.drafts import Draft, Line, Wanted
from homecare.kinds import say
from homecare.queries.booked.planned_visits import Planned
from homecare.queries.booked.visit_plans import Running
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table

# So many warnings are named where they are asked; all stand beside their visits.
FIRST = 3
# So many lines of a draft stand open; longer ones begin with what speaks against them, and fold the rest.
OPEN = 20


@dataclass(frozen=True)
class DraftLine:
    """`state` is "made", "unassigned" or "out" of a draft, the status of a visit that is there."""

    day: str
    ethiopian: str
    time: str
    what: str
    patient: str
    carer: str
    minutes: str
    state: str
    blocks: list[str]
    warnings: list[str]


@dataclass(frozen=True)
class RunningLine:
    visit_id: int
    patient: str
    next: str
    last: str
    waiting: int


@dataclass(frozen=True)
class DraftScreen:
    lines: list[DraftLine]
    key: str
    made: int
    out: int
    unassigned: int
    warnings: list[str]

    @property
    def parts(self) -> list[tuple[str, list[DraftLine]]]:
        """The lines by what they are folded under; "" stands open."""
        if len(self.lines) <= OPEN:
            return [("", self.lines)]
        doubtful = [line for line in self.lines if line.blocks or line.warnings]
        clear = [line for line in self.lines if not (line.blocks or line.warnings)]
        found = [
            ("", doubtful[:OPEN]),
            (f"{len(doubtful) - OPEN:,} more that something speaks against", doubtful[OPEN:]),
            (f"{len(clear):,} that nothing speaks against", clear),
        ]
        return [(title, lines) for title, lines in found if lines]

    @property
    def first_warnings(self) -> list[str]:
        return [*dict.fromkeys(self.warnings)][:FIRST]

    @property
    def shows_patients(self) -> bool:
        return len({line.patient for line in self.lines}) > 1


def screen(session: Session, by: Acting, draft: Draft) -> DraftScreen:
    """Two statements for the names, whoever is among them."""
    each = [line.made or line.wanted for line in draft.lines]
    patients = _names(session, by, "patients", {one.patient_id for one in each})
    staff = _names(session, by, "staff", {one.staff_id for one in each})
    lines = [_line(line, one, patients, staff) for line, one in zip(draft.lines, each, strict=True)]
    return DraftScreen(
        lines,
        draft.key,
        len(draft.made),
        draft.left_out,
        sum(line.state == "unassigned" for line in lines),
        [found.sentence for found in draft.warnings],
    )


@dataclass(frozen=True)
class OfTwo:
    """Whose visit of two carers the series was opened from, and which is the other one's."""

    carer: str
    other_visit_id: int


def of_two(session: Session, by: Acting, visits: list[Planned], visit_id: int) -> OfTwo | None:
    """None where one carer goes. One statement for the names."""
    here = next((one for one in visits if one.row_id == visit_id and one.pair_id is not None), None)
    other = next((one for one in visits if here and one.pair_id == here.pair_id and one.row_id != visit_id), None)
    if here is None or other is None:
        return None
    staff = _names(session, by, "staff", {here.staff_id})
    return OfTwo(_carer(here.staff_id, staff), other.row_id)


def patient_of(session: Session, by: Acting, found: Planned) -> str:
    return _names(session, by, "patients", {found.patient_id}).get(found.patient_id, f"#{found.patient_id}")


def listed(session: Session, by: Acting, found: list[Planned]) -> list[DraftLine]:
    """Visits that are there, each with its status."""
    staff = _names(session, by, "staff", {one.staff_id for one in found})
    wanted = [(one, Wanted(one.patient_id, one.staff_id, one.start, one.minutes, purpose=one.purpose)) for one in found]
    return [_said(each, {}, staff, one.status or "Pending") for one, each in wanted]


def running(session: Session, by: Acting, found: list[Running]) -> list[RunningLine]:
    """Series that go on. One statement for the names."""
    patients = _names(session, by, "patients", {one.patient_id for one in found})
    return [
        RunningLine(
            one.visit_id,
            patients.get(one.patient_id, f"#{one.patient_id}"),
            say.when(one.start),
            say.day(clock.to_addis(one.last).date()),
            one.waiting,
        )
        for one in found
    ]


def _line(line: Line, one: Wanted, patients: dict[int, str], staff: dict[int, str]) -> DraftLine:
    lost = line.made is not None and line.made.staff_id is None and line.wanted.staff_id is not None
    state = "out" if line.made is None else "unassigned" if lost else "made"
    return _said(one, patients, staff, state, line)


def _said(
    one: Wanted, patients: dict[int, str], staff: dict[int, str], state: str, line: Line | None = None
) -> DraftLine:
    start = clock.to_addis(one.start)
    end = f"–{clock.to_addis(one.end):%H:%M}" if one.end else ""
    return DraftLine(
        f"{start:%a} {say.day(start.date())}",
        calendars.ethiopian_words(start.date()),
        f"{start:%H:%M}{end}",
        "Shift" if one.is_shift else one.purpose or "Visit",
        patients.get(one.patient_id, f"#{one.patient_id}"),
        _carer(one.staff_id, staff),
        "" if one.is_shift else f"{one.minutes} min" if one.minutes else "",
        state,
        [found.sentence for found in line.against] if line else [],
        [found.sentence for found in line.warnings] if line else [],
    )


def _carer(staff_id: int | None, staff: dict[int, str]) -> str:
    return "Nobody" if staff_id is None else staff.get(staff_id, f"#{staff_id}")


def _names(session: Session, by: Acting, table: str, ids: set[int] | set[int | None]) -> dict[int, str]:
    """As the person may read them; who may not has numbers."""
    known = {row_id for row_id in ids if row_id is not None}
    if not known or not by.may(table, Action.VIEW):
        return {}
    return names_of(session, Seen.of(by, shown_table(table)), known)
