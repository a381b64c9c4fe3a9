"""The command line: accounts of a real installation, and the refusal of the demo company there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from conftest import PASSWORD, Visitor
from flask import Flask
from sqlalchemy import Engine, func, insert, select, text, update

from homecare import create_app
from homecare.config import Config
from homecare.models import Account, Staff, StoredRole

ROOT = Path(__file__).resolve().parent.parent
NEW_PASSWORD = "another long password"


def accounts(app: Flask, command: str, password: str = PASSWORD, **options: str) -> Result:
    arguments = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    stdin = [] if command == "disable" else ["--password-stdin"]
    return app.test_cli_runner().invoke(args=["accounts", command, *arguments, *stdin], input=password + "\n")


def create(app: Flask, email: str, role: str = "Admin", password: str = PASSWORD) -> Result:
    return accounts(app, "create", password, email=email, first_name="Almaz", last_name="Bekele", role=role)


def test_the_first_admin_of_an_installation_can_sign_in(app: Flask, client: Visitor) -> None:
    result = create(app, "first@care.example")

    assert result.exit_code == 0, result.output
    assert "first@care.example can sign in as Admin and was added to the staff." in result.output
    assert client.sign_in("first@care.example", PASSWORD).status_code == 302
    assert " · Admin</p>" in client.get("/admin/").text


def test_the_password_is_asked_for_twice_and_not_shown(app: Flask, client: Visitor) -> None:
    typed = f"asked@care.example\nAlmaz\nBekele\nNurse\n{PASSWORD}\n{PASSWORD}\n"

    result = app.test_cli_runner().invoke(args=["accounts", "create"], input=typed)

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert client.sign_in("asked@care.example", PASSWORD).status_code == 302


def test_the_trail_names_the_command_line(app: Flask, owner_engine: Engine) -> None:
    create(app, "trail@care.example")

    written = """SELECT s.origin FROM dashboard.changes c LEFT JOIN dashboard.change_sets s ON s.id = c.change_set
        WHERE c.resource = 'staff' AND c.new ->> 'email' = 'trail@care.example'"""
    with owner_engine.connect() as connection:
        assert connection.execute(text(written)).scalars().all() == ["command"]


def test_who_is_on_the_staff_already_is_not_added_again(app: Flask, owner_engine: Engine) -> None:
    with owner_engine.begin() as connection:
        connection.execute(
            Staff.__table__.insert(),
            {"first_name": "Sara", "last_name": "Alemu", "email": "Sara@care.example", "role": "Doctor"},
        )

    assert "on the staff as Doctor" in create(app, "sara@care.example").output
    assert create(app, "sara@care.example", role="Doctor").exit_code == 0

    found = select(Staff.first_name).where(func.lower(Staff.email) == "sara@care.example")
    with owner_engine.connect() as connection:
        assert connection.execute(found).scalars().all() == ["Sara"]


def test_a_role_that_it_made_is_a_role_like_any_other(app: Flask, owner_engine: Engine, client: Visitor) -> None:
    with owner_engine.begin() as connection:
        connection.execute(insert(StoredRole).values(name="Night Nurse", position=20))

    result = create(app, "night@care.example", role="night nurse")

    assert "night@care.example can sign in as Night Nurse and was added" in result.output
    assert client.sign_in("night@care.example", PASSWORD).status_code == 302
    assert " · Night Nurse</p>" in client.get("/admin/").text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"email": "no address"}, "is not an e-mail address"),
        ({"role": "Wizard"}, "There is no role 'Wizard'. Choose one of: Admin, Manager, Coordinator"),
        ({"password": "short"}, "A password has 12 to 256 characters; this one has 5."),
    ],
)
def test_a_refused_account_is_refused_in_words(
    app: Flask, owner_engine: Engine, change: dict[str, str], told: str
) -> None:
    result = create(app, **({"email": "refused@care.example"} | change))

    assert result.exit_code != 0
    assert told in result.output
    with owner_engine.connect() as connection:
        assert connection.scalar(select(Staff.id).where(Staff.email == "refused@care.example")) is None


def test_an_account_is_made_once(app: Flask) -> None:
    create(app, "once@care.example")

    result = create(app, "once@care.example")

    assert result.exit_code == 1
    assert result.output.strip() == (
        "Error: once@care.example already has an account. `accounts reset` gives it a new password."
    )


def test_disabling_an_account_shuts_it_and_ends_its_sessions(app: Flask, as_role: Callable[..., Visitor]) -> None:
    nurse = as_role("Nurse", email="leaving@care.example")

    assert accounts(app, "disable", email="leaving@care.example").exit_code == 0

    assert nurse.get("/admin/").status_code == 302
    assert nurse.sign_in("leaving@care.example", PASSWORD).status_code == 422


def test_resetting_gives_a_new_password_and_opens_the_account_again(
    app: Flask, client: Visitor, as_role: Callable[..., Visitor]
) -> None:
    nurse = as_role("Nurse", email="back@care.example")
    accounts(app, "disable", email="back@care.example")

    result = accounts(app, "reset", NEW_PASSWORD, email="back@care.example")

    assert result.exit_code == 0, result.output
    assert nurse.get("/admin/").status_code == 302
    assert client.sign_in("back@care.example", PASSWORD).status_code == 422
    assert client.sign_in("back@care.example", NEW_PASSWORD).status_code == 302


def test_resetting_a_password_ends_the_sessions(app: Flask, as_role: Callable[..., Visitor]) -> None:
    nurse = as_role("Nurse", email="reset@care.example")

    accounts(app, "reset", NEW_PASSWORD, email="reset@care.example")

    assert nurse.get("/admin/").status_code == 302


def test_the_last_active_admin_cannot_be_disabled(app: Flask, owner_engine: Engine) -> None:
    create(app, "last@care.example")
    admins = select(Staff.email).join(Account).where(Staff.role == "Admin", Account.disabled_at.is_(None))
    with owner_engine.connect() as connection:
        everyone = connection.execute(admins).scalars().all()

    results = [accounts(app, "disable", email=email) for email in everyone]

    assert [result.exit_code for result in results] == [0] * (len(everyone) - 1) + [1]
    assert "is the last active Admin" in results[-1].output


def test_whoever_holds_everything_counts_whatever_the_role_is_called(app: Flask, owner_engine: Engine) -> None:
    create(app, "head@care.example")
    with owner_engine.begin() as connection:
        connection.execute(update(StoredRole).where(StoredRole.name == "Admin").values(name="Head of IT"))
        connection.execute(update(Staff).where(Staff.role == "Admin").values(role="Inventory"))
        connection.execute(update(Staff).where(Staff.email == "head@care.example").values(role=" head of it"))

    assert "is the last active" in accounts(app, "disable", email="head@care.example").output


def test_nobody_is_disabled_by_a_wrong_address(app: Flask) -> None:
    result = accounts(app, "disable", email="nobody@care.example")

    assert (result.exit_code, result.output.count("nobody@care.example has no account")) == (1, 1)


@pytest.mark.parametrize("change", [{"private": False}, {"bind": "0.0.0.0"}])
def test_the_demo_company_is_refused_where_it_is_real(config: Config, change: dict[str, object]) -> None:
    app = create_app(replace(config, **change))  # type: ignore[arg-type]

    result = app.test_cli_runner().invoke(args=["demo", "load"])

    assert result.exit_code == 1
    assert "only for the private database" in result.output
    assert "homecare.example" not in app.test_client().get("/login").text


def test_a_database_that_is_away_is_told_in_a_sentence(config: Config) -> None:
    app = create_app(replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing"))

    result = create(app, "first@care.example")

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database refused")
    assert "127.0.0.1" not in result.output


def test_a_missing_setting_is_told_in_a_sentence() -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}

    result = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "routes"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert result.returncode == 1
    assert "SECRET_KEY and ENCRYPTION_KEYS must be set too" in result.stderr
    assert "Traceback" not in result.stderr
