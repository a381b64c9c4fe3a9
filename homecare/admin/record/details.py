"""Everything one record's template prints: its header, its facts, and the tabs of related rows."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action, State
from homecare.access.reserved import MAKERS
from homecare.access.table_access import TableAccess
from homecare.actions.leads.converting import LEAD, PATIENTS, may_convert
from homecare.admin import cells
from homecare.admin.list.screens import ListScreen
from homecare.admin.record.facts import Brief, Fact, fact
from homecare.records import counting, list_request
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.overrides import override_of
from homecare.tables.table import Field, ShownTable, shown_tables

RELATED_ROWS = 10
RELATED_COLUMNS = 5
MOST_KEY_FACTS = 4


@dataclass(frozen=True)
class Section:
    """A card of facts. `behind_glass` is what a reason would show, labels by column; only on the first card that has
    any.
    """

    title: str
    facts: list[Fact]
    behind_glass: dict[str, str] = dataclass_field(default_factory=dict)

    @property
    def asked_for(self) -> str:
        """visit notes, prescription and vitals"""
        return _listed(list(self.behind_glass.values()))


@dataclass(frozen=True)
class Related:
    """Rows of `table` whose column `by` refers to this record. `query` opens their list, `may_add` allows a new one.
    `near`: the override lists the table, or its list shows this record. `quiet`: it has no rows, and the table is not
    listed.
    """

    table: ShownTable
    by: str
    title: str
    count: counting.Count
    query: str
    may_add: bool
    near: bool
    quiet: bool


@dataclass(frozen=True)
class DetailsScreen:
    """`left_empty` are the labels of cards without any value. They are named in one line instead."""

    row_id: int
    version: str
    name: str
    badge: Markup | None
    key_facts: list[Brief]
    sections: list[Section]
    left_empty: list[str]
    related: list[Related]

    @classmethod
    def of(cls, seen: Seen, stored: Stored, revealed: dict[str, Any], session: Session) -> DetailsScreen:
        """One short count per table that refers to this one, plus the statements of `facts.fact`."""
        facts = {field.name: fact(field, stored, revealed, session) for field in stored.selected.fields}
        groups = [*seen.table.groups, ("Record", tuple(n for n in seen.table.fields if n not in _placed(seen.table)))]
        cards = [(title, [facts[n] for n in names if n in facts]) for title, names in groups]
        badges = [one.cell for one in facts.values() if cells.is_badge(one.field) and not one.is_empty]
        return cls(
            row_id=stored.row._id,
            version=stored.version,
            name=row_name(seen.table, stored),
            badge=badges[0] if badges else None,
            key_facts=_key_facts(seen.table, facts),
            sections=_sections(cards, _behind_glass(seen.access, stored, revealed)),
            left_empty=[one.field.label for _, card in cards if _is_empty(card) for one in card],
            related=related_tables(session, seen, stored.row._id),
        )


def _key_facts(table: ShownTable, facts: dict[str, Fact]) -> list[Brief]:
    """The first few. A relation in the table's default list is shown even if it is empty."""
    said = table.naming[:1] if table.named_by_first else table.naming
    unsaid = [fact for name, fact in facts.items() if name not in (*said, "created_at", "updated_at")]
    told = [one for one in unsaid if one.brief and (not one.is_empty or _is_awaited(table, one.field))]
    return [one.brief for one in sorted(told, key=lambda one: one.rank) if one.brief][:MOST_KEY_FACTS]


def _is_awaited(table: ShownTable, field: Field) -> bool:
    return field.traits.links and field.name in table.columns and field.name != MAKERS.get(table.name)


def _placed(table: ShownTable) -> set[str]:
    return {name for _, names in table.groups for name in names}


def _is_empty(facts: list[Fact]) -> bool:
    return all(fact.is_empty for fact in facts)


def _behind_glass(access: TableAccess, stored: Stored, revealed: dict[str, Any]) -> dict[str, str]:
    """What a reason would show: labels by column."""
    return {
        field.name: field.label.lower()
        for field in stored.selected.fields
        if access.states[field.name] is State.BREAK_GLASS
        and getattr(stored.row, field.name)
        and field.name not in revealed
    }


def _sections(cards: list[tuple[str, list[Fact]]], behind_glass: dict[str, str]) -> list[Section]:
    found = []
    asked = False
    for title, facts in cards:
        asks = not asked and any(fact.field.name in behind_glass for fact in facts)
        asked = asked or asks
        if not _is_empty(facts):
            found.append(Section(title, facts, behind_glass if asks else {}))
    return found


def _listed(words: list[str]) -> str:
    """visit notes, prescription and vitals"""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def children(seen: Seen) -> list[tuple[ShownTable, Field]]:
    """The tables that refer to this one by a column this person may filter by."""
    return [
        (child, field)
        for child in shown_tables().values()
        if seen.by.may(child.name)
        for field in child.fields.values()
        if field.target == seen.table.name and seen.other(child).access.sees(field.name)
    ]


def may_add(seen: Seen, field: Field, count: int = 0) -> bool:
    """Whether the person may create a row whose `field` names a record that has `count` such rows."""
    if (seen.name, field.name) == (PATIENTS, LEAD) and not may_convert(seen.by):
        return False
    is_full = field.column.unique and count > 0
    return not is_full and seen.by.may(seen.name, Action.CREATE) and seen.access.sets(field.name, creating=True)


def additions(seen: Seen) -> list[tuple[ShownTable, str]]:
    """The rows that a list row's menu can add: the tables its page shows first, with their columns."""
    near = override_of(seen.table.name).related
    found = [(child, field.name) for child, field in children(seen) if may_add(seen.other(child), field)]
    return sorted((pair for pair in found if pair[0].name in near), key=lambda pair: near.index(pair[0].name))


def related_tables(session: Session, seen: Seen, row_id: int) -> list[Related]:
    """Tables with rows first, then in the overrides' order, then in menu order."""
    pairs = children(seen)
    tables = [child.name for child, _ in pairs]
    first = override_of(seen.table.name).related
    counts = [_count(session, child, field, row_id) for child, field in pairs]
    anything = any(count.rows or child.name in first for (child, _), count in zip(pairs, counts, strict=True))
    found = []
    for (child, field), count in zip(pairs, counts, strict=True):
        near = child.name in first or (not first and field.name in child.columns)
        alone = tables.count(child.name) == 1 and (near or field.name in child.columns)
        found.append(
            Related(
                table=child,
                by=field.name,
                title=child.many if alone else f"{child.many}, {field.label.lower()}",
                count=count,
                query=f"?{field.name}__eq={row_id}",
                may_add=may_add(seen.other(child), field, count.rows),
                near=near,
                quiet=anything and count.rows == 0 and child.name not in first,
            )
        )

    def place(related: Related) -> tuple[bool, int, bool]:
        name = related.table.name
        return related.quiet, first.index(name) if name in first else len(first), not related.near

    return sorted(found, key=place)


def _count(session: Session, child: ShownTable, field: Field, row_id: int) -> counting.Count:
    model: Any = child.model
    return counting.count(session, select(model.id).where(getattr(model, field.name) == row_id), may_estimate=False)


def related_list(session: Session, seen: Seen, row_id: int, of: str, by: str) -> ListScreen | None:
    """The newest rows of one tab. None if this person has no such tab. Two statements."""
    pair = next((p for p in children(seen) if (p[0].name, p[1].name) == (of, by)), None)
    if pair is None:
        return None
    child = pair[0]
    columns = [name for name in child.columns if name != by][:RELATED_COLUMNS] or list(child.columns)
    # The list starts with its name column. If that was the parent itself, the next column follows.
    words = MultiDict({f"{by}__eq": str(row_id), "columns": ",".join(columns)})
    return ListScreen.load(list_request.read(seen.other(child), words), session)
