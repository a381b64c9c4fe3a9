"""The form of an absence as it was typed: of whom, from when until when, and why."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.actions.assigning.absence_cover import Away
from homecare.actions.assigning.absences import AlreadyAbsentError
from homecare.actions.rules import RuleError
from homecare.admin.door import acting
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.texts import one_line
from homecare.queries.assigned.affected import Affected, people
from homecare.queries.assigned.known_absences import KnownAbsence
from homecare.queries.booked.listed import ABSENCE, offered
from homecare.queries.conflicts import Conflict

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
LONGEST = timedelta(days=366)
YEARS = (2000, 2100)
# The field of each column.
FIELDS = {"starts_at": "from", "ends_at": "to", "kind": "kind", "note": "note"}


@dataclass
class Asked:
    """What was typed, the absence if it can be read, and what is wrong by field."""

    typed: dict[str, str]
    away: Away | None = None
    wrong: dict[str, str] = field(default_factory=dict)
    rows: list[Affected] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problem: str = ""
    # The absence that stands in the way of this one.
    standing: int | None = None

    def refused(self, error: RuleError, keys: Collection[str] = ()) -> None:
        """Says it at the field or the row of `keys` that it is about, else above the form."""
        field_of = FIELDS | {key: key for key in keys}
        self.wrong[field_of.get(error.field, "")] = error.message
        if isinstance(error, AlreadyAbsentError):
            self.standing = error.absence_id


def typed_in(given: MultiDict[str, str]) -> dict[str, str]:
    today = clock.today().isoformat()
    fallback = {"staff_id": "", "from": f"{today}T00:00", "to": f"{today}T23:59", "kind": "", "note": ""}
    return {name: given.get(name, start) for name, start in fallback.items()}


def typed_of(known: KnownAbsence) -> dict[str, str]:
    """A recorded absence as the form would have it."""
    start, end = clock.to_addis(known.starts_at), clock.to_addis(known.ends_at)
    end = end - timedelta(minutes=1) if end.time() == time() else end
    moments = {"from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}"}
    return {"staff_id": str(known.staff_id), "kind": known.kind, "note": known.note} | moments


def read(given: MultiDict[str, str], known: KnownAbsence | None = None) -> Asked:
    """Of a `known` absence the person stays, and so may its kind, offered or not."""
    asked = Asked(typed_in(given))
    staff_id = known.staff_id if known else _person(asked)
    start, end = (_moment(asked, name) for name in ("from", "to"))
    if start and end and not start < end <= start + LONGEST:
        asked.wrong["to"] = "The absence ends after it begins, and within a year."
    if asked.typed["kind"] not in (*offered(db.session(), ABSENCE), *([known.kind] if known else ())):
        asked.wrong["kind"] = "Choose the kind of absence."
    try:
        note = one_line(asked.typed["note"])
    except ValueError as error:
        asked.wrong["note"] = str(error)
    if start and end and not asked.wrong:
        asked.away = Away(staff_id, start, end, asked.typed["kind"], note)
    return asked


def _person(asked: Asked) -> int:
    """0 and what is wrong, where nobody of the list is chosen."""
    try:
        staff_id = parse_id(asked.typed["staff_id"])
    except ValueError:
        staff_id = 0
    if staff_id not in dict(people(db.session(), acting())):
        asked.wrong["staff_id"] = "Choose who is absent."
    return staff_id


def _moment(asked: Asked, name: str) -> datetime | None:
    """A local time as stored; until 23:59 is until the end of the day."""
    text = asked.typed[name]
    try:
        if not MOMENT.fullmatch(text):
            raise ValueError
        local = datetime.fromisoformat(text)
        if not YEARS[0] <= local.year < YEARS[1]:
            raise ValueError
    except ValueError:
        asked.wrong[name] = "Write a day and a time, such as 2026-03-09 08:00."
        return None
    full = name == "to" and text.endswith("23:59")
    return clock.to_utc(local + timedelta(minutes=1) if full else local)
