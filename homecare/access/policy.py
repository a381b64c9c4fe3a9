"""Decides who may do what from stored rows alone: no Flask, no SQL, no clock.

One `Policy` is one version of the stored roles, grants and field rules. It is immutable and shared by all requests of a
worker; a decision is two dictionary look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from homecare.access.pages import WHOLE, widest


class Action(StrEnum):
    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    EXPORT = "export"


class Scope(StrEnum):
    """Which rows of a table: all, or those that access/rows.py calls one's own."""

    ALL = "all"
    OWN = "own"


class State(StrEnum):
    """What a role sees of a column. Break-glass shows a value only after a reason was given and recorded."""

    SHOWN = "shown"
    MASKED = "masked"
    HIDDEN = "hidden"
    WRITE_ONLY = "write-only"
    BREAK_GLASS = "break-glass"


class Write(StrEnum):
    """When a role may set a column, if it may create or edit the row at all."""

    ALWAYS = "always"
    ON_CREATE = "on create"
    NEVER = "never"


# From most to least visible, and from most to least often writable.
STRICTNESS = (State.SHOWN, State.MASKED, State.BREAK_GLASS, State.WRITE_ONLY, State.HIDDEN)
RARITY = (Write.ALWAYS, Write.ON_CREATE, Write.NEVER)


def stricter(one: State, other: State) -> State:
    return max(one, other, key=STRICTNESS.index)


def rarer(one: Write, other: Write) -> Write:
    return max(one, other, key=RARITY.index)


@dataclass(frozen=True)
class Role:
    """`everything` grants every action on every table and page, including those added later."""

    name: str
    description: str = ""
    everything: bool = False
    delivers_care: bool = False
    visit_minutes: int = 60
    start_page: str = ""
    idle_minutes: int = 20
    second_factor: bool = False
    # How long a reason opens what is behind break-glass. 0 shows it once.
    glass_minutes: int = 15


@dataclass(frozen=True)
class Grant:
    """One cell of the matrix. For a page the resource is "page:<name>" and `level` says how much of it opens."""

    role: str
    resource: str
    action: Action
    scope: Scope = Scope.ALL
    level: str = ""


@dataclass(frozen=True)
class FieldRule:
    role: str
    resource: str
    column: str
    state: State = State.SHOWN
    write: Write = Write.ALWAYS


@dataclass(frozen=True)
class Verdict:
    """The decision and the rule behind it. For a no, `missing` names the right that would change it.
    For a page, `level` is the level that opens it: the granted one, or the widest for a role with every permission.
    """

    allowed: bool
    rule: str
    scope: Scope = Scope.ALL
    level: str = ""
    missing: str = ""


# What no role may do, because the table records what happened elsewhere.
NEVER: dict[tuple[str, Action], str] = {
    ("messages", Action.EDIT): "Messages are a log of what was sent; they are never edited.",
}

OPEN_FIELD = FieldRule("", "", "")


def folded(name: str | None) -> str:
    """A role or status normalised for comparison (trimmed, lower case), because another application writes them too.

    `dashboard.plain_word` says the same in SQL, letter by letter.
    """
    return (name or "").strip().lower().replace("ς", "σ")


class Policy:
    def __init__(
        self, version: int, roles: Iterable[Role], grants: Iterable[Grant], fields: Iterable[FieldRule]
    ) -> None:
        self.version = version
        self.roles = {folded(role.name): role for role in roles}
        self.grants = {(folded(g.role), g.resource, g.action): g for g in grants}
        self.fields = {(folded(f.role), f.resource, f.column): f for f in fields}
        # This policy as seen by each viewing role. Cached, because each has statements and forms of its own.
        self._through: dict[str, Policy] = {}

    def role_of(self, name: str | None, status: str | None) -> Role | None:
        """The role that a staff row gives. None for an unknown role or a status other than Active."""
        return self.roles.get(folded(name)) if folded(status) == "active" else None

    def decide(self, role: Role | None, resource: str, action: Action) -> Verdict:
        if role is None:
            return Verdict(False, "no-role", missing="an Active status and a known role")
        if (resource, action) in NEVER:
            return Verdict(False, "never", missing=NEVER[resource, action])
        if role.everything:
            return Verdict(True, "everything", level=widest(resource))
        grant = self.grants.get((folded(role.name), resource, action))
        if grant is None:
            return Verdict(False, "no-grant", missing=f"{action} on {resource}")
        if resource in WHOLE and folded(role.name) in self._with_own_rows:
            return Verdict(False, "own-rows", missing=f"all rows of every table it opens, for {resource}")
        return Verdict(True, "grant", grant.scope, grant.level)

    def field(self, role: Role, resource: str, column: str) -> FieldRule:
        """What the role sees of the column and when it may set it. Without a stored rule: shown and always."""
        return self.fields.get((folded(role.name), resource, column), OPEN_FIELD)

    def seen_through(self, looker: Role) -> Policy:
        """The policy while `looker` views as somebody else: for each column the stricter of both states applies."""
        key = folded(looker.name)
        if key not in self._through:
            of_looker = [rule for known, rule in self.fields.items() if known[0] == key]
            rules = dict(self.fields)
            for name, role in self.roles.items():
                for mine in of_looker:
                    theirs = self.field(role, mine.resource, mine.column)
                    state = stricter(theirs.state, mine.state)
                    rules[name, mine.resource, mine.column] = replace(
                        mine, role=role.name, state=state, write=theirs.write
                    )
            self._through[key] = Policy(self.version, self.roles.values(), self.grants.values(), rules.values())
        return self._through[key]

    def holders(self, resource: str, action: Action) -> list[str]:
        """The names of the roles that have the right."""
        return [role.name for role in self.roles.values() if self.decide(role, resource, action).allowed]

    @cached_property
    def _with_own_rows(self) -> frozenset[str]:
        """The folded names of the roles that have only their own rows of some table."""
        return frozenset(role for (role, _, _), grant in self.grants.items() if grant.scope is Scope.OWN)

    @cached_property
    def administrators(self) -> frozenset[str]:
        """The folded names of the roles with every permission."""
        return frozenset(name for name, role in self.roles.items() if role.everything)


NOTHING = Policy(-1, (), (), ())
