"""How a column is compared with a value: each operator with its words, its inverse and its SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement


@dataclass(frozen=True)
class Operator:
    """`words` go between column and value, `words_in_time` if the value is a day or moment.
    `asked` and `asked_in_time` are the filter dialog's words. `inverse` is the key of the operator that finds the other
    rows that have a value, or empty. `sql` compares a column with one value. It is None for operators that do not
    take a value.
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

OPERATORS = {one.key: one for one in (EQ, NE, GTE, LTE, GT, LT, CONTAINS, STARTS_WITH, ONE_OF, IS_EMPTY)}

ORDERED = (EQ, NE, GTE, LTE, GT, LT, IS_EMPTY)
WORDS = (EQ, NE, CONTAINS, STARTS_WITH, IS_EMPTY)
CHOSEN = (EQ, NE, ONE_OF, IS_EMPTY)
WHOLE = (EQ, IS_EMPTY)
FILLED = (IS_EMPTY,)
