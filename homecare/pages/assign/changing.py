"""The roster's own changes: a visit or a shift given to somebody, moved or made, only checked, or taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.actions import many, rows
from homecare.actions.assigning import booking, plans, trying
from homecare.actions.assigning.held import SHIFTS, VISITS
from homecare.actions.assigning.rights import need
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import undoing
from homecare.admin.door import acting
from homecare.clock import to_addis
from homecare.db import db
from homecare.models import Assignment, Visit, VisitPlan
from homecare.pages.assign import sending
from homecare.pages.assign.sending import Done
from homecare.queries.assigned import roster
from homecare.queries.conflicts import Conflict
from homecare.queries.nets import Net
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table

Fields = MultiDict[str, str]
# The label of a change in the trail, by what was changed; the first that fits.
LABELS = (
    ("staff_id", "Visit assigned"), ("scheduled_at", "Visit moved"),
    ("minutes", "Length of a visit changed"), ("purpose", "Purpose of a visit changed"),
)  # fmt: skip


def change_visit(fields: Fields) -> Done | list[Conflict]:
    by = acting()
    need(by, VISITS, Action.EDIT, _named(fields, sending.OF_VISIT))
    visit_id = sending.row_id(fields, "visit_id")
    values = sending.values(fields, sending.OF_VISIT)
    if not values:
        raise RuleError("", "Nothing was changed.")
    before = _visit(by, visit_id)
    change = booking.VisitChange(visit_id, fields.get("version", ""), values)
    label = next((words for name, words in LABELS if name in values), LABELS[-1][1])
    if "status" in values:
        label = f"Visit {values['status'].lower()}"
    if fields.get("check"):
        seen = [replace(change, version=before["version"])]
        return _against(VISITS, visit_id, partial(booking.change_visits, changes=seen, label=label))
    with _told_whose(by, lambda ids: roster.visits(db.session(), by, Visit.id.in_(ids))):
        booked = booking.change_visits(
            session=db.session(), by=by, changes=[change], answered=sending.answered(fields), label=label
        )
    return _visits_done(by, booked, before["patient"], values.get("status") == "Cancelled")


def new_visit(fields: Fields) -> Done | list[Conflict]:
    """With `pair` a second visit for another carer is made beside it."""
    by = acting()
    need(by, VISITS, Action.CREATE, _named(fields, sending.OF_VISIT) | {"patient_id", "scheduled_at"})
    values = sending.values(fields, _filled(fields, sending.OF_VISIT))
    visit = booking.NewVisit(
        patient_id=sending.row_id(fields, "patient_id"),
        staff_id=values.get("staff_id"),
        scheduled_at=_given(values, "scheduled_at", "Write the day and the time."),
        minutes=values.get("minutes"),
        purpose=values.get("purpose", ""),
        pair=bool(fields.get("pair")),
    )
    if fields.get("check"):
        return _against(VISITS, None, partial(booking.create_visits, visits=[visit], label=""))
    booked = booking.create_visits(
        session=db.session(), by=by, visits=[visit], answered=sending.answered(fields), label="Visit planned"
    )
    return _visits_done(by, booked, "", False)


def change_shift(fields: Fields) -> Done | list[Conflict]:
    by = acting()
    need(by, SHIFTS, Action.EDIT, _named(fields, sending.OF_SHIFT))
    shift_id = sending.row_id(fields, "shift_id")
    values = sending.values(fields, sending.OF_SHIFT)
    if not values:
        raise RuleError("", "Nothing was changed.")
    before = _only(roster.shifts(db.session(), by, Assignment.id == shift_id), shift_id)
    change = booking.ShiftChange(shift_id, fields.get("version", ""), values)
    if fields.get("check"):
        seen = [replace(change, version=before["version"])]
        return _against(SHIFTS, shift_id, partial(booking.change_shifts, changes=seen, label=""))
    with _told_whose(by, lambda ids: roster.shifts(db.session(), by, Assignment.id.in_(ids))):
        booked = booking.change_shifts(
            session=db.session(), by=by, changes=[change], answered=sending.answered(fields), label="Shift changed"
        )
    return _shifts_done(by, booked, before["patient"])


def new_shift(fields: Fields) -> Done | list[Conflict]:
    by = acting()
    need(by, SHIFTS, Action.CREATE, _named(fields, sending.OF_SHIFT) | {"patient_id"})
    values = sending.values(fields, _filled(fields, sending.OF_SHIFT))
    shift = booking.NewShift(
        patient_id=sending.row_id(fields, "patient_id"),
        staff_id=_given(values, "staff_id", "A shift needs somebody. Choose the carer."),
        shift_start=_given(values, "shift_start", "Write when the shift begins."),
        shift_end=_given(values, "shift_end", "Write when the shift ends."),
    )
    if fields.get("check"):
        return _against(SHIFTS, None, partial(booking.create_shift, shift=shift, label=""))
    booked = booking.create_shift(
        session=db.session(), by=by, shift=shift, answered=sending.answered(fields), label="Shift planned"
    )
    return _shifts_done(by, booked, "")


def _against(resource: str, row_id: int | None, book: partial[booking.Booked]) -> list[Conflict]:
    """What the save would be told, which is not made."""
    session, by = db.session(), acting()

    def tried(answered: Collection[str]) -> booking.Booked:
        return book(session=session, by=by, answered=answered)

    return trying.against(session=session, by=by, resource=resource, row_id=row_id, book=tried)


def take_back(fields: Fields) -> Done:
    """The person's own change set `token` about `table`, whole or not at all."""
    table = fields.get("table", "")
    if table not in (VISITS, SHIFTS):
        raise RuleError("table", "The roster takes back visits and shifts.")
    try:
        undone = undoing.undo(session=db.session(), token=fields.get("token", ""), resource=table, by=acting())
    except undoing.NotTheirsError as error:
        raise RuleError("", "This is not there to be undone, or another person did it.") from error
    except undoing.UndoneError as error:
        raise RuleError("", "This was undone already.") from error
    except undoing.TouchedError as error:
        raise rows.RowsChangedError([one.row_id for one in error.touched]) from error
    except many.RowsRefusedError as error:
        raise RuleError("", next(iter(error.refused.values())).message) from error
    return Done("It is as before.", "", table, _put_back(acting(), undone.nets))


def _put_back(by: Acting, nets: list[Net]) -> dict[str, list[dict[str, Any]]]:
    """The visits and shifts that were put back, as they are now; not those that are gone with their making."""
    visits = {net.row_id for net in nets if net.resource == VISITS}
    # A length or a purpose alone stands in the plan of its visit.
    plans_of = {(net.new or net.old or {})["visit_id"] for net in nets if net.resource == VisitPlan.__tablename__}
    shifts = {net.row_id for net in nets if net.resource == SHIFTS}
    return {
        "visits": roster.visits(db.session(), by, Visit.id.in_(visits | plans_of)),
        "shifts": roster.shifts(db.session(), by, Assignment.id.in_(shifts)),
    }


def _named(fields: Fields, readers: dict[str, Any]) -> set[str]:
    """The columns of the company's table that are sent: who may not set them is told of no conflict either."""
    return {name for name in readers if name in fields and name not in plans.COLUMNS}


def _filled(fields: Fields, readers: dict[str, Any]) -> dict[str, Any]:
    """Of something new, an empty field is one that was not filled."""
    return {name: read for name, read in readers.items() if fields.get(name, "").strip()}


def _given(values: dict[str, Any], name: str, sentence: str) -> Any:
    if values.get(name) is None:
        raise RuleError(name, sentence)
    return values[name]


@contextmanager
def _told_whose(by: Acting, read: Callable[[list[int]], list[dict[str, Any]]]) -> Iterator[None]:
    """Of what another person changed first it is told whose it is now."""
    try:
        yield
    except rows.RowsChangedError as error:
        db.session.rollback()
        now = [one for one in read(error.ids) if one["staff_id"]]
        raise sending.MeanwhileError(error.ids, _names(by, now)) from error


def _visit(by: Acting, visit_id: int) -> dict[str, Any]:
    return _only(roster.visits(db.session(), by, Visit.id == visit_id), visit_id)


def _only(found: list[dict[str, Any]], row_id: int) -> dict[str, Any]:
    """Raises RowsChangedError for a row that is gone, or that this person may not see."""
    if not found:
        raise rows.RowsChangedError([row_id])
    return found[0]


def _moment(iso: str | None) -> datetime | None:
    return None if iso is None else datetime.fromisoformat(iso.removesuffix("Z"))


def _visits_done(by: Acting, booked: booking.Booked, patient: str, cancelled: bool) -> Done:
    clause: ColumnElement[bool] = Visit.id.in_(booked.ids)
    now = roster.visits(db.session(), by, clause)
    if cancelled or not now:
        sentence = f"{patient or 'The visit'}: cancelled."
    else:
        # Two carers of different roles may stay for different lengths.
        ends = " and ".join(dict.fromkeys(_time(one["end"]) for one in now))
        sentence = f"{now[0]['patient']}: {_time(now[0]['planned'])} to {ends}, {_names(by, now)}."
    return Done(sentence, booked.change_set, VISITS, {"visits": now})


def _shifts_done(by: Acting, booked: booking.Booked, patient: str) -> Done:
    now = roster.shifts(db.session(), by, Assignment.id.in_(booked.ids))
    if not now:
        return Done(f"{patient or 'The shift'}: cancelled.", booked.change_set, SHIFTS, {"shifts": []})
    times = f"{_time(now[0]['start'])} to {_time(now[0]['end'])}"
    return Done(f"{now[0]['patient']}: shift {times}, {_names(by, now)}.", booked.change_set, SHIFTS, {"shifts": now})


def _time(iso: str | None) -> str:
    moment = _moment(iso)
    return f"{to_addis(moment):%H:%M}" if moment else "open"


def _names(by: Acting, now: list[dict[str, Any]]) -> str:
    """Whose it is now: "Almaz Worku", "nobody yet", or both of two carers."""
    ids = {one["staff_id"] for one in now if one["staff_id"]}
    table = shown_table("staff")
    names = names_of(db.session(), Seen.of(by, table), ids) if ids and by.may(table.name) else {}
    said = dict.fromkeys(names.get(one["staff_id"], f"#{one['staff_id']}") if one["staff_id"] else "nobody yet"
                         for one in now)  # fmt: skip
    return " and ".join(said)
