"""Which time goes with which status, as data: the two move together on every surface (the domain's rule)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeOfStatus:
    """The status `reached` has the time `column`; so have the statuses in `also`. Others lose it unless in `kept`.

    `called` is the time in a sentence. Without `sets_status` the time alone does not tell which status it means.
    """

    status_column: str
    column: str
    called: str
    reached: str
    also: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    sets_status: bool = True

    @property
    def having(self) -> tuple[str, ...]:
        return (self.reached, *self.also)


TIMES_OF_STATUSES: dict[str, tuple[TimeOfStatus, ...]] = {
    "invoices": (TimeOfStatus("status", "paid_at", "a time of payment", "Paid", kept=("Refunded",)),),
    "admin_task_tracking": (TimeOfStatus("task_status", "completed_date", "a time of completion", "Completed"),),
    "marketing_tasks": (TimeOfStatus("status", "completed_at", "a time of completion", "Completed"),),
    "marketing_leads": (TimeOfStatus("status", "converted_to_patient_at", "a time of conversion", "Converted"),),
    "insurance_claims": (
        # A day of decision alone does not tell which decision it was.
        TimeOfStatus(
            "claim_status", "processed_at", "a time of decision", "Approved",
            also=("Partially Approved", "Rejected", "Paid"), kept=("Appealed",), sets_status=False,
        ),
    ),
    "visit_services": (
        TimeOfStatus("status", "check_out_time", "a check-out", "Completed"),
        TimeOfStatus("status", "check_in_time", "a check-in", "In Progress", kept=("Completed",)),
    ),
}  # fmt: skip
