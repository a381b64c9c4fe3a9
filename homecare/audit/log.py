"""Refusals and reads, each written in its own transaction so that no later failure undoes it."""

from __future__ import annotations

import hashlib

from flask_login import current_user
from sqlalchemy import Connection, insert

from homecare.access.acting import Acting
from homecare.db import db
from homecare.models import Denial, Read

ROW_ID_LENGTH = 64


def log_denial(acting: Acting, *, resource: str, action: str, row_id: str | None, reason: str) -> None:
    """Records one refused request: who, in which role, what. Never what a row contains."""
    with by_itself() as connection:
        connection.execute(
            insert(Denial).values(
                role=acting.person.role,
                resource=resource,
                action=action,
                row_id=_short(row_id),
                reason=reason,
                **acting.accountable.by_whom,
            )
        )


def log_read(acting: Acting, *, kind: str, resource: str, row_id: str | None, reason: str = "") -> int:
    """Records one reveal, file or look as somebody else. Raises if it cannot be written: then show nothing.
    Returns the line's id."""
    values = {"kind": kind, "resource": resource, "row_id": _short(row_id), "reason": reason}
    ids = [int(row_id)] if row_id and row_id.isascii() and row_id.isdigit() else []
    with by_itself() as connection:
        line = insert(Read).values(ids=ids, session_hash=session_hash(), **acting.accountable.by_whom, **values)
        return int(connection.execute(line.returning(Read.id)).scalar_one())


def session_hash() -> bytes:
    """The hash that identifies this request's session in models.SignedIn. It cannot be used to sign in."""
    return hashlib.sha256(str(current_user.get_id()).encode("utf-8", "surrogatepass")).digest()


def by_itself() -> Connection:
    """A connection in autocommit: BEGIN and COMMIT around one statement would cost two more round trips."""
    return db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _short(row_id: str | None) -> str | None:
    return row_id[:ROW_ID_LENGTH].encode("ascii", "replace").decode().replace("\0", "?") if row_id else None
