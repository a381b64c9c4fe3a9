"""The command line: `flask --app app …`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TextIO, TypeVar

import click
from flask import Flask
from flask.cli import AppGroup
from flask_migrate import Migrate
from sqlalchemy.exc import SQLAlchemyError

from homecare.access.review import preview
from homecare.access.stored import document, versions
from homecare.access.stored.document import DocumentError
from homecare.actions import roles
from homecare.actions.roles import PolicyError
from homecare.adoption import MigrationError
from homecare.config import ROOT, ConfigError
from homecare.db import db, sqlstate
from homecare.login import accounts, passwords
from homecare.web.settings import current_config

P = ParamSpec("P")
R = TypeVar("R")

account_commands = AppGroup("accounts", help="Who may sign in.")
demo_commands = AppGroup("demo", help="The demo company.")
role_commands = AppGroup("roles", help="Who may do what, as a file.")


REFUSALS = (
    accounts.AccountError, passwords.PasswordError, MigrationError, ConfigError, PolicyError, DocumentError,
)  # fmt: skip


def in_sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Failures that a person can do something about end the command with their sentence and status 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except REFUSALS as refused:
            raise click.ClickException(str(refused)) from refused
        except SQLAlchemyError as error:
            raise click.ClickException(database_sentence(error)) from error

    return run


def database_sentence(error: SQLAlchemyError) -> str:
    state = sqlstate(error)
    if state in ("42P01", "3F000"):
        return "The database has not been set up. Run `flask --app app db upgrade` first."
    if state == "42501":
        return "The database role of DATABASE_URL may not do this. Run `flask --app app db upgrade` to grant it."
    return f"The database did not do it ({state or type(error).__name__}). Check that it runs and try again."


def ask_password(from_stdin: bool) -> str:
    """The new password, typed twice, or the first line of standard input for a script."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same password again")
    return password


password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
email_option = click.option("--email", prompt="E-mail", help="The staff member's e-mail.")


@account_commands.command("create")
@email_option
@click.option("--first-name", prompt="First name")
@click.option("--last-name", prompt="Last name")
@click.option("--role", prompt="Role", help="The staff member's role, one of those on the roles page.")
@password_stdin
@in_sentences
def create_account(email: str, first_name: str, last_name: str, role: str, password_stdin: bool) -> None:
    """Let a staff member sign in; who is not on the staff yet is added."""
    made = accounts.create(
        email=email, first_name=first_name, last_name=last_name, role=role, password=ask_password(password_stdin)
    )
    added = " and was added to the staff" if made.is_new else ""
    click.echo(f"{email} can sign in as {made.role}{added}.")


@account_commands.command("disable")
@email_option
@in_sentences
def disable_account(email: str) -> None:
    """Shut an account and end its sessions."""
    accounts.disable(email=email)
    click.echo(f"{email} can no longer sign in, and every session of it is over.")


@account_commands.command("reset")
@email_option
@click.option("--second-factor", is_flag=True, help="Turn its second factor off too.")
@password_stdin
@in_sentences
def reset_account(email: str, second_factor: bool, password_stdin: bool) -> None:
    """Give an account a new password, end its sessions, and open it where it was disabled."""
    accounts.reset(email=email, password=ask_password(password_stdin), factor_off=second_factor)
    click.echo(f"{email} has a new password, and every session of it is over.")


@role_commands.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
@in_sentences
def export_roles(file: TextIO) -> None:
    """Write all roles to FILE, or to the screen, as YAML."""
    file.write(document.to_yaml(versions.stored_policy(db.session())))


@role_commands.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@in_sentences
def import_roles(file: TextIO, dry_run: bool) -> None:
    """Put the roles of FILE in place of all roles, as one version of the history."""
    session = db.session()
    stored = versions.stored_policy(session)
    new = document.from_yaml(file.read(), stored.version)
    found = preview.changes(stored, new)
    for change in found:
        click.echo(f"{change.role} {change.sense}: {change.sentence()}")
    if not found:
        click.echo("Nothing changes.")
    elif dry_run:
        roles.check(session, new, None)
        click.echo(f"{len(found)} changes; nothing was saved.")
    else:
        number = roles.save(session=session, new=new, expected=stored.version, note="From a file", by=None)
        click.echo(f"{len(found)} changes, saved as version {number}.")


@demo_commands.command("load")
@in_sentences
def load_demo() -> None:
    """Fill the private database with the demo company."""
    config = current_config()
    if not config.demo_allowed:
        raise click.ClickException(
            "The demo company is only for the private database while it is bound to this machine. "
            "Unset DATABASE_URL and BIND to use it."
        )
    # Here, because the making of a company is needed by this command alone.
    from homecare.local import setup

    is_new = setup.load_demo(config)
    click.echo("The demo company is loaded." if is_new else "The demo company is there already.")


def init_app(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"))
    app.cli.add_command(account_commands)
    app.cli.add_command(demo_commands)
    app.cli.add_command(role_commands)
