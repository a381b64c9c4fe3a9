"""What the template of one record prints: its head, its facts, and the tabs of what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.access.policy import Action, State
from homecare.admin import cells, editing, filecells, listing
from homecare.admin.overrides import OVERRIDES
from homecare.admin.rowselect import relation_label
from homecare.admin.screens import ListScreen
from homecare.admin.tables import Field, TableInfo, table_infos
from homecare.models.columns import Kind
from homecare.queries import counting

RELATED_ROWS = 10
# What the head of a record tells beside its name.
KEY_FACTS = (Kind.CODE, Kind.PHONE, Kind.RELATION, Kind.DATETIME, Kind.MONEY)
MOST_KEY_FACTS = 4


@dataclass(frozen=True)
class Fact:
    field: Field
    cell: Markup


@dataclass(frozen=True)
class Related:
    """Rows of `table` whose column `by` names this record. `query` is the list of them, `may_add` a new one."""

    table: TableInfo
    by: str
    title: str
    count: counting.Count
    query: str
    may_add: bool


@dataclass(frozen=True)
class DetailsScreen:
    row_id: int
    version: str
    name: str
    badge: Markup | None
    key_facts: list[Fact]
    sections: list[tuple[str, list[Fact]]]
    related: list[Related]
    behind_glass: bool

    @classmethod
    def of(
        cls, info: TableInfo, acting: Acting, stored: editing.Stored, revealed: dict[str, Any], session: Session
    ) -> DetailsScreen:
        """One short count per table that points here."""
        access = acting.access(info.name)
        shown = {field.name for field in stored.selected.fields}
        groups = [*info.groups, ("Record", tuple(n for n in info.fields if n not in _placed(info)))]
        sections = [
            (title, [_fact(info.fields[n], stored, revealed, session) for n in names if n in shown])
            for title, names in groups
        ]
        facts = {fact.field.name: fact for _, group in sections for fact in group}
        filled = [facts[name] for name in info.fields if name in facts and facts[name].cell != cells.EMPTY]
        badges = [fact.cell for fact in filled if cells.is_badge(fact.field)]
        return cls(
            row_id=stored.row._id,
            version=stored.version,
            name=editing.row_name(info, stored),
            badge=badges[0] if badges else None,
            key_facts=_key_facts(info, filled),
            sections=[(title, facts) for title, facts in sections if facts],
            related=related_tables(session, info, acting, stored.row._id),
            behind_glass=State.BREAK_GLASS in access.states.values() and not revealed,
        )


def _key_facts(info: TableInfo, filled: list[Fact]) -> list[Fact]:
    unsaid = [fact for fact in filled if fact.field.name not in (*info.naming, "created_at", "updated_at")]
    return [fact for fact in unsaid if fact.field.kind in KEY_FACTS][:MOST_KEY_FACTS]


def _placed(info: TableInfo) -> set[str]:
    return {name for _, names in info.groups for name in names}


def _fact(field: Field, stored: editing.Stored, revealed: dict[str, Any], session: Session) -> Fact:
    return Fact(field, _cell(field, stored, revealed, session))


def _cell(field: Field, stored: editing.Stored, revealed: dict[str, Any], session: Session) -> Markup:
    if field.kind is Kind.FILE and field.name in revealed:
        return filecells.revealed(session, stored.selected.info, stored.row._id, field, revealed[field.name])
    if field.kind is Kind.FILE:
        return filecells.detailed(stored.selected, stored.row, field)
    if field.name in revealed:
        return cells.markup(field, revealed[field.name])
    value = getattr(stored.row, field.name)
    if field.kind is Kind.RELATION:
        return cells.relation_markup(field, value, relation_label(stored.row, stored.selected, field.name))
    return cells.markup(field, value)


def children(info: TableInfo, acting: Acting) -> list[tuple[TableInfo, Field]]:
    """The tables that point here by a column this person may filter by."""
    return [
        (child, field)
        for child in table_infos().values()
        if acting.may(child.name)
        for field in child.fields.values()
        if field.target == info.name and acting.access(child.name).sees(field.name)
    ]


def related_tables(session: Session, info: TableInfo, acting: Acting, row_id: int) -> list[Related]:
    """Those with rows first; within that as the overrides say, then as the menu does."""
    pairs = children(info, acting)
    tables = [child.name for child, _ in pairs]
    found = []
    for child, field in pairs:
        model: Any = child.model
        statement = select(model.id).where(getattr(model, field.name) == row_id)
        may_add = acting.may(child.name, Action.CREATE) and acting.access(child.name).sets(field.name, creating=True)
        several = tables.count(child.name) > 1
        found.append(
            Related(
                table=child,
                by=field.name,
                title=f"{child.many}, {field.label.lower()}" if several else child.many,
                count=counting.count(session, statement, may_estimate=False),
                query=f"?{field.name}__eq={row_id}",
                may_add=may_add,
            )
        )
    first = OVERRIDES.get(info.name, {}).get("related", ())

    def place(related: Related) -> tuple[bool, int]:
        name = related.table.name
        return related.count.rows == 0 and name not in first, first.index(name) if name in first else len(first)

    return sorted(found, key=place)


def related_list(session: Session, info: TableInfo, acting: Acting, row_id: int, of: str, by: str) -> ListScreen | None:
    """The newest rows of one tab, None where there is no such tab for this person. Two statements."""
    pair = next((p for p in children(info, acting) if (p[0].name, p[1].name) == (of, by)), None)
    if pair is None:
        return None
    child = pair[0]
    columns = [name for name in child.columns if name != by] or list(child.columns)
    # The name leads: where it was the parent itself, the next column of the list does.
    words = MultiDict({f"{by}__eq": str(row_id), "columns": ",".join(columns)})
    return ListScreen.load(listing.read(child, acting, words), session)
