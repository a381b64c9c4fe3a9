"""Patients, and the messages recorded as sent to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.choices import ACQUISITION_CHANNELS, GENDERS, MESSAGE_TYPES, PATIENT_SOURCES
from homecare.models.columns import Created, Kind, Stamped, birthday, clinical, link, personal, plain

# HHC-000001, growing by a digit after a million; lpad would cut it (decision 14).
NEXT_PATIENT_CODE = text("'HHC-' || to_char(nextval('patient_code_seq'), 'FM999999999000000')")


class Patient(Stamped, Model):
    __tablename__ = "patients"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    patient_code: Mapped[str] = mapped_column(
        String(255), unique=True, server_default=NEXT_PATIENT_CODE, info=plain(Kind.CODE)
    )
    full_name: Mapped[str] = mapped_column(String(255), info=personal(Kind.NAME))
    fayda_id: Mapped[str | None] = mapped_column(String(255), unique=True, info=personal(Kind.FAYDA))
    date_of_birth: Mapped[date | None] = mapped_column(info=birthday())
    gender: Mapped[str | None] = mapped_column(String(10), info=personal(choices=GENDERS))
    address: Mapped[str | None] = mapped_column(Text, info=personal())
    phone_number: Mapped[str | None] = mapped_column(String(255), unique=True, info=personal(Kind.PHONE))
    email: Mapped[str | None] = mapped_column(String(255), unique=True, info=personal(Kind.EMAIL))
    emergency_contact: Mapped[str | None] = mapped_column(Text, info=personal())
    source: Mapped[str | None] = mapped_column(String(255), info=plain(choices=PATIENT_SOURCES))
    geolocation: Mapped[Any | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False), info=personal(Kind.POINT)
    )
    registered_by_staff_id: Mapped[int | None] = link("staff.id", "SET NULL", wide=True)
    # An assignment, not a person: it leads to the caregiver (decision 4).
    registered_by_caregiver_id: Mapped[int | None] = link("caregiver_assignments.id", "SET NULL", wide=True, late=True)
    # A lead becomes at most one patient (decision 7).
    marketing_lead_id: Mapped[int | None] = link("marketing_leads.id", "SET NULL", wide=True, unique=True)
    acquisition_channel: Mapped[str | None] = mapped_column(String(255), info=plain(choices=ACQUISITION_CHANNELS))
    initial_campaign_id: Mapped[int | None] = link("marketing_campaigns.id", "SET NULL", wide=True)

    __table_args__ = (
        # Who came without a lead, by when.
        Index("ix_patients_direct", "created_at", postgresql_where=text("marketing_lead_id IS NULL")),
        Index("ix_patients_geolocation", "geolocation", postgresql_using="gist"),
        Index(
            "ix_patients_geolocation_3857",
            # Written as SQLAlchemy reads it back, so that comparing models with the database finds them equal.
            text("st_transform(geolocation::geometry, 3857)"),
            postgresql_using="gist",
        ),
    )


class Message(Created, Model):
    """A log of messages sent elsewhere. Nothing is sent or edited here (decision 27)."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    sender_id: Mapped[int | None] = link("staff.id", "CASCADE")
    receiver_id: Mapped[int | None] = link("patients.id", "CASCADE")
    message: Mapped[str | None] = mapped_column(Text, info=clinical())
    attachment_path: Mapped[str | None] = mapped_column(String(255), info=clinical(Kind.FILE))
    attachment_filename: Mapped[str | None] = mapped_column(String(255), info=clinical())
    attachment_mime_type: Mapped[str | None] = mapped_column(String(255), info=plain())
    type: Mapped[str | None] = mapped_column(
        String(10), server_default=MESSAGE_TYPES[0], info=plain(choices=MESSAGE_TYPES)
    )
    read_at: Mapped[datetime | None] = mapped_column(info=plain())
