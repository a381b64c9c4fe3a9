"""Ours: what assigning work needs and the company's tables have no column for."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import column, func

from homecare.db import Model
from homecare.models.columns import UTC_NOW, ByWhom, personal, plain, secret
from homecare.models.ours.dashboard import SCHEMA


class Absence(Model):
    """A staff member is away in [starts_at, ends_at), moments in UTC. `kind` is a word of the list `absence`."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="absence_ends_after_start"),
        ExcludeConstraint(
            (column("staff_id"), "="),
            (func.tsrange(column("starts_at"), column("ends_at"), text("'[)'")), "&&"),
            using="gist",
            name="ex_absences_no_overlap",
        ),
        Index("ix_absences_starts_at", "starts_at"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    starts_at: Mapped[datetime] = mapped_column(info=plain())
    ends_at: Mapped[datetime] = mapped_column(info=plain())
    kind: Mapped[str] = mapped_column(Text, info=personal())
    note: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class VisitPlan(Model):
    """What a visit is for and how long it takes; without one its length follows from the carer's role.

    Visits of one `pair_id` are one visit of two carers, those of one `series_id` were planned together. `call_reason`
    says why the patient has to be called ("moved", "no carer", "cancelled"), `told_at` and `told_by` that somebody did.
    `ending_reason` is why it was cancelled or missed, a word of the list `ending`.
    """

    __tablename__ = "visit_plans"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 1440", name="visit_plan_minutes"),
        Index("ix_visit_plans_pair_id", "pair_id", postgresql_where=text("pair_id IS NOT NULL")),
        Index("ix_visit_plans_series_id", "series_id"),
        Index(
            "ix_visit_plans_to_call",
            "call_reason",
            "visit_id",
            postgresql_where=text("call_reason <> '' AND told_at IS NULL"),
        ),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    visit_id: Mapped[int] = mapped_column(
        ForeignKey("visit_services.id", ondelete="CASCADE"), unique=True, info=plain()
    )
    purpose: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    minutes: Mapped[int | None] = mapped_column(SmallInteger, info=plain())
    pair_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey(f"{SCHEMA}.visit_series.id", ondelete="SET NULL"), info=plain()
    )
    ending_reason: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    call_reason: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    told_at: Mapped[datetime | None] = mapped_column(info=plain())
    told_by: Mapped[int | None] = mapped_column(info=plain())


class VisitSeries(Model):
    """Visits planned together: on each of `weekdays` (1 Monday to 7) `at` that time of Addis, first to last day."""

    __tablename__ = "visit_series"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="visit_series_days"),
        Index("ix_visit_series_patient_id", "patient_id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), info=plain())
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), info=plain())
    at: Mapped[time] = mapped_column(info=plain())
    first_day: Mapped[date] = mapped_column(info=plain())
    last_day: Mapped[date] = mapped_column(info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class PatientWish(Model):
    """Who a patient asks for: "not" or "rather" the person `staff_id`, or without one a "woman" or a "man"."""

    __tablename__ = "patient_wishes"
    __table_args__ = (
        CheckConstraint("(kind IN ('not', 'rather')) = (staff_id IS NOT NULL)", name="patient_wish_of_whom"),
        CheckConstraint("kind IN ('not', 'rather', 'woman', 'man')", name="patient_wish_kind"),
        Index("uq_patient_wishes_person", "patient_id", "staff_id", unique=True),
        Index("uq_patient_wishes_gender", "patient_id", unique=True, postgresql_where=text("staff_id IS NULL")),
        Index("ix_patient_wishes_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id", ondelete="CASCADE"), info=plain())
    kind: Mapped[str] = mapped_column(Text, info=personal())
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class WorkingTerms(Model):
    """A staff member's hours by contract, in minutes a week, and "woman" or "man" for patients who ask for one."""

    __tablename__ = "working_terms"
    __table_args__ = (
        CheckConstraint("contracted_minutes BETWEEN 0 AND 10080", name="working_terms_minutes"),
        CheckConstraint("gender IN ('', 'woman', 'man')", name="working_terms_gender"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), unique=True, info=plain())
    contracted_minutes: Mapped[int | None] = mapped_column(info=plain())
    gender: Mapped[str] = mapped_column(Text, server_default="", info=personal())


class WorkingDay(Model):
    """The hours of Addis in which a staff member works on a weekday (1 Monday to 7). Who has no row works any day."""

    __tablename__ = "working_days"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="working_day_weekday"),
        CheckConstraint("ends > starts", name="working_day_ends_after_start"),
        Index("uq_working_days_staff_id_weekday", "staff_id", "weekday", unique=True),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    weekday: Mapped[int] = mapped_column(SmallInteger, info=plain())
    starts: Mapped[time] = mapped_column(info=plain())
    ends: Mapped[time] = mapped_column(info=plain())


class ListedWord(Model):
    """A word of a list that IT keeps: `list` is "purpose", "absence" or "ending"."""

    __tablename__ = "listed_words"
    __table_args__ = (
        CheckConstraint("list IN ('purpose', 'absence', 'ending')", name="listed_word_list"),
        Index("uq_listed_words_list_word", "list", "word", unique=True),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    list: Mapped[str] = mapped_column(Text, info=plain())
    word: Mapped[str] = mapped_column(Text, info=plain())
    position: Mapped[int] = mapped_column(SmallInteger, server_default="0", info=plain())
    offered: Mapped[bool] = mapped_column(server_default=true(), info=plain())
    # Of a purpose: the minutes it takes, NULL for those of the carer's role.
    minutes: Mapped[int | None] = mapped_column(SmallInteger, info=plain())


class BookingCheck(Model):
    """How a check of bookings is held: `level` is "block", "warn" or "off". A check without a row is held as coded."""

    __tablename__ = "booking_checks"
    __table_args__ = (
        CheckConstraint("level IN ('block', 'warn', 'off')", name="booking_check_level"),
        {"schema": SCHEMA},
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    level: Mapped[str] = mapped_column(Text, info=plain())


class CheckMoment(ByWhom, Model):
    """A check-in ("in") or check-out ("out") as the phone told it: `told_at` by its clock, `received_at` by ours.

    `metres` is the distance to the patient's place then, where the phone gave it; the place itself is not kept.
    """

    __tablename__ = "check_moments"
    __table_args__ = (
        CheckConstraint("kind IN ('in', 'out')", name="check_moment_kind"),
        CheckConstraint("metres >= 0", name="check_moment_metres"),
        Index("uq_check_moments_visit_id_kind", "visit_id", "kind", unique=True),
        Index("ix_check_moments_staff_id_received_at", "staff_id", "received_at"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit_services.id", ondelete="CASCADE"), info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    told_at: Mapped[datetime] = mapped_column(info=plain())
    received_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    metres: Mapped[int | None] = mapped_column(info=plain())


class CalendarFeed(Model):
    """A private address of a person's own visits for a calendar; `secret_hash` is SHA-256 of what the address holds."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        Index("ix_calendar_feeds_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, info=secret())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    fetched_at: Mapped[datetime | None] = mapped_column(info=plain())
    revoked_at: Mapped[datetime | None] = mapped_column(info=plain())
