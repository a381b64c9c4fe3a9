"""Links that let their holder set the password of one account: once, for a day, and stored as a hash alone."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects import postgresql

from homecare.db import db
from homecare.login import endings, events
from homecare.login.events import FULL_NAME, EventKind
from homecare.login.sessions import hashed, is_refused_demo_account
from homecare.models import Account, OneTimeLink, Staff

LASTS = timedelta(hours=24)

_NOW = func.timezone("utc", func.now())


def make(connection: Connection, account_id: int) -> str:
    """The token of a new link, in place of any before; nobody can read it again."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": hashed(token), "made_at": _NOW, "expires_at": _NOW + LASTS}
    added = postgresql.insert(OneTimeLink).values(account_id=account_id, **values)
    connection.execute(added.on_conflict_do_update(index_elements=["account_id"], set_=values))
    return token


def withdraw(connection: Connection, account_id: int) -> None:
    connection.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id))


def find(connection: Connection, token: str) -> Row[*tuple[Any, ...]] | None:
    """Whose password the link sets: account_id, staff_id, name and email. None where it is used, over or withdrawn."""
    found = (
        select(Account.id.label("account_id"), Staff.id.label("staff_id"), FULL_NAME, Staff.email)
        .join_from(OneTimeLink, Account, OneTimeLink.account_id == Account.id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(*_is_good(token), Account.disabled_at.is_(None))
    )
    row = connection.execute(found).one_or_none()
    return None if row is None or is_refused_demo_account(row.email) else row


def use(token: str, *, password_hash: str, address: str | None) -> bool:
    """Sets the password and ends the account's sessions; False where the link was no good any more. Commits."""
    with db.engine.begin() as connection:
        row = find(connection, token)
        # Of two that send it at once the second waits here, and finds it gone.
        taken = delete(OneTimeLink).where(*_is_good(token)).returning(OneTimeLink.account_id)
        if row is None or connection.execute(taken).first() is None:
            return False
        changed = update(Account).where(Account.id == row.account_id, Account.disabled_at.is_(None))
        connection.execute(changed.values(password_hash=password_hash))
        events.note(connection, EventKind.PASSWORD, who=row, reason="by a one-time link", address=address)
        endings.end_all(connection, row.account_id, "the password was set")
    return True


def _is_good(token: str) -> tuple[Any, ...]:
    return (OneTimeLink.token_hash == hashed(token), OneTimeLink.expires_at > _NOW)
