"""How a column is compared with a value: each operator with its words, its inverse and its SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True)
class Operator:
    """`words` stand between the column and the value, `words_in_time` where the value is a day or a moment.

    `asked` and `asked_in_time` are how the filter dialog says it; `inverse` is the key of the operator that finds the
    other rows that hold a value, empty for none. `sql` compares a column with one value; None for those that take
    something else than a value.
    """

    key: str
    words: str
    words_in_time: str = ""
    asked: str = ""
    asked_in_time: str = ""
    inverse: str = ""
    sql: Callable[[Any, Any], ColumnElement[bool]] | None = None


EQ = Operator("eq", "is", "on", "is", "is on", "ne", operator.eq)
NE = Operator("ne", "is not", "not on", "is not", "is not on", "eq", operator.ne)
GTE = Operator("gte", "from", "from", "is at least", "is from", "lt", operator.ge)
LTE = Operator("lte", "up to", "until", "is at most", "is until", "gt", operator.le)
GT = Operator("gt", "over", "after", "is over", "is after", "lte", operator.gt)
LT = Operator("lt", "under", "before", "is under", "is before", "gte", operator.lt)
CONTAINS = Operator("contains", "contains", asked="contains")
STARTS_WITH = Operator("startswith", "starts with", asked="starts with")
ONE_OF = Operator("in", "is one of", asked="is one of")
IS_EMPTY = Operator("isnull", "is empty", asked="is empty")
IS_FILLED = "is filled"

OPERATORS = {one.key: one for one in (EQ, NE, GTE, LTE, GT, LT, CONTAINS, STARTS_WITH, ONE_OF, IS_EMPTY)}

ORDERED = (EQ, NE, GTE, LTE, GT, LT, IS_EMPTY)
WORDS = (EQ, NE, CONTAINS, STARTS_WITH, IS_EMPTY)
CHOSEN = (EQ, NE, ONE_OF, IS_EMPTY)
WHOLE = (EQ, IS_EMPTY)
FILLED = (IS_EMPTY,)


@dataclass(frozen=True)
class Offer:
    """A line of the filter dialog: its words, and the operators and values that it stands for.

    The value is None where it is still to be given, and then there is one part alone.
    """

    key: str
    words: str
    parts: tuple[tuple[str, str | None], ...]


DAYS = (
    Offer("today", "is today", (("eq", "today"),)),
    Offer("last7", "is in the last 7 days", (("gte", "-7d"), ("lte", "today"))),
    Offer("last30", "is in the last 30 days", (("gte", "-30d"), ("lte", "today"))),
    Offer("next14", "is in the next 14 days", (("gte", "today"), ("lte", "+14d"))),
)
EMPTY_OR_FILLED = (
    Offer("empty", IS_EMPTY.asked, (("isnull", "1"),)),
    Offer("filled", IS_FILLED, (("isnull", "0"),)),
)


def offered(operators: tuple[Operator, ...], *, in_time: bool) -> tuple[Offer, ...]:
    """What the filter dialog offers of these operators, in its order: words for days first where there are days."""
    found = [*DAYS] if in_time else []
    for one in operators:
        if one is IS_EMPTY:
            found += EMPTY_OR_FILLED
        elif in_time:
            found.append(Offer(f"{one.key}_in_time", one.asked_in_time, ((one.key, None),)))
        else:
            found.append(Offer(one.key, one.asked, ((one.key, None),)))
    return tuple(found)
