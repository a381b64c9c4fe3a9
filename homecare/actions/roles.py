"""Changes the policy: each save is one version. A save that would lock somebody out is refused with a sentence."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.pages import PAGES
from homecare.access.policy import Action, Policy, Role, folded
from homecare.access.resources import careful_rules
from homecare.access.review import gains
from homecare.access.row_scope import UNSCOPED, UNSCOPED_WRITE
from homecare.access.stored import versions
from homecare.access.stored.document import LONGEST, from_policy
from homecare.access.stored.grants import completed
from homecare.actions import role_names
from homecare.actions.rules import has_administrator
from homecare.actions.transaction import retried, transaction
from homecare.models import Staff
from homecare.models.folding import plain_word

LONGEST_NOTE = 300
ROLES_PAGE = PAGES["roles"].resource


class PolicyError(Exception):
    """The change is not made. The message is a sentence for the person who asked for it."""


class StalePolicyError(Exception):
    """Somebody saved the policy after the form was opened. `version` is the stored version now."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


@retried
def save(*, session: Session, new: Policy, expected: int | None, note: str, by: Acting | None) -> int:
    """Stores `new` as the next version and returns its number.
    `expected` is the version that was edited (None: any). `by` is None on the command line. Raises StalePolicyError,
    PolicyError; then nothing is written.
    """
    with transaction(session, by=by):
        return _store(session, _lock(session, expected), new, note, by)


def check(session: Session, current: Policy, new: Policy, by: Acting | None) -> None:
    """Checks what must be true of every policy that replaces `current`, the stored one. Raises PolicyError."""
    _check_names(new)
    _check_deleted(session, current, new)
    _check_gains(current, new, by)
    # An installation without an Admin may still be set up with the roles it will have.
    if not has_administrator(session, new) and has_administrator(session, current):
        raise PolicyError(
            "No Active person who can sign in would have every permission. Leave one Admin, or add another first."
        )
    if (
        by is not None
        and not new.decide(new.role_of(by.person.role, by.person.status), ROLES_PAGE, Action.VIEW).allowed
    ):
        raise PolicyError("This would take away your own access to the roles page. Ask another Admin to do it.")


@retried
def rename(*, session: Session, name: str, new_name: str, expected: int, by: Acting) -> int:
    """Renames the role with its cells, its staff and everything else that names it, in one transaction."""
    with transaction(session, by=by):
        stored = _lock(session, expected)
        current, key = stored.policy, folded(name)
        role, new_name = _get(current, name), new_name.strip()
        if folded(new_name) != key and folded(new_name) in current.roles:
            raise PolicyError(f"There is already a role named {new_name}. Choose another name.")
        stored = stored.renamed(key, new_name)
        _check_names(stored.policy)
        if folded(new_name) != key:
            _check_taken(session, current, new_name, by)
        held = update(Staff).where(plain_word(Staff.role) == key).values(role=new_name)
        session.execute(held, execution_options=UNSCOPED_WRITE)
        if new_name != role.name:
            role_names.follow(session, role.name, new_name, by.person.staff_id)
        versions.rename(session, role.name, new_name)
        mine = folded(by.person.role) == key
        acting = replace(by, person=replace(by.person, role=new_name)) if mine else by
        return _store(session, stored, stored.policy, f"{role.name} is now {new_name}", acting)


@retried
def create(*, session: Session, name: str, description: str, like: str | None, expected: int, by: Acting) -> int:
    """Creates a role that may do nothing yet, or a copy of the role `like`."""
    with transaction(session, by=by):
        stored = _lock(session, expected)
        current, name = stored.policy, name.strip()
        if folded(name) in current.roles:
            raise PolicyError(f"There is already a role named {name}. Choose another name.")
        base = _get(current, like) if like else Role("")
        role = replace(base, name=name, description=description.strip() or base.description)
        grants, fields = list(current.grants.values()), list(current.fields.values())
        if like:
            grants += [replace(grant, role=name) for key, grant in current.grants.items() if key[0] == folded(like)]
            fields += [replace(rule, role=name) for key, rule in current.fields.items() if key[0] == folded(like)]
        else:
            fields += careful_rules(name)
        new = Policy(current.version, [*current.roles.values(), role], grants, fields)
        return _store(session, stored, new, f"{name} is new" + (f", a copy of {base.name}" if like else ""), by)


@retried
def delete(*, session: Session, name: str, expected: int, by: Acting) -> int:
    """Deletes the role, if nobody on the staff has it."""
    with transaction(session, by=by):
        stored = _lock(session, expected)
        current = stored.policy
        role = _get(current, name)
        new = Policy(
            current.version,
            [other for key, other in current.roles.items() if key != folded(name)],
            [grant for key, grant in current.grants.items() if key[0] != folded(name)],
            [rule for key, rule in current.fields.items() if key[0] != folded(name)],
        )
        return _store(session, stored, new, f"{role.name} is deleted", by)


@retried
def roll_back(*, session: Session, version: int, expected: int, by: Acting) -> int:
    """Saves the policy of an earlier version as a new version."""
    with transaction(session, by=by):
        stored = _lock(session, expected)
        earlier = versions.version_policy(session, version)
        if earlier is None:
            raise PolicyError(f"There is no version {version} of the roles. Choose one from the history.")
        return _store(session, stored, earlier, f"Back to version {version}", by)


def _lock(session: Session, expected: int | None) -> versions.Locked:
    """The stored policy, which stays as it is until the transaction ends; the history knows it from here on."""
    current = versions.lock_version(session)
    if expected is not None and current != expected:
        raise StalePolicyError(current)
    stored = versions.load_locked(session)
    versions.note_outside_change(session, stored.policy)
    return stored


def _store(session: Session, stored: versions.Locked, new: Policy, note: str, by: Acting | None) -> int:
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise PolicyError(f"A note is one line of at most {LONGEST_NOTE} characters.")
    check(session, stored.policy, new, by)
    for key, role in stored.policy.roles.items():
        name = new.roles[key].name if key in new.roles else None
        if name != role.name:
            role_names.follow(session, role.name, name, by.person.staff_id if by else None)
    versions.write(session, stored.rows, new)
    return versions.add(session, from_policy(completed(new)), by=by.accountable if by else None, note=note)


def _get(policy: Policy, name: str) -> Role:
    role = policy.roles.get(folded(name))
    if role is None:
        raise PolicyError(f"The role {name} no longer exists. Open the roles again to see the current ones.")
    return role


def _check_names(policy: Policy) -> None:
    for role in policy.roles.values():
        if not role.name.strip() or len(role.name) > LONGEST["name"] or not role.name.isprintable():
            raise PolicyError(f"A role needs a name of at most {LONGEST['name']} characters.")


def _check_gains(current: Policy, new: Policy, by: Acting | None) -> None:
    if by is None:
        return
    saver = current.role_of(by.person.role, by.person.status)
    if more := gains.beyond(current, new, saver):
        raise PolicyError(f"{more}, which you may not do yourself. Ask somebody who may to save this.")


def _check_taken(session: Session, current: Policy, new_name: str, by: Acting) -> None:
    """Refuses a name that staff already have as an unknown role: they would get this role unasked."""
    saver = current.role_of(by.person.role, by.person.status)
    waiting = select(func.count()).where(plain_word(Staff.__table__.c.role) == folded(new_name))
    if not (saver and saver.everything) and session.scalar(waiting, execution_options=UNSCOPED):
        raise PolicyError(f"Some staff already have the role {new_name} and would get this role. Ask an Admin.")


def _check_deleted(session: Session, current: Policy, new: Policy) -> None:
    gone = current.roles.keys() - new.roles.keys()
    if not gone:
        return
    key = plain_word(Staff.__table__.c.role)
    counted = select(key, func.count()).where(key.in_(gone)).group_by(key)
    for held, people in session.execute(counted, execution_options=UNSCOPED).all():
        raise PolicyError(
            f"{people:,} on the staff {'has' if people == 1 else 'have'} the role {current.roles[held].name}."
            " Give them another role first."
        )
