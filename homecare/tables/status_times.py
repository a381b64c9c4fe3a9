"""Which time belongs to which status, as data. The two change together everywhere (a domain rule)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeOfStatus:
    """The status `reached` and those in `also` have the time `column`. Other statuses lose it unless in `retained_in`.
    `called` names the time in sentences. Without `sets_status`, setting the time does not set the status.
    """

    status_column: str
    column: str
    called: str
    reached: str
    also: tuple[str, ...] = ()
    retained_in: tuple[str, ...] = ()
    sets_status: bool = True

    @property
    def having(self) -> tuple[str, ...]:
        return (self.reached, *self.also)


TIMES_OF_STATUSES: dict[str, tuple[TimeOfStatus, ...]] = {
    "invoices": (TimeOfStatus("status", "paid_at", "a time of payment", "Paid", retained_in=("Refunded",)),),
    "admin_task_tracking": (TimeOfStatus("task_status", "completed_date", "a time of completion", "Completed"),),
    "marketing_tasks": (TimeOfStatus("status", "completed_at", "a time of completion", "Completed"),),
    "marketing_leads": (TimeOfStatus("status", "converted_to_patient_at", "a time of conversion", "Converted"),),
    "insurance_claims": (
        # The day of a decision does not tell which decision it was.
        TimeOfStatus(
            "claim_status", "processed_at", "a time of decision", "Approved",
            also=("Partially Approved", "Rejected", "Paid"), retained_in=("Appealed",), sets_status=False,
        ),
    ),
    "visit_services": (
        TimeOfStatus("status", "check_out_time", "a check-out", "Completed"),
        TimeOfStatus("status", "check_in_time", "a check-in", "In Progress", retained_in=("Completed",)),
    ),
}  # fmt: skip
