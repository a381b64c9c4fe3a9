"""Who has which role, and how many rows a person sees under two policies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from homecare.access.policy import Action, Policy, Scope, folded
from homecare.access.review.preview import changed_views
from homecare.access.row_scope import UNSCOPED, acting_staff, scope_session
from homecare.models import Staff, business_models
from homecare.models.folding import in_order
from homecare.records.counting import Count, count


@dataclass(frozen=True)
class Holder:
    """A staff member with the columns that decide their rights."""

    staff_id: int
    name: str
    role: str
    status: str

    @property
    def is_active(self) -> bool:
        return folded(self.status) == "active"


@dataclass(frozen=True)
class Held:
    """The number of staff with a role, and how many of them are Active."""

    active: int = 0
    people: int = 0


@dataclass(frozen=True)
class SeenRows:
    """How many rows of a table one person sees before and after. None if they may not open it."""

    holder: Holder
    table: str
    before: Count | None
    after: Count | None


def staff_holders(session: Session) -> list[Holder]:
    """All staff by name. One statement that returns every staff row."""
    staff = cast(Table, Staff.__table__)
    columns = (staff.c.id, staff.c.first_name, staff.c.last_name, staff.c.role, staff.c.status)
    by_name = select(*columns).order_by(in_order(staff.c.first_name), staff.c.id)
    rows = session.execute(by_name, execution_options=UNSCOPED).all()
    return [Holder(r.id, f"{r.first_name} {r.last_name}", r.role or "", r.status or "") for r in rows]


def held_roles(holders: Iterable[Holder]) -> dict[str, Held]:
    """Counts by folded role name, including names of unknown roles."""
    found: dict[str, Held] = {}
    for holder in holders:
        known = found.get(folded(holder.role), Held())
        found[folded(holder.role)] = Held(known.active + holder.is_active, known.people + 1)
    return found


def seen_rows(session: Session, old: Policy, new: Policy, holders: Iterable[Holder]) -> list[SeenRows]:
    """For each Active person whose rows change, each table that changes for them.
    Counted under each person's real row scope, on a separate session: one statement per person and table with own rows,
    and only one for a table that is seen whole.
    """
    found: list[SeenRows] = []
    whole: dict[str, Count] = {}
    tables = {key: changed_views(old, new, key) for key in {*old.roles, *new.roles}}
    with Session(session.get_bind()) as counting:
        for holder in holders:
            for table in tables.get(folded(holder.role), ()) if holder.is_active else ():
                before, after = (_count(counting, policy, holder, table, whole) for policy in (old, new))
                found.append(SeenRows(holder, table, before, after))
    return found


def _count(session: Session, policy: Policy, holder: Holder, table: str, whole: dict[str, Count]) -> Count | None:
    verdict = policy.decide(policy.role_of(holder.role, holder.status), table, Action.VIEW)
    if not verdict.allowed:
        return None
    model: Any = business_models()[table]
    if verdict.scope is not Scope.OWN:
        if table not in whole:
            scope_session(session, frozenset())
            whole[table] = count(session, select(model.id), may_estimate=False)
        return whole[table]
    with acting_staff(holder.staff_id):
        scope_session(session, frozenset({table}))
        return count(session, select(model.id), may_estimate=False)


def row_is_seen(session: Session, table: str, row_id: int, staff_id: int | None, *, own_only: bool) -> bool | None:
    """Whether the row is in that person's scope. None if there is no such row."""
    model: Any = business_models()[table]
    with Session(session.get_bind()) as looking:
        exists = select(func.count()).select_from(model).where(model.id == row_id)
        scope_session(looking, frozenset())
        if not looking.scalar(exists):
            return None
        if not own_only:
            return True
        with acting_staff(staff_id):
            scope_session(looking, frozenset({table}))
            return bool(looking.scalar(exists))
