"""What who holds everything does to the accounts of the staff: each whole, and written down with who did it.

A link to set a password hands its person's rights on, so none of it is for a role that only may open the page.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.rules import keep_an_administrator
from homecare.actions.transaction import retried, transaction
from homecare.login import accounts, endings, events, one_time_links, second_factor
from homecare.login.accounts import AccountError
from homecare.login.events import EventKind
from homecare.models import Account


@retried
def create(*, session: Session, staff_id: int, by: Acting, address: str | None) -> str:
    """Lets the staff member sign in; the token of the link that sets their password. Raises AccountError."""
    with transaction(session, by=by):
        connection = session.connection()
        row = accounts.find_of_staff(connection, staff_id)
        _refuse_others(by)
        if row is None:
            raise AccountError("Nobody on the staff has this number any more. Look them up again.")
        if row.account_id is not None:
            raise AccountError(f"{row.name} has an account already. Reset it for a new link.")
        email = accounts.checked_email(row.email or "")
        other = accounts.find(connection, email, with_account=True)
        if other is not None:
            raise AccountError(
                f"{other.name} signs in with {other.email} already. Correct the e-mail of one of them first."
            )
        added = insert(Account).values(staff_id=staff_id).returning(Account.id)
        account_id = connection.execute(added).scalar_one()
        _note(connection, EventKind.CREATED, row, by, address)
        return one_time_links.make(connection, account_id)


@retried
def disable(*, session: Session, staff_id: int, by: Acting, address: str | None) -> None:
    """Nobody signs in with it any more, and its sessions are over. Raises AccountError, rules.RuleError."""
    with transaction(session, by=by):
        connection, row = _found(session, staff_id, by)
        _refuse_oneself(by, row, "disable your own account: ask another Admin")
        if row.disabled_at is not None:
            raise AccountError(f"The account of {row.name} is disabled already.")
        _set(connection, row, disabled_at=func.timezone("utc", func.now()))
        keep_an_administrator(session, by)
        one_time_links.withdraw(connection, row.account_id)
        _note(connection, EventKind.DISABLED, row, by, address)
        endings.end_all(connection, row.account_id, "the account was disabled")


@retried
def enable(*, session: Session, staff_id: int, by: Acting, address: str | None) -> None:
    """With the password it had. Raises AccountError."""
    with transaction(session, by=by):
        connection, row = _found(session, staff_id, by)
        if row.disabled_at is None:
            raise AccountError(f"The account of {row.name} is open already.")
        _set(connection, row, disabled_at=None)
        _note(connection, EventKind.ENABLED, row, by, address)


@retried
def reset(*, session: Session, staff_id: int, by: Acting, address: str | None) -> str:
    """The old password opens nothing any more, every session is over; the token of a new link. Raises AccountError."""
    with transaction(session, by=by):
        connection, row = _found(session, staff_id, by)
        _refuse_oneself(by, row, "reset your own account: change your password on your account page")
        if row.disabled_at is not None:
            raise AccountError(f"The account of {row.name} is disabled. Enable it first.")
        # Before the sessions end: one that begins meanwhile waits for this row, and finds no password there.
        _set(connection, row, password_hash=None)
        _note(connection, EventKind.RESET, row, by, address)
        endings.end_all(connection, row.account_id, "the password was reset")
        return one_time_links.make(connection, row.account_id)


@retried
def reset_second_factor(*, session: Session, staff_id: int, by: Acting, address: str | None) -> None:
    """For who lost the telephone and the codes: the password alone opens again. Raises AccountError."""
    with transaction(session, by=by):
        connection, row = _found(session, staff_id, by)
        _refuse_oneself(by, row, "reset your own second factor: turn it off on your account page")
        if not second_factor.turn_off(connection, row.account_id):
            raise AccountError(f"{row.name} has no second factor.")
        _note(connection, EventKind.FACTOR_OFF, row, by, address)
        endings.end_all(connection, row.account_id, "the second factor was reset")


@retried
def end_session(*, session: Session, staff_id: int, session_id: int, by: Acting) -> None:
    """Raises AccountError."""
    with transaction(session, by=by):
        connection, row = _found(session, staff_id, by)
        if not endings.end_one(connection, row.account_id, session_id, f"by {by.accountable.full_name.strip()}"):
            raise AccountError("This session is over already.")


def _found(session: Session, staff_id: int, by: Acting) -> tuple[Connection, Row[Any]]:
    """The account, held until the transaction ends, and its row as it is then."""
    _refuse_others(by)
    connection = session.connection()
    connection.execute(select(Account.id).where(Account.staff_id == staff_id).with_for_update())
    row = accounts.find_of_staff(connection, staff_id)
    if row is None or row.account_id is None:
        raise AccountError("Nobody with this number has an account. Look them up again.")
    return connection, row


def may_change(by: Acting) -> bool:
    return by.role is not None and by.role.everything


def _refuse_others(by: Acting) -> None:
    if not may_change(by):
        raise AccountError("Only who holds everything may change accounts. Ask an Admin.")


def _refuse_oneself(by: Acting, row: Row[Any], instead: str) -> None:
    if row.staff_id == by.accountable.staff_id:
        raise AccountError(f"You cannot {instead}.")


def _set(connection: Connection, row: Row[Any], **values: Any) -> None:
    connection.execute(update(Account).where(Account.id == row.account_id).values(values))


def _note(connection: Connection, kind: EventKind, row: Row[Any], by: Acting, address: str | None) -> None:
    events.note(connection, kind, who=row, reason=f"by {by.accountable.full_name.strip()}", address=address)
