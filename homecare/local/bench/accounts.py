"""Who may sign in to the database for measuring: one person of each role, as in the demo company."""

from __future__ import annotations

import psycopg

from homecare.config import DEMO_ROLES, demo_email
from homecare.login import passwords


def open_to(owner: psycopg.Connection, password: str | None) -> None:
    """They share one public password, so one hash of it serves all."""
    if password is None:
        return
    owner.execute(
        "INSERT INTO dashboard.accounts (staff_id, password_hash) SELECT id, %s FROM staff WHERE email = ANY(%s)",
        [passwords.hashed(password), [demo_email(role) for role in DEMO_ROLES]],
    )
