"""What a new policy gives beyond the rights of the person who saves it. Nobody may grant what they do not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from homecare.access.pages import PAGE_LEVELS, is_at_least
from homecare.access.policy import STRICTNESS, Action, Policy, Role, Scope, State
from homecare.access.review.preview import OPENNESS
from homecare.access.table_access import table_access
from homecare.models import business_models


@dataclass(frozen=True)
class Held:
    """What a role really reaches: scopes by (table, action), page levels, and only the columns of tables it can open.
    If viewing is limited to own rows, so are all other actions on that table.
    """

    everything: bool = False
    idle_minutes: int = Role("").idle_minutes
    second_factor: bool = False
    glass_minutes: int = Role("").glass_minutes
    scopes: dict[tuple[str, Action], Scope] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    states: dict[tuple[str, str], State] = field(default_factory=dict)
    sets: set[tuple[str, str, Action]] = field(default_factory=set)


NOTHING = Held()


def held(policy: Policy, role: Role | None) -> Held:
    if role is None:
        return NOTHING
    found = Held(role.everything, role.idle_minutes, role.second_factor, role.glass_minutes)
    for table, model in business_models().items():
        access = table_access(policy, role, model)
        reached = {action: verdict.scope for action, verdict in access.verdicts.items() if verdict.allowed}
        narrow = reached.get(Action.VIEW) is Scope.OWN
        found.scopes.update({(table, action): Scope.OWN if narrow else scope for action, scope in reached.items()})
        if reached:
            found.states.update({(table, column): state for column, state in access.states.items()})
        for action in {Action.CREATE, Action.EDIT} & reached.keys():
            settable = (column for column in access.writes if access.sets(column, creating=action is Action.CREATE))
            found.sets.update((table, column, action) for column in settable)
    for page in PAGE_LEVELS:
        verdict = policy.decide(role, f"page:{page}", Action.VIEW)
        if verdict.allowed:
            found.levels[page] = verdict.level
    return found


def beyond(old: Policy, new: Policy, saver: Role | None) -> str:
    """The first right that a role gains and the saver does not have, in words. Empty if there is none.
    The saver is measured by `old`: rights they give themselves in the same save do not count.
    """
    mine = held(old, saver)
    if mine.everything:
        return ""
    for key, role in new.roles.items():
        before, after = held(old, old.roles.get(key)), held(new, role)
        if what := next(_gained(before, after, mine), ""):
            return f"{role.name} would {what}"
    return ""


def _gained(before: Held, after: Held, mine: Held) -> Iterator[str]:
    if after.everything and not before.everything:
        yield "have every permission"
    if after.idle_minutes > max(before.idle_minutes, mine.idle_minutes):
        yield "stay signed in for longer"
    if after.glass_minutes > max(before.glass_minutes, mine.glass_minutes):
        yield "read for longer what a reason opens"
    if before.second_factor and not after.second_factor:
        yield "no longer need a second factor"
    for (table, action), scope in after.scopes.items():
        wanted = (scope, Scope.ALL)
        if before.scopes.get((table, action)) not in wanted and mine.scopes.get((table, action)) not in wanted:
            yield f"{action} {'own' if scope is Scope.OWN else 'all'} rows of {table}"
    for page, level in after.levels.items():
        if not any(is_at_least(page, other.levels.get(page, ""), level) for other in (before, mine)):
            yield f"open the page {page}: {level}"
    for (table, column), state in after.states.items():
        if not any(_shows(other.states.get((table, column), State.HIDDEN), state) for other in (before, mine)):
            yield f"have {column} of {table} {state}"
    for table, column, action in sorted(after.sets - before.sets - mine.sets):
        yield f"set {column} of {table} on {action}"


def _shows(one: State, other: State) -> bool:
    """Whether `one` reveals everything that `other` does, both with and without a break-glass reason."""
    return all(order.index(one) <= order.index(other) for order in (STRICTNESS, OPENNESS))
