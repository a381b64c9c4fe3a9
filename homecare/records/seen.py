"""One table as one person sees it. Built once per request and passed down, so nothing below looks it up again."""

from __future__ import annotations

from dataclasses import dataclass

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.table_access import TableAccess
from homecare.tables.table import ShownTable, shown_table


@dataclass(frozen=True)
class Seen:
    """`table` includes IT's settings, `access` is what the person may do and see, `by` is who acts."""

    table: ShownTable
    access: TableAccess
    by: Acting

    @classmethod
    def of(cls, by: Acting, table: ShownTable) -> Seen:
        """Raises LookupError for a person without a role, who has access to no table."""
        return cls(table, by.access(table.name), by)

    def other(self, table: ShownTable | str) -> Seen:
        """Another table as the same person sees it, such as a parent's or a child's."""
        return Seen.of(self.by, shown_table(table) if isinstance(table, str) else table)

    @property
    def name(self) -> str:
        return self.table.name

    def may(self, action: Action) -> bool:
        return self.access.may(action)
