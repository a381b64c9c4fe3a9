"""The page for a bulk change that some rows stop: which rows, why, and how to continue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from homecare.access.policy import State
from homecare.actions.many import RowsAskedError, RowsRefusedError
from homecare.admin.asked import Asked
from homecare.db import db
from homecare.records.row_select import build
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name

MOST_NAMED = 10


@dataclass(frozen=True)
class Reason:
    """One sentence and its rows as (id, name). `more` rows are not named."""

    sentence: str
    rows: list[tuple[int, str]]
    more: int


@dataclass(frozen=True)
class Named:
    """Rows as (id, name). `more` are not named, `gone` are no longer visible to this person."""

    rows: list[tuple[int, str]]
    more: int
    gone: int


def page(asked: Asked, versions: Mapping[int, str], error: RowsRefusedError, most: int) -> str:
    """Offers to continue with the other rows if they are known and not more than `most`."""
    others = {row_id: version for row_id, version in versions.items() if row_id not in error.refused}
    is_known = error.complete and len(others) <= most
    sentences = ((row_id, rule.message) for row_id, rule in error.refused.items())
    return _render(
        asked,
        "tables/change/refused.html",
        _reasons(asked.seen, sentences),
        others if is_known else {},
        refused=len(error.refused),
        number=len(versions),
        complete=error.complete,
    )


def question(asked: Asked, versions: Mapping[int, str], error: RowsAskedError) -> str:
    """The page for rows that can be changed after confirmation: one answer for all of them."""
    each = [(row_id, one) for row_id, found in error.asked.items() for one in found]
    return _render(
        asked,
        "tables/change/asked.html",
        _reasons(asked.seen, ((row_id, one.sentence) for row_id, one in each)),
        versions,
        doubtful=len({row_id for row_id, one in each if not one.words}),
        words=next((one.words for _, one in each if one.words), ()),
        key=error.key,
    )


def _render(asked: Asked, template: str, reasons: list[Reason], going_on: Mapping[int, str], **words: Any) -> str:
    return asked.render(
        template,
        table=asked.table,
        reasons=reasons,
        others=[*going_on],
        versions=written(going_on),
        form=request.form,
        back=asked.back(),
        **words,
    )


def written(versions: Mapping[int, str]) -> str:
    """Rows with their versions as a form carries them: "12:4711,13:4711"."""
    return ",".join(f"{row_id}:{version}" for row_id, version in versions.items())


def named(seen: Seen, ids: Sequence[int]) -> Named:
    """One statement that names them all."""
    names = _names(seen, ids) if ids and seen.by.may(seen.table.name) else {}
    rows = [(row_id, name) for row_id, name in names.items()]
    return Named(rows[:MOST_NAMED], len(rows[MOST_NAMED:]), len(ids) - len(rows))


def _reasons(seen: Seen, sentences: Iterable[tuple[int, str]]) -> list[Reason]:
    """One statement for all names."""
    ids_of: dict[str, list[int]] = {}
    for row_id, sentence in sentences:
        ids_of.setdefault(sentence, []).append(row_id)
    names = _names(seen, [row_id for ids in ids_of.values() for row_id in ids[:MOST_NAMED]])
    return [
        Reason(
            sentence,
            [(row_id, names.get(row_id, f"{seen.table.one} #{row_id}")) for row_id in ids[:MOST_NAMED]],
            len(ids[MOST_NAMED:]),
        )
        for sentence, ids in ids_of.items()
    ]


def _names(seen: Seen, ids: Sequence[int]) -> dict[int, str]:
    access = seen.access
    selected = build(seen, [name for name in seen.table.naming if access.states[name] is not State.HIDDEN])
    model: Any = seen.table.model
    found = db.session.execute(selected.statement.where(model.id.in_(ids)).order_by(model.id)).all()
    return {row._id: row_name(seen.table, Stored(row, selected, {})) for row in found}
