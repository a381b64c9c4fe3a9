"""Accounts by person, the sessions of one, and what happened at their front door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, true, tuple_

from homecare.login import sessions
from homecare.login.events import EventKind
from homecare.login.role_limits import asks_for_second_factor, idle_limit
from homecare.models import Account, OneTimeLink, SecondFactor, SignedIn, SignInEvent, Staff
from homecare.models.folding import contains, in_order

PAGE = 50
# Which of the staff are listed: with an account, without, or with one that is disabled.
SHOWN = ("with", "without", "disabled")

_NOW = func.timezone("utc", func.now())
_OPEN = and_(SignedIn.last_used_at > _NOW - idle_limit(), SignedIn.created_at > _NOW - sessions.LONGEST)


@dataclass(frozen=True)
class Line:
    """One of the staff; without an account `account_id` is None, and most of the rest."""

    staff_id: int
    account_id: int | None
    name: str
    email: str
    role: str
    status: str
    created_at: datetime | None
    disabled_at: datetime | None
    has_password: bool
    link_expires_at: datetime | None
    needs_factor: bool
    factor_since: datetime | None
    last_sign_in: datetime | None
    sessions: int

    @property
    def state(self) -> str:
        if self.account_id is None:
            return "No account"
        return "Disabled" if self.disabled_at else "Open" if self.has_password else "Waits for a password"


@dataclass(frozen=True)
class Lines:
    """`before` and `after` are the staff ids that the neighbouring pages begin at; None at the ends."""

    rows: list[Line]
    before: int | None
    after: int | None


@dataclass(frozen=True)
class OpenSession:
    id: int
    created_at: datetime
    last_used_at: datetime
    address: str | None
    browser: str
    is_current: bool


@dataclass(frozen=True)
class Event:
    id: int
    happened_at: datetime
    kind: str
    reason: str
    address: str | None


def lines(
    connection: Connection, shown: str, search: str, *, after: int | None = None, before: int | None = None
) -> Lines:
    """A page of fifty by name. One statement, by key; a search reads the staff once."""
    asked = _selected().where(_kept(shown))
    if search:
        # The name as it is shown, so that "almaz bek" finds her.
        asked = asked.where(
            or_(contains(Staff.first_name + " " + Staff.last_name, search), contains(Staff.email, search))
        )
    key: Any = tuple_(in_order(Staff.first_name), Staff.id)
    if before is not None:
        asked = asked.where(key < _key_of(before)).order_by(in_order(Staff.first_name).desc(), Staff.id.desc())
    else:
        asked = asked.where(key > _key_of(after) if after is not None else true())
        asked = asked.order_by(in_order(Staff.first_name), Staff.id)
    found = [Line(**row) for row in connection.execute(asked.limit(PAGE + 1)).mappings()]
    goes_on, rows = len(found) > PAGE, found[:PAGE]
    if before is not None:
        rows.reverse()
    has_before = goes_on if before is not None else after is not None
    has_after = before is not None or goes_on
    return Lines(
        rows, rows[0].staff_id if rows and has_before else None, rows[-1].staff_id if rows and has_after else None
    )


def line(connection: Connection, staff_id: int) -> Line | None:
    row = connection.execute(_selected().where(Staff.id == staff_id)).mappings().one_or_none()
    return Line(**row) if row is not None else None


def open_sessions(connection: Connection, account_id: int, token: str = "") -> list[OpenSession]:
    """Those that open something now, the newest use first; `token` is that of the session which asks."""
    current = (SignedIn.token_hash == sessions.hashed(token)).label("is_current")
    columns = (SignedIn.id, SignedIn.created_at, SignedIn.last_used_at, SignedIn.address, SignedIn.browser, current)
    found = (
        select(*columns)
        .join(Account, SignedIn.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(SignedIn.account_id == account_id, _OPEN)
        .order_by(SignedIn.last_used_at.desc(), SignedIn.id.desc())
    )
    return [OpenSession(**_told(row)) for row in connection.execute(found).mappings()]


def events(connection: Connection, staff_id: int, *, before: int | None = None) -> list[Event]:
    """Of one person, the newest first: a page of fifty and one more, which says that it goes on."""
    columns = (SignInEvent.id, SignInEvent.happened_at, SignInEvent.kind, SignInEvent.reason, SignInEvent.address)
    found = select(*columns).where(SignInEvent.staff_id == staff_id).order_by(SignInEvent.id.desc()).limit(PAGE + 1)
    if before is not None:
        found = found.where(SignInEvent.id < before)
    return [Event(**_told(row)) for row in connection.execute(found).mappings()]


def _selected() -> Select[*tuple[Any, ...]]:
    its = Account.id
    last = select(func.max(SignInEvent.happened_at)).where(
        SignInEvent.staff_id == Staff.id, SignInEvent.kind == EventKind.SIGN_IN.value
    )
    count = select(func.count()).where(SignedIn.account_id == its, _OPEN).correlate(Staff, Account)
    link = select(OneTimeLink.expires_at).where(OneTimeLink.account_id == its, OneTimeLink.expires_at > _NOW)
    return select(
        Staff.id.label("staff_id"),
        its.label("account_id"),
        (Staff.first_name + " " + Staff.last_name).label("name"),
        Staff.email,
        func.coalesce(Staff.role, "").label("role"),
        func.coalesce(Staff.status, "").label("status"),
        Account.created_at,
        Account.disabled_at,
        Account.password_hash.is_not(None).label("has_password"),
        link.scalar_subquery().label("link_expires_at"),
        asks_for_second_factor().label("needs_factor"),
        select(SecondFactor.confirmed_at).where(SecondFactor.account_id == its).scalar_subquery().label("factor_since"),
        last.scalar_subquery().label("last_sign_in"),
        count.scalar_subquery().label("sessions"),
    ).join_from(Staff, Account, Account.staff_id == Staff.id, isouter=True)


def _kept(shown: str) -> ColumnElement[bool]:
    if shown == "without":
        return Account.id.is_(None)
    return Account.disabled_at.is_not(None) if shown == "disabled" else Account.id.is_not(None)


def _key_of(staff_id: int) -> Any:
    """Asked of the row itself: an address carries no name."""
    there = Staff.__table__.alias("there")
    name = select(in_order(there.c.first_name)).where(there.c.id == staff_id).scalar_subquery()
    return tuple_(name, literal(staff_id))


def _told(row: Any) -> dict[str, Any]:
    return dict(row) | {"address": str(row["address"]) if row["address"] is not None else None}
