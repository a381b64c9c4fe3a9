"""Rules that no grant can override: columns reserved for roles with every permission, and the author of a new row.
No matrix cell, policy file or SQL row opens these. Otherwise anyone who edits staff could make somebody an Admin.
"""

from __future__ import annotations

from functools import cache

from homecare.access.policy import Role, Write, rarer
from homecare.kinds.traits import traits_of
from homecare.models import business_models

# By (table, column): the most that a role without every permission may do.
_NAMED: dict[tuple[str, str], Write] = {
    ("staff", "role"): Write.NEVER,
    ("staff", "status"): Write.NEVER,
    ("staff", "email"): Write.ON_CREATE,
    ("staff", "user_id"): Write.NEVER,
    ("patients", "registered_by_staff_id"): Write.NEVER,
    ("patients", "registered_by_caregiver_id"): Write.NEVER,
}
# By table: the column that names the author of a row. It is filled with the person who creates it.
MAKERS = {"messages": "sender_id", "patients": "registered_by_staff_id"}
# Columns in which nobody may name another person, whatever their rights: it would speak in that person's name.
SAID_BY = frozenset({("messages", "sender_id")})


@cache
def reserved() -> dict[tuple[str, str], Write]:
    """The reserved columns, including every code that the database generates."""
    codes = {
        (name, column.name): Write.NEVER
        for name, model in business_models().items()
        for column in model.__table__.columns
        if traits_of(column).is_code and column.server_default is not None
    }
    return codes | _NAMED


def limited(role: Role, table: str, column: str, write: Write) -> Write:
    """When the role may actually set a column that its field rule sets to `write`."""
    if (table, column) in SAID_BY:
        return Write.NEVER
    if role.everything or (table, column) not in reserved():
        return write
    return rarer(write, reserved()[table, column])


def why(role: Role, table: str, column: str) -> str:
    """Why no cell of this role can open the column. Empty if one can."""
    if (table, column) in SAID_BY:
        return "Filled by the program with the person who creates the row."
    if role.everything or (table, column) not in reserved():
        return ""
    if reserved()[table, column] is Write.ON_CREATE:
        return "Set when the row is created; only a role with every permission can change it."
    return "Only a role with every permission can set it."
