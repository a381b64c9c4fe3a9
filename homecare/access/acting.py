"""The person of this request with the rights that the stored policy gives them."""

from __future__ import annotations

from dataclasses import dataclass

from homecare.access.derived import once_per
from homecare.access.person import Person
from homecare.access.policy import Action, Policy, Role, Scope, Verdict
from homecare.access.row_scope import OWN_OPTIONS
from homecare.access.table_access import TableAccess, table_access
from homecare.models import business_models


@dataclass(frozen=True)
class Acting:
    """`role` is None if the staff row gives no role; such a person may do nothing.
    `behind` is the real person while they view the product as `person`. Records name `behind`.
    """

    person: Person
    role: Role | None
    policy: Policy
    behind: Person | None = None

    @property
    def accountable(self) -> Person:
        return self.behind or self.person

    @classmethod
    def of(cls, person: Person, policy: Policy) -> Acting:
        return cls(person, policy.role_of(person.role, person.status), policy)

    def decide(self, resource: str, action: Action) -> Verdict:
        return self.policy.decide(self.role, resource, action)

    def may(self, resource: str, action: Action = Action.VIEW) -> bool:
        return self.decide(resource, action).allowed

    def access(self, table: str) -> TableAccess:
        """What the role may do with the table and which columns it sees. Computed once per policy version."""
        if self.role is None:
            raise LookupError("Nobody without a role has access to a table.")
        role = self.role
        return once_per(
            self.policy,
            ("access", role.name, table),
            lambda: table_access(self.policy, role, business_models()[table]),
        )

    def reads(self, table: str, *columns: str) -> bool:
        """Whether the role may view the table and sees the values of every one of the columns."""
        return self.may(table) and all(self.access(table).sees(name) for name in columns)

    def sets(self, table: str, column: str, *, creating: bool) -> bool:
        """Whether the role may make or edit rows of the table, and set that column when it does."""
        action = Action.CREATE if creating else Action.EDIT
        return self.may(table, action) and self.access(table).sets(column, creating=creating)

    def own_tables(self) -> frozenset[str]:
        """The tables of which some action reaches own rows alone; worked out once per policy version."""
        return once_per(self.policy, ("own tables", self.role.name if self.role else ""), self._own_tables)

    def _own_tables(self) -> frozenset[str]:
        verdicts = {(name, action): self.decide(name, action) for name in OWN_OPTIONS for action in Action}
        return frozenset(name for (name, _), one in verdicts.items() if one.allowed and one.scope is Scope.OWN)

    def scoped_tables(self, table: str = "", action: Action = Action.VIEW) -> frozenset[str]:
        """The tables of which only own rows are visible while `action` is done on `table`."""
        own = {
            name
            for name in OWN_OPTIONS
            if self.decide(name, Action.VIEW).scope is Scope.OWN and self.may(name, Action.VIEW)
        }
        if table in OWN_OPTIONS and self.decide(table, action).scope is Scope.OWN:
            own.add(table)
        return frozenset(own)
