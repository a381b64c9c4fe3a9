"""One form from opening to saving: settable columns, stored values, typed values, and conflicting changes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.access.derived import once_per
from homecare.access.reserved import MAKERS
from homecare.actions.leads.converting import LEAD
from homecare.actions.refusals import TAKEN
from homecare.actions.rules import RuleError
from homecare.admin.form import from_lead, priced
from homecare.admin.form.forms import RowForm, default_values, form_class
from homecare.records import lookup
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name, stored_row
from homecare.tables.labels import plain_text
from homecare.tables.status_times import TIMES_OF_STATUSES
from homecare.tables.table import Field
from homecare.web import urls

# A new tab, so that what was typed here stays.
OWNER = Markup('{} <a href="{}" target="_blank">Open it in a new tab</a>')


@dataclass(frozen=True)
class Difference:
    """A field where the saved value and the typed one differ. `written` is the saved value as input text."""

    field: Field
    theirs: str
    yours: str
    written: str


def with_fills(session: Session, seen: Seen, values: Mapping[str, Any]) -> dict[str, Any]:
    """The prefilled values of a new form, plus columns that chosen parents fill: a visit its patient and amount, a lead
    what it knows of the person."""
    found: dict[str, Any] = {}
    for name, key in values.items():
        if seen.table.fields[name].traits.links and isinstance(key, int):
            told = lookup.fills(session, seen, seen.table.fields[name], [key]).get(key, {})
            found |= {column: parent for column, (parent, _) in told.items()}
    found |= from_lead.known(session, seen, values) | priced.of_new(session, seen, values)
    return found | dict(values)


def prefilled(session: Session, seen: Seen, args: MultiDict[str, str]) -> dict[str, Any]:
    """Columns named in the URL of a new form. Invalid values are skipped."""
    given = MultiDict(lookup.begun(seen.table, args.get("named", "")))
    given.update((k, v) for k, v in args.items() if k in seen.table.fields)
    if not given:
        return {}
    form = open_form(seen, given, None, {})
    check_relations(session, form, seen, None)
    named = [f for f in form.fields() if f.spec.name in given]
    values = {f.spec.name: f.data for f in named if not f.process_errors and not f.errors}
    return with_fills(session, seen, values)


def begun(session: Session, seen: Seen, args: MultiDict[str, str], stored: Stored | None) -> dict[str, Any]:
    """What the URL fills in: of a stored row only the lead that a patient without one is to have."""
    if stored is None:
        return prefilled(session, seen, args)
    if LEAD not in args or not from_lead.may_link(seen, stored):
        return {}
    found = prefilled(session, seen, MultiDict([(LEAD, args[LEAD])]))
    return {name: value for name, value in found.items() if name == LEAD}


def open_form(seen: Seen, formdata: Any, stored: Mapping[str, Any] | None, prefilled: dict[str, Any]) -> RowForm:
    """The form of a new row (`stored` is None) or a stored one, filled from `formdata` if there is any."""
    cls = _form_class(seen, creating=stored is None)
    data = (dict(stored) if stored is not None else default_values(seen.table) | mine(seen)) | prefilled
    return cls(formdata=formdata, data=data)


def _form_class(seen: Seen, creating: bool) -> type[RowForm]:
    """Cached with the policy version."""
    access = seen.access
    return once_per(
        seen.by.policy,
        ("form", access.role.name, seen.table, creating),
        lambda: form_class(seen.table, access, lookup.settable(seen), creating=creating),
    )


def set_at_once(seen: Seen) -> frozenset[str]:
    """The columns that a bulk change can set, for its dialog and for its check.
    Only columns that the role sees: nobody overwrites many values they cannot read.
    """
    access = seen.access
    fields = (field.spec for field in _form_class(seen, creating=False)().fields())
    return frozenset(
        spec.name for spec in fields if spec.traits.set_at_once and access.sees(spec.name) and not spec.column.unique
    )


def mine(seen: Seen) -> dict[str, Any]:
    """The columns of a new row that name its author."""
    return {MAKERS[seen.table.name]: seen.by.person.staff_id} if seen.table.name in MAKERS else {}


def new_token() -> str:
    return secrets.token_urlsafe(24)


def check_relations(session: Session, form: RowForm, seen: Seen, stored: Mapping[str, Any] | None) -> bool:
    """Checks that every newly chosen parent exists and that the person may see it."""
    good = True
    for field in form.fields():
        if not field.spec.traits.links or field.data is None or field.errors:
            continue
        if stored is not None and stored.get(field.spec.name) == field.data:
            continue
        if lookup.label_of(session, seen, field.spec, field.data) is None:
            field.errors = [*field.errors, "This choice does not exist, or you may not see it."]
            good = False
    return good


def tell_rule(form: RowForm, error: RuleError) -> list[str]:
    """Shows the sentence at its field. Returns the sentences that belong to no field of this form."""
    for field in form.fields():
        if field.spec.name == error.field:
            field.errors = [*field.errors, error.message]
            return []
    return [error.message]


def tell_refusal(session: Session, form: RowForm, seen: Seen, stored: Stored | None, error: RuleError) -> list[str]:
    """Shows the refusal at its field and returns what belongs to none. For a taken value it names the other row."""
    named = tell_owners(session, form, seen, stored)
    return [] if error.message == TAKEN and error.field in named else tell_rule(form, error)


def tell_owners(session: Session, form: RowForm, seen: Seen, stored: Stored | None) -> set[str]:
    """Says at every taken value which row has it, if the person may see both. Returns these columns.
    Used when the form is shown again anyway, to show all problems at once. One short statement per unique column.
    """
    named, model = set(), cast(Any, form.table.model)
    for field in form.fields() if seen.by.may(form.table.name) else []:
        spec = field.spec
        if not spec.column.unique or field.data is None or field.errors or not form.access.sees(spec.name):
            continue
        owner_id = session.scalar(select(model.id).where(getattr(model, spec.name) == field.data))
        if owner_id is None or (stored is not None and owner_id == stored.row._id):
            continue
        if owner := stored_row(session, seen, owner_id, form.table.naming):
            sentence = f"{row_name(form.table, owner)} already has this {spec.label.lower()}."
            field.errors = [*field.errors, OWNER.format(sentence, urls.record(form.table.name, owner_id))]
            named.add(spec.name)
    return named


def picked_labels(session: Session, form: RowForm, seen: Seen, stored: Stored | None) -> dict[str, str]:
    """The labels that the form's pickers show for their keys."""
    labels: dict[str, str] = {}
    for field in form.fields():
        name = field.spec.name
        if not field.spec.traits.links or not isinstance(field.data, int):
            continue
        if stored is not None and stored.values.get(name) == field.data:
            labels[name] = stored.text(field.spec)
        else:
            labels[name] = lookup.label_of(session, seen, field.spec, field.data) or f"#{field.data}"
    return labels


def differences(session: Session, form: RowForm, seen: Seen, stored: Stored) -> list[Difference]:
    """The fields where the row saved by somebody else and the typed form differ."""
    found: list[Difference] = []
    for field in form.fields():
        name = field.spec.name
        if field.data == stored.values.get(name) and not field.errors:
            continue
        if field.data is None and not form.access.sees(name) and not field.spec.traits.links:
            continue
        yours = _typed(session, form, field, seen)
        theirs = stored.text(field.spec)
        if yours != theirs:
            found.append(Difference(field.spec, theirs, yours, field.written(stored.values.get(name))))
    return found


def retyped(session: Session, form: RowForm, seen: Seen, stored: Stored) -> list[Difference]:
    """The differences that a person typed: without filled-in values and those that cannot be compared."""
    times = TIMES_OF_STATUSES.get(form.table.name, ())
    filled = {rule.column for rule in times if not form.data.get(rule.column)}
    filled |= {rule.status_column for rule in times if form.data.get(rule.column)}
    if form.creating:
        filled |= {name for name, value in form.data.items() if value is None}
    return [
        d
        for d in differences(session, form, seen, stored)
        if d.field.name not in filled and not (d.field.traits.is_secret or d.field.traits.holds_file)
    ]


def _typed(session: Session, form: RowForm, field: Any, seen: Seen) -> str:
    if field.errors or field.spec.traits.holds_file:
        return str(field.text())
    if field.spec.traits.links and isinstance(field.data, int):
        return lookup.label_of(session, seen, field.spec, field.data) or f"#{field.data}"
    if field.spec.traits.is_secret:
        return "A new one"
    return plain_text(field.spec, field.data)
