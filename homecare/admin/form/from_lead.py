"""The form of a patient who comes from a lead: filled with what the lead knows, and with who may be the same person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from homecare.access.policy import Action, folded
from homecare.actions.leads.converting import LEAD, LEADS, PATIENTS, may_convert
from homecare.actions.uniqueness import is_the_same
from homecare.admin.door import refuse, right
from homecare.admin.form.forms import RowForm
from homecare.kinds.numbered import parse_phone
from homecare.records import phones
from homecare.records.seen import Seen
from homecare.records.stored import Stored, names_of, stored_row
from homecare.tables.table import Field
from homecare.web import urls

# Columns of the patient, each with the lead's that fills it.
FILLED = {"full_name": "full_name", "phone_number": "phone_number", "email": "email",
          "initial_campaign_id": "campaign_id"}  # fmt: skip
SOURCE = "lead_source_id"
# Filled if one of their choices is called as the lead's source is.
NAMED_AS_SOURCE = ("source", "acquisition_channel")
# What only one person has, with the words for it.
IDENTIFYING = {LEAD: "this lead", "phone_number": "the same phone number", "email": "the same e-mail address",
               "fayda_id": "the same Fayda number"}  # fmt: skip


@dataclass(frozen=True)
class SamePerson:
    """A patient who has `shared` in common with the form. `link` opens who has no lead with this one, if it may be."""

    row_id: int
    name: str
    shared: list[str]
    link: str


def lead_of(seen: Seen, values: Mapping[str, Any]) -> int | None:
    """The lead that a new patient is made from, None for any other row. Refuses who may not convert it."""
    lead_id = values.get(LEAD) if seen.name == PATIENTS else None
    if not isinstance(lead_id, int):
        return None
    if not may_convert(seen.by):
        refuse(LEADS, Action.EDIT, right(LEADS, Action.EDIT), str(lead_id), "status")
    return lead_id


def known(session: Session, seen: Seen, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the person may read of the lead of a form that opens, by the patient's columns. One statement."""
    lead_id = lead_of(seen, values)
    if lead_id is None:
        return {}
    leads = seen.other(LEADS)
    read = [name for name in (*FILLED.values(), SOURCE) if leads.access.sees(name)]
    lead = stored_row(session, leads, lead_id, read)
    if lead is None:
        return {}
    filled = {name: lead.values.get(of) for name, of in FILLED.items()}
    source = lead.text(leads.table.fields[SOURCE]) if SOURCE in read else ""
    return filled | {name: _choice(seen.table.fields[name], source) for name in NAMED_AS_SOURCE}


def _choice(field: Field, word: str) -> str | None:
    return next((choice for choice in field.choices if folded(choice) == folded(word)), None)


def may_link(seen: Seen, stored: Stored) -> bool:
    """Whether naming a lead in the form of this row, which has none, converts the lead."""
    if seen.name != PATIENTS or not seen.access.sees(LEAD):
        return False
    return stored.values.get(LEAD) is None and may_convert(seen.by)


def is_from_lead(seen: Seen, form: RowForm, stored: Stored | None = None) -> bool:
    """Whether saving this form makes a patient of a lead, or links one that there is."""
    has_lead = seen.name == PATIENTS and isinstance(form.data.get(LEAD), int)
    return has_lead and (form.creating if stored is None else may_link(seen, stored))


def same_people(session: Session, seen: Seen, form: RowForm) -> list[SamePerson]:
    """Patients whom the person sees and who have in common with the form what only one person has: empty but for a new
    patient from a lead. At most one short statement per such column, and one for the names."""
    if not is_from_lead(seen, form) or not seen.may(Action.VIEW):
        return []
    shared: dict[int, list[str]] = {}
    for name, words in IDENTIFYING.items():
        value = form.data.get(name)
        if value and seen.access.sees(name):
            for row_id in _having(session, seen, name, value):
                shared.setdefault(row_id, []).append(words)
    names = names_of(session, seen, shared)
    links = _links(session, seen, form.data[LEAD], shared)
    return [SamePerson(row_id, names[row_id], shared[row_id], links.get(row_id, "")) for row_id in names]


def _links(session: Session, seen: Seen, lead_id: int, row_ids: Collection[int]) -> dict[int, str]:
    """The forms of those who have no lead yet, with this one filled in."""
    if not row_ids or not (seen.may(Action.EDIT) and seen.access.sets(LEAD, creating=False)):
        return {}
    model: Any = seen.table.model
    free = session.scalars(select(model.id).where(model.id.in_(row_ids), model.marketing_lead_id.is_(None)))
    return {row_id: f"{urls.form(PATIENTS, row_id)}&{LEAD}={lead_id}" for row_id in free}


def _having(session: Session, seen: Seen, name: str, value: Any) -> Collection[int]:
    model: Any = seen.table.model
    column = seen.table.fields[name].column
    same: ColumnElement[bool] = getattr(model, name) == value
    if name == "email":
        same = is_the_same(column, value)
    elif name == "phone_number":
        same = getattr(model, name).in_(phones.spellings(_dialled(value)))
    return session.scalars(select(model.id).where(same).order_by(model.id)).all()


def _dialled(text: str) -> str:
    """As we store it; what another application stored and is no number stays as it is."""
    try:
        return parse_phone(text)
    except ValueError:
        return text
