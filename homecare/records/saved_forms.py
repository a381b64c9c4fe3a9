"""Finds the row that a form made or changed, by the form's token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.row_scope import UNSCOPED
from homecare.models import FormToken

SHORTEST, LONGEST = 8, 64


@dataclass(frozen=True)
class SavedForm:
    table: str
    row_id: int | None


def is_token(text: str) -> bool:
    """Whether the text can be a form token at all."""
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isprintable()


def find(session: Session, token: str, staff_id: int) -> SavedForm | None:
    """None if this person saved no form with it. A save in progress does not count yet. One statement."""
    if not is_token(token):
        return None
    # Unscoped, because the condition limits it to the person's own tokens.
    row = session.execute(
        select(FormToken.resource, FormToken.row_id).where(FormToken.token == token, FormToken.staff_id == staff_id),
        execution_options=UNSCOPED,
    ).first()
    return SavedForm(row.resource, row.row_id) if row is not None else None
