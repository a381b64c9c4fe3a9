"""What would be told of a booking that is not kept: it is made as a save makes it, and taken back at once."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.actions.assigning.refusing import Booked, ConflictsError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.queries.conflicts import Conflict


class _NotKeptError(Exception):
    """Ends the transaction of a booking that nothing more speaks against."""


@retried
def against(
    *, session: Session, by: Acting, resource: str, row_id: int | None, book: Callable[[Collection[str]], Booked]
) -> list[Conflict]:
    """Everything that the checks and the rules of the table ask or refuse of what `book` books with these answers; a
    refusal of a rule is a block at its field. Locks as the save does, a round for each kind of question.

    Raises rows.RowsChangedError, NotAllowedError.
    """
    found: dict[str, Conflict] = {}
    while all(one.level != "block" for one in found.values()):
        try:
            with transaction(session, by=by):
                book(found.keys())
                raise _NotKeptError
        except _NotKeptError:
            break
        except ConflictsError as error:
            found |= {one.key: one for one in error.conflicts}
        except RuleError as error:
            refused = Conflict(error.field, "block", error.message, 0, resource, row_id)
            found[refused.key] = refused
    return [*found.values()]
