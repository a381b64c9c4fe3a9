"""Signing in: the password, then a code where the account has a second factor; no session before both."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Connection, Row, update

from homecare.db import db
from homecare.login import accounts, browsers, endings, events, passwords, second_factor, sessions, throttle
from homecare.login.browsers import Caller
from homecare.login.events import EventKind
from homecare.models import Account

# Long enough to find the telephone.
TICKET_LASTS_S = 300


@dataclass(frozen=True)
class Entered:
    """A new session's token, and what the browser keeps so that it is known the next time."""

    token: str
    known: str


@dataclass(frozen=True)
class CodeAsked:
    """The password was right and opens nothing yet; the signed `ticket` says so to `enter_code` for five minutes."""

    ticket: str


class TicketError(Exception):
    """The password is to be asked again: the ticket is too old, of another password, or of our making no more."""


def sign_in(*, email: str, password: str, caller: Caller, replacing: str | None = None) -> Entered | CodeAsked | None:
    """None where e-mail or password is wrong, after the same work for either; `replacing` is a session it ends.

    Raises throttle.TooManyFailuresError, passwords.BusyError.
    """
    with db.engine.connect() as connection:
        row = accounts.find(connection, email, with_account=True)
    shut = "" if row is None else _why_shut(row)
    failure_id = reserve(email, row, caller)
    is_right = is_password(row if not shut else None, password, failure_id)
    found: Entered | CodeAsked | None = None
    if row is not None and is_right:
        password_hash = _renewed(row.password_hash, password)
        if row.has_second_factor:
            found = _ask_for_code(row, password_hash, failure_id)
        else:
            found = _enter(row, password_hash, failure_id, caller, replacing)
    if found is None:
        reason = "unknown e-mail" if row is None else shut or ("changed meanwhile" if is_right else "wrong password")
        _note_refusal(row, email, reason, caller)
    return found


def enter_code(*, ticket: str, code: str, caller: Caller, replacing: str | None = None) -> Entered | None:
    """The second step; None where the code is wrong or was used before. Wrong codes count as wrong passwords do.

    Raises TicketError, throttle.TooManyFailuresError.
    """
    account_id, mark = _read(ticket)
    with db.engine.connect() as connection:
        row = accounts.find_by_id(connection, account_id)
    if row is None or _why_shut(row) or not hmac.compare_digest(browsers.mark_of(row.password_hash), mark):
        raise TicketError
    failure_id = reserve(row.email, row, caller)
    found = _enter(row, row.password_hash, failure_id, caller, replacing, code=code)
    if found is None:
        _note_refusal(row, row.email, "wrong code", caller)
    return found


def is_password(row: Row[Any] | None, password: str, failure_id: int) -> bool:
    """Whether it opens the account; the same work without one. Raises passwords.BusyError, and then counts nothing."""
    try:
        return passwords.matches(row.password_hash if row is not None else None, password)
    except passwords.BusyError:
        with db.engine.begin() as connection:
            throttle.forgive(connection, failure_id)
        raise


def reserve(email: str, row: Row[Any] | None, caller: Caller) -> int:
    """Counts a guess before it is looked at; what throttle.forgive takes. Raises throttle.TooManyFailuresError."""
    has_password = row is not None and row.password_hash is not None
    browser = (
        browsers.bucket(caller.known, row.account_id, row.password_hash) if row is not None and has_password else None
    )
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


def sign_out(token: str, *, address: str | None) -> None:
    with db.engine.begin() as connection:
        endings.end(connection, token, kind=EventKind.SIGN_OUT, reason="", address=address)


def _why_shut(row: Row[Any]) -> str:
    """Why no password opens the account; empty where the right one does."""
    if row.disabled_at is not None:
        return "disabled"
    if row.password_hash is None:
        return "no password yet"
    return "a demo account" if sessions.is_refused_demo_account(row.email) else ""


def _ask_for_code(row: Row[Any], password_hash: str, failure_id: int) -> CodeAsked:
    with db.engine.begin() as connection:
        _renew(connection, row, password_hash)
        throttle.forgive(connection, failure_id)
    return CodeAsked(str(_tickets().dumps([row.account_id, browsers.mark_of(password_hash)])))


def _enter(
    row: Row[Any], password_hash: str, failure_id: int, caller: Caller, replacing: str | None, code: str | None = None
) -> Entered | None:
    """The session, its event and the end of the one before, or nothing of them: where the code is wrong, or the
    account changed meanwhile."""
    email_hash, how = throttle.digest(row.email), ""
    with db.engine.begin() as connection:
        if code is not None:
            proof = second_factor.accept(connection, row.account_id, code)
            if proof is None:
                return None
            how = proof.value
        token = sessions.start(connection, row.account_id, row.password_hash, caller, with_code=code is not None)
        if token is None:
            return None
        _renew(connection, row, password_hash)
        throttle.forgive(connection, failure_id)
        events.note(connection, EventKind.SIGN_IN, who=row, reason=how, email_hash=email_hash, address=caller.address)
        if replacing is not None:
            endings.end(connection, replacing, kind=EventKind.ENDED, reason="signed in again", address=caller.address)
    return Entered(token, browsers.remembering(caller.known, row.account_id, password_hash))


def _note_refusal(row: Row[Any] | None, email: str, reason: str, caller: Caller) -> None:
    with db.engine.begin() as connection:
        events.note(
            connection,
            EventKind.REFUSED,
            who=row,
            reason=reason,
            email_hash=throttle.digest(email),
            address=caller.address,
        )


def _renew(connection: Connection, row: Row[Any], password_hash: str) -> None:
    if password_hash != row.password_hash:
        changed = update(Account).where(Account.id == row.account_id, Account.password_hash == row.password_hash)
        connection.execute(changed.values(password_hash=password_hash))


def _renewed(password_hash: str, password: str) -> str:
    """With today's parameters, where it was made with others and there is time for it."""
    if not passwords.is_outdated(password_hash):
        return password_hash
    try:
        return passwords.hashed(password)
    except passwords.BusyError:
        return password_hash


def _read(ticket: str) -> tuple[int, str]:
    try:
        account_id, mark = _tickets().loads(ticket, max_age=TICKET_LASTS_S)
    except BadData as error:
        raise TicketError from error
    return int(account_id), str(mark)


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="second step")
