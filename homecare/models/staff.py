"""Staff: people who sign in. Caregiver is a role, not a table."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import ROLES, STAFF_STATUSES, TASK_STATUSES
from homecare.models.columns import Kind, Stamped, clinical, link, personal, plain


class Staff(Stamped, Model):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    first_name: Mapped[str] = mapped_column(String(255), info=personal(Kind.NAME))
    last_name: Mapped[str] = mapped_column(String(255), info=personal(Kind.NAME))
    email: Mapped[str] = mapped_column(String(255), unique=True, info=personal(Kind.EMAIL))
    phone: Mapped[str | None] = mapped_column(String(255), info=personal(Kind.PHONE))
    position: Mapped[str | None] = mapped_column(String(255), info=plain())
    department: Mapped[str | None] = mapped_column(String(255), info=plain())
    # The name of a row in dashboard.roles. An unknown role may do nothing (decision 9).
    role: Mapped[str] = mapped_column(String(255), server_default=ROLES[0], info=plain(choices=ROLES))
    status: Mapped[str] = mapped_column(
        String(50), server_default=STAFF_STATUSES[0], info=plain(choices=STAFF_STATUSES)
    )
    hire_date: Mapped[date | None] = mapped_column(info=plain())
    photo: Mapped[str | None] = mapped_column(String(255), info=personal(Kind.FILE))
    # Belongs to the other application; our accounts are dashboard.accounts (decision 8).
    user_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())


class AdminTask(Stamped, Model):
    """An office task. It has no title and no due date; both come from its visit (decision 26)."""

    __tablename__ = "admin_task_tracking"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = link("staff.id", "CASCADE")
    visit_service_id: Mapped[int | None] = link("visit_services.id", "SET NULL")
    task_status: Mapped[str | None] = mapped_column(
        String(255), server_default=TASK_STATUSES[0], info=plain(choices=TASK_STATUSES)
    )
    remarks: Mapped[str | None] = mapped_column(Text, info=clinical())
    assigned_date: Mapped[datetime | None] = mapped_column(info=plain())
    completed_date: Mapped[datetime | None] = mapped_column(info=plain())
