"""Saves a form only once: its token is claimed in the transaction that saves it."""

from __future__ import annotations

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.rules import RuleError
from homecare.db import Base
from homecare.models import FormToken


class AlreadySavedError(Exception):
    """This form was already saved; `row_id` is the row it made or changed."""

    def __init__(self, row_id: int | None) -> None:
        super().__init__(row_id)
        self.row_id = row_id


class TokenTakenError(RuleError):
    """The form's token belongs to another form, so nothing can be saved with it."""


def claim(session: Session, token: str, model: type[Base], row_id: int | None, by: Acting) -> None:
    """Claims the form's token. If the form is sent twice, the second waits here and then learns the first one's row."""
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
            # A token used for another row must not count: this form's change would be dropped but reported as saved.
            true() if row_id is None else FormToken.row_id == row_id,
        )
    ).first()
    if used is None:
        raise TokenTakenError("", "This form was already used elsewhere. Open it again.")
    raise AlreadySavedError(used.row_id)
