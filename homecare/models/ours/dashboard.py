"""Our own tables in the schema `dashboard`: who signed in, what they did, and what they saved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, LargeBinary, String, Text, false, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, ByWhom, personal, plain, secret

SCHEMA = "dashboard"


class Account(Model):
    """Lets one staff member sign in with staff.email; role and status stay the staff row's.

    Without `password_hash` no password opens it: its owner is to set one by a one-time link.
    """

    __tablename__ = "accounts"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), unique=True, info=plain())
    password_hash: Mapped[str | None] = mapped_column(Text, info=secret())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    disabled_at: Mapped[datetime | None] = mapped_column(info=plain())


class SignedIn(Model):
    """One signed-in browser; `token_hash` is SHA-256 of what its cookie holds, so that this table opens no door.

    `id` names the session to people, `address` and `browser` say where it began.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_account_id", "account_id"),
        Index("ix_sessions_view_as_staff_id", "view_as_staff_id"),
        {"schema": SCHEMA},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, info=secret())
    account_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.accounts.id", ondelete="CASCADE"), info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    last_used_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    # The role or person viewed as. The session still belongs to its owner and cannot change anything meanwhile.
    view_as_role: Mapped[str | None] = mapped_column(Text, info=plain())
    view_as_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True, info=plain())
    address: Mapped[str | None] = mapped_column(INET, info=personal())
    browser: Mapped[str] = mapped_column(Text, server_default="", info=plain())


class SignInFailure(Model):
    """A refused sign-in, counted across all workers. The counters are keyed hashes, not plain text.
    `email_hash` is of the e-mail, or of one known browser; in that case nothing is counted by address.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_email_hash_failed_at", "email_hash", "failed_at"),
        Index("ix_sign_in_failures_address_hash_failed_at", "address_hash", "failed_at"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    email_hash: Mapped[bytes] = mapped_column(LargeBinary, info=personal())
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal())
    failed_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class SignInEvent(Model):
    """A sign-in, refusal, sign-out, end of a session or change to an account. Rows are only ever added.
    The person is stored as plain values, which outlive the staff row. For an unknown e-mail only the keyed hash is
    stored, because people type passwords into that field. `address` is NULL on the command line.
    """

    __tablename__ = "sign_in_events"
    __table_args__ = (
        Index("ix_sign_in_events_happened_at", "happened_at"),
        Index("ix_sign_in_events_staff_id", "staff_id"),
        Index("ix_sign_in_events_email_hash", "email_hash"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    happened_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    reason: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    staff_id: Mapped[int | None] = mapped_column(info=plain())
    name: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    email: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal())
    address: Mapped[str | None] = mapped_column(INET, info=personal())


class RefusedTry(Model):
    """A value that could not be saved because a row hidden from the person has it. Counted across all workers."""

    __tablename__ = "refused_tries"
    __table_args__ = (Index("ix_refused_tries_staff_id_tried_at", "staff_id", "tried_at"), {"schema": SCHEMA})

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    tried_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class FormToken(Model):
    """A form that was saved. If it is sent again, the row it made is found instead of making another."""

    __tablename__ = "form_tokens"
    __table_args__ = (
        Index("ix_form_tokens_used_at", "used_at"),
        Index("ix_form_tokens_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    token: Mapped[str] = mapped_column(String(64), primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[int | None] = mapped_column(BigInteger, info=plain())
    used_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class Read(ByWhom, Model):
    """A person read rows of a table on one kind of page. Recorded before the rows are shown.
    `ids` and `columns` are what was shown. `row_id` is the single row opened, or the role viewed as. `reason` is the
    one given for a reveal, else the address's whole query string. `session_hash` is that of SignedIn, NULL without a
    browser.
    """

    __tablename__ = "reads"
    __table_args__ = (
        # Who saw this patient: resource, ids @> {12}, read_at.
        Index("ix_reads_ids", "ids", postgresql_using="gin"),
        Index("ix_reads_staff_id_read_at", "staff_id", "read_at"),
        Index("ix_reads_session_hash_read_at", "session_hash", "read_at"),
        # The audit page reads newest first: everything, one table, one kind.
        Index("ix_reads_read_at_id", "read_at", "id"),
        Index("ix_reads_resource_read_at", "resource", "read_at"),
        Index("ix_reads_kind_read_at", "kind", "read_at"),
        # Reasons given and files opened, by row: they name a visit, not its patient.
        Index("ix_reads_with_reason", "resource", "row_id", postgresql_where=text("kind IN ('reveal', 'file')")),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, info=plain())
    read_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary, info=secret())
    kind: Mapped[str] = mapped_column(Text, info=plain())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[str | None] = mapped_column(String(64), info=plain())
    ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}", info=plain())
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", info=plain())
    reason: Mapped[str] = mapped_column(Text, server_default="", info=personal())


class Denial(ByWhom, Model):
    """A refused request: ids and names of rights only, never the contents of a row."""

    __tablename__ = "denials"
    __table_args__ = (
        Index("ix_denials_denied_at", "denied_at"),
        Index("ix_denials_staff_id", "staff_id"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    denied_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    role: Mapped[str] = mapped_column(Text, info=plain())
    resource: Mapped[str] = mapped_column(Text, info=plain())
    action: Mapped[str] = mapped_column(Text, info=plain())
    row_id: Mapped[str | None] = mapped_column(String(64), info=plain())
    reason: Mapped[str] = mapped_column(Text, info=plain())


class SavedView(Model):
    """A page's address saved under a name, for its owner or offered to the named roles.
    It grants no rights: whoever opens it passes the same checks as with a typed address. A person has at most one
    default view per page.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        Index("uq_saved_views_staff_id_path_name", "staff_id", "path", "name", unique=True),
        Index("uq_saved_views_default", "staff_id", "path", unique=True, postgresql_where=text("is_default")),
        Index("ix_saved_views_path", "path"),
        {"schema": SCHEMA},
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), info=plain())
    path: Mapped[str] = mapped_column(String(200), info=plain())
    name: Mapped[str] = mapped_column(String(80), info=plain())
    # Can contain search terms: a name, a phone number.
    query: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", info=plain())
    is_default: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    created_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class ListPreference(Model):
    """A person's settings for one table's list: the columns in order (empty: the defaults) and the density."""

    __tablename__ = "list_preferences"
    __table_args__ = ({"schema": SCHEMA},)

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, info=plain()
    )
    resource: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", info=plain())
    density: Mapped[str] = mapped_column(String(10), server_default="", info=plain())
