"""A form that another save overtook: who changed what, and where the person has to choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from homecare.admin.form.editing import Difference, differences
from homecare.admin.form.forms import RowForm
from homecare.queries import changes
from homecare.records.seen import Seen
from homecare.records.stored import Stored


@dataclass(frozen=True)
class Merge:
    """`both` were changed by the two. `theirs` are the labels of what the other alone changed, which the form has taken
    over; `mine` those of what the person alone changed, which stays as typed.
    """

    both: list[Difference]
    theirs: list[str] = field(default_factory=list)
    mine: list[str] = field(default_factory=list)


def merge(session: Session, form: RowForm, seen: Seen, stored: Stored, version: str) -> Merge:
    """Compares what was sent with the row of that version and with the row of now. Where the trail does not know the
    version, every difference is the person's to choose. At most one statement beside those of `differences`.
    """
    found = differences(session, form, seen, stored)
    since = changes.since(session, seen, stored.row._id, version) if found else None
    if since is None:
        return Merge(found)
    merged = Merge([])
    inputs: dict[str, Any] = {one.spec.name: one for one in form.fields()}
    for difference in found:
        name = difference.field.name
        sent, now = inputs[name], stored.values.get(name)
        if name not in since.before:
            merged.both.append(difference)
        elif sent.is_as(since.before[name]):
            sent.process(None, data=now)
            sent.raw_data = None
            merged.theirs.append(difference.field.label)
        elif now == since.before[name]:
            merged.mine.append(difference.field.label)
        else:
            merged.both.append(difference)
    return merged
