"""What of the funnel's figures a person is shown: all of them, or money; sub-cities exactly, or floored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from homecare import clock
from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.access.precision import Precision
from homecare.queries.funnel.figures_of import Line
from homecare.queries.funnel.question import Question, usual

INVOICED = 6
# Parts that say where patients live are floored to this for who sees places as cells.
FLOOR = 5


@dataclass(frozen=True)
class Sight:
    """`money_only`: the counts Invoiced and Paid, and no other."""

    money_only: bool
    places: Precision

    @classmethod
    def of(cls, who: Acting) -> Sight:
        level = who.decide(PAGES["funnel"].resource, Action.VIEW).level
        return cls(level != "all", precision.of_map(who))

    def may_break_down(self, by: str) -> bool:
        return by != "sub_city" or self.places in (Precision.EXACT, Precision.CELLS)

    def floors(self, by: str) -> bool:
        return by == "sub_city" and self.places is not Precision.EXACT

    def asks(self, question: Question) -> Question:
        """Where parts are floored, the whole year that the period ends in, at any time, once that year is over, and
        the usual question for every other. Every lead is listed with its day, so that two periods a day apart, or two
        windows, would tell where the one person lives by whom they differ: none of these lies within another, which
        this year so far and the usual days do around the end of June.
        """
        if not self.floors(question.by):
            return question
        first = question.last.replace(month=1, day=1)
        if first.year >= clock.today().year:
            return usual(question)
        return question.but(first=first, last=first.replace(month=12, day=31), window="none")

    def lines(self, lines: Sequence[Line], by: str) -> Sequence[Line]:
        """In the order of what is shown, which tells no more; without the floored ones that would stand there with
        nothing but a name, which tells that somebody is there.
        """
        floored = self.floors(by)
        if not floored and (not self.money_only or by == "month"):
            return lines
        told = [([count or 0 for count in self.counts(line.reached.counts, floored=floored)], line) for line in lines]
        if floored:
            kept = [one for one in told if any(one[0])]
            return [line for _, line in sorted(kept, key=lambda one: (_most(one[0]), one[1].label))]
        return [line for _, line in sorted(told, key=lambda one: (_by_money(one[1]), _most(one[0]), one[1].label))]

    def counts(self, counts: Sequence[int], *, floored: bool = False) -> list[int | None]:
        shown: list[int | None] = [count - count % FLOOR if floored else count for count in counts]
        return [None if self.money_only and stage < INVOICED else n for stage, n in enumerate(shown, start=1)]

    def judges(self, line: Line) -> bool:
        """A verdict tells how many leads there were."""
        return line.judged is not None and not self.money_only


def _most(counts: Sequence[int]) -> list[int]:
    return [-count for count in counts]


def _by_money(line: Line) -> tuple[bool, Decimal, Decimal]:
    """Unattributed last, as where more is shown."""
    return line.key is None, -(line.spend or Decimal(0)), -line.reached.revenue
