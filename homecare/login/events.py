"""The permanent record of sign-ins, refusals, sign-outs and changes to accounts."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Insert, Row, Select, cast, func, insert, literal, null, select
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Session

from homecare.login.addresses import network
from homecare.models import SignInEvent, Staff


class EventKind(StrEnum):
    SIGN_IN = "sign-in"
    REFUSED = "refused"
    SIGN_OUT = "sign-out"
    ENDED = "ended"
    CREATED = "created"
    DISABLED = "disabled"
    ENABLED = "enabled"
    RESET = "reset"
    PASSWORD = "password set"  # noqa: S105 - the name of an event
    FACTOR_ON = "second factor on"
    FACTOR_OFF = "second factor off"
    CODES = "recovery codes made"
    CALENDAR = "calendar address"


TOO_MANY = "too many tries"
COMMAND_LINE = "on the command line"
FULL_NAME = (Staff.first_name + " " + Staff.last_name).label("name")

_COLUMNS = ("kind", "reason", "happened_at", "staff_id", "name", "email", "email_hash", "address")
_NOW = func.timezone("utc", func.now())


def note(
    connection: Connection,
    kind: EventKind,
    *,
    who: Row[Any] | None,
    reason: str = "",
    email_hash: bytes | None = None,
    address: str | None = None,
) -> None:
    """Records one event in the caller's transaction. `who` has staff_id, name and email; None is an unknown person."""
    connection.execute(_one(kind, who, reason, email_hash, address))


def note_once(
    connection: Connection,
    *,
    who: Row[Any] | None,
    email_hash: bytes,
    address: str | None,
    by_address: bool,
    window: timedelta,
) -> None:
    """Records a guess that was refused unread, once per window. Otherwise endless guessing would fill the disk."""
    same = SignInEvent.email_hash == email_hash
    if by_address:
        where_from = network(address)
        same = SignInEvent.address.op("<<=")(cast(where_from, INET)) if where_from else SignInEvent.address.is_(None)
    told = select(SignInEvent.id).where(SignInEvent.reason == TOO_MANY, SignInEvent.happened_at > _NOW - window, same)
    connection.execute(_one(EventKind.REFUSED, who, TOO_MANY, email_hash, address, unless=told))


def note_those(connection: Connection | Session, found: Select[Any]) -> int:
    """Many events at once; `found` has the columns of `described`. Returns how many."""
    added = insert(SignInEvent).from_select(_COLUMNS, found).returning(SignInEvent.id)
    return len(connection.execute(added).all())


def described(kind: EventKind, reason: Any, happened_at: Any, address: str | None) -> tuple[Any, ...]:
    """The columns to select from staff rows for `note_those`."""
    said = (literal(kind.value), reason, happened_at)
    return (*said, Staff.id, FULL_NAME, Staff.email, null(), cast(literal(address), INET))


def _one(
    kind: EventKind,
    who: Row[Any] | None,
    reason: str,
    email_hash: bytes | None,
    address: str | None,
    unless: Select[Any] | None = None,
) -> Insert:
    values = (
        literal(kind.value),
        literal(reason),
        _NOW,
        literal(who.staff_id if who is not None else None, SignInEvent.staff_id.type),
        literal(who.name if who is not None else ""),
        literal(who.email if who is not None else ""),
        literal(email_hash, SignInEvent.email_hash.type),
        cast(literal(address), INET),
    )
    chosen: Select[Any] = select(*values)
    return insert(SignInEvent).from_select(_COLUMNS, chosen.where(~unless.exists()) if unless is not None else chosen)
