"""The only condition language: `column__op=value` and named conditions such as `is=late` or `no_visit_for=30`.

Lists, counts, exports, home figures, drill-downs and saved views all go through `parse`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.policy import Policy
from homecare.access.table_access import TableAccess
from homecare.db import Base
from homecare.kinds.operators import OPERATORS
from homecare.kinds.read import parse_value, storable
from homecare.kinds.traits import compared_kind, traits, traits_of
from homecare.models import folding
from homecare.models.columns import Kind
from homecare.models.indexes import is_folded
from homecare.records import phones
from homecare.records.named import WrongParameterError, find_named, is_key, owners_of

Pair = tuple[str, str]

# Each costs a clause of the statement. The query of a bulk change can be as long as a form.
MOST_CONDITIONS = 50
MOST_CHOICES = 500


class UnknownConditionError(ValueError):
    """Answered 400: the URL names a condition that does not exist, or a value it does not accept."""


class ForbiddenConditionError(Exception):
    """Answered 403: the role may not see the column that the condition reads."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True)
class Condition:
    """`key` and `value` are from the URL. `column` and `operator` are empty for a named condition, which has a `label`
    and its other URL words in `parameters`. `problem` says why a value is invalid for the column, or for the parameter
    labelled `wrong`. No row meets a condition with a problem. `about` is the row, as table and id, that the label names
    as #12. `knowing` is the clause for who may ask the database before, if that makes it quicker.
    """

    key: str
    value: str
    clause: ColumnElement[bool]
    column: str = ""
    operator: str = ""
    problem: str = ""
    label: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    wrong: str = ""
    about: tuple[str, int] | None = None
    knowing: Callable[[Session], ColumnElement[bool]] | None = None

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """All URL words of this condition."""
        return ((self.key, self.value), *self.parameters)


def parse(
    model: type[Base],
    pairs: Iterable[tuple[str, str]],
    access: TableAccess,
    policy: Policy,
    *,
    keeps_wrong: bool = False,
) -> list[Condition]:
    """The conditions of a URL, in its order. Raises UnknownConditionError, ForbiddenConditionError.

    With `keeps_wrong`, an invalid value returns a condition with its `problem`, to be shown beside it.
    """
    pairs = list(pairs)
    if len(pairs) > MOST_CONDITIONS:
        raise UnknownConditionError(f"A list takes at most {MOST_CONDITIONS} conditions; this has {len(pairs):,}.")
    return [_parse_one(model, words, access, policy, keeps_wrong) for words in together(model.__tablename__, pairs)]


def together(table: str, pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Groups the words by condition: parameters follow their condition, whatever their order in the URL. A word that
    is a condition too belongs to the one beside it that owns it.
    Raises UnknownConditionError if a parameter has no condition, or more than one.
    """
    groups: list[list[Pair]] = []
    owned: list[tuple[set[str], Pair]] = []
    pairs = list(pairs)
    given = {word for word, _ in pairs}
    for pair in pairs:
        owners = owners_of(table, pair[0])
        if owners and (owners & given or not is_key(table, pair[0])):
            owned.append((owners, pair))
        else:
            groups.append([pair])
    for owners, pair in owned:
        of = [group for group in groups if group[0][0] in owners]
        if len(of) != 1:
            owner = " or ".join(sorted(owners))
            raise UnknownConditionError(f"{pair[0]} belongs to one condition {owner}; the address has {len(of)}.")
        if any(key == pair[0] for key, _ in of[0]):
            raise UnknownConditionError(f"{pair[0]} may appear once; the address has it twice.")
        of[0].append(pair)
    return groups


def _parse_one(
    model: type[Base], words: list[Pair], access: TableAccess, policy: Policy, keeps_wrong: bool
) -> Condition:
    key, value = words[0]
    if "__" not in key:
        return _named(model, words, access, policy, keeps_wrong)
    name, _, operator = key.rpartition("__")
    column = cast(Column[Any] | None, model.__table__.columns.get(name))
    if column is None or operator not in _operators(column):
        raise UnknownConditionError(f"There is no condition {key!r} on {model.__tablename__}.")
    if not access.sees(name):
        raise ForbiddenConditionError(name)
    try:
        clause = compare(column, operator, value)
    except (ValueError, OverflowError) as error:
        if keeps_wrong:
            return Condition(key, value, false(), name, operator, problem=str(error))
        raise UnknownConditionError(f"{key}: {error}") from error
    return Condition(key, value, clause, name, operator)


def _operators(column: Column[Any]) -> set[str]:
    return {one.key for one in traits(compared_kind(column)).operators}


def _named(model: type[Base], words: list[Pair], access: TableAccess, policy: Policy, keeps_wrong: bool) -> Condition:
    key, value = words[0]
    condition = find_named(model.__tablename__, key, value)
    # A word of the same key that this value does not own.
    known = {key, *(parameter.name for parameter in condition.parameters)} if condition else set()
    if condition is None or any(word not in known for word, _ in words):
        raise UnknownConditionError(f"There is no condition {key}={value!r} on {model.__tablename__}.")
    unseen = condition.unseen_by(access, policy, {word for word, _ in words})
    if unseen is not None:
        raise ForbiddenConditionError(unseen)
    rest = tuple(words[1:])
    try:
        values = condition.values(dict(words))
    except WrongParameterError as error:
        if not keeps_wrong:
            raise UnknownConditionError(f"{error.parameter.name}: {error}") from error
        text = dict(words).get(error.parameter.name, "")
        wrong = error.parameter.label
        return Condition(
            key, value, false(), problem=str(error), label=f"{wrong}: {text}", parameters=rest, wrong=wrong
        )
    label, about = condition.says(values), condition.about(values)
    return Condition(
        key, value, condition.predicate(**values), label=label, parameters=rest, about=about,
        knowing=condition.knowing(values),
    )  # fmt: skip


def compare(column: Column[Any], operator: str, text: str) -> ColumnElement[bool]:
    """One comparison. Raises ValueError with a sentence if the text is not a value of the column."""
    kind = compared_kind(column)
    if operator == "isnull":
        return _is_empty(column, text)
    if operator == "in":
        return or_(false(), *(_equals(column, kind, part) for part in _choices(text)))
    if operator in ("contains", "startswith"):
        how = phones if traits(kind).is_phone else folding
        return {"contains": how.contains, "startswith": how.startswith}[operator](column, storable(text))
    if traits(kind).in_time:
        return _in_time(column, operator, parse_value(kind, text))
    if operator in ("eq", "ne"):
        same = _equals(column, kind, text)
        return same if operator == "eq" else or_(~same, column.is_(None)) if _default(column) is None else ~same
    return _sql(operator, column, parse_value(kind, text))


def _sql(operator: str, column: Column[Any], value: Any) -> ColumnElement[bool]:
    compared = OPERATORS[operator].sql
    assert compared is not None  # noqa: S101 - operators without a value were handled before
    return compared(column, value)


def _choices(text: str) -> list[str]:
    found = [part for part in text.split(",") if part]
    if len(found) > MOST_CHOICES:
        raise ValueError(f"At most {MOST_CHOICES} values can be chosen; this has {len(found):,}.")
    return found


def _is_empty(column: Column[Any], text: str) -> ColumnElement[bool]:
    if text not in ("1", "0"):
        raise ValueError("isnull takes 1 (empty) or 0 (filled).")
    return column.is_(None) if text == "1" else column.is_not(None)


def _default(column: Column[Any]) -> str | None:
    """The default of a nullable choice column. NULL counts as this default (schema decision 16)."""
    default = getattr(column.server_default, "arg", None)
    return default if column.nullable and "choices" in column.info and isinstance(default, str) else None


def _equals(column: Column[Any], kind: Kind, text: str) -> ColumnElement[bool]:
    value = parse_value(kind, text)
    if is_folded(column):
        return folding.same(column, value)
    default = _default(column)
    if default is None:
        return column == value
    # Never NULL, so that its negation finds all other rows.
    if value == default:
        return or_(column == value, column.is_(None))
    return and_(column.is_not(None), column == value)


def _in_time(column: Column[Any], operator: str, value: Any) -> ColumnElement[bool]:
    """A day means all its moments in Addis time, so `lte=today` includes this evening."""
    if traits_of(column).is_moment and type(value) is date:
        start, end = clock.day_start(value), clock.day_start(value + timedelta(days=1))
        return {
            "eq": and_(column >= start, column < end),
            "ne": or_(column < start, column >= end, column.is_(None)),
            "gte": column >= start,
            "lte": column < end,
            "gt": column >= end,
            "lt": column < start,
        }[operator]
    clause = _sql(operator, column, value)
    return or_(clause, column.is_(None)) if operator == "ne" else clause
