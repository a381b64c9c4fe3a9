"""Accounts: signing in with one, and what `flask accounts` does to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection, Row, func, insert, select, update

from homecare.access.policy import folded
from homecare.db import db
from homecare.login import browsers, endings, events, passwords, sessions, throttle
from homecare.login.browsers import Caller
from homecare.login.events import COMMAND_LINE, FULL_NAME, EventKind
from homecare.models import Account, Staff, StoredRole
from homecare.models.folding import plain_word

_NOW = func.timezone("utc", func.now())


class AccountError(Exception):
    """The account cannot be made or changed like this; the message is a sentence."""


@dataclass(frozen=True)
class Created:
    """`role` as it is stored, whichever way it was typed; `is_new` where the staff row was made too."""

    role: str
    is_new: bool


@dataclass(frozen=True)
class Entered:
    """A new session's token, and what the browser keeps so that it is known the next time."""

    token: str
    known: str


def sign_in(*, email: str, password: str, caller: Caller, replacing: str | None = None) -> Entered | None:
    """None where e-mail or password is wrong, after the same work for either; `replacing` is a session it ends.

    Raises throttle.TooManyFailuresError, passwords.BusyError.
    """
    with db.engine.connect() as connection:
        row = _find(connection, email, with_account=True)
    shut = "" if row is None else _why_shut(row)
    browser = browsers.bucket(caller.known, row.account_id, row.password_hash) if row is not None else None
    failure_id = _reserve(email, row, browser, caller)
    try:
        is_right = passwords.matches(row.password_hash if row is not None and not shut else None, password)
    except passwords.BusyError:
        with db.engine.begin() as connection:
            throttle.forgive(connection, failure_id)
        raise
    entered = _enter(row, email, password, failure_id, caller, replacing) if row is not None and is_right else None
    if entered is None:
        reason = "unknown e-mail" if row is None else shut or ("changed meanwhile" if is_right else "wrong password")
        email_hash = throttle.digest(email)
        with db.engine.begin() as connection:
            events.note(
                connection, EventKind.REFUSED, who=row, reason=reason, email_hash=email_hash, address=caller.address
            )
        return None
    return entered


def _why_shut(row: Row[Any]) -> str:
    """Why no password opens the account; empty where the right one does."""
    if row.disabled_at is not None:
        return "disabled"
    return "a demo account" if sessions.is_refused_demo_account(row.email) else ""


def _reserve(email: str, row: Row[Any] | None, browser: bytes | None, caller: Caller) -> int:
    try:
        return throttle.reserve(email, browser=browser, address=caller.address)
    except throttle.TooManyFailuresError as refused:
        with db.engine.begin() as connection:
            events.note_once(
                connection,
                who=row,
                email_hash=throttle.digest(email),
                address=caller.address,
                by_address=refused.by_address,
                window=throttle.WINDOW,
            )
        raise


def _enter(
    row: Row[Any], email: str, password: str, failure_id: int, caller: Caller, replacing: str | None
) -> Entered | None:
    """The session, its event and the end of the one before, or nothing of them where the account changed meanwhile."""
    password_hash = _renewed(row.password_hash, password)
    with db.engine.begin() as connection:
        token = sessions.start(connection, account_id=row.account_id, password_hash=row.password_hash)
        if token is None:
            return None
        if password_hash != row.password_hash:
            changed = update(Account).where(Account.id == row.account_id, Account.password_hash == row.password_hash)
            connection.execute(changed.values(password_hash=password_hash))
        throttle.forgive(connection, failure_id)
        email_hash = throttle.digest(email)
        events.note(connection, EventKind.SIGN_IN, who=row, email_hash=email_hash, address=caller.address)
        if replacing is not None:
            endings.end(connection, replacing, kind=EventKind.ENDED, reason="signed in again", address=caller.address)
    return Entered(token, browsers.remembering(caller.known, row.account_id, password_hash))


def sign_out(token: str, *, address: str | None) -> None:
    with db.engine.begin() as connection:
        endings.end(connection, token, kind=EventKind.SIGN_OUT, reason="", address=address)


def _renewed(password_hash: str, password: str) -> str:
    """With today's parameters, where it was made with others and there is time for it."""
    if not passwords.is_outdated(password_hash):
        return password_hash
    try:
        return passwords.hashed(password)
    except passwords.BusyError:
        return password_hash


def create(*, email: str, first_name: str, last_name: str, role: str, password: str) -> Created:
    """Lets the staff member with this e-mail sign in. One transaction.

    A staff member who is there already keeps name and role. Raises AccountError, passwords.PasswordError.
    """
    email = _checked_email(email)
    passwords.check_new(password)
    with db.engine.begin() as connection:
        role = _stored_role(connection, role)
        row = _find(connection, email)
        if row is not None and row.account_id is not None:
            raise AccountError(f"{row.email} has an account already. `accounts reset` gives it a new password.")
        if row is not None and folded(row.role) != folded(role):
            raise AccountError(f"{row.email} is on the staff as {row.role}. Create the account with that role.")
        staff_id = row.staff_id if row is not None else _add_staff(connection, email, first_name, last_name, role)
        connection.execute(insert(Account).values(staff_id=staff_id, password_hash=passwords.hashed(password)))
        events.note(connection, EventKind.CREATED, who=_get(connection, email), reason=COMMAND_LINE)
    return Created(role, is_new=row is None)


def disable(*, email: str) -> None:
    """Nobody signs in with the account any more and its sessions are over. Raises AccountError."""
    with db.engine.begin() as connection:
        row = _get(connection, email)
        if _active_admins(connection) == [row.account_id]:
            raise AccountError(f"{row.email} is the last active {row.role.strip()}. Create another one first.")
        connection.execute(update(Account).where(Account.id == row.account_id).values(disabled_at=_NOW))
        events.note(connection, EventKind.DISABLED, who=row, reason=COMMAND_LINE)
        endings.end_all(connection, row.account_id, "the account was disabled")


def reset(*, email: str, password: str) -> None:
    """A new password; every session is over and a disabled account is open again.

    Raises AccountError, passwords.PasswordError.
    """
    passwords.check_new(password)
    password_hash = passwords.hashed(password)
    with db.engine.begin() as connection:
        row = _get(connection, email)
        changed = update(Account).where(Account.id == row.account_id)
        # Before the sessions end: one that begins meanwhile waits for this row, and finds another password there.
        connection.execute(changed.values(password_hash=password_hash, disabled_at=None))
        events.note(connection, EventKind.RESET, who=row, reason=COMMAND_LINE)
        endings.end_all(connection, row.account_id, "the password was reset")


def _find(connection: Connection, email: str, *, with_account: bool = False) -> Row[*tuple[Any, ...]] | None:
    """The staff member with this e-mail in whatever case, with the account where there is one.

    `with_account` passes over those without: a row that somebody added in another way of writing shuts nobody out.
    """
    written = email.strip()
    if "\0" in written:
        return None
    found = (
        select(
            Staff.id.label("staff_id"),
            FULL_NAME,
            Staff.email,
            Staff.role,
            Account.id.label("account_id"),
            Account.password_hash,
            Account.disabled_at,
        )
        .join_from(Staff, Account, Account.staff_id == Staff.id, isouter=not with_account)
        .where(plain_word(Staff.email) == folded(written))
        # The company's table can hold one address in two ways of writing: the way it was typed goes first.
        .order_by(Staff.email != written, Staff.id)
        .limit(1)
    )
    return connection.execute(found).one_or_none()


def _get(connection: Connection, email: str) -> Row[*tuple[Any, ...]]:
    row = _find(connection, email)
    if row is None or row.account_id is None:
        raise AccountError(f"{email} has no account. Check the address, or make one with `accounts create`.")
    return row


def _stored_role(connection: Connection, name: str) -> str:
    """The role of this name, however its letters were typed. Raises AccountError."""
    names = connection.execute(select(StoredRole.name).order_by(StoredRole.position)).scalars().all()
    known = {folded(stored): stored for stored in names}
    if folded(name) not in known:
        raise AccountError(f"There is no role {name!r}. Choose one of: {', '.join(names)}.")
    return known[folded(name)]


def _active_admins(connection: Connection) -> list[int]:
    """The accounts of everybody Active whose role holds everything, whatever it is called.

    Locked until the transaction ends, so that two of them cannot be disabled at the same moment.
    """
    found = (
        select(Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .join(StoredRole, plain_word(StoredRole.name) == plain_word(Staff.role))
        .where(StoredRole.everything, plain_word(Staff.status) == folded("Active"), Account.disabled_at.is_(None))
        .order_by(Account.id)
        .with_for_update(of=Account)
    )
    return list(connection.execute(found).scalars())


def _add_staff(connection: Connection, email: str, first_name: str, last_name: str, role: str) -> int:
    if not first_name.strip() or not last_name.strip():
        raise AccountError(f"Nobody on the staff has the e-mail {email} yet; give a first and a last name.")
    added = insert(Staff).values(
        email=email, first_name=first_name.strip(), last_name=last_name.strip(), role=role, status="Active"
    )
    return connection.execute(added.returning(Staff.id)).scalar_one()


def _checked_email(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is no e-mail address: {error}") from error
