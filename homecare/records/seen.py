"""One table as one person sees it: bound once at the door and handed down, so that nothing below asks again."""

from __future__ import annotations

from dataclasses import dataclass

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.table_access import TableAccess
from homecare.tables.table import TableInfo, table_info


@dataclass(frozen=True)
class Seen:
    """`table` is as IT set it, `access` what the person may do with it and see of its columns, `by` who acts."""

    table: TableInfo
    access: TableAccess
    by: Acting

    @classmethod
    def of(cls, by: Acting, table: TableInfo) -> Seen:
        """Raises LookupError where the person has no role: they have access to no table."""
        return cls(table, by.access(table.name), by)

    def other(self, table: TableInfo | str) -> Seen:
        """Another table as the same person sees it: a parent's, a child's."""
        return Seen.of(self.by, table_info(table) if isinstance(table, str) else table)

    @property
    def name(self) -> str:
        return self.table.name

    def may(self, action: Action) -> bool:
        return self.access.may(action)
