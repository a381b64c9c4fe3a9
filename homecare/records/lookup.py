"""Finds parents by name, for relation pickers and for the labels of chosen rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from homecare.access.policy import Action, State
from homecare.access.shown import shown_of
from homecare.kinds.read import HIGHEST_INTEGER, parse_fayda, storable
from homecare.models import folding
from homecare.records import phones
from homecare.records.row_select import Part, RowSelect, build, code_columns, join_parts, relation_label
from homecare.records.seen import Seen
from homecare.tables.overrides import override_of
from homecare.tables.table import Field, ShownTable, shown_table

MOST = 20
LONGEST_SEARCH = 200
# Each word is searched in every name, code, phone and e-mail, and in those of the parents.
MOST_WORDS = 12


def search_clause(seen: Seen, text: str, through_parents: bool = True) -> ColumnElement[bool]:
    """Rows whose names, codes, phones or e-mails contain every word of `text`, whose Fayda number it is, or whose
    parents' names contain it.
    Searches only columns the role sees. Raises ValueError for text that cannot be stored or is too long.
    """
    words = storable(text).split()
    if len(text) > LONGEST_SEARCH or not words:
        raise ValueError(f"Search for 1 to {LONGEST_SEARCH} characters.")
    if len(words) > MOST_WORDS:
        raise ValueError(f"Search for at most {MOST_WORDS} words.")
    shown = [f for f in seen.table.fields.values() if seen.access.sees(f.name)]
    searched = [f for f in shown if f.searchable]
    alternatives = [and_(*(_holds(seen.table, searched, word) for word in words))]
    if len(phones.digits(text)) >= phones.FEWEST:
        alternatives += [
            phones.contains(getattr(seen.table.model, f.name), text) for f in searched if f.traits.is_phone
        ]
    alternatives += [
        found for f in shown if f.traits.is_fayda and (found := _has_number(seen.table, f, text)) is not None
    ]
    numbered = through_parents and re.fullmatch(r"#?[0-9]{1,10}", text.strip())
    if numbered and int(text.strip("# ")) <= HIGHEST_INTEGER:
        alternatives.append(seen.table.key == int(text.strip("# ")))
    if through_parents:
        alternatives += _through_parents(seen, text)
    return or_(*alternatives)


def _holds(table: ShownTable, searched: list[Field], word: str) -> ColumnElement[bool]:
    """Whether some column contains the word: phone numbers as dialled, other text as people read it."""
    found: list[ColumnElement[bool]] = []
    for field in searched:
        column = getattr(table.model, field.name)
        if not field.traits.is_phone:
            found.append(folding.contains(column, word))
        elif phones.digits(word):
            found.append(phones.contains(column, word))
    return or_(false(), *found)


def _has_number(table: ShownTable, field: Field, text: str) -> ColumnElement[bool] | None:
    """Compares the whole Fayda number, never a part of it. None if the text is not such a number."""
    try:
        number = parse_fayda(text)
    except ValueError:
        return None
    found: ColumnElement[bool] = getattr(table.model, field.name) == number
    return found


def _through_parents(seen: Seen, text: str) -> Iterable[ColumnElement[bool]]:
    """Rows found by a parent's name: one level up, and only parents the role may see."""
    for field in seen.table.fields.values():
        if not field.traits.links or not seen.access.sees(field.name):
            continue
        parent = shown_table(field.target)
        named = [f for f in parent.fields.values() if f.searchable]
        if named and parent.name != seen.table.name and seen.by.may(parent.name, Action.VIEW):
            model: Any = parent.model
            found = select(model.id).where(search_clause(seen.other(parent), text, through_parents=False))
            yield getattr(seen.table.model, field.name).in_(found)


def settable(seen: Seen) -> frozenset[str]:
    """The columns a form can set: without relations whose parents the role cannot look up."""
    return frozenset(
        name for name, field in seen.table.fields.items() if not field.traits.links or may_look_up(seen, field)
    )


def may_look_up(seen: Seen, field: Field) -> bool:
    """Whether parents may be picked: by name if the role may view them; by code if the relation is masked and settable.
    A role that can only look at a masked relation does not need the codes of all parents.
    """
    access = seen.access
    state = access.states[field.name]
    if state is State.MASKED:
        return any(
            access.may(action) and access.sets(field.name, creating=action is Action.CREATE)
            for action in (Action.CREATE, Action.EDIT)
        )
    return state is State.SHOWN and seen.by.may(field.target, Action.VIEW)


def _options(seen: Seen, field: Field) -> tuple[Select[Any], RowSelect]:
    """A select of parents with the columns of their names, as `join_parts` reads them."""
    target = shown_table(field.target)
    if seen.access.states[field.name] is State.MASKED:
        model: Any = target.model
        codes = code_columns(target)
        statement = select(model.id.label("_id"), *(getattr(model, code) for code in codes))
        statement = statement.execution_options(shown=shown_of(target.name, codes))
        return statement, RowSelect(target, statement, tuple(target.fields[code] for code in codes))
    access = seen.other(target).access
    reached_by = [f.name for f in target.fields.values() if f.traits.is_code or f.traits.is_phone]
    extra = [name for name in (*_told(target), *reached_by) if access.sees(name)]
    names = [name for name in target.naming if access.sees(name)]
    selected = build(seen.other(target), (*names, *(name for name in extra if name not in names)))
    return selected.statement, selected


def _told(target: ShownTable) -> Mapping[str, Iterable[str]]:
    """Columns that distinguish rows of the same name, each with the values that are left out."""
    return override_of(target.name).told


def _option_label(row: Any, selected: RowSelect) -> str:
    texts, told = [], _told(selected.table)
    for field in selected.fields:
        if getattr(row, field.name) in told.get(field.name, ()):
            continue
        if field.traits.links:
            texts.append((field, relation_label(row, selected, field.name) or ""))
        else:
            texts.append((field, join_parts(row, [Part(field.name, field)])))
    name = " ".join(text for field, text in texts if field.traits.is_name and text)
    rest = [text for field, text in texts if not field.traits.is_name and text]
    return " · ".join([name, *rest] if name else rest) or f"#{row._id}"


def find(session: Session, seen: Seen, field: Field, text: str) -> list[tuple[int, str]]:
    """Up to 20 parents by name, code or phone; the newest if nothing was typed. Raises ValueError."""
    target = shown_table(field.target)
    model: Any = target.model
    statement, selected = _options(seen, field)
    if text.strip() and seen.access.states[field.name] is State.MASKED:
        codes = [folding.contains(getattr(model, code), storable(text)) for code in code_columns(target)]
        statement = statement.where(or_(false(), *codes))
    elif text.strip():
        statement = statement.where(search_clause(seen.other(target), text))
    rows = session.execute(statement.order_by(model.id.desc()).limit(MOST)).all()
    return [(row._id, _option_label(row, selected)) for row in rows]


def begun(table: ShownTable, text: str) -> dict[str, str]:
    """Prefills a new row from a picker's unsuccessful search: a phone number, else a name."""
    if len(phones.digits(text)) >= phones.FEWEST:
        return {f.name: text for f in [*table.fields.values()][::-1] if f.traits.is_phone}
    names = [f.name for f in table.fields.values() if f.traits.is_name]
    return dict(zip(names, text.split(None, len(names) - 1), strict=False)) if names else {}


def fills(session: Session, seen: Seen, field: Field, keys: list[int]) -> dict[int, dict[str, tuple[int, str]]]:
    """Other columns that choosing one of these parents fills: {key: {column: (id, label)}}. At most one statement."""
    target = shown_table(field.target)
    wanted = override_of(seen.table.name).fills.get(field.name, ())
    if not wanted or seen.access.states[field.name] is not State.SHOWN:
        return {}
    names = [name for name in wanted if seen.other(target).access.sees(name)]
    selected = build(seen.other(target), names)
    model: Any = target.model
    found = session.execute(selected.statement.where(model.id.in_(keys))).all()
    return {
        row._id: {name: (getattr(row, name), relation_label(row, selected, name) or "") for name in names}
        for row in found
    }


def in_sight(session: Session, target: str, keys: Iterable[int]) -> set[int]:
    """Those of these rows of the table `target` that exist and are in scope. One statement."""
    model: Any = shown_table(target).model
    return {*session.scalars(select(model.id).where(model.id.in_({*keys})))}


def label_of(session: Session, seen: Seen, field: Field, key: int) -> str | None:
    """The name of one parent. None if it does not exist or this person may not see it."""
    if not may_look_up(seen, field):
        return None
    model: Any = shown_table(field.target).model
    statement, selected = _options(seen, field)
    row = session.execute(statement.where(model.id == key)).first()
    return None if row is None else _option_label(row, selected)
