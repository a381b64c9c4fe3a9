"""The words that IT lists: purposes of a visit, kinds of absence, reasons why a visit ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.models import ListedWord

PURPOSE, ABSENCE, ENDING = LISTS = ("purpose", "absence", "ending")


@dataclass(frozen=True)
class Word:
    """`minutes` is what a visit for this purpose takes, None: as its carer's role. `offered`: it may be chosen anew."""

    id: int
    word: str
    offered: bool
    minutes: int | None


def listed(session: Session, name: str) -> list[Word]:
    """A list in IT's order, with words that are no longer offered. One statement."""
    asked = select(ListedWord).where(ListedWord.list == name).order_by(ListedWord.position, ListedWord.id)
    return [Word(row.id, row.word, row.offered, row.minutes) for row in session.scalars(asked)]


def offered(session: Session, name: str) -> dict[str, Word]:
    """Those that may be chosen, by the word."""
    return {one.word: one for one in listed(session, name) if one.offered}
