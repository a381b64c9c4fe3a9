"""The trail of every change: `flask audit`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import NullPool, create_engine, update
from sqlalchemy.orm import Session

from homecare.actions.transaction import transaction
from homecare.audit import seals
from homecare.cli.sentences import in_sentences
from homecare.db import db
from homecare.models import TrailKeeping
from homecare.web.settings import current_config

# The law keeps records of health for longer; less is a typing error.
LEAST_MONTHS = 12

audit_commands = AppGroup("audit", help="The trail of every change.")


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
