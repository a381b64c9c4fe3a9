"""What people do to their own account: another password, the second factor, the end of a session elsewhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, update
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.transaction import transaction
from homecare.login import accounts, endings, events, one_time_links, passwords, second_factor, signing_in, throttle
from homecare.login.browsers import Caller
from homecare.login.events import EventKind
from homecare.models import Account


class OwnAccountError(Exception):
    """Nothing was changed; the message is a sentence for the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def change_password(*, session: Session, old: str, new: str, token: str, by: Acting, caller: Caller) -> str:
    """The hash of the new password; the account's other sessions end, that of `token` goes on.

    Raises OwnAccountError, throttle.TooManyFailuresError, passwords.BusyError.
    """
    try:
        passwords.check_new(new)
    except passwords.PasswordError as refused:
        raise OwnAccountError("new", str(refused)) from refused
    with transaction(session, by=by):
        connection = session.connection()
        row = _proven(connection, by, caller, old)
        password_hash = passwords.hashed(new)
        unchanged = (Account.id == row.account_id, Account.password_hash == row.password_hash)
        if connection.execute(update(Account).where(*unchanged).values(password_hash=password_hash)).rowcount != 1:
            raise OwnAccountError("old", "Your password was changed from elsewhere meanwhile. Enter the new one.")
        one_time_links.withdraw(connection, row.account_id)
        events.note(connection, EventKind.PASSWORD, who=row, reason="by its owner", address=caller.address)
        endings.end_all(connection, row.account_id, "the password was changed", but=token)
    return password_hash


def begin_factor(*, session: Session, by: Acting) -> None:
    with transaction(session, by=by):
        second_factor.propose(session.connection(), by.person.account_id)


def give_up_factor(*, session: Session, by: Acting) -> None:
    with transaction(session, by=by):
        second_factor.give_up(session.connection(), by.person.account_id)


def confirm_factor(*, session: Session, code: str, by: Acting, caller: Caller) -> list[str]:
    """The recovery codes, which nobody can read again. Raises OwnAccountError."""
    with transaction(session, by=by):
        connection, account_id = session.connection(), by.person.account_id
        if not second_factor.confirm(connection, account_id, code):
            raise OwnAccountError(
                "code", "This code is not of the key above. Check the time of your telephone and enter the next code."
            )
        row = accounts.find_by_id(connection, account_id)
        events.note(connection, EventKind.FACTOR_ON, who=row, reason="by its owner", address=caller.address)
        return second_factor.make_codes(connection, account_id)


def turn_off_factor(*, session: Session, password: str, code: str, by: Acting, caller: Caller) -> None:
    """Raises OwnAccountError, throttle.TooManyFailuresError, passwords.BusyError."""
    with transaction(session, by=by):
        connection = session.connection()
        row = _proven(connection, by, caller, password, code)
        second_factor.turn_off(connection, row.account_id)
        events.note(connection, EventKind.FACTOR_OFF, who=row, reason="by its owner", address=caller.address)


def renew_codes(*, session: Session, password: str, code: str, by: Acting, caller: Caller) -> list[str]:
    """New recovery codes in place of all before. Raises as `turn_off_factor` does."""
    with transaction(session, by=by):
        connection = session.connection()
        row = _proven(connection, by, caller, password, code)
        events.note(connection, EventKind.CODES, who=row, reason="by its owner", address=caller.address)
        return second_factor.make_codes(connection, row.account_id)


def end_session(*, session: Session, session_id: int, by: Acting) -> bool:
    with transaction(session, by=by):
        return endings.end_one(session.connection(), by.person.account_id, session_id, "by its owner")


def end_others(*, session: Session, token: str, by: Acting) -> None:
    with transaction(session, by=by):
        endings.end_all(session.connection(), by.person.account_id, "by its owner", but=token)


def _proven(connection: Connection, by: Acting, caller: Caller, password: str, code: str | None = None) -> Row[Any]:
    """One's account, once the password is right and, where one is asked, the code: a wrong one counts as at sign-in."""
    row = accounts.find_by_id(connection, by.person.account_id)
    failure_id = signing_in.reserve(by.person.email, row, caller)
    if row is None or not signing_in.is_password(row, password, failure_id):
        raise OwnAccountError("old", "This is not your password. Check it and try again.")
    if code is not None and second_factor.accept(connection, row.account_id, code) is None:
        raise OwnAccountError("code", "This code is not right, or it was used before. Wait for the next one.")
    throttle.forgive(connection, failure_id)
    return row
