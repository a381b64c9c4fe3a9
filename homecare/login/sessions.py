"""Sessions on the server. A session that is ended, expired or belongs to a disabled account stops working at once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from flask import current_app, has_request_context, request
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from homecare.access.person import Person
from homecare.access.policy import folded
from homecare.db import db
from homecare.login import second_factor
from homecare.login.browsers import Caller
from homecare.login.person_columns import person_columns
from homecare.login.role_limits import IDLE_MINUTES, asks_for_second_factor, idle_limit
from homecare.login.unread import unread
from homecare.models import Account, SettingsDraft, SignedIn, Staff
from homecare.web.settings import current_config

LONGEST = timedelta(hours=12)
USE_NOTED_EVERY = timedelta(minutes=1)
# The staff member a session views as. The id is 0 if it views as a role and no particular person.
VIEWED = ("id", "first_name", "last_name", "email", "role", "status")
NOBODY = 0
DEMO_DOMAIN = "@homecare.example"

# On its own connection: the person is found before any row scope exists, and never in the request's transaction.
_NOW = func.timezone("utc", func.now())


@dataclass(frozen=True)
class SignedInPerson(Person):
    """A person together with the session of this request, in the shape Flask-Login expects."""

    token: str = field(default="", repr=False)
    # Whom this session views the product as. Honoured only for people with every permission.
    view_as: Person | None = None
    # How long the person may be idle, and when the session ends in any case.
    idle_limit: timedelta = timedelta(minutes=IDLE_MINUTES)
    ends_in: timedelta = LONGEST
    # The person's own role asks for a second factor, and the account has none yet.
    needs_second_factor: bool = False
    # How many notifications the bell shows, at most unread.MOST.
    unread: int = 0

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token


def start(
    connection: Connection, account_id: int, password_hash: str, caller: Caller, *, with_code: bool
) -> str | None:
    """A new session and the token that its cookie holds, in the caller's transaction.

    None where the account has another password by now, is disabled or gone, or has a second factor and no code was
    given: one statement looks and begins. It waits for whoever is changing the account, and holds the account until
    its transaction ends, so that a reset comes wholly before it or wholly after, and then ends this session too.
    """
    token = secrets.token_urlsafe(32)
    where_from = (cast(literal(caller.address), INET), literal(caller.browser))
    unchanged = (
        select(literal(hashed(token)), Account.id, *where_from)
        .where(Account.id == account_id, Account.password_hash == password_hash, Account.disabled_at.is_(None))
        .where(true() if with_code else ~second_factor.is_on(Account.id))
        .with_for_update(key_share=True)
    )
    columns = ["token_hash", "account_id", "address", "browser"]
    begun = insert(SignedIn).from_select(columns, unchanged).returning(SignedIn.account_id)
    return token if connection.execute(begun).first() is not None else None


@cache
def _finding() -> Select[*tuple[Any, ...]]:
    """Made once: making it takes longer than running it, and it is run by every request."""
    viewed = aliased(Staff)
    return (
        select(
            *person_columns(),
            select(SettingsDraft.changed_at)
            .where(SettingsDraft.staff_id == Staff.id, SettingsDraft.previewing)
            .scalar_subquery()
            .label("draft_changed_at"),
            (SignedIn.last_used_at < _NOW - USE_NOTED_EVERY).label("is_use_due"),
            idle_limit().label("idle_limit"),
            (asks_for_second_factor() & ~second_factor.is_on(Account.id)).label("needs_second_factor"),
            (SignedIn.created_at + LONGEST - _NOW).label("ends_in"),
            unread().label("unread"),
            SignedIn.view_as_role,
            *(getattr(viewed, name).label(f"viewed_{name}") for name in VIEWED),
        )
        .join_from(SignedIn, Account, SignedIn.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .outerjoin(viewed, viewed.id == SignedIn.view_as_staff_id)
        .where(*_is_open())
    )


def _is_open() -> tuple[ColumnElement[bool], ...]:
    """Conditions on sessions joined with their account and its staff row."""
    return (
        SignedIn.token_hash == bindparam("token_hash"),
        Account.disabled_at.is_(None),
        SignedIn.last_used_at > _NOW - idle_limit(),
        SignedIn.created_at > _NOW - LONGEST,
    )


def find_person(token: str) -> SignedInPerson | None:
    """The person with this token, as of now. None if the session is over or the account disabled. One statement.
    Once a minute it also records that the session is in use, unless a page refreshes by itself.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_finding(), {"token_hash": hashed(token)}).mappings().one_or_none()
        if row is None or is_refused_demo_account(row["email"]):
            return None
        # A page that refreshes by itself says so, and keeps nobody signed in.
        if row["is_use_due"] and not (has_request_context() and "X-Refresh" in request.headers):
            _note_use(connection, token)
    return _person(token, dict(row))


@dataclass(frozen=True)
class Remaining:
    """Whose session it is, how long it lasts without use, how long at most, whether it views as another person, and
    how many notifications its owner has not read."""

    account_id: int
    left: timedelta
    ends_in: timedelta
    viewing: bool
    unread: int


def remaining(token: str) -> Remaining | None:
    """None if the session is over. Asking does not count as use. One statement."""
    ends_in = SignedIn.created_at + LONGEST - _NOW
    left = func.least(SignedIn.last_used_at + idle_limit() - _NOW, ends_in)
    viewing = func.num_nonnulls(SignedIn.view_as_role, SignedIn.view_as_staff_id) > 0
    asked = (
        select(
            Account.id,
            Staff.email,
            left.label("left"),
            ends_in.label("ends_in"),
            viewing.label("viewing"),
            unread().label("unread"),
        )
        .join_from(SignedIn, Account, SignedIn.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(*_is_open())
    )
    with db.engine.connect() as connection:
        row = connection.execute(asked, {"token_hash": hashed(token)}).one_or_none()
    if row is None or is_refused_demo_account(row.email):
        return None
    return Remaining(row.id, row.left, row.ends_in, row.viewing, row.unread)


def _person(token: str, row: dict[str, Any]) -> SignedInPerson:
    del row["is_use_due"]
    role = row.pop("view_as_role")
    staff_id, first_name, last_name, email, viewed_role, status = (row.pop(f"viewed_{name}") for name in VIEWED)
    if staff_id is None and role is not None:
        # No particular person, so no row is their own.
        staff_id, first_name, last_name, email, viewed_role, status = NOBODY, role, "", "", role, "Active"
    person = SignedInPerson(token=token, **row)
    if staff_id is None:
        return person
    viewed = Person(
        account_id=person.account_id,
        staff_id=staff_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
        role=viewed_role,
        status=status,
        policy_version=person.policy_version,
        settings_version=person.settings_version,
    )
    return replace(person, view_as=viewed)


def look_as(token: str, *, role: str | None = None, staff_id: int | None = None) -> None:
    """From the next request on, this session views as that role or person. With neither, it shows itself again."""
    changed = update(SignedIn).where(SignedIn.token_hash == hashed(token))
    with db.engine.begin() as connection:
        connection.execute(changed.values(view_as_role=role, view_as_staff_id=staff_id))


def is_refused_demo_account(email: str) -> bool:
    """Whether this is a demo account on a real installation, where it stays shut: the demo password is public."""
    return folded(email).endswith(DEMO_DOMAIN) and not current_config().demo_allowed


def _note_use(connection: Connection, token: str) -> None:
    # If another request of the same browser is recording it right now, that counts for this one too.
    free = select(SignedIn.token_hash).where(SignedIn.token_hash == hashed(token)).with_for_update(skip_locked=True)
    try:
        connection.execute(
            update(SignedIn).where(SignedIn.token_hash == free.scalar_subquery()).values(last_used_at=_NOW)
        )
    except SQLAlchemyError:
        # A session that ends a minute early is better than a page that fails.
        current_app.logger.warning("The last use of a session could not be recorded.")


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
