"""What one role may do with one table and which columns it sees. Computed once per policy version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from homecare.access.policy import Action, Policy, Role, State, Verdict, Write
from homecare.access.reserved import limited
from homecare.db import Base

# Set by the database; nobody can set them.
UNWRITABLE = ("id", "created_at", "updated_at")


@dataclass(frozen=True)
class TableAccess:
    """`states` and `writes` hold every column of the table, by name."""

    role: Role
    table: str
    verdicts: dict[Action, Verdict]
    states: dict[str, State]
    writes: dict[str, Write]

    def may(self, action: Action) -> bool:
        return self.verdicts[action].allowed

    def sees(self, column: str) -> bool:
        """Whether the role sees the value itself and so may sort, filter, search, export and print it in labels."""
        return self.states[column] is State.SHOWN

    def sets(self, column: str, creating: bool) -> bool:
        if column in UNWRITABLE:
            return False
        write = self.writes[column]
        return write is Write.ALWAYS or (creating and write is Write.ON_CREATE)

    @cached_property
    def sees_all(self) -> bool:
        """Sees every row, and every column except secrets. Only then may the planner's estimate be shown."""
        whole = all(state in (State.SHOWN, State.WRITE_ONLY, State.BREAK_GLASS) for state in self.states.values())
        return whole and self.verdicts[Action.VIEW].scope == "all"


def table_access(policy: Policy, role: Role, model: type[Base]) -> TableAccess:
    table = model.__tablename__
    rules = {column.name: policy.field(role, table, column.name) for column in model.__table__.columns}
    return TableAccess(
        role=role,
        table=table,
        verdicts={action: policy.decide(role, table, action) for action in Action},
        states={name: rule.state for name, rule in rules.items()},
        writes={name: limited(role, table, name, rule.write) for name, rule in rules.items()},
    )
