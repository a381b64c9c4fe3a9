"""How strictly bookings are checked, and the lists of words: set by who holds everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import folded
from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.actions.assigning.plans import FEWEST, MOST
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Absence, BookingCheck, ListedWord, Tariff, VisitPlan
from homecare.queries.booked.checks import CHECKS, LEVELS
from homecare.queries.booked.listed import ABSENCE, ENDING, LISTS, PURPOSE

LONGEST_WORD, MOST_WORDS = 60, 100
# Where a word of each list stands in rows.
HELD: dict[str, tuple[Any, ...]] = {
    PURPOSE: (VisitPlan.purpose, Tariff.purpose),
    ABSENCE: (Absence.kind,),
    ENDING: (VisitPlan.ending_reason,),
}


@dataclass(frozen=True)
class SetWord:
    """A word as IT wants it; `id` is None for a new one. `place` orders the list, the smallest first."""

    id: int | None
    word: str
    place: int
    offered: bool = True
    minutes: int | None = None


@retried
def set_levels(*, session: Session, by: Acting, levels: Mapping[str, str]) -> None:
    """Raises RuleError for a check or a level that there is not. One at its coded level has no row."""
    for name, level in levels.items():
        if name not in CHECKS or level not in LEVELS:
            raise RuleError(name, f"{level!r} is not how a check is held. Choose block, warn or off.")
    with transaction(session, by=by):
        session.execute(delete(BookingCheck).where(BookingCheck.name.in_([*levels])), execution_options=UNSCOPED_WRITE)
        session.add_all(
            BookingCheck(name=name, level=level) for name, level in levels.items() if level != CHECKS[name].level
        )


@retried
def set_words(*, session: Session, by: Acting, name: str, words: Sequence[SetWord]) -> None:
    """The whole list `name`, in order of their places. A renamed word is renamed where it was used; a word is retired
    with `offered`, never removed. Raises RuleError, its field the word's id or "new".
    """
    if name not in LISTS:
        raise RuleError("", f"There is no list {name!r}.")
    with transaction(session, by=by):
        # One at a time.
        stored = {
            row.id: row for row in session.scalars(select(ListedWord).where(ListedWord.list == name).with_for_update())
        }
        _check(stored, words)
        renamed = {stored[one.id].word: one.word.strip() for one in words if one.id is not None}
        for row in stored.values():
            # So that two words can change places.
            row.word = f"#{row.id} of the list"
        session.flush()
        for place, one in enumerate(sorted(words, key=lambda one: one.place)):
            row = stored.get(one.id or 0) or ListedWord(list=name)
            row.word, row.position, row.offered = one.word.strip(), place, one.offered
            row.minutes = one.minutes if name == PURPOSE else None
            session.add(row)
        session.flush()
        _rename(session, name, {old: word for old, word in renamed.items() if old != word})


def _check(stored: Mapping[int, ListedWord], words: Sequence[SetWord]) -> None:
    if {one.id for one in words if one.id is not None} != stored.keys():
        raise RuleError("", "Somebody changed this list meanwhile. Check it again.")
    if len(words) > MOST_WORDS:
        raise RuleError("", f"A list has at most {MOST_WORDS} words.")
    seen = set[str]()
    for one in words:
        field, word = str(one.id or "new"), one.word.strip()
        if not 1 <= len(word) <= LONGEST_WORD or not word.isprintable():
            raise RuleError(field, f"A word is one line of 1 to {LONGEST_WORD} characters.")
        if folded(word) in seen:
            raise RuleError(field, f"{word} is in the list already.")
        if one.minutes is not None and not FEWEST <= one.minutes <= MOST:
            raise RuleError(field, f"A visit takes {FEWEST} to {MOST:,} minutes; this is {one.minutes:,}.")
        seen.add(folded(word))


def _rename(session: Session, name: str, renamed: Mapping[str, str]) -> None:
    for column in HELD[name] if renamed else ():
        # In one statement, because two words may change places.
        changed = update(column.class_).where(column.in_([*renamed])).values({column: case(renamed, value=column)})
        session.execute(changed, execution_options=UNSCOPED_WRITE)
