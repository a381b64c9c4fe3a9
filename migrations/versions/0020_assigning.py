"""Ours: what assigning work needs beside the company's tables, and the words and checks that IT begins with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UTC_NOW = sa.text("timezone('utc', now())")
SCHEMA = "dashboard"

# Assumed (domain.md names none); IT changes them.
WORDS = {
    "purpose": ("Personal care", "Wound care", "Medication", "Check-up", "Physiotherapy", "Companionship"),
    "absence": ("Sick", "Annual leave", "Maternity leave", "Mourning", "Training", "Other"),
    "ending": ("Patient not at home", "Patient refused", "In hospital", "Carer absent", "No way to get there", "Other"),
}


def upgrade() -> None:
    _people()
    _visits()
    _settings()


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _of(target: str, name: str, ondelete: str = "CASCADE", **options: bool) -> sa.Column[int]:
    options = {"nullable": False} | options
    return sa.Column(name, sa.Integer, sa.ForeignKey(target, ondelete=ondelete), **options)  # type: ignore[arg-type]


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime, nullable=False, server_default=UTC_NOW)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _people() -> None:
    op.create_table(
        "absences",
        _id(),
        _of("staff.id", "staff_id"),
        sa.Column("starts_at", sa.DateTime, nullable=False),
        sa.Column("ends_at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _word("note"),
        _now("created_at"),
        sa.CheckConstraint("ends_at > starts_at", name="absence_ends_after_start"),
        ExcludeConstraint(
            ("staff_id", "="),
            (sa.text("tsrange(starts_at, ends_at, '[)')"), "&&"),
            using="gist",
            name="ex_absences_no_overlap",
        ),
        sa.Index("ix_absences_starts_at", "starts_at"),
        schema=SCHEMA,
    )
    op.create_table(
        "patient_wishes",
        _id(),
        _of("patients.id", "patient_id"),
        sa.Column("kind", sa.Text, nullable=False),
        _of("staff.id", "staff_id", nullable=True),
        _now("created_at"),
        sa.CheckConstraint("(kind IN ('not', 'rather')) = (staff_id IS NOT NULL)", name="patient_wish_of_whom"),
        sa.CheckConstraint("kind IN ('not', 'rather', 'woman', 'man')", name="patient_wish_kind"),
        sa.Index("uq_patient_wishes_person", "patient_id", "staff_id", unique=True),
        sa.Index("uq_patient_wishes_gender", "patient_id", unique=True, postgresql_where=sa.text("staff_id IS NULL")),
        sa.Index("ix_patient_wishes_staff_id", "staff_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "working_terms",
        _id(),
        _of("staff.id", "staff_id", unique=True),
        sa.Column("contracted_minutes", sa.Integer),
        _word("gender"),
        sa.CheckConstraint("contracted_minutes BETWEEN 0 AND 10080", name="working_terms_minutes"),
        sa.CheckConstraint("gender IN ('', 'woman', 'man')", name="working_terms_gender"),
        schema=SCHEMA,
    )
    op.create_table(
        "working_days",
        _id(),
        _of("staff.id", "staff_id"),
        sa.Column("weekday", sa.SmallInteger, nullable=False),
        sa.Column("starts", sa.Time, nullable=False),
        sa.Column("ends", sa.Time, nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="working_day_weekday"),
        sa.CheckConstraint("ends > starts", name="working_day_ends_after_start"),
        sa.Index("uq_working_days_staff_id_weekday", "staff_id", "weekday", unique=True),
        schema=SCHEMA,
    )
    op.create_table(
        "calendar_feeds",
        _id(),
        _of("staff.id", "staff_id"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False, unique=True),
        _now("created_at"),
        sa.Column("fetched_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
        sa.Index("ix_calendar_feeds_staff_id", "staff_id"),
        schema=SCHEMA,
    )


def _visits() -> None:
    op.create_table(
        "visit_series",
        _id(),
        _of("patients.id", "patient_id"),
        sa.Column("weekdays", ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("at", sa.Time, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        _now("created_at"),
        sa.CheckConstraint("last_day >= first_day", name="visit_series_days"),
        sa.Index("ix_visit_series_patient_id", "patient_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "visit_plans",
        _id(),
        _of("visit_services.id", "visit_id", unique=True),
        _word("purpose"),
        sa.Column("minutes", sa.SmallInteger),
        sa.Column("pair_id", sa.BigInteger),
        _of(f"{SCHEMA}.visit_series.id", "series_id", "SET NULL", nullable=True),
        _word("ending_reason"),
        _word("call_reason"),
        sa.Column("told_at", sa.DateTime),
        sa.Column("told_by", sa.Integer),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name="visit_plan_minutes"),
        sa.Index("ix_visit_plans_pair_id", "pair_id", postgresql_where=sa.text("pair_id IS NOT NULL")),
        sa.Index("ix_visit_plans_series_id", "series_id"),
        sa.Index(
            "ix_visit_plans_to_call",
            "call_reason",
            "visit_id",
            postgresql_where=sa.text("call_reason <> '' AND told_at IS NULL"),
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "check_moments",
        _id(),
        _of("visit_services.id", "visit_id"),
        sa.Column("staff_id", sa.Integer),
        sa.Column("staff_name", sa.Text, nullable=False, server_default=""),
        sa.Column("staff_email", sa.Text, nullable=False, server_default=""),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("told_at", sa.DateTime, nullable=False),
        _now("received_at"),
        sa.Column("metres", sa.Integer),
        sa.CheckConstraint("kind IN ('in', 'out')", name="check_moment_kind"),
        sa.CheckConstraint("metres >= 0", name="check_moment_metres"),
        sa.Index("uq_check_moments_visit_id_kind", "visit_id", "kind", unique=True),
        sa.Index("ix_check_moments_staff_id_received_at", "staff_id", "received_at"),
        schema=SCHEMA,
    )


def _settings() -> None:
    words = op.create_table(
        "listed_words",
        _id(),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("offered", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("minutes", sa.SmallInteger),
        sa.CheckConstraint("list IN ('purpose', 'absence', 'ending')", name="listed_word_list"),
        sa.Index("uq_listed_words_list_word", "list", "word", unique=True),
        schema=SCHEMA,
    )
    op.bulk_insert(
        words,
        [
            {"list": name, "word": word, "position": position}
            for name, listed in WORDS.items()
            for position, word in enumerate(listed)
        ],
    )
    op.create_table(
        "booking_checks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.CheckConstraint("level IN ('block', 'warn', 'off')", name="booking_check_level"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for name in (
        "booking_checks",
        "listed_words",
        "check_moments",
        "visit_plans",
        "visit_series",
        "calendar_feeds",
        "working_days",
        "working_terms",
        "patient_wishes",
        "absences",
    ):
        op.drop_table(name, schema=SCHEMA)
