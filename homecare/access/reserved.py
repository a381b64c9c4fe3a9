"""What is a rule and no grant: columns that only who holds everything sets, and who a new row says has made it.

A ticked cell, a line of a file or a row of SQL does not open these: whoever edits staff could make anybody an Admin.
"""

from __future__ import annotations

from functools import cache

from homecare.access.policy import Role, Write, rarer
from homecare.kinds.traits import traits_of
from homecare.models import business_models

# By (table, column): when a role may set it at most that does not hold everything.
_NAMED: dict[tuple[str, str], Write] = {
    ("staff", "role"): Write.NEVER,
    ("staff", "status"): Write.NEVER,
    ("staff", "email"): Write.ON_CREATE,
    ("staff", "user_id"): Write.NEVER,
    ("patients", "registered_by_staff_id"): Write.NEVER,
    ("patients", "registered_by_caregiver_id"): Write.NEVER,
}
# By table: the column that names who makes the row. It is filled with the person who does.
MAKERS = {"messages": "sender_id", "patients": "registered_by_staff_id"}
# Those in which nobody may name another, whatever they hold: it would be said in that person's name.
SAID_BY = frozenset({("messages", "sender_id")})


@cache
def reserved() -> dict[tuple[str, str], Write]:
    """The named columns and every code that the database gives by itself."""
    codes = {
        (name, column.name): Write.NEVER
        for name, model in business_models().items()
        for column in model.__table__.columns
        if traits_of(column).is_code and column.server_default is not None
    }
    return codes | _NAMED


def limited(role: Role, table: str, column: str, write: Write) -> Write:
    """When the role may really set the column that its grants let it set at `write`."""
    if (table, column) in SAID_BY:
        return Write.NEVER
    if role.everything or (table, column) not in reserved():
        return write
    return rarer(write, reserved()[table, column])


def why(role: Role, table: str, column: str) -> str:
    """Why no cell of this role opens the column; empty where one does."""
    if (table, column) in SAID_BY:
        return "Filled by the program with who makes the row."
    if role.everything or (table, column) not in reserved():
        return ""
    if reserved()[table, column] is Write.ON_CREATE:
        return "Given with a new row; changed only by who holds everything."
    return "Set only by who holds everything."
