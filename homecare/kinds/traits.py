"""What screens, conditions and writes do with each kind of value: one row per kind.
Traits without a default are given for every kind. Those with a default apply to one or few kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from homecare.kinds import operators
from homecare.kinds.operators import Offer, Operator, offered
from homecare.models.columns import Kind, kind_of


@dataclass(frozen=True, kw_only=True)
class Traits:
    """`listed`: short and useful enough for a list by default. `undone`: a change in a list can be undone. `width`: in
    characters of a spreadsheet. `masked_tail`: the last characters that a masked value still shows.
    """

    operators: tuple[Operator, ...]
    # Which control a form shows for it: `parts/inputs.html` has one of each.
    input: str
    sorted: bool
    searched: bool
    listed: bool
    set_at_once: bool
    undone: bool
    is_number: bool
    width: int
    masked_tail: int
    # What the filter dialog offers, where not all of them.
    asked: tuple[Operator, ...] = ()
    # What stands beside its input.
    unit: str = ""
    # The number format in a workbook, if not the default.
    number_format: str = ""
    # The rank among the details shown beside a parent's name; 0 for none.
    brief: int = 0
    brief_in_other_words: bool = False
    # Browsers strip spaces around and collapse spaces between its words.
    is_trimmed: bool = False
    is_name: bool = False
    is_code: bool = False
    is_phone: bool = False
    is_email: bool = False
    is_address: bool = False
    is_fayda: bool = False
    is_choice: bool = False
    is_bool: bool = False
    is_money: bool = False
    is_secret: bool = False
    # Text that is shown back as it was typed.
    is_words: bool = False
    in_time: bool = False
    is_moment: bool = False
    has_lines: bool = False
    links: bool = False
    holds_file: bool = False
    is_place: bool = False

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        return offered(self.asked or self.operators, in_time=self.in_time)


def _row(ops: tuple[Operator, ...], **special: Any) -> Traits:
    """A kind that is listed and has the operators `ops`, with the special traits named."""
    usual: dict[str, Any] = {
        "input": "text", "sorted": True, "searched": False, "listed": True, "set_at_once": False, "undone": False,
        "is_number": False, "width": 16, "masked_tail": 0,
    }  # fmt: skip
    return Traits(operators=ops, **(usual | special))


def _heavy(ops: tuple[Operator, ...], **special: Any) -> Traits:
    """A kind that is read whole, never in order nor at a glance."""
    return _row(ops, listed=False, sorted=False, **special)


BOTH = {"set_at_once": True, "undone": True}
DECIMAL: dict[str, Any] = {"is_number": True, "input": "decimal"}

TRAITS: dict[Kind, Traits] = {
    Kind.NAME: _row(operators.WORDS, undone=True, searched=True, width=28, is_name=True, is_words=True),
    Kind.TEXT: _row(operators.WORDS, **BOTH, is_words=True),
    Kind.LONG: _heavy(operators.FILLED, input="lines", width=40, has_lines=True),
    Kind.CODE: _row(operators.WORDS, searched=True, brief=1, is_code=True, is_words=True),
    Kind.PHONE: _row(
        operators.WORDS, input="phone", searched=True, masked_tail=2, brief=4, is_phone=True, is_words=True
    ),
    Kind.EMAIL: _row(
        operators.WORDS, input="email", searched=True, width=28, is_email=True, is_trimmed=True, is_words=True
    ),
    Kind.URL: _row(operators.WHOLE, input="url", sorted=False, is_address=True, is_trimmed=True, is_words=True),
    Kind.FAYDA: _heavy(operators.WHOLE, masked_tail=4, is_fayda=True, is_words=True),
    Kind.CHOICE: _row(
        operators.CHOSEN, **BOTH, input="choice", is_choice=True, is_trimmed=True,
        # Several choices first: it is what one wants of a status, and one of them is several too.
        asked=(operators.ONE_OF, operators.NE, operators.IS_EMPTY),
    ),
    Kind.FILE: _heavy(operators.FILLED, input="file", holds_file=True),
    Kind.SECRET: _heavy((), input="secret", is_secret=True),
    Kind.MONEY: _row(
        operators.ORDERED, **BOTH, **DECIMAL, unit="ETB", number_format="#,##0.00", brief=6, is_money=True
    ),
    Kind.SHARE: _row(operators.ORDERED, **DECIMAL),
    Kind.PERCENT: _row(operators.ORDERED, **DECIMAL, unit="%"),
    Kind.NUMBER: _row(operators.ORDERED, **BOTH, **DECIMAL),
    Kind.BOOL: _row(operators.WHOLE, **BOTH, input="choice", is_bool=True),
    Kind.DATE: _row(
        operators.ORDERED, **BOTH, input="day", number_format="yyyy-mm-dd", brief=2, brief_in_other_words=True,
        in_time=True,
    ),
    Kind.DATETIME: _row(
        operators.ORDERED, **BOTH, input="moment", width=17, number_format="yyyy-mm-dd hh:mm", brief=7, in_time=True,
        is_moment=True,
    ),
    Kind.POINT: _heavy(operators.FILLED, input="place", brief=3, brief_in_other_words=True, is_place=True),
    Kind.RELATION: _row(
        operators.CHOSEN, **BOTH, input="parent", sorted=False, width=28, brief=5, links=True,
        asked=(operators.EQ, operators.NE, operators.IS_EMPTY),
    ),
}  # fmt: skip


def traits(kind: Kind) -> Traits:
    return TRAITS[kind]


def traits_of(column: Any) -> Traits:
    """The traits of a column of the company's tables."""
    return TRAITS[kind_of(column)]


def shown_kind(column: Any) -> Kind:
    """The kind that screens use: a row's own id is a number."""
    return Kind.NUMBER if column.primary_key else kind_of(column)


def compared_kind(column: Any) -> Kind:
    """The kind that conditions use: a row's own id is compared like a foreign key to it."""
    return Kind.RELATION if column.primary_key else kind_of(column)
