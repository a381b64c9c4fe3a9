"""What IT decides: roles, their grants and field rules, the tables' settings, and every version of both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from homecare.db import Model
from homecare.models.columns import UTC_NOW, personal, plain
from homecare.models.ours.dashboard import SCHEMA


class StoredRole(Model):
    """The stored form of access.policy.Role. staff.role refers to it by name, trimmed and case-folded."""

    __tablename__ = "roles"
    __table_args__ = ({"schema": SCHEMA},)

    name: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    description: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    everything: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    delivers_care: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    visit_minutes: Mapped[int] = mapped_column(server_default="60", info=plain())
    start_page: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    idle_minutes: Mapped[int] = mapped_column(server_default="20", info=plain())
    second_factor: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    glass_minutes: Mapped[int] = mapped_column(server_default="15", info=plain())
    position: Mapped[int] = mapped_column(server_default="0", info=plain())


class RoleRename(Model):
    """A role that was renamed. Documents saved before use the old name and are read under the new one."""

    __tablename__ = "role_renames"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    old_name: Mapped[str] = mapped_column(Text, info=plain())
    new_name: Mapped[str] = mapped_column(Text, info=plain())
    renamed_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())


class StoredGrant(Model):
    __tablename__ = "grants"
    __table_args__ = ({"schema": SCHEMA},)

    role: Mapped[str] = mapped_column(
        ForeignKey(f"{SCHEMA}.roles.name", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True, info=plain()
    )
    resource: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    action: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    scope: Mapped[str] = mapped_column(Text, server_default="all", info=plain())
    level: Mapped[str] = mapped_column(Text, server_default="", info=plain())


class StoredFieldRule(Model):
    __tablename__ = "field_rules"
    __table_args__ = ({"schema": SCHEMA},)

    role: Mapped[str] = mapped_column(
        ForeignKey(f"{SCHEMA}.roles.name", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True, info=plain()
    )
    resource: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    column_name: Mapped[str] = mapped_column(Text, primary_key=True, info=plain())
    state: Mapped[str] = mapped_column(Text, server_default="shown", info=plain())
    write: Mapped[str] = mapped_column(Text, server_default="always", info=plain())


class PolicyState(Model):
    """One row. Triggers on the three tables above raise `version`, so every worker notices raw SQL changes too."""

    __tablename__ = "policy_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"schema": SCHEMA})

    id: Mapped[int] = mapped_column(primary_key=True, info=plain())
    version: Mapped[int] = mapped_column(info=plain())


class Version:
    """A whole document after one save, with author (as in ByWhom) and note. Rows are only ever added."""

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=plain())
    saved_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
    saved_by: Mapped[int | None] = mapped_column(info=plain())
    saved_by_name: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    saved_by_email: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    note: Mapped[str] = mapped_column(Text, server_default="", info=plain())
    document: Mapped[dict[str, Any]] = mapped_column(JSONB, info=plain())


class PolicyVersion(Version, Model):
    """The whole policy as access.document writes it."""

    __tablename__ = "policy_versions"
    __table_args__ = (Index("ix_policy_versions_saved_by", "saved_by"), {"schema": SCHEMA})


class SettingsVersion(Version, Model):
    """IT's changes to the tables' labels, choices, columns and forms."""

    __tablename__ = "settings_versions"
    __table_args__ = (Index("ix_settings_versions_saved_by", "saved_by"), {"schema": SCHEMA})


class SettingsDraft(Model):
    """One editor's unpublished settings. While `previewing`, only that person sees them."""

    __tablename__ = "settings_drafts"
    __table_args__ = ({"schema": SCHEMA},)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, info=plain())
    document: Mapped[dict[str, Any]] = mapped_column(JSONB, info=plain())
    based_on: Mapped[int] = mapped_column(server_default="0", info=plain())
    previewing: Mapped[bool] = mapped_column(server_default=false(), info=plain())
    changed_at: Mapped[datetime] = mapped_column(server_default=UTC_NOW, info=plain())
