"""A form is saved once: its token is taken in the transaction that saves it."""

from __future__ import annotations

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.rules import RuleError
from homecare.db import Base
from homecare.models import FormToken


class AlreadySavedError(Exception):
    """This very form was saved before; `row_id` is the row it made or changed."""

    def __init__(self, row_id: int | None) -> None:
        super().__init__(row_id)
        self.row_id = row_id


class TokenTakenError(RuleError):
    """The form's token belongs to another form; nothing can be saved with it."""


def claim(session: Session, token: str, model: type[Base], row_id: int | None, by: Acting) -> None:
    """Take the form's token. A second sending waits here for the first, then learns which row it made."""
    taken = session.execute(
        upsert(FormToken)
        .values(token=token, staff_id=by.person.staff_id, resource=model.__tablename__, row_id=row_id)
        .on_conflict_do_nothing()
        .returning(FormToken.token)
    ).first()
    if taken is not None:
        return
    used = session.execute(
        select(FormToken.row_id).where(
            FormToken.token == token,
            FormToken.staff_id == by.person.staff_id,
            FormToken.resource == model.__tablename__,
            # The form of one row tells nothing of another: its "saved" would be a change that was dropped.
            true() if row_id is None else FormToken.row_id == row_id,
        )
    ).first()
    if used is None:
        raise TokenTakenError("", "This form was already used elsewhere. Open it again.")
    raise AlreadySavedError(used.row_id)
