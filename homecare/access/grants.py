"""The stored policy: filled once from the defaults, read when its version has moved."""

from __future__ import annotations

from threading import Lock
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array_agg
from sqlalchemy.orm import Session

from homecare.access import defaults
from homecare.access.policy import NOTHING, Action, FieldRule, Grant, Policy, Role, Scope, State, Write
from homecare.access.rows import UNSCOPED
from homecare.models import PolicyState, StoredFieldRule, StoredGrant, StoredRole

_lock = Lock()
# By engine: two databases can be at the same version with different grants.
_current: WeakKeyDictionary[object, Policy] = WeakKeyDictionary()


def fill_if_empty(connection: Connection) -> None:
    """Give a fresh installation its default roles; one that has any role is left alone."""
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
    """The stored policy as of `version` or later; one statement when the version has moved, none otherwise."""
    engine = session.get_bind()
    known = _current.get(engine, NOTHING)
    if known.version == version:
        return known
    with _lock:
        known = _current.get(engine, NOTHING)
        if known.version != version:
            known = _current[engine] = load(session)
        return known


def load(session: Session) -> Policy:
    """All rows and their version in one statement, hence of one moment."""
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
        [Grant(g["role"], g["resource"], Action(g["action"]), Scope(g["scope"]), g["level"]) for g in row.grants or ()],
        [
            FieldRule(f["role"], f["resource"], f["column_name"], State(f["state"]), Write(f["write"]))
            for f in row.fields or ()
        ],
    )
