"""The person who is acting, as the access checks see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Person:
    """One signed-in staff member as of this request.
    `role` and `status` are copied from the staff row. `policy_version` is read in the same statement, so a change of
    any of the three takes effect with the next request, in every worker.
    """

    account_id: int
    staff_id: int
    first_name: str
    last_name: str
    email: str
    role: str
    status: str
    policy_version: int
    # The published settings version, and the draft this person is previewing. Read in the same statement.
    settings_version: int = 0
    draft_changed_at: datetime | None = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def by_whom(self) -> dict[str, int | str]:
        """The columns of models.columns.ByWhom."""
        return {"staff_id": self.staff_id, "staff_name": self.full_name.strip(), "staff_email": self.email}
