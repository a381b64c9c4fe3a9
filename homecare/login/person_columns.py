"""What a person is read from, by a request and by a job alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from homecare.models import Account, PolicyState, SettingsVersion, Staff


def person_columns() -> tuple[Any, ...]:
    """What makes a Person, of an account joined with its staff row; a draft that they preview aside."""
    return (
        Account.id.label("account_id"),
        Staff.id.label("staff_id"),
        Staff.first_name,
        Staff.last_name,
        Staff.email,
        Staff.role,
        Staff.status,
        select(PolicyState.version).scalar_subquery().label("policy_version"),
        select(func.coalesce(func.max(SettingsVersion.version), 0)).scalar_subquery().label("settings_version"),
    )
