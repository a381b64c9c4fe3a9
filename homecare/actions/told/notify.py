"""Tells people something by the bell, in the transaction of what it is about: it is told if that is saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED_WRITE
from homecare.models import Notification
from homecare.queries.notices import SENTENCES


def tell(
    *,
    session: Session,
    staff_ids: Iterable[int],
    kind: str,
    resource: str = "",
    row_id: int | None = None,
    about: int | None = None,
    parts: dict[str, Any] | None = None,
    change_set: UUID | None = None,
    read_id: int | None = None,
) -> None:
    """Once to each of them. `kind` is one of queries.notices.SENTENCES, `about` the staff member who did it. `parts`
    are choices and times, never what a row holds: the reader's own rights decide what the sentence names.
    """
    if kind not in SENTENCES:
        raise LookupError(f"Nothing says what a notification of the kind {kind!r} reads.")
    same = {
        "kind": kind,
        "resource": resource,
        "row_id": row_id,
        "about_staff_id": about,
        "parts": parts or {},
        "change_set": change_set,
        "read_id": read_id,
    }
    told = [{"staff_id": staff_id, **same} for staff_id in dict.fromkeys(staff_ids)]
    if told:
        session.execute(insert(Notification).values(told), execution_options=UNSCOPED_WRITE)
