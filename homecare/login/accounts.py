"""Accounts: finding one, and what `flask accounts` does to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection, Row, Select, func, insert, select, update

from homecare.access.change_sets import Doing, Origin, announce
from homecare.access.policy import folded
from homecare.db import db
from homecare.login import endings, events, one_time_links, passwords, second_factor
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


def create(*, email: str, first_name: str, last_name: str, role: str, password: str) -> Created:
    """Gives the staff member with this e-mail an account, in one transaction.
    An existing staff member keeps name and role. Raises AccountError, passwords.PasswordError.
    """
    email = checked_email(email)
    passwords.check_new(password)
    with _by_command() as connection:
        role = _stored_role(connection, role)
        row = find(connection, email)
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
    with _by_command() as connection:
        row = _get(connection, email)
        if _active_admins(connection) == [row.account_id]:
            raise AccountError(f"{row.email} is the last active {row.role.strip()}. Create another one first.")
        connection.execute(update(Account).where(Account.id == row.account_id).values(disabled_at=_NOW))
        events.note(connection, EventKind.DISABLED, who=row, reason=COMMAND_LINE)
        one_time_links.withdraw(connection, row.account_id)
        endings.end_all(connection, row.account_id, "the account was disabled")


def reset(*, email: str, password: str, factor_off: bool = False) -> None:
    """A new password; every session is over and a disabled account is open again.

    `factor_off` takes the second factor away, for the one Admin who lost it. What stands is kept otherwise.
    Raises AccountError, passwords.PasswordError.
    """
    passwords.check_new(password)
    password_hash = passwords.hashed(password)
    with _by_command() as connection:
        row = _get(connection, email)
        changed = update(Account).where(Account.id == row.account_id)
        # Before the sessions end: a sign-in that starts meanwhile waits for this row and then sees the new password.
        connection.execute(changed.values(password_hash=password_hash, disabled_at=None))
        events.note(connection, EventKind.RESET, who=row, reason=COMMAND_LINE)
        one_time_links.withdraw(connection, row.account_id)
        if factor_off and second_factor.turn_off(connection, row.account_id):
            events.note(connection, EventKind.FACTOR_OFF, who=row, reason=COMMAND_LINE)
        endings.end_all(connection, row.account_id, "the password was reset")


@contextmanager
def _by_command() -> Iterator[Connection]:
    """A transaction in which the trail names the command line, and not another application."""
    with db.engine.begin() as connection:
        announce(connection, None, Doing(origin=Origin.COMMAND))
        yield connection


def find(connection: Connection, email: str, *, with_account: bool = False) -> Row[*tuple[Any, ...]] | None:
    """The staff member with this e-mail in whatever case, with the account where there is one.

    `with_account` passes over those without: a row that somebody added in another way of writing shuts nobody out.
    """
    written = email.strip()
    if "\0" in written:
        return None
    found = (
        _people(with_account)
        .where(plain_word(Staff.email) == folded(written))
        # The company's table can hold one address in two spellings. The exact spelling comes first.
        .order_by(Staff.email != written, Staff.id)
        .limit(1)
    )
    return connection.execute(found).one_or_none()


def find_by_id(connection: Connection, account_id: int) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(_people(with_account=True).where(Account.id == account_id)).one_or_none()


def find_of_staff(connection: Connection, staff_id: int) -> Row[*tuple[Any, ...]] | None:
    """The staff member of that number, with the account where there is one."""
    return connection.execute(_people(with_account=False).where(Staff.id == staff_id)).one_or_none()


def _people(with_account: bool) -> Select[*tuple[Any, ...]]:
    columns = (FULL_NAME, Staff.email, Staff.role, Account.password_hash, Account.disabled_at)
    return select(
        Staff.id.label("staff_id"),
        Account.id.label("account_id"),
        *columns,
        second_factor.is_on(Account.id).label("has_second_factor"),
    ).join_from(Staff, Account, Account.staff_id == Staff.id, isouter=not with_account)


def _get(connection: Connection, email: str) -> Row[*tuple[Any, ...]]:
    row = find(connection, email)
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
        .where(Account.password_hash.is_not(None))
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


def checked_email(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is not an e-mail address: {error}") from error
