"""The workers' door: a job runs `as system, because …` or `on behalf of` a person, under the guards of a request.

Nothing of the product is called by a job but with what it is handed here. A statement that could not be scoped, or
that selects private columns and says nothing, is refused in a job as it is in a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from homecare.access import row_scope
from homecare.access.acting import Acting
from homecare.access.person import Person
from homecare.access.policy import Role
from homecare.access.row_scope import UNSCOPED
from homecare.access.stored.grants import policy_at
from homecare.config import Config
from homecare.login.person_columns import person_columns
from homecare.login.sessions import NOBODY
from homecare.models import Account, PolicyState, Staff

# Without a name, which no role of the policy can be, so that nothing kept for a role is mistaken for it.
SYSTEM = Role("", everything=True)


class RefusedError(Exception):
    """The job may not run for whom it is to run; the message is a sentence without anybody's data."""


class StoppingError(Exception):
    """The worker is to end: what is committed stays, and the job is due still."""


@dataclass(frozen=True)
class Work:
    """What a job is handed. It writes in `with transaction(work.session, by=work.by):`, as often as it likes."""

    session: Session
    by: Acting
    config: Config
    payload: dict[str, Any]
    is_stopping: Callable[[], bool]

    def breathe(self) -> None:
        """Between the pieces of a long job, outside a transaction. Raises StoppingError, which the loop answers."""
        if self.is_stopping():
            raise StoppingError


@contextmanager
def opened(
    engine: Engine,
    config: Config,
    *,
    because: str,
    payload: dict[str, Any],
    staff_id: int | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Work]:
    """`staff_id` is the person on whose behalf; None: as system. Raises RefusedError where the person may nothing."""
    row_scope.enter_request()
    try:
        with Session(engine, expire_on_commit=False) as session:
            by = _as_system(session, because) if staff_id is None else _on_behalf_of(session, staff_id)
            row_scope.set_acting_staff(by.person.staff_id)
            row_scope.scope_session(session, by.scoped_tables())
            session.rollback()
            yield Work(session, by, config, payload, is_stopping)
    finally:
        row_scope.leave_request()


def _as_system(session: Session, because: str) -> Acting:
    """Bound by no grant, because what a job does is written in its module; what it changes names the reason."""
    version = session.scalar(select(PolicyState.version), execution_options=UNSCOPED)
    policy = policy_at(session, version or 0)
    person = Person(NOBODY, NOBODY, "The system,", f"because {because}", "", SYSTEM.name, "Active", policy.version)
    return Acting(person, SYSTEM, policy)


def _on_behalf_of(session: Session, staff_id: int) -> Acting:
    """The person as they are now, with the rights they have now."""
    found = (
        select(*person_columns())
        .join_from(Account, Staff, Account.staff_id == Staff.id)
        .where(Staff.id == staff_id, Account.disabled_at.is_(None))
    )
    row = session.execute(found, execution_options=UNSCOPED).mappings().one_or_none()
    if row is None:
        raise RefusedError("The person it runs for has no account that is open.")
    person = Person(**row)
    acting = Acting.of(person, policy_at(session, person.policy_version))
    if acting.role is None:
        raise RefusedError("The person it runs for is not Active, or has no known role.")
    return acting
