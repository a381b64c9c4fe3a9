"""Who answers for a record, who is told when it is opened for a reason (decision 0019), and who for the program."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.policy import Action, folded
from homecare.access.row_scope import OPENINGS, UNSCOPED
from homecare.access.shown import whose
from homecare.models import Account, Staff, StoredRole, business_models
from homecare.models.folding import plain_word

PAGE = "page:break_glass"
# By table: the column that says whose own row it is, as access/row_scope.py has it.
OWNERS = {
    "staff": "id",
    "caregiver_assignments": "staff_id",
    "visit_services": "staff_id",
    "messages": "sender_id",
    "admin_task_tracking": "staff_id",
    "marketing_tasks": "assigned_to_staff_id",
}


def answering_for(session: Session, table: str, row_id: int, by: Acting) -> list[int]:
    """The staff whose own row it is, or else to whom its patient is open now, and the roles that are given the list of
    what was opened. Only who can sign in, and never `by`. Two statements at most.
    """
    owners = _owners(session, table, row_id)
    readers = [
        folded(role.name)
        for role in by.policy.roles.values()
        if not role.everything and by.policy.decide(role, PAGE, Action.VIEW).allowed
    ]
    may_sign_in = (Account.disabled_at.is_(None), plain_word(Staff.status) == "active")
    found = (
        select(Account.staff_id)
        .join(Staff, Account.staff_id == Staff.id)
        .where(*may_sign_in, Staff.id != by.person.staff_id)
        .where(or_(plain_word(Staff.role).in_(readers), Staff.id.in_(owners)))
    )
    return list(session.execute(found, execution_options=UNSCOPED).scalars())


def administrators(session: Session) -> list[int]:
    """The staff who hold everything, whatever their role is called, and can sign in. One statement."""
    found = (
        select(Account.staff_id)
        .join(Staff, Account.staff_id == Staff.id)
        .join(StoredRole, plain_word(StoredRole.name) == plain_word(Staff.role))
        .where(StoredRole.everything, Account.disabled_at.is_(None), plain_word(Staff.status) == "active")
    )
    return [*session.scalars(found.order_by(Account.staff_id), execution_options=UNSCOPED)]


def _owners(session: Session, table: str, row_id: int) -> Any:
    model: Any = business_models()[table]
    if table in OWNERS:
        owner = select(getattr(model, OWNERS[table])).where(model.id == row_id)
        owner_id = session.execute(owner, execution_options=UNSCOPED).scalar()
        if owner_id is not None:
            return [owner_id]
    patient_id = _patient_of(table, model, row_id)
    return [] if patient_id is None else union(*(opening.staff_ids(patient_id) for opening in OPENINGS))


def _patient_of(table: str, model: Any, row_id: int) -> Any:
    """The patient's id, or an expression of it. None if the record belongs to no patient."""
    if table == "patients":
        return row_id
    person = whose(table, model)
    if person is None or person[0] != "patients":
        return None
    found: Any = select(person[1]).where(model.id == row_id).scalar_subquery()
    return found
