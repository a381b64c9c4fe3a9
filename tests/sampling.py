"""How much of a long crawl is walked: a sample in `make test`, everything in `make walk` (`pytest --whole`).

A sample is the same in every run. What crosses two lists, as roles and tables, begins elsewhere for each of the one, so
that each of the other is met by somebody. `make walk` finds the modules by their import of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

Thing = TypeVar("Thing")
# Width and theme. The sample has each width and each theme once.
EVERY_LOOK = ((1366, "light"), (1366, "dark"), (375, "light"), (375, "dark"))
whole = False


def some(things: Iterable[Thing], one_in: int, turn: int = 0) -> list[Thing]:
    """Every so-manieth, the first of them at `turn`; all where the run is whole."""
    listed = list(things)
    return listed if whole else listed[turn % one_in :: one_in]


def some_of_each(params: Sequence[ParameterSet], one_in: int) -> list[ParameterSet]:
    """So many of them that each role, table or column that stands among their values is still met."""
    kept = some(params, one_in)
    met = {value for param in kept for value in enumerate(param.values)}
    for param in params:
        if not met.issuperset(enumerate(param.values)):
            kept.append(param)
            met.update(enumerate(param.values))
    return kept


def at_most(number: int, all_of_them: int) -> int:
    """How often something random is tried."""
    return all_of_them if whole else number


def in_looks() -> pytest.MarkDecorator:
    """The test, with `width` and `look`, runs once a look."""
    return pytest.mark.parametrize(("width", "look"), some(EVERY_LOOK, 3))
