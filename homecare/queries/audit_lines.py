"""The rows of each log as the audit page shows them: what a role may not see is not selected, out of changes neither.

Of a change the old and the new row never leave the database: each column that differs is named, with both values only
where the role sees the column. Of a read's address only the names of its conditions are read, never what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    bindparam,
    case,
    column,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import Action, Scope, State
from homecare.access.shown import tells, way, whose
from homecare.audit.reads import Lines
from homecare.models import Change, Denial, Read, SignInEvent, business_models
from homecare.queries.audit import Log
from homecare.records.seen import Seen
from homecare.tables.table import ShownTable, shown_tables

SHOWN, PLACE, FILE, MASKED, HIDDEN = "shown", "place", "file", "masked", "hidden"
MOST_LETTERS = 300
MOST_IDS = 50
# The kinds of reads whose reason somebody gave. Any other reason is the address, which has what was searched for.
WITH_REASON = ("reveal", "file")
# No part of what a row says: every address has the one, every save changes the other.
UNTOLD = ("id", "updated_at")


def statement(log: Log, who: Acting) -> Select[Any]:
    """The log's entries for this person, without conditions and order. Cost: of a page, what its entries take."""
    return {"changes": _changes, "reads": _reads, "refusals": _refusals, "sign-ins": _sign_ins}[log.name](who)


def opens(who: Acting, table: str) -> bool:
    """Whether the person may see every row of the table, so also those that are gone."""
    verdict = who.decide(table, Action.VIEW)
    return verdict.allowed and verdict.scope is Scope.ALL


def _changes(who: Acting) -> Select[Any]:
    relations = {name: relation[0] for name in business_models() if (relation := way(name))}
    parent = bindparam("relations", relations, JSONB).op("->>")(Change.resource)
    return select(
        Change.id, Change.made_at.label("at"), Change.kind, Change.resource, Change.row_id, Change.staff_id,
        Change.staff_name, Change.as_staff_id, Change.origin, _differences(who).label("fields"),
        # Whose row it is, for the read log.
        func.coalesce(Change.new, Change.old).op("->>")(parent).label("parent_id"),
    )  # fmt: skip


def _differences(who: Acting) -> ColumnElement[Any]:
    """[[column, how it is shown, before, after], …] of the columns that differ, values as text. NULL where none do, and
    of tables that the role may not open."""
    found = bindparam("fields", _fields(who), JSONB)
    field = func.jsonb_to_recordset(found).table_valued(
        column("resource", Text), column("name", Text), column("how", Text), column("number", Integer)
    ).render_derived(name="field", with_types=True)  # fmt: skip
    old, new = (side.op("->>")(field.c.name) for side in (Change.old, Change.new))
    told = func.jsonb_build_array(field.c.name, field.c.how, _told(field, old), _told(field, new))
    return (
        select(func.jsonb_agg(aggregate_order_by(told, field.c.number)))
        .where(field.c.resource == Change.resource, old.is_distinct_from(new))
        .correlate(Change)
        .scalar_subquery()
    )


def _told(field: Any, value: ColumnElement[Any]) -> ColumnElement[Any]:
    place = func.geometry(value)
    return case(
        (value.is_(None), null()),
        (field.c.how == SHOWN, func.left(value, MOST_LETTERS)),
        (field.c.how == PLACE, func.concat(func.ST_Y(place), ",", func.ST_X(place))),
        (field.c.how == FILE, "a file"),
        else_=null(),
    )


def _fields(who: Acting) -> list[dict[str, str | int]]:
    """How each column of each table that the person may open is told."""
    return [
        {"resource": table.name, "name": name, "how": _how(who, table, name), "number": number}
        for table in shown_tables().values()
        if opens(who, table.name)
        for number, name in enumerate(table.fields)
        if name not in UNTOLD
    ]


def _how(who: Acting, table: ShownTable, name: str) -> str:
    access, traits = Seen.of(who, table).access, table.fields[name].traits
    if not access.sees(name):
        return HIDDEN if access.states[name] is State.HIDDEN else MASKED
    return PLACE if traits.is_place else FILE if traits.holds_file else SHOWN


def _reads(who: Acting) -> Select[Any]:
    names = func.regexp_replace(Read.reason, "=[^&]*", "", "g")
    return select(
        Read.id, Read.read_at.label("at"), Read.kind, Read.resource, Read.row_id, Read.staff_id, Read.staff_name,
        literal_column(f"dashboard.reads.ids[1:{MOST_IDS}]").label("ids"),
        func.cardinality(Read.ids).label("rows"), Read.columns,
        case((Read.kind.in_(WITH_REASON), Read.reason), else_="").label("reason"),
        case((Read.kind.in_(WITH_REASON), ""), else_=names).label("conditions"),
    )  # fmt: skip


def _refusals(who: Acting) -> Select[Any]:
    found: Any = select(
        Denial.id, Denial.denied_at.label("at"), Denial.action.label("kind"), Denial.resource, Denial.row_id,
        Denial.staff_id, Denial.staff_name, Denial.role, Denial.reason,
    )  # fmt: skip
    return cast(Select[Any], found)


def _sign_ins(who: Acting) -> Select[Any]:
    found: Any = select(
        SignInEvent.id, SignInEvent.happened_at.label("at"), SignInEvent.kind, SignInEvent.staff_id,
        SignInEvent.name.label("staff_name"), SignInEvent.reason,
    )  # fmt: skip
    return cast(Select[Any], found)


def shown(session: Session, log: Log, rows: Sequence[Row[Any]]) -> Lines:
    """Whose entries these are, for the read log. At most one short statement for each table above."""
    # Asked once: working it out takes as long as the rest of a row.
    lines, company = Lines(), business_models()
    for row in rows if log.name != "sign-ins" else ():
        if way(row.resource) is None or row.resource not in company:
            continue
        if log.name == "changes":
            named = [name for name, how, _, _ in row.fields or () if how in (SHOWN, PLACE)]
            lines.add(row.resource, [row.row_id], [name for name in named if tells(row.resource, name)])
        elif ids := row.ids if log.name == "reads" else _number(row.row_id):
            lines.add(row.resource, ids)
    if log.name == "changes":
        for table, ids in _people(session, rows):
            lines.add(table, ids)
    return lines


def _number(text: str | None) -> list[int]:
    return [int(text)] if text and text.isascii() and text.isdigit() and len(text) < 11 else []


def _people(session: Session, rows: Iterable[Row[Any]]) -> Iterable[tuple[str, list[int]]]:
    """The patients and leads that the changed rows belong to, also those of rows that are gone."""
    parents: dict[str, set[int]] = {}
    company = business_models()
    for row in rows:
        if way(row.resource) and row.parent_id:
            relation = company[row.resource].__table__.columns[way(row.resource)[0]]  # type: ignore[index]
            parents.setdefault(next(iter(relation.foreign_keys)).column.table.name, set()).add(int(row.parent_id))
    for table, ids in parents.items():
        model: Any = company[table]
        people = whose(table, model)
        if people is None:
            yield table, sorted(ids)
            continue
        above = session.scalars(select(people[1]).where(model.id.in_(ids))).all()
        yield people[0], [found for found in above if found is not None]
