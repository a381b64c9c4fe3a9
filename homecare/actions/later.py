"""What is left for a worker to do: a row of its own, in the transaction of the change that asks for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.models import StoredJob


def enqueue(*, session: Session, name: str, payload: dict[str, Any], by: Acting | None) -> None:
    """A worker does the job `name` of work/jobs.py soon after the caller's transaction, and never where it fails.

    `by` is the person on whose behalf it runs, with the rights they have by then; None is the system itself. The
    payload holds ids and choices, never what a row holds.
    """
    staff_id = by.person.staff_id if by is not None else None
    session.execute(insert(StoredJob).values(name=name, payload=payload, staff_id=staff_id))
