"""Care: who is assigned to whom, and the visits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import column, func, text

from homecare.db import Model
from homecare.models.choices import ASSIGNMENT_STATUSES, LIVE_ASSIGNMENT_STATUSES, VISIT_STATUSES
from homecare.models.columns import Kind, Stamped, clinical, link, plain

_LIVE = ", ".join(f"'{status}'" for status in LIVE_ASSIGNMENT_STATUSES)

# Whether a visit is busy at other times than its scheduled one tells: checked in over 6 hours off, longer than a day,
# or without one. The limits keep the sum of a moment beyond all calendars from failing.
# Spelt as the database tells it, so that the two are compared.
ODD_TIMES = """coalesce(visit_services.scheduled_at IS NULL
 OR visit_services.check_in_time < (greatest(visit_services.scheduled_at, '0001-01-02 00:00:00'::timestamp)
 - '06:00:00'::interval)
 OR visit_services.check_in_time > (least(visit_services.scheduled_at, '9999-12-30 00:00:00'::timestamp)
 + '06:00:00'::interval)
 OR visit_services.check_out_time
 > (least(coalesce(visit_services.check_in_time, visit_services.scheduled_at), '9999-12-30 00:00:00'::timestamp)
 + '1 day'::interval), false)""".replace("\n", "")

# The status of a visit as it is compared. Spelt as the database tells it.
STATUS_WORD = "coalesce(nullif(dashboard.plain_word(visit_services.status::text), ''::text), 'pending'::text)"


class Assignment(Stamped, Model):
    """A shift of a caregiver with a patient: [shift_start, shift_end)."""

    __tablename__ = "caregiver_assignments"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = link("staff.id", "CASCADE")
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    shift_start: Mapped[datetime | None] = mapped_column(info=plain())
    shift_end: Mapped[datetime | None] = mapped_column(info=plain())
    status: Mapped[str | None] = mapped_column(
        String(255), server_default=ASSIGNMENT_STATUSES[0], info=plain(choices=ASSIGNMENT_STATUSES)
    )

    __table_args__ = (
        CheckConstraint("shift_end >= shift_start", name="shift_ends_after_start"),
        # Nobody has two live shifts at one time (decision 20). A NULL status counts as the default, Assigned.
        ExcludeConstraint(
            (column("staff_id"), "="),
            (func.tsrange(column("shift_start"), column("shift_end"), text("'[)'")), "&&"),
            where=text(
                f"shift_start IS NOT NULL AND shift_end IS NOT NULL AND (status IS NULL OR status IN ({_LIVE}))"
            ),
            using="gist",
            name="ex_caregiver_assignments_no_overlap",
        ),
    )


class Visit(Stamped, Model):
    """A visit to a patient. Without staff it waits in the unassigned queue (decision 5)."""

    __tablename__ = "visit_services"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = link("patients.id", "CASCADE")
    staff_id: Mapped[int | None] = link("staff.id", "SET NULL")
    scheduled_at: Mapped[datetime | None] = mapped_column(info=plain())
    check_in_time: Mapped[datetime | None] = mapped_column(info=plain())
    check_out_time: Mapped[datetime | None] = mapped_column(info=plain())
    visit_notes: Mapped[str | None] = mapped_column(Text, info=clinical())
    prescription_file: Mapped[str | None] = mapped_column(Text, info=clinical(Kind.FILE))
    vitals_file: Mapped[str | None] = mapped_column(Text, info=clinical(Kind.FILE))
    status: Mapped[str | None] = mapped_column(
        String, server_default=VISIT_STATUSES[0], info=plain(choices=VISIT_STATUSES)
    )

    __table_args__ = (
        CheckConstraint("check_out_time >= check_in_time", name="check_out_after_check_in"),
        # What somebody is busy with around some moment is found by these two, however many visits there are.
        Index(
            "ix_visit_services_staff_id_scheduled_at",
            "staff_id",
            "scheduled_at",
            postgresql_include=["patient_id", "status"],
        ),
        Index("ix_visit_services_odd_times", text(ODD_TIMES), "staff_id"),
        # Those who wait or are stuck, as `records/bookings.py` asks for them.
        Index("ix_visit_services_word_scheduled_at", text(STATUS_WORD), "scheduled_at", "id"),
    )
