"""Says to the database who is about to write and in what, so that the trail has it beside every row.

It is one setting of the open transaction, gone with it; what is written without it was written by another application.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.row_scope import UNSCOPED
from homecare.web.headers import known_request_id

# The kinds of what is planned: one booking or some, a series, a copied day or week.
BOOKED = ("assign", "series", "copy")
_SAY = text("SELECT set_config('app.change_set', :said, true)")


class Origin(StrEnum):
    """From where a change came; another application says nothing of itself."""

    PAGE = "page"
    IMPORT = "import"
    COMMAND = "command"
    SYSTEM = "system"
    OTHER = "other application"


@dataclass(frozen=True)
class Doing:
    """What is done in one go: its `kind` (save, bulk, delete, undo, revert, restore …), a `label` in words, the table
    it is about, and the change set that it takes back. Where `origin` is left out a request is a page."""

    kind: str = "save"
    label: str = ""
    resource: str = ""
    undoes: UUID | None = None
    origin: Origin | None = None


def announce(open_: Session | Connection, by: Acting | None, doing: Doing) -> UUID:
    """To be called once in a transaction, before its first write; returns the id its change set gets if it changes
    something. One round trip. Nobody is `by` on the command line."""
    change_set, request_id = uuid4(), known_request_id()
    said: dict[str, int | str | None] = {
        "id": str(change_set),
        "kind": doing.kind,
        "label": doing.label,
        "resource": doing.resource,
        "undoes": str(doing.undoes) if doing.undoes else None,
        "request_id": request_id,
        "origin": doing.origin or (Origin.PAGE if request_id else Origin.SYSTEM if by else Origin.COMMAND),
    }
    if by is not None:
        said |= by.accountable.by_whom | {"as_staff_id": by.person.staff_id if by.behind else None}
    open_.execute(_SAY, {"said": json.dumps(said)}, execution_options=UNSCOPED)
    return change_set
