"""The command line: `flask --app app …`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import ParamSpec, TextIO, TypeVar

import click
import psycopg
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from flask_migrate import Migrate
from sqlalchemy import NullPool, create_engine, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from homecare.access.review import preview
from homecare.access.stored import document, versions
from homecare.access.stored.document import DocumentError
from homecare.actions import roles
from homecare.actions.roles import PolicyError
from homecare.actions.transaction import transaction
from homecare.adoption import MigrationError
from homecare.audit import seals
from homecare.config import ROOT, ConfigError
from homecare.db import db, sqlstate
from homecare.login import accounts, passwords
from homecare.models import TrailKeeping
from homecare.web.settings import current_config

# The law keeps records of health for longer; less is a typing error.
LEAST_MONTHS = 12

P = ParamSpec("P")
R = TypeVar("R")

account_commands = AppGroup("accounts", help="Who may sign in.")
bench_commands = AppGroup("bench", help="Rows for measuring, in a database of their own.")
demo_commands = AppGroup("demo", help="The demo company.")
audit_commands = AppGroup("audit", help="The trail of every change.")
role_commands = AppGroup("roles", help="Who may do what, as a file.")


REFUSALS = (
    accounts.AccountError, passwords.PasswordError, MigrationError, ConfigError, PolicyError, DocumentError,
)  # fmt: skip


def in_sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Ends the command with a sentence and status 1 for failures that a person can fix."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except REFUSALS as refused:
            raise click.ClickException(str(refused)) from refused
        except (SQLAlchemyError, psycopg.Error) as error:
            raise click.ClickException(database_sentence(error)) from error

    return run


def database_sentence(error: SQLAlchemyError | psycopg.Error) -> str:
    state = sqlstate(error)
    if state in ("42P01", "3F000"):
        return "The database has not been set up. Run `flask --app app db upgrade` first."
    if state == "42501":
        return "The database role of DATABASE_URL may not do this. Run `flask --app app db upgrade` to grant it."
    return f"The database refused ({state or type(error).__name__}). Check that it runs and try again."


def ask_password(from_stdin: bool) -> str:
    """The new password: typed twice, or for a script the first line of standard input."""
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
    """Let a staff member sign in. A person who is not on the staff yet is added."""
    made = accounts.create(
        email=email, first_name=first_name, last_name=last_name, role=role, password=ask_password(password_stdin)
    )
    added = " and was added to the staff" if made.is_new else ""
    click.echo(f"{email} can sign in as {made.role}{added}.")


@account_commands.command("disable")
@email_option
@in_sentences
def disable_account(email: str) -> None:
    """Disable an account and end its sessions."""
    accounts.disable(email=email)
    click.echo(f"{email} can no longer sign in, and all its sessions have ended.")


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
    """Replace all roles by those of FILE, as one version of the history."""
    session = db.session()
    stored = versions.stored_policy(session)
    new = document.from_yaml(file.read(), stored.version)
    found = preview.changes(stored, new)
    for change in found:
        click.echo(f"{change.role} {change.sense}: {change.sentence()}")
    if not found:
        click.echo("Nothing changes.")
    elif dry_run:
        roles.check(session, stored, new, None)
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
    # Imported here because only this command needs the code that builds the company.
    from homecare.local import setup

    is_new = setup.load_demo(config)
    click.echo("The demo company is loaded." if is_new else "The demo company is already there.")


@audit_commands.command("verify")
@in_sentences
def verify_trail() -> None:
    """Name every entry of the trail that was altered, taken out or put in, and every row that is not as it says."""
    session = db.session()
    faults = 0
    for seal in seals.broken_seals(session):
        faults += 1
        click.echo(f"Seal {seal} does not follow from the one before.")
    for found in seals.verify(session):
        faults += 1
        where = f" ({found.resource} {found.row_id}, {found.made_at} UTC)" if found.resource else ""
        click.echo(f"Entry {found.id}{where} is {found.fault}.")
    counts = seals.counts(session)
    click.echo(f"{counts.sealed:,} entries are sealed and {counts.waiting:,} wait for it. Newest seal: {counts.head}")
    if faults:
        raise click.ClickException(f"{faults:,} faults. Do not change anything until you know why, and keep a copy.")
    click.echo("Every entry is as it was sealed, and every row is as its newest entry says.")


@audit_commands.command("seal")
@in_sentences
def seal_trail() -> None:
    """Seal what is not sealed yet; the worker does it by itself."""
    session, sealed = db.session(), 0
    while batch := _sealed(session):
        sealed += batch
    click.echo(f"{sealed:,} entries sealed.")


def _sealed(session: Session) -> int:
    with transaction(session, by=None):
        return seals.seal_batch(session)


@audit_commands.command("keep")
@click.option("--months", type=click.IntRange(min=0), required=True, help="0 keeps the trail for ever.")
@in_sentences
def keep_trail(months: int) -> None:
    """Say for how many months the trail is kept, as the owner of the database; the worker drops what is older."""
    if 0 < months < LEAST_MONTHS:
        raise click.ClickException(f"Keep the trail for {LEAST_MONTHS} months or more, or for ever with 0.")
    engine = create_engine(current_config().owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(update(TrailKeeping).values(months=months))
    click.echo(f"The trail is kept for {months} months." if months else "The trail is kept for ever.")


@click.command("work")
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
@with_appcontext
@in_sentences
def work(once: bool) -> None:
    """Do what happens outside requests, until SIGTERM; any number of workers may run."""
    # Here, because no other command needs them.
    from homecare.work.loop import Loop
    from homecare.work.stopping import stopped_by_signals

    with closing(Loop(current_config())) as loop, stopped_by_signals(loop.stop):
        if not once:
            loop.run()
            return
        loop.run_due()
    click.echo(f"{loop.done} jobs done, {loop.failed} failed.")
    if loop.failed:
        sys.exit(1)


@bench_commands.command("load")
@click.option("--patients", type=click.IntRange(1, 15_000_000), default=1_000_000, show_default=True)
@click.option("--visits", type=click.IntRange(1, 500_000_000), default=10_000_000, show_default=True)
@click.option("--small", is_flag=True, help="50,000 patients and 500,000 visits, in two minutes.")
@click.option("--seed", type=click.IntRange(0, 2_000_000), default=1, help="Another number gives other rows.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="What the rows take for today; the same gives the same.")
@click.option("--again", is_flag=True, help="Do not ask before the rows that stand there are dropped.")
@in_sentences
def load_bench(patients: int, visits: int, small: bool, seed: int, day: datetime | None, again: bool) -> None:
    """Make a company of any size to measure on, never where the demo company or a real one is."""
    from homecare.local import bench

    config = current_config()
    patients, visits = (50_000, 500_000) if small else (patients, visits)
    size = bench.Size.of(patients, visits, seed, day.date() if day else None)
    target = bench.Target.of(config)
    stands = target.told()
    if stands is not None:
        click.echo(f"{target.database} has rows for measuring: {stands}.")
        if not again and not stands.startswith(bench.UNFINISHED):
            click.confirm("Drop them and make them anew?", abort=True)
    bench.load(target, size, config.demo_password if config.demo_allowed else None, click.echo)
    click.echo(f"{target.database} has {size.told}.")
    click.echo(bench.how_to_use(config, target))


def init_app(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"))
    app.cli.add_command(account_commands)
    app.cli.add_command(audit_commands)
    app.cli.add_command(bench_commands)
    app.cli.add_command(demo_commands)
    app.cli.add_command(role_commands)
    app.cli.add_command(work)
