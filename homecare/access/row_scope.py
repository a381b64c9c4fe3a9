"""Which rows are a person's own: one SQL predicate per model, added to every ORM statement of a scoped request.
The predicates use `__table__.alias()`, or the scope would be applied inside them again. `IN (union)` is far faster
than `EXISTS OR EXISTS` (200 times over 600,000 patients). The person is a bind parameter with a callable, read at
execution, so the options below are built once and never carry one person's id to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnClause, ColumnElement, Select, bindparam, func, or_, select, text, union
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.visitors import iterate

from homecare.db import Base, listen_to_sessions
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

# How long before its start and after its end a visit or a shift opens its patient.
BEFORE, AFTER = timedelta(days=14), timedelta(days=30)
UTC_TODAY = "timezone('utc', now())"
SINCE = text(f"{UTC_TODAY} - interval '{AFTER.days} days'")
UNTIL = text(f"{UTC_TODAY} + interval '{BEFORE.days} days'")


def set_acting_staff(staff_id: int | None) -> None:
    _acting_staff_id.set(staff_id)


@contextmanager
def acting_staff(staff_id: int | None) -> Iterator[None]:
    """Uses this person's own rows while the block runs."""
    token = _acting_staff_id.set(staff_id)
    try:
        yield
    finally:
        _acting_staff_id.reset(token)


def me() -> ColumnElement[int]:
    """The acting staff member's id. Without an acting person no row is anybody's own."""
    return bindparam("acting_staff_id", callable_=_acting_staff_id.get, type_=BigInteger, unique=True)


@dataclass(frozen=True)
class Opening:
    """A row of `model` opens its patient to its staff member from before `start` until after `end`, unless Cancelled.
    `status` is the default for an empty status. If `unbounded`, an empty start or end means forever, else no access.
    """

    model: type[Base]
    start: str
    end: str
    status: str
    unbounded: bool

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(("staff_id", "patient_id", "status", self.start, self.end))

    def patient_ids(self) -> Select[Any]:
        row = self.model.__table__.alias()
        return select(row.c.patient_id).where(row.c.staff_id == me(), *self._opens(row))

    def staff_ids(self, patient_id: Any) -> Select[Any]:
        """The other way round: to whom the patient is open."""
        row = self.model.__table__.alias()
        return select(row.c.staff_id).where(row.c.patient_id == patient_id, *self._opens(row))

    def _opens(self, row: Any) -> tuple[ColumnElement[bool], ...]:
        start, end = row.c[self.start], row.c[self.end]
        near = (end >= SINCE, start <= UNTIL)
        if self.unbounded:
            near = (or_(end.is_(None), near[0]), or_(start.is_(None), near[1]))
        live: ColumnElement[bool] = func.coalesce(row.c.status, self.status) != "Cancelled"
        return live, *near


OPENINGS = (
    Opening(Assignment, "shift_start", "shift_end", "Assigned", unbounded=True),
    Opening(Visit, "scheduled_at", "scheduled_at", "Pending", unbounded=False),
)


def own_patient_ids() -> Any:
    """Patients with a live shift or visit of mine from 30 days back to 14 days ahead."""
    return union(*(opening.patient_ids() for opening in OPENINGS))


# The roles page offers "own" for these tables only. Lambdas of the class, because only lambdas are adapted to an alias.
# SQLAlchemy caches each by its code, so none may refer to anything but the class and the functions above.
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


@cache
def read_columns() -> dict[str, frozenset[tuple[str, str]]]:
    """By table with own rows: the columns, as (table, column), that decide which rows are a person's own."""
    found = {}
    for model, predicate in OWN.items():
        parts: list[Any] = [part for part in iterate(predicate(model)) if isinstance(part, ColumnClause)]
        # Inside the predicates the tables are aliases.
        columns = {(getattr(part.table, "element", part.table), part.name) for part in parts if part.table is not None}
        found[model.__tablename__] = frozenset((table.name, name) for table, name in columns)
    return found


OWN_OPTIONS: dict[str, LoaderCriteriaOption] = {
    model.__tablename__: with_loader_criteria(model, predicate, include_aliases=True)
    for model, predicate in OWN.items()
}


class UnscopedStatementError(Exception):
    """A statement that cannot be scoped was sent in a scoped request. This is a bug: answer an error, never rows."""


# Execution options of statements that no row scope touches: they read nobody's rows or limit the rows themselves. The
# second is for writes that bypass the session's objects.
UNSCOPED = {"unscoped": True}
UNSCOPED_WRITE = UNSCOPED | {"synchronize_session": False}


def enter_request() -> None:
    """Blocks every statement for rows until the access check has set the person and the row scope."""
    _inside_request.set(True)
    _acting_staff_id.set(None)


def inside_request() -> bool:
    return _inside_request.get()


def leave_request(_error: BaseException | None = None) -> None:
    _inside_request.set(False)
    _acting_staff_id.set(None)


def scope_session(session: Session, tables: frozenset[str]) -> None:
    """From here on the session's ORM statements see only own rows of `tables`. An empty set means all rows."""
    session.info["row_scope"] = tuple(OWN_OPTIONS[table] for table in sorted(tables))


def listen() -> None:
    """From here on no statement goes past the row scope; create_app calls it."""
    listen_to_sessions("do_orm_execute", _scope_rows)


def _scope_rows(state: ORMExecuteState) -> None:
    options = state.session.info.get("row_scope")
    if state.is_column_load or state.execution_options.get("unscoped"):
        return
    if options is None and _inside_request.get():
        raise UnscopedStatementError("A statement was sent before access was checked.")
    if not options:
        return
    if not state.is_orm_statement or state.is_from_statement or state.is_executemany:
        raise UnscopedStatementError("Only single ORM statements can be sent while a row scope is active.")
    state.statement = state.statement.options(*options)
