"""Facts that are kept beside the company's rows: `flask facts`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import text

from homecare.actions.transaction import transaction
from homecare.cli.sentences import in_sentences
from homecare.db import db
from homecare.work.facts.draining import rebuild
from homecare.work.facts.fact_kinds import FACTS

# The whole company is read at once.
PATIENCE = text("SET statement_timeout = '30min'")
MOST_TOLD = 20

fact_commands = AppGroup("facts", help="Facts that are kept beside the company's rows.")
kind_argument = click.argument("kind", type=click.Choice([*FACTS]), required=False)


@fact_commands.command("rebuild")
@kind_argument
@in_sentences
def rebuild_facts(kind: str | None) -> None:
    """Work out all facts of KIND anew, or of every kind."""
    session = db.session()
    session.execute(PATIENCE)
    for name in [kind] if kind else FACTS:
        with transaction(session, by=None):
            done = rebuild(session, FACTS[name])
        if not done:
            raise click.ClickException(f"A worker is working out the {name} right now. Try again in a moment.")
        click.echo(f"All {name} are worked out.")


@fact_commands.command("check")
@kind_argument
@in_sentences
def check_facts(kind: str | None) -> None:
    """Compare every fact with the company's rows. What waits in the queue is left out."""
    session, number = db.session(), 0
    session.execute(PATIENCE)
    for name in [kind] if kind else FACTS:
        for fault in FACTS[name].faults(session):
            number += 1
            if number <= MOST_TOLD:
                click.echo(fault)
    if number:
        raise click.ClickException(f"{number:,} facts differ. `flask --app app facts rebuild` works them out anew.")
    click.echo("Every fact is as the company's rows say.")
