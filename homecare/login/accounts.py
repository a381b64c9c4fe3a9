"""Signing in with an account, and what `flask accounts` does to accounts."""

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
    """The account cannot be created or changed like this. The message is a sentence for the reader."""


@dataclass(frozen=True)
class Created:
    """`role` as the database spells it. `is_new` is true if the staff row was created too."""

    role: str
    is_new: bool


@dataclass(frozen=True)
class Entered:
    """A new session's token, and the cookie value by which the browser is recognised next time."""

    token: str
    known: str


def sign_in(*, email: str, password: str, caller: Caller, replacing: str | None = None) -> Entered | None:
    """None if e-mail or password is wrong, after the same amount of work. `replacing` is a session that this one ends.
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
    """The reason why the account cannot sign in at all. Empty if the right password opens it."""
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
    """Starts the session, records it and ends the replaced one; does none of this if the account changed meanwhile."""
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
    """The hash with today's parameters. The old hash if it is current or the server is busy."""
    if not passwords.is_outdated(password_hash):
        return password_hash
    try:
        return passwords.hashed(password)
    except passwords.BusyError:
        return password_hash


def create(*, email: str, first_name: str, last_name: str, role: str, password: str) -> Created:
    """Gives the staff member with this e-mail an account, in one transaction.
    An existing staff member keeps name and role. Raises AccountError, passwords.PasswordError.
    """
    email = _checked_email(email)
    passwords.check_new(password)
    with db.engine.begin() as connection:
        role = _stored_role(connection, role)
        row = _find(connection, email)
        if row is not None and row.account_id is not None:
            raise AccountError(f"{row.email} already has an account. `accounts reset` gives it a new password.")
        if row is not None and folded(row.role) != folded(role):
            raise AccountError(f"{row.email} is on the staff as {row.role}. Create the account with that role.")
        staff_id = row.staff_id if row is not None else _add_staff(connection, email, first_name, last_name, role)
        connection.execute(insert(Account).values(staff_id=staff_id, password_hash=passwords.hashed(password)))
        events.note(connection, EventKind.CREATED, who=_get(connection, email), reason=COMMAND_LINE)
    return Created(role, is_new=row is None)


def disable(*, email: str) -> None:
    """Blocks sign-in with the account and ends its sessions. Raises AccountError."""
    with db.engine.begin() as connection:
        row = _get(connection, email)
        if _active_admins(connection) == [row.account_id]:
            raise AccountError(f"{row.email} is the last active {row.role.strip()}. Create another one first.")
        connection.execute(update(Account).where(Account.id == row.account_id).values(disabled_at=_NOW))
        events.note(connection, EventKind.DISABLED, who=row, reason=COMMAND_LINE)
        endings.end_all(connection, row.account_id, "the account was disabled")


def reset(*, email: str, password: str) -> None:
    """Sets a new password, ends every session and enables a disabled account.
    Raises AccountError, passwords.PasswordError.
    """
    passwords.check_new(password)
    password_hash = passwords.hashed(password)
    with db.engine.begin() as connection:
        row = _get(connection, email)
        changed = update(Account).where(Account.id == row.account_id)
        # Before the sessions end: a sign-in that starts meanwhile waits for this row and then sees the new password.
        connection.execute(changed.values(password_hash=password_hash, disabled_at=None))
        events.note(connection, EventKind.RESET, who=row, reason=COMMAND_LINE)
        endings.end_all(connection, row.account_id, "the password was reset")


def _find(connection: Connection, email: str, *, with_account: bool = False) -> Row[*tuple[Any, ...]] | None:
    """The staff member with this e-mail in any letter case, with the account if there is one.
    `with_account` skips staff without an account, so a second row with the same e-mail locks nobody out.
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
        # The company's table can hold one address in two spellings. The exact spelling comes first.
        .order_by(Staff.email != written, Staff.id)
        .limit(1)
    )
    return connection.execute(found).one_or_none()


def _get(connection: Connection, email: str) -> Row[*tuple[Any, ...]]:
    row = _find(connection, email)
    if row is None or row.account_id is None:
        raise AccountError(f"{email} has no account. Check the address, or create one with `accounts create`.")
    return row


def _stored_role(connection: Connection, name: str) -> str:
    """The role with this name, in any letter case. Raises AccountError."""
    names = connection.execute(select(StoredRole.name).order_by(StoredRole.position)).scalars().all()
    known = {folded(stored): stored for stored in names}
    if folded(name) not in known:
        raise AccountError(f"There is no role {name!r}. Choose one of: {', '.join(names)}.")
    return known[folded(name)]


def _active_admins(connection: Connection) -> list[int]:
    """The accounts of all Active staff whose role has every permission, whatever the role is called.
    The rows stay locked until the transaction ends, so that two cannot be disabled at the same moment.
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
        raise AccountError(f"{email!r} is not an e-mail address: {error}") from error
