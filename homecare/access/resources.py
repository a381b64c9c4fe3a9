"""What can be granted on the tables."""

from __future__ import annotations

from functools import cache

from homecare.access.policy import NEVER, Action, FieldRule, State, Write
from homecare.access.row_scope import OWN_OPTIONS
from homecare.access.table_access import UNWRITABLE
from homecare.kinds.traits import shown_kind, traits
from homecare.models import business_models
from homecare.models.columns import Kind, Privacy

# Every state a column can have. A secret has no state that shows it.
SECRET_STATES = (State.WRITE_ONLY, State.HIDDEN)


@cache
def tables() -> dict[str, dict[str, Kind]]:
    """The kind of every column of every company table, by name."""
    return {
        name: {column.name: shown_kind(column) for column in model.__table__.columns}
        for name, model in business_models().items()
    }


def is_scopable(table: str) -> bool:
    """Whether the table has an "own rows" scope."""
    return table in OWN_OPTIONS


def is_possible(resource: str, action: Action) -> bool:
    return (resource, action) not in NEVER


def ruled_columns(table: str) -> list[str]:
    """The columns whose state can be chosen: all but the id, which every address contains."""
    return [name for name in tables()[table] if name != "id"]


def states_of(table: str, column: str) -> tuple[State, ...]:
    return SECRET_STATES if traits(tables()[table][column]).is_secret else tuple(State)


def is_writable(column: str) -> bool:
    return column not in UNWRITABLE


def sound(rule: FieldRule) -> FieldRule:
    """The rule as it can apply: a secret is never shown, and a role cannot set what it does not see.
    A masked relation can still be set, by the code it shows.
    """
    kind = tables()[rule.resource][rule.column]
    state = rule.state if rule.state in states_of(rule.resource, rule.column) else State.WRITE_ONLY
    unseen = state in (State.HIDDEN, State.BREAK_GLASS) or (state is State.MASKED and not traits(kind).links)
    write = Write.NEVER if unseen or not is_writable(rule.column) else rule.write
    if state is State.SHOWN and not is_writable(rule.column):
        write = Write.ALWAYS  # nothing to say about a column that only the database sets
    return FieldRule(rule.role, rule.resource, rule.column, state, write)


def careful_rules(role: str) -> list[FieldRule]:
    """The rules a new role starts with: secrets unreadable, clinical text hidden, national ids masked."""
    found = []
    for name, model in business_models().items():
        for column in model.__table__.columns:
            privacy, kind = column.info.get("privacy"), tables()[name][column.name]
            if traits(kind).is_secret:
                state = State.WRITE_ONLY
            elif privacy is Privacy.CLINICAL:
                state = State.HIDDEN
            elif traits(kind).is_fayda:
                state = State.MASKED
            else:
                continue
            found.append(sound(FieldRule(role, name, column.name, state)))
    return found
