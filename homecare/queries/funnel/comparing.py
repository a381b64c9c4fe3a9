"""Two periods or two campaigns beside each other, of mature leads alone (domain.md, "The funnel's numbers", 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.kinds.read import parse_id
from homecare.models import Campaign
from homecare.queries.funnel.lists_behind import ALL
from homecare.queries.funnel.part_names import Key, names_of_parts
from homecare.queries.funnel.question import Question
from homecare.queries.funnel.reached import Reached, Span, reached
from homecare.queries.funnel.verdicts import Compared
from homecare.records.funnel.stages import STAGES, last_mature

BEFORE, YEAR, CAMPAIGNS = "before", "year", "campaigns"
WORDS = ("compare", "one", "other")
NOTHING = Reached()


@dataclass(frozen=True)
class Side:
    """A campaign, or where that is empty the period of the question. `reached` are its mature leads."""

    question: Question
    campaign: str
    reached: Reached
    key: object = ALL


@dataclass(frozen=True)
class Comparison:
    """`lines`: by stage from Contacted on, the share of the leads of either side that reached it."""

    sides: tuple[Side, Side]

    @property
    def lines(self) -> list[tuple[int, str, Compared]]:
        first, second = (side.reached.counts for side in self.sides)
        return [
            (number, STAGES[number - 1], Compared((first[number - 1], second[number - 1]), (first[0], second[0])))
            for number in range(2, len(STAGES) + 1)
        ]


def comparison(session: Session, who: Acting, question: Question, words: Mapping[str, str]) -> Comparison | None:
    """What `compare` asks for; None where it asks for nothing. One statement, and one for names. Raises ValueError."""
    how = words.get("compare", "")
    if not how:
        return None
    if how == CAMPAIGNS:
        return _of_campaigns(session, who, question, words)
    if how not in (BEFORE, YEAR):
        raise ValueError(f"compare is {how[:40]!r}; it must be {BEFORE}, {YEAR} or {CAMPAIGNS}.")
    days = timedelta(days=question.days if how == BEFORE else 365)
    other = question.but(first=question.first - days, last=question.last - days)
    spans = [_mature(question), _mature(other)]
    found = reached(session, "all", spans)
    now, then = (sum(found[span].values(), NOTHING) for span in spans)
    return Comparison((Side(question, "", now), Side(other, "", then)))


def campaigns(session: Session, who: Acting) -> list[tuple[int, str]]:
    """Every campaign to choose from, by name. Two statements."""
    keys: list[Key] = [*session.scalars(select(Campaign.id), execution_options=UNSCOPED)]
    names = names_of_parts(session, who, "campaign", keys)
    return sorted(((key, name) for key, name in names.items() if isinstance(key, int)), key=lambda one: one[1])


def _of_campaigns(session: Session, who: Acting, question: Question, words: Mapping[str, str]) -> Comparison | None:
    numbers = [words.get(name, "") for name in WORDS[1:]]
    if not all(numbers):
        return None
    keys = [parse_id(number) for number in numbers]
    span = _mature(question)
    found = reached(session, question.attribution, [span])[span]
    names = names_of_parts(session, who, "campaign", keys)
    by_campaign = question.but(by="campaign")
    first, second = (Side(by_campaign, names[key], found.get(str(key), NOTHING), key) for key in keys)
    return Comparison((first, second))


def _mature(question: Question) -> Span:
    return Span(question.window, question.first, min(question.last, last_mature(question.window)))
