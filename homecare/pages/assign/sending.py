"""What the roster sends: read, checked or booked through the actions, and answered in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from homecare.actions import rows
from homecare.actions.assigning import booking
from homecare.actions.assigning.plans import FEWEST, MOST
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import NotAllowedError
from homecare.admin.door import refuse
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.texts import one_line
from homecare.kinds.times import bookable
from homecare.models.choices import VISIT_STATUSES
from homecare.queries.conflicts import Conflict

LONGEST_WORD = 200


def answered(fields: MultiDict[str, str]) -> frozenset[str]:
    """The keys of the warnings that the person has confirmed; `answered` may be repeated, or have commas."""
    given = [*fields.getlist("answered"), *fields.getlist("answered[]")]
    return frozenset(key for value in given for key in value.split(",") if key)


def row_id(fields: Mapping[str, str], name: str) -> int:
    try:
        return parse_id(fields.get(name, ""))
    except ValueError as error:
        raise RuleError(name, f"{name} must be a number; this is {fields.get(name, '')[:40]!r}.") from error


def person(text: str) -> int | None:
    return row_id({"staff_id": text}, "staff_id") if text.strip() else None


def moment(name: str) -> Callable[[str], datetime]:
    """Reads an ISO 8601 moment with its zone; the stored form is UTC without one."""

    def read(text: str) -> datetime:
        try:
            return bookable(text)
        except ValueError as error:
            raise RuleError(name, f"{name} must be {error}; this is {text[:40]!r}.") from error

    return read


def minutes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or not FEWEST <= int(text) <= MOST:
        raise RuleError("minutes", f"A visit takes {FEWEST} to {MOST:,} minutes; this is {text[:40]!r}.")
    return int(text)


def word(name: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            found = one_line(text)
        except ValueError as error:
            raise RuleError(name, str(error)) from error
        if len(found) > LONGEST_WORD:
            raise RuleError(name, f"At most {LONGEST_WORD} characters.")
        return found

    return read


def status(text: str) -> str:
    if text not in VISIT_STATUSES:
        raise RuleError("status", f"A visit is {', '.join(VISIT_STATUSES)}; this is {text[:40]!r}.")
    return text


OF_VISIT: dict[str, Callable[[str], Any]] = {
    "staff_id": person, "scheduled_at": moment("scheduled_at"), "minutes": minutes, "purpose": word("purpose"),
    "status": status, "ending_reason": word("ending_reason"),
}  # fmt: skip
OF_SHIFT: dict[str, Callable[[str], Any]] = {
    "staff_id": person, "shift_start": moment("shift_start"), "shift_end": moment("shift_end"),
    "status": word("status"),
}  # fmt: skip


def values(fields: MultiDict[str, str], readers: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Only what was sent: a change names its columns."""
    return {name: read(fields[name]) for name, read in readers.items() if name in fields}


class MeanwhileError(Exception):
    """Another person changed the rows `ids` first; `whose` says who has it now, empty for nobody."""

    def __init__(self, ids: list[int], whose: str) -> None:
        super().__init__(str(ids))
        self.ids = ids
        self.whose = whose


@dataclass(frozen=True)
class Done:
    """`rows` are the visits or shifts as they are now; `table` is whose change set `undo` takes back."""

    sentence: str
    undo: str
    table: str
    rows: dict[str, list[dict[str, Any]]]


def carried(work: Callable[[MultiDict[str, str]], Done | list[Conflict]]) -> ResponseReturnValue:
    """Runs one sending. Conflicts and rows that changed meanwhile answer 409, a wrong value 422."""
    try:
        done = work(MultiDict(request.form.items(multi=True)))
    except booking.ConflictsError as error:
        told = [as_told(one) for one in error.conflicts]
        return jsonify(error=" ".join(one["sentence"] for one in told), conflicts=told), 409
    except rows.RowsChangedError as error:
        db.session.rollback()
        return _meanwhile(error.ids)
    except MeanwhileError as error:
        return _meanwhile(error.ids, f" {error.whose} has it now." if error.whose else "")
    except RuleError as error:
        return jsonify(error=error.message, field=error.field), 422
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)
    if isinstance(done, list):
        return jsonify(conflicts=[as_told(one) for one in done])
    return jsonify(done=done.sentence, undo=done.undo, table=done.table, **done.rows)


def _meanwhile(ids: list[int], whose: str = "") -> ResponseReturnValue:
    sentence = f"Somebody changed this meanwhile.{whose} It is shown as it is now; look at it and try again."
    return jsonify(error=sentence, changed=ids), 409


def as_told(one: Conflict) -> dict[str, str]:
    return {"key": one.key, "level": one.level, "sentence": one.sentence}
