"""Explains a decision: the rule in words, and the matrix cell that would change it."""

from __future__ import annotations

from dataclasses import dataclass

from homecare.access import resources
from homecare.access.policy import NEVER, Action, Policy, Role, Scope, State, Write
from homecare.access.reserved import limited, why
from homecare.kinds.traits import traits
from homecare.models import business_models


@dataclass(frozen=True)
class Explanation:
    """`anchor` names the matrix cell that decided. Empty if none did."""

    allowed: bool
    rule: str
    anchor: str = ""


@dataclass(frozen=True)
class Question:
    """`role` is None if the staff row gives none. `row_is_own` is None if no person was chosen."""

    role: Role | None
    table: str
    action: Action
    column: str = ""
    row: int | None = None
    row_exists: bool = True
    row_is_own: bool | None = None


def explain(policy: Policy, question: Question) -> Explanation:
    """Checks what the request, the row scope and the field rules check, in the same order."""
    at_the_door = _door(policy, question)
    if not at_the_door.allowed:
        return at_the_door
    row = _row(policy, question) if question.row is not None and question.action is not Action.CREATE else None
    if row is not None and not row.allowed:
        return row
    if question.column:
        return _field(policy, question)
    return row or at_the_door


def _door(policy: Policy, question: Question) -> Explanation:
    role, table, action = question.role, question.table, question.action
    if role is None:
        return Explanation(
            False, "Their staff record gives no role: only an Active person whose role is in the list may do anything."
        )
    if (table, action) in NEVER:
        return Explanation(False, f"Nobody may: {NEVER[table, action]}")
    if role.everything:
        return Explanation(True, f"{role.name} has every permission.")
    verdict = policy.decide(role, table, action)
    anchor = f"cell-{table}-{action}"
    if not verdict.allowed:
        return Explanation(False, f"{role.name} has no grant to {action} {table}.", anchor)
    rows = "their own rows only" if verdict.scope is Scope.OWN else "all rows"
    return Explanation(True, f"{role.name} has a grant to {action} {table}: {rows}.", anchor)


def own_rows_only(policy: Policy, role: Role, table: str, action: Action) -> tuple[bool, str]:
    """Whether viewing or the action itself is limited to own rows, and the cell that says so."""
    for asked in dict.fromkeys((action, Action.VIEW)):
        verdict = policy.decide(role, table, asked)
        if verdict.allowed and verdict.scope is Scope.OWN and resources.is_scopable(table):
            return True, f"cell-{table}-{asked}"
    return False, ""


def _row(policy: Policy, question: Question) -> Explanation:
    role, table = question.role, question.table
    assert role is not None  # noqa: S101 - _door refused questions without a role
    if not question.row_exists:
        return Explanation(False, f"There is no row {question.row} in {table}.")
    bound, anchor = own_rows_only(policy, role, table, question.action)
    if not bound:
        return Explanation(True, f"{role.name} may {question.action} every row of {table}.")
    if question.row_is_own is None:
        return Explanation(False, f"{role.name} reaches own rows only; choose a person to see if it is theirs.", anchor)
    if question.row_is_own:
        return Explanation(True, f"Row {question.row} is one of their own.", anchor)
    return Explanation(False, f"{role.name} reaches own rows only, and row {question.row} is not theirs.", anchor)


SEEN_WORDS = {
    State.SHOWN: "sees it",
    State.MASKED: "sees it masked, and cannot search, sort, filter or export it",
    State.HIDDEN: "does not see it at all",
    State.WRITE_ONLY: "may set it but never sees it",
    State.BREAK_GLASS: "sees it after giving a reason, which is recorded, one row at a time",
}


def _field(policy: Policy, question: Question) -> Explanation:
    role, table, column = question.role, question.table, question.column
    assert role is not None  # noqa: S101 - _door refused questions without a role
    rule = policy.field(role, table, column)
    seen = Explanation(
        rule.state is State.SHOWN, f"{role.name} {SEEN_WORDS[rule.state]}: {column}.", f"field-{table}-{column}"
    )
    is_relation = traits(resources.tables()[table][column]).links
    if question.action is Action.VIEW:
        return seen
    if question.action is Action.EXPORT:
        coded = is_relation and rule.state is State.MASKED
        return Explanation(True, f"{role.name} exports the code of {column}.", seen.anchor) if coded else seen
    if question.action is Action.DELETE:
        return _door(policy, question)
    return _settable(policy, question, rule.state, rule.write, is_relation)


def _settable(policy: Policy, question: Question, state: State, write: Write, is_relation: bool) -> Explanation:
    role, table, column, action = question.role, question.table, question.column, question.action
    assert role is not None  # noqa: S101 - the door has refused nobody's questions
    anchor = f"write-{table}-{column}"
    if not resources.is_writable(column):
        return Explanation(False, f"Only the database sets {column}.")
    if (locked := why(role, table, column)) and not _is_set(limited(role, table, column, write), action):
        return Explanation(False, f"No cell can open {column}. {locked}")
    if not _is_set(write, action):
        return Explanation(False, f"{role.name} may set {column} {write}.", anchor)
    if is_relation and state is not State.MASKED:
        target = parent_of(table, column)
        if state is not State.SHOWN:
            return Explanation(
                False, f"{role.name} does not see {column} and cannot choose it.", f"field-{table}-{column}"
            )
        if not policy.decide(role, target, Action.VIEW).allowed:
            return Explanation(False, f"{role.name} cannot view {target} to choose one.", f"cell-{target}-view")
    return Explanation(True, f"{role.name} may set {column} {write}.", anchor)


def _is_set(write: Write, action: Action) -> bool:
    return write is Write.ALWAYS or (write is Write.ON_CREATE and action is Action.CREATE)


def parent_of(table: str, column: str) -> str:
    """The table that a relation points to."""
    keys = business_models()[table].__table__.columns[column].foreign_keys
    return str(next(iter(keys)).column.table.name)
