"""The matrix of one role as a form: what it shows, and the policy that a submitted form describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from homecare.access import resources
from homecare.access.pages import PAGE_LEVELS
from homecare.access.policy import NEVER, Action, Policy, Role, Scope, State, Write, folded
from homecare.access.reserved import SAID_BY, limited, reserved, why
from homecare.access.stored.document import SETTINGS, from_policy, to_policy
from homecare.tables.table import ShownTable, shown_tables

NO = ("", "no")
SCOPES = (NO, (Scope.OWN.value, "own"), (Scope.ALL.value, "all"))
# Sent last: without it the form was cut off, and missing cells would look like cleared ones.
COMPLETE = "complete"


@dataclass(frozen=True)
class Cell:
    """A select, or a checkbox if there are only two choices. `fixed` says why it cannot be changed."""

    name: str
    anchor: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    stored: str
    fixed: str = ""

    @property
    def is_checkbox(self) -> bool:
        return len(self.options) == 2 and self.options[0] == NO

    @property
    def changed(self) -> bool:
        return self.value != self.stored


@dataclass(frozen=True)
class FieldLine:
    label: str
    column: str
    state: Cell
    write: Cell | None


@dataclass(frozen=True)
class TableLine:
    table: ShownTable
    cells: list[Cell]
    fields: list[FieldLine]

    @property
    def ruled(self) -> int:
        """The number of columns that are not simply shown and always set."""
        return sum(
            line.state.value != State.SHOWN or (line.write is not None and line.write.value != Write.ALWAYS)
            for line in self.fields
        )


@dataclass(frozen=True)
class Group:
    title: str
    number: int
    lines: list[TableLine]
    scopable: bool


@dataclass(frozen=True)
class MatrixScreen:
    """One role as stored and as typed. `settings` are as typed, even if invalid."""

    role: Role
    settings: dict[str, Any]
    groups: list[Group]
    pages: list[Cell]
    actions: tuple[Action, ...]
    count: int


def screen(stored: Policy, typed: Policy, role: Role, settings: Mapping[str, Any] | None = None) -> MatrixScreen:
    """`role` is the stored role. `typed` is the policy that the form describes."""
    groups: dict[str, list[TableLine]] = {}
    for table in shown_tables().values():
        groups.setdefault(table.group, []).append(_table(stored, typed, role, table))
    lines = [
        Group(title, number, found, any(resources.is_scopable(line.table.name) for line in found))
        for number, (title, found) in enumerate(groups.items())
    ]
    pages = [_page(stored, typed, role, page) for page in PAGE_LEVELS]
    cells = [cell for group in lines for line in group.lines for cell in _cells(line)] + pages
    now = typed.roles[folded(role.name)]
    shown = {name: getattr(now, name) for name in SETTINGS} | dict(settings or {})
    count = sum(cell.changed for cell in cells) + sum(getattr(role, name) != shown[name] for name in SETTINGS)
    return MatrixScreen(role, shown, lines, pages, tuple(Action), count)


def _cells(line: TableLine) -> list[Cell]:
    writes = [field.write for field in line.fields if field.write is not None]
    return [*line.cells, *(field.state for field in line.fields), *writes]


def _table(stored: Policy, typed: Policy, role: Role, table: ShownTable) -> TableLine:
    cells = []
    for action in Action:
        fixed = NEVER.get((table.name, action), "")
        if role.everything and not fixed:
            fixed = f"{role.name} has every permission."
        cells.append(
            Cell(
                name=f"t.{table.name}.{action}",
                anchor=f"cell-{table.name}-{action}",
                label=f"{action} {table.many}",
                options=SCOPES if resources.is_scopable(table.name) else (NO, (Scope.ALL.value, "yes")),
                value=_scope(typed, role, table.name, action),
                stored=_scope(stored, role, table.name, action),
                fixed=fixed,
            )
        )
    return TableLine(table, cells, [_field(stored, typed, role, table, c) for c in resources.ruled_columns(table.name)])


def _scope(policy: Policy, role: Role, table: str, action: Action) -> str:
    verdict = policy.decide(policy.roles.get(folded(role.name)), table, action)
    return verdict.scope.value if verdict.allowed else ""


def _field(stored: Policy, typed: Policy, role: Role, table: ShownTable, column: str) -> FieldLine:
    was, now = (policy.field(role, table.name, column) for policy in (stored, typed))
    label = table.fields[column].label
    states = tuple((state.value, state.value) for state in resources.states_of(table.name, column))
    state = Cell(
        f"s.{table.name}.{column}",
        f"field-{table.name}-{column}",
        f"{label}: what is seen",
        states,
        now.state,
        was.state,
    )
    write = None
    if resources.is_writable(column):
        anchor = f"write-{table.name}-{column}"
        before, after = (limited(role, table.name, column, rule.write) for rule in (was, now))
        locked = why(role, table.name, column)
        possible = [word for word in Write if limited(role, table.name, column, word) is word]
        words = tuple((word.value, word.value) for word in possible)
        told = f"{label}: when it can be set. {locked}".strip()
        fixed = locked if len(possible) == 1 else ""
        write = Cell(f"w.{table.name}.{column}", anchor, told, words, after, before, fixed)
    return FieldLine(label, column, state, write)


def _page(stored: Policy, typed: Policy, role: Role, page: str) -> Cell:
    levels = tuple((level, f"{level}: {words}") for level, words in PAGE_LEVELS[page].items())
    fixed = f"{role.name} has every permission." if role.everything else ""
    was, now = (_level(policy, role, page) for policy in (stored, typed))
    return Cell(f"p.{page}", f"page-{page}", page, (NO, *levels), now, was, fixed)


def _level(policy: Policy, role: Role, page: str) -> str:
    return policy.decide(policy.roles.get(folded(role.name)), f"page:{page}", Action.VIEW).level


def typed_settings(sent: Mapping[str, str]) -> dict[str, Any]:
    """The role's settings from the form. An invalid number stays text, so that the error can show it."""
    found: dict[str, Any] = {}
    for name, kind in SETTINGS.items():
        text = sent.get(f"r.{name}", "").strip()
        if kind is bool:
            found[name] = bool(text)
        elif kind is int:
            found[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
        else:
            found[name] = text
    return found


def read(policy: Policy, role: Role, sent: Mapping[str, str]) -> Policy:
    """The policy with this role as the form describes it. Raises DocumentError."""
    document = from_policy(policy)
    entry = next(entry for entry in document["roles"] if folded(entry["name"]) == folded(role.name))
    entry.update(typed_settings(sent))
    holds_everything = bool(entry["everything"])
    # Fixed cells are not sent. Their stored values return when they are no longer fixed.
    if not (holds_everything and role.everything):
        entry["pages"] = {page: sent[f"p.{page}"] for page in PAGE_LEVELS if sent.get(f"p.{page}")}
    tables = {name: _typed_table(name, sent) for name in resources.tables()}
    new = replace(role, everything=holds_everything)
    for table, column in (*reserved(), *SAID_BY):
        word = tables[table]["writes"].get(column)
        # A value that the lock dictates is not a rule, and neither is one from the time the role had every permission.
        if word == limited(new, table, column, Write.ALWAYS) or (role.everything and not holds_everything):
            tables[table]["writes"].pop(column, None)
    entry["tables"] = tables
    return to_policy(document, policy.version)


def _typed_table(table: str, sent: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"fields": {}, "writes": {}}
    for action in Action:
        scope = _group_choice(table, action, sent)
        if scope and resources.is_possible(table, action):
            found[action.value] = scope
    for column in resources.ruled_columns(table):
        found["fields"][column] = sent.get(f"s.{table}.{column}", State.SHOWN.value)
        if write := sent.get(f"w.{table}.{column}"):
            found["writes"][column] = write
    return found


def _group_choice(table: str, action: Action, sent: Mapping[str, str]) -> str:
    """The cell's own choice, or its group's if one was made, for people without scripts."""
    number = list(dict.fromkeys(one.group for one in shown_tables().values())).index(shown_tables()[table].group)
    chosen = sent.get(f"g.{number}.{action}", "")
    if chosen == "none":
        return ""
    if chosen == Scope.OWN and not resources.is_scopable(table):
        return sent.get(f"t.{table}.{action}", "")
    return chosen or sent.get(f"t.{table}.{action}", "")
