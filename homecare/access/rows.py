"""Which rows are one's own: one SQL predicate per model, attached to every ORM statement of a scoped request.

The predicates are built from `__table__.alias()`, or the scope would be applied inside them again; `IN (union)` is 200
times quicker than `EXISTS OR EXISTS` over 600,000 patients. Who is asking is a bind parameter with a callable, read at
execution, so that the options below are built once and never carry one person's id to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, event, func, or_, select, text, union
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from homecare.db import Base
from homecare.models import (
    AdminTask,
    Assignment,
    InternationalReferral,
    MarketingTask,
    Message,
    Patient,
    Referral,
    Staff,
    Visit,
)

_acting_staff_id: ContextVar[int | None] = ContextVar("acting_staff_id", default=None)
_inside_request: ContextVar[bool] = ContextVar("inside_request", default=False)

UTC_TODAY = "timezone('utc', now())"
SINCE = text(f"{UTC_TODAY} - interval '30 days'")
UNTIL = text(f"{UTC_TODAY} + interval '14 days'")


def set_acting_staff(staff_id: int | None) -> None:
    _acting_staff_id.set(staff_id)


@contextmanager
def acting_staff(staff_id: int | None) -> Iterator[None]:
    """Somebody else's own rows while the block runs."""
    token = _acting_staff_id.set(staff_id)
    try:
        yield
    finally:
        _acting_staff_id.reset(token)


def me() -> ColumnElement[int]:
    """The acting staff member's id; no row is anybody's own where nobody acts."""
    return bindparam("acting_staff_id", callable_=_acting_staff_id.get, type_=BigInteger, unique=True)


def own_patient_ids() -> Any:
    """Patients with a live shift or visit of mine from 30 days back to 14 days ahead."""
    shift, visit = Assignment.__table__.alias(), Visit.__table__.alias()
    shifts: Select[Any] = select(shift.c.patient_id).where(
        shift.c.staff_id == me(),
        func.coalesce(shift.c.status, "Assigned") != "Cancelled",
        or_(shift.c.shift_end.is_(None), shift.c.shift_end >= SINCE),
        or_(shift.c.shift_start.is_(None), shift.c.shift_start <= UNTIL),
    )
    visits: Select[Any] = select(visit.c.patient_id).where(
        visit.c.staff_id == me(),
        func.coalesce(visit.c.status, "Pending") != "Cancelled",
        visit.c.scheduled_at.between(SINCE, UNTIL),
    )
    return union(shifts, visits)


# Own is offered on the roles page for these tables and no other. Lambdas of the class, because only they are adapted to
# an alias of it; SQLAlchemy caches each by its code, so none may hold anything but the class and the functions above.
OWN: dict[type[Base], Callable[[Any], ColumnElement[bool]]] = {
    Patient: lambda cls: cls.id.in_(own_patient_ids()),
    Staff: lambda cls: cls.id == me(),
    Assignment: lambda cls: cls.staff_id == me(),
    Visit: lambda cls: cls.staff_id == me(),
    Message: lambda cls: cls.sender_id == me(),
    AdminTask: lambda cls: cls.staff_id == me(),
    MarketingTask: lambda cls: cls.assigned_to_staff_id == me(),
    Referral: lambda cls: cls.patient_id.in_(own_patient_ids()),
    InternationalReferral: lambda cls: cls.patient_id.in_(own_patient_ids()),
}

OWN_OPTIONS: dict[str, LoaderCriteriaOption] = {
    model.__tablename__: with_loader_criteria(model, predicate, include_aliases=True)
    for model, predicate in OWN.items()
}


class UnscopedStatementError(Exception):
    """A statement that cannot be scoped was sent in a scoped request: a bug, answered as an error, never with rows."""


# Execution options of a statement that no row scope touches: it reads nobody's rows, or narrows them to the person by
# itself. The second is of one that writes past the session's objects.
UNSCOPED = {"unscoped": True}
UNSCOPED_WRITE = UNSCOPED | {"synchronize_session": False}


def enter_request() -> None:
    """Until a door has said whose request this is and what they see, no statement for rows is run in it."""
    _inside_request.set(True)
    _acting_staff_id.set(None)


def inside_request() -> bool:
    return _inside_request.get()


def leave_request(_error: BaseException | None = None) -> None:
    _inside_request.set(False)
    _acting_staff_id.set(None)


def scope_session(session: Session, tables: frozenset[str]) -> None:
    """From here on the session's ORM statements see only own rows of `tables`; an empty set sees all."""
    session.info["row_scope"] = tuple(OWN_OPTIONS[table] for table in sorted(tables))


@event.listens_for(Session, "do_orm_execute")
def _scope_rows(state: ORMExecuteState) -> None:
    options = state.session.info.get("row_scope")
    if state.is_column_load or state.execution_options.get("unscoped"):
        return
    if options is None and _inside_request.get():
        raise UnscopedStatementError("A statement was sent before a door was passed.")
    if not options:
        return
    if not state.is_orm_statement or state.is_from_statement or state.is_executemany:
        raise UnscopedStatementError("Only single ORM statements can be sent while a row scope is active.")
    state.statement = state.statement.options(*options)
