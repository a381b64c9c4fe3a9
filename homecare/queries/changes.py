"""What happened to the rows of a table, read from the trail as one person may see it; each says its cost.

Of a row as it was and became, the database takes out only the columns that the role sees, masked as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, column, exists, func, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from homecare.access.acting import Acting
from homecare.access.derived import once_per
from homecare.access.policy import Action, Scope, State
from homecare.access.shown import NOT_SHOWN, Shown, shown_of, way, whose
from homecare.access.table_access import UNWRITABLE
from homecare.audit.reads import note_rows
from homecare.models import Change, ChangeSet, StoredFile, business_models
from homecare.queries import authors
from homecare.queries.authors import Author
from homecare.records.row_select import is_file_of, shown_value
from homecare.records.seen import Seen
from homecare.tables.table import Field

PAGE_SIZE = 50
# Rows that changed together are counted up to here, for each of a page's changes.
MOST_COUNTED = 10_000
SIDES = ("old", "new")


@dataclass(frozen=True)
class FieldChange:
    """A column of an entry that the person sees. None where there was no row, or nothing in it."""

    field: Field
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """One change of one row. `done` is the kind of its change set and `about` the table that one was about.
    `others` counts the other rows changed in the same go, by table; `is_counted` is False if there are more.
    """

    id: int
    row_id: int
    at: datetime
    kind: str
    author: Author
    done: str
    about: str
    row: Row[Any]
    fields: tuple[Field, ...]
    others: tuple[tuple[str, int], ...] = ()
    is_counted: bool = True

    def value(self, side: str, name: str) -> Any:
        return getattr(self.row, f"{side}__{name}")

    def file_name(self, side: str, name: str) -> str:
        return getattr(self.row, f"{side}__{name}__name", None) or ""

    @property
    def differing(self) -> list[FieldChange]:
        """What changed, or all that a row had that came or went."""
        found = [FieldChange(f, self.value("old", f.name), self.value("new", f.name)) for f in self.fields]
        return [one for one in found if one.old != one.new and (_is_there(one.old) or _is_there(one.new))]


def _is_there(value: Any) -> bool:
    # A place that is not there, and a secret or a hidden text that is not.
    return value is not None and value not in ("", ",") and value is not False


@dataclass(frozen=True)
class Page:
    """Newest first. `older` is the id to go on from, None on the last page."""

    entries: list[Entry]
    older: int | None


def of_row(session: Session, seen: Seen, row_id: int, before: int | None = None) -> Page:
    """A page of the changes of one row. The caller must know that it is in scope. Two statements."""
    return _page(session, seen, [*seen.table.fields], Change.row_id == row_id, before)


def deleted(session: Session, seen: Seen, before: int | None = None) -> Page:
    """The rows that are gone: whose last change removed them. For roles that see all rows. Two statements."""
    return _page(session, seen, seen.table.naming, and_(Change.kind == "removed", _is_last()), before)


def _is_last() -> Any:
    later = aliased(Change)
    same = and_(later.resource == Change.resource, later.row_id == Change.row_id)
    return ~exists(select(later.id).where(same, later.id > Change.id))


def newest(session: Session, seen: Seen, condition: Any, most: int) -> list[Entry]:
    """The newest changes that meet a condition of Change, whose rows must be in scope. One statement."""
    statement, fields = _projected(seen, tuple(seen.table.fields))
    rows = session.execute(_newest(statement, and_(Change.resource == seen.table.name, condition), most)).all()
    return [_entry(row, fields) for row in rows]


def _newest(statement: Select[Any], condition: Any, most: int) -> Select[Any]:
    """The newest `most` that meet the condition, newest first. They are found before their rows are taken apart, which
    takes ten times as long; by the month too, so that one is looked at.
    """
    found = select(Change.id, Change.made_at).where(condition).order_by(Change.id.desc()).limit(most).correlate(None)
    return statement.where(tuple_(Change.id, Change.made_at).in_(found)).order_by(Change.id.desc())


def _page(session: Session, seen: Seen, names: Iterable[str], condition: Any, before: int | None) -> Page:
    statement, fields = _projected(seen, tuple(names))
    asked = [Change.resource == seen.table.name, condition, *([] if before is None else [Change.id < before])]
    statement = _newest(statement, and_(*asked), PAGE_SIZE + 1)
    # Not noted as shown here: one row more is fetched than is shown.
    rows = session.execute(statement, execution_options=NOT_SHOWN).all()
    shown = rows[:PAGE_SIZE]
    note_rows(statement.get_execution_options()["shown"], shown)
    entries = _with_others(session, seen, [_entry(row, fields) for row in shown])
    return Page(entries, shown[-1].id if len(rows) > PAGE_SIZE else None)


def _entry(row: Row[Any], fields: tuple[Field, ...]) -> Entry:
    return Entry(
        id=row.id, row_id=row._id, at=row.made_at, kind=row.kind, author=Author.of(row),
        done=row.done or "", about=row.about or "", row=row, fields=fields,
    )  # fmt: skip


def _projected(seen: Seen, names: tuple[str, ...]) -> tuple[Select[Any], tuple[Field, ...]]:
    """Cached with the policy version, as building it takes longer than running it."""
    key = ("changes", seen.access.role.name, seen.table, names)
    return once_per(seen.by.policy, key, lambda: _project(seen, names))


def _project(seen: Seen, names: tuple[str, ...]) -> tuple[Select[Any], tuple[Field, ...]]:
    """The changes of a table with `old__<column>` and `new__<column>` of these columns as far as the role sees them."""
    table, states = seen.table.name, seen.access.states
    unseen = (State.HIDDEN, State.BREAK_GLASS)
    fields = tuple(seen.table.fields[n] for n in names if n not in UNWRITABLE and states[n] not in unseen)
    told = [f.name for f in fields if states[f.name] is not State.WRITE_ONLY]
    # The person that a row belongs to is taken out for the read log alone.
    keys = {"id", *(f.name for f in fields), *(way(table) or ())[:1]}
    selected: list[Any] = [Change.id, Change.row_id.label("_id"), Change.made_at, Change.kind, Change.transaction_id]
    selected += [*authors.columns(seen), ChangeSet.kind.label("done"), ChangeSet.resource.label("about")]
    source: Any = select(1).select_from(Change).outerjoin(ChangeSet, ChangeSet.id == Change.change_set)
    shown = list(shown_of(table, told)) or ([Shown(table, "_id", ())] if way(table) is not None else [])
    for side in SIDES:
        typed = [column(c.name, c.type) for c in seen.table.model.__table__.columns if c.name in keys]
        row = func.jsonb_to_record(getattr(Change, side)).table_valued(*typed, name=f"{side}_row")
        held = row.render_derived(with_types=True)
        source = source.join(held, true())
        for each in fields:
            value = held.c[each.name]
            selected.append(shown_value(value, each, states[each.name]).label(f"{side}__{each.name}"))
            if each.traits.holds_file and seen.access.sees(each.name):
                stored = aliased(StoredFile)
                source = source.outerjoin(stored, is_file_of(stored, value, Change.row_id, table, each.name))
                selected.append(stored.original_name.label(f"{side}__{each.name}__name"))
        if people := whose(table, SimpleNamespace(**{name: held.c[name] for name in keys})):
            shown.append(Shown(people[0], f"_of_{side}", ()))
            selected.append(people[1].label(f"_of_{side}"))
    statement = source.with_only_columns(*selected, maintain_column_froms=True)
    return statement.execution_options(shown=tuple(shown)), fields


@dataclass(frozen=True)
class Since:
    """What was saved since a version of a row was shown: who did last and when, and what columns were before."""

    author: Author
    at: datetime
    before: dict[str, Any]


def since(session: Session, seen: Seen, row_id: int, version: str) -> Since | None:
    """None if the trail does not know that version, or too much came since. One statement. For rows in scope."""
    statement, fields = _projected(seen, tuple(seen.table.fields))
    of_row = and_(Change.resource == seen.table.name, Change.row_id == row_id)
    rows = session.execute(_newest(statement, of_row, PAGE_SIZE)).all()
    # A version is the transaction that wrote the row, without the epochs.
    place = next((n for n, row in enumerate(rows) if str(row.transaction_id % 2**32) == version), 0)
    if not place:
        return None
    first = _entry(rows[place - 1], fields)
    before = {field.name: first.value("old", field.name) for field in fields if seen.access.sees(field.name)}
    return Since(Author.of(rows[0]), rows[0].made_at, before)


def _with_others(session: Session, seen: Seen, entries: list[Entry]) -> list[Entry]:
    """The entries with how many other rows changed in the same go, of tables of which the person sees all rows.
    One statement that reads at most MOST_COUNTED changes an entry.
    """
    if not entries or seen.by.role is None:
        return entries
    statement = once_per(seen.by.policy, ("together", seen.by.role.name), lambda: _together_with(seen.by))
    moments = [entry.at for entry in entries]
    of = {"ids": [entry.id for entry in entries], "first": min(moments), "last": max(moments)}
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(statement, of):
        found.setdefault(row.id, []).append(row)
    return [_together(entry, found.get(entry.id, []), seen.table.name) for entry in entries]


def _together_with(by: Acting) -> Select[Any]:
    """(id, resource, number, changes) of the changes `ids` of `first` to `last`, as far as all rows are visible."""
    whole = [name for name in business_models() if by.may(name) and by.decide(name, Action.VIEW).scope is Scope.ALL]
    mine, other = aliased(Change), aliased(Change)
    together = (
        select(other.resource, other.row_id)
        # The same moment, too: then one month is looked at.
        .where(other.change_set == mine.change_set, other.made_at == mine.made_at, other.resource.in_(whole))
        .limit(MOST_COUNTED + 1)
        .correlate(mine)
        .lateral("together")
    )
    number = func.count(together.c.row_id.distinct())
    return (
        select(mine.id, together.c.resource, number.label("number"), func.count().label("changes"))
        .select_from(mine)
        .join(together, true())
        .where(
            mine.id.in_(bindparam("ids", expanding=True)), mine.made_at.between(bindparam("first"), bindparam("last"))
        )
        .group_by(mine.id, together.c.resource)
    )


def _together(entry: Entry, counts: list[Row[Any]], table: str) -> Entry:
    numbers = {row.resource: row.number - (row.resource == table) for row in counts}
    # The table itself first.
    others = sorted((pair for pair in numbers.items() if pair[1]), key=lambda pair: (pair[0] != table, pair[0]))
    return replace(entry, others=tuple(others), is_counted=sum(row.changes for row in counts) <= MOST_COUNTED)
