"""The differences between two policies, in words. Pure: queries/roles.py counts the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from homecare.access import resources
from homecare.access.pages import PAGE_LEVELS
from homecare.access.policy import Action, Policy, Role, State, folded
from homecare.access.reserved import limited
from homecare.access.stored.document import SETTINGS


class Sense(StrEnum):
    """Whether the role can do more, less, or something else than before."""

    GAIN = "gains"
    LOSS = "loses"
    OTHER = "changes"


@dataclass(frozen=True)
class Change:
    """One cell that differs. `part` is "role", "setting", an action, "state" or "write"; before and after are words."""

    role: str
    sense: Sense
    resource: str
    part: str
    column: str
    before: str
    after: str

    def sentence(self, name: Callable[[str, str], str] | None = None) -> str:
        """`name` gives a table or a column its label; without it the database's own words are used."""
        what = (name or database_name)(self.resource, self.column)
        if self.part == "role":
            return f"The role {self.role} is {self.after}."
        if self.part == "setting":
            return f"{words(self.column)}: {self.before} → {self.after}"
        if self.part == "state":
            return f"{what}: {self.before} → {self.after}"
        if self.part == "write":
            return f"{what}: may be set {self.before} → {self.after}"
        return f"{self.part} {what}: {self.before} → {self.after}"


def database_name(resource: str, column: str) -> str:
    return f"{resource}.{column}" if column else resource.removeprefix("page:")


def words(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def changes(old: Policy, new: Policy) -> list[Change]:
    """Every difference, by role in the new order. Deleted roles come last."""
    found: list[Change] = []
    for key in [*new.roles, *(key for key in old.roles if key not in new.roles)]:
        if key not in old.roles:
            found.append(Change(new.roles[key].name, Sense.GAIN, "", "role", "", "", "new"))
        elif key not in new.roles:
            found.append(Change(old.roles[key].name, Sense.LOSS, "", "role", "", "", "deleted"))
            continue
        found += _of_role(old, new, key)
    return found


def _of_role(old: Policy, new: Policy, key: str) -> Iterable[Change]:
    yield from _settings(old, new, key)
    for table in resources.tables():
        for action in Action:
            yield from _cell(old, new, key, table, action)
        for column in resources.ruled_columns(table):
            for change in _field(old, new, key, table, column):
                # A new role had nothing to lose.
                yield change if key in old.roles else replace(change, sense=Sense.OTHER)
    for page in PAGE_LEVELS:
        yield from _cell(old, new, key, f"page:{page}", Action.VIEW)


def _settings(old: Policy, new: Policy, key: str) -> Iterable[Change]:
    after = new.roles[key]
    before = old.roles.get(key)
    if before is None:
        return
    for name in ("name", *SETTINGS):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            sense = Sense.OTHER if name != "everything" else Sense.GAIN if now else Sense.LOSS
            yield Change(after.name, sense, "", "setting", name, _word(was), _word(now))


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value != "" else "nothing"


def _cell(old: Policy, new: Policy, key: str, resource: str, action: Action) -> Iterable[Change]:
    was, now = (_reach(policy, key, resource, action) for policy in (old, new))
    if was == now:
        return
    order = [*PAGE_LEVELS.get(resource.removeprefix("page:"), ("all", "own")), "no"]
    places = [order.index(word) if word in order else len(order) for word in (was, now)]
    sense = Sense.GAIN if places[1] < places[0] else Sense.LOSS
    yield Change(new.roles[key].name, sense, resource, "open" if resource[:5] == "page:" else action, "", was, now)


def _reach(policy: Policy, key: str, resource: str, action: Action) -> str:
    verdict = policy.decide(policy.roles.get(key), resource, action)
    if not verdict.allowed:
        return "no"
    return verdict.level or verdict.scope.value


# From most to least visible.
OPENNESS = (State.SHOWN, State.BREAK_GLASS, State.MASKED, State.WRITE_ONLY, State.HIDDEN)
_WRITES = ("always", "on create", "never")


def _field(old: Policy, new: Policy, key: str, table: str, column: str) -> Iterable[Change]:
    role = new.roles[key]
    was, now = old.field(role, table, column), new.field(role, table, column)
    if was.state is not now.state:
        more = OPENNESS.index(now.state) < OPENNESS.index(was.state)
        yield Change(role.name, Sense.GAIN if more else Sense.LOSS, table, "state", column, was.state, now.state)
    before, after = (limited(new.roles[key], table, column, rule.write) for rule in (was, now))
    if before is not after and resources.is_writable(column):
        more = _WRITES.index(after) < _WRITES.index(before)
        yield Change(role.name, Sense.GAIN if more else Sense.LOSS, table, "write", column, before, after)


def compared(policy: Policy, one: Role, other: Role) -> list[Change]:
    """The differences between two roles of one policy; `before` belongs to `one`, `after` to `other`."""
    return [
        change
        for change in changes(_alone(policy, one), _alone(policy, other))
        if change.column not in ("name", "description")
    ]


def _alone(policy: Policy, role: Role) -> Policy:
    """A policy with this role only, under a name shared by both sides of a comparison."""
    key, name = folded(role.name), "compared"
    return Policy(
        policy.version,
        [replace(role, name=name)],
        [replace(grant, role=name) for known, grant in policy.grants.items() if known[0] == key],
        [replace(rule, role=name) for known, rule in policy.fields.items() if known[0] == key],
    )


def changed_views(old: Policy, new: Policy, key: str) -> list[str]:
    """The tables where a person in this role sees other rows than before."""
    return [
        table
        for table in resources.tables()
        if _reach(old, key, table, Action.VIEW) != _reach(new, key, table, Action.VIEW)
    ]
