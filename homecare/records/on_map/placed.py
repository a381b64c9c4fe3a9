"""A list's conditions asked of the kept places and cells themselves, where these have what a condition reads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from homecare.records.conditions import Condition, compare
from homecare.records.named import find_named
from homecare.records.on_map.patient_facts import FACTS, Fact

# Of the patient, and kept with the place as they are.
COLUMNS = ("source", "acquisition_channel")
OPERATORS = ("eq", "ne", "in", "isnull")


def clause_of(row: Any, condition: Condition) -> ColumnElement[bool] | None:
    """The condition as a predicate of `row`, one of Place and CubeCell; None if that row does not know."""
    if condition.problem:
        return condition.clause
    if condition.column:
        if condition.column not in COLUMNS or condition.operator not in OPERATORS:
            return None
        return compare(row.__table__.c[condition.column], condition.operator, condition.value)
    fact, value = _fact(condition)
    if fact is None or not all(hasattr(row, column) for column in fact.columns):
        return None
    return fact.of(row, value)


def _fact(condition: Condition) -> tuple[Fact | None, Any]:
    """An area is two kinds of fact: a sub-city by its name, and a drawing."""
    found = find_named("patients", condition.key, condition.value)
    if found is None:
        return None, None
    value = found.values(dict(condition.words)).get(condition.key)
    if condition.key == "area":
        return FACTS["sub_city" if isinstance(value, str) else "drawn"], value
    return FACTS.get(condition.key), value


def clauses_of(row: Any, conditions: list[Condition]) -> list[ColumnElement[bool]] | None:
    """All conditions as predicates of `row`; None if it does not know one of them."""
    found = [clause_of(row, condition) for condition in conditions]
    known = [clause for clause in found if clause is not None]
    return known if len(known) == len(found) else None
