"""Converts a lead: its patient is made, or named, and the lead set to Converted, both or neither."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.shown import NOT_SHOWN
from homecare.actions import rows
from homecare.actions.questions import need_answers
from homecare.actions.refusals import TakenError
from homecare.actions.rules import RuleError
from homecare.actions.transaction import retried, transaction
from homecare.models import Lead, Patient

LEADS, PATIENTS, LEAD = Lead.__tablename__, Patient.__tablename__, "marketing_lead_id"


def may_convert(by: Acting) -> bool:
    """Who makes patients and sets the status of leads."""
    return by.sets(LEADS, "status", creating=False) and by.sets(PATIENTS, LEAD, creating=True)


@retried
def convert(
    *, session: Session, values: dict[str, Any], token: str, by: Acting, answered: Collection[str] = ()
) -> rows.Saved:
    """The new patient, whose `values` name the lead. Raises as `create_row` does; `is_converted` knows the refusal of
    a lead that has a patient. Of several at once the others wait here for the first.
    """
    with transaction(session, by=by, model=Patient):
        lead = _held(session, values[LEAD])
        saved = rows.create_row(session=session, model=Patient, values=values, token=token, by=by, answered=answered)
        _set_converted(session, lead, by, answered)
    return saved


@retried
def link(
    *,
    session: Session,
    row_id: int,
    values: dict[str, Any],
    version: str,
    token: str,
    by: Acting,
    answered: Collection[str] = (),
) -> rows.Saved:
    """As `convert`, of a patient that there is: its `values` name the lead. Raises as `update_row` does too."""
    with transaction(session, by=by, model=Patient):
        lead = _held(session, values[LEAD])
        saved = rows.update_row(
            session=session,
            model=Patient,
            row_id=row_id,
            values=values,
            version=version,
            token=token,
            by=by,
            answered=answered,
        )
        _set_converted(session, lead, by, answered)
    return saved


def _held(session: Session, lead_id: int) -> Lead:
    found = select(Lead).where(Lead.id == lead_id).with_for_update()
    lead = session.scalar(found, execution_options={"populate_existing": True} | NOT_SHOWN)
    if lead is None:
        raise RuleError(LEAD, "This choice is gone. Choose another.")
    return lead


def _set_converted(session: Session, lead: Lead, by: Acting, answered: Collection[str]) -> None:
    # The time that a lead without a patient had is of no conversion.
    converted = {"status": "Converted", "converted_to_patient_at": clock.now_utc()}
    need_answers(rows.change(session, Lead, lead, converted, by).questions, answered)


def is_converted(error: RuleError) -> bool:
    """Whether the row was refused because its lead has a patient."""
    return isinstance(error, TakenError) and error.field == LEAD
