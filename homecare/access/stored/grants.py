"""The stored policy: filled once from the defaults, read again when its version changes."""

from __future__ import annotations

from threading import Lock
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array_agg
from sqlalchemy.orm import Session

from homecare.access import resources
from homecare.access.pages import PAGE_LEVELS
from homecare.access.policy import NOTHING, Action, FieldRule, Grant, Policy, Role, Scope, State, Write
from homecare.access.row_scope import UNSCOPED
from homecare.access.stored import defaults
from homecare.access.stored.document import complete
from homecare.models import PolicyState, StoredFieldRule, StoredGrant, StoredRole

_lock = Lock()
# Keyed by engine: two databases can have the same version with different grants.
_current: WeakKeyDictionary[object, Policy] = WeakKeyDictionary()


def fill_if_empty(connection: Connection) -> None:
    """Gives a fresh installation its default roles. Does nothing if there is any role."""
    if connection.scalar(select(func.count()).select_from(StoredRole)):
        return
    connection.execute(insert(StoredRole), [role_row(n, role) for n, role in enumerate(defaults.ROLES)])
    connection.execute(insert(StoredGrant), [grant_row(grant) for grant in defaults.grants()])
    connection.execute(insert(StoredFieldRule), [field_row(rule) for rule in defaults.field_rules()])


def role_row(position: int, role: Role) -> dict[str, Any]:
    return {**role.__dict__, "position": position}


def grant_row(grant: Grant) -> dict[str, Any]:
    return {
        "role": grant.role,
        "resource": grant.resource,
        "action": grant.action.value,
        "scope": grant.scope.value,
        "level": grant.level,
    }


def field_row(rule: FieldRule) -> dict[str, Any]:
    return {
        "role": rule.role,
        "resource": rule.resource,
        "column_name": rule.column,
        "state": rule.state.value,
        "write": rule.write.value,
    }


def policy_at(session: Session, version: int) -> Policy:
    """The stored policy at `version` or later. One statement if the version changed, none otherwise."""
    engine = session.get_bind()
    known = _current.get(engine, NOTHING)
    if known.version == version:
        return known
    with _lock:
        known = _current.get(engine, NOTHING)
        if known.version != version:
            known = _current[engine] = stored_policy(session)
        return known


def stored_policy(session: Session) -> Policy:
    """The current policy, with every rule made sound."""
    return completed(load(session))


def completed(rows: Policy) -> Policy:
    """What `load` gave, every rule as it can hold."""
    return complete(rows.version, rows.roles.values(), rows.grants.values(), rows.fields.values())


def load(session: Session) -> Policy:
    """All rows and their version in one statement, so they are consistent. Unknown words in a row grant nothing."""
    role, grant, rule = (cast(Table, model.__table__) for model in (StoredRole, StoredGrant, StoredFieldRule))
    row = session.execute(
        select(
            PolicyState.version,
            select(array_agg(aggregate_order_by(func.to_jsonb(role.table_valued()), role.c.position)))
            .scalar_subquery()
            .label("roles"),
            select(array_agg(func.to_jsonb(grant.table_valued()))).scalar_subquery().label("grants"),
            select(array_agg(func.to_jsonb(rule.table_valued()))).scalar_subquery().label("fields"),
        ),
        execution_options=UNSCOPED,
    ).one()
    return Policy(
        row.version,
        [Role(**{key: value for key, value in r.items() if key != "position"}) for r in row.roles or ()],
        [known for g in row.grants or () if (known := _grant(g)) is not None],
        [_rule(f) for f in row.fields or () if f["column_name"] in resources.tables().get(f["resource"], ())],
    )


def _grant(row: dict[str, str]) -> Grant | None:
    """None for unknown words, or own rows on a table without them: SQL can write anything."""
    resource, action, scope, level = (row[name] for name in ("resource", "action", "scope", "level"))
    if action not in list(Action) or scope not in list(Scope):
        return None
    if resource.startswith("page:"):
        levels = tuple(PAGE_LEVELS.get(resource.removeprefix("page:"), ()))
        level = level or (levels[0] if len(levels) == 1 else "")
        is_known = level in levels and action == Action.VIEW and scope == Scope.ALL
    else:
        is_known = resource in resources.tables() and not level
        is_known = is_known and (scope == Scope.ALL or resources.is_scopable(resource))
    return Grant(row["role"], resource, Action(action), Scope(scope), level) if is_known else None


def _rule(row: dict[str, str]) -> FieldRule:
    """An unknown word hides the column, or makes it read-only."""
    state = State(row["state"]) if row["state"] in list(State) else State.HIDDEN
    write = Write(row["write"]) if row["write"] in list(Write) else Write.NEVER
    return FieldRule(row["role"], row["resource"], row["column_name"], state, write)
