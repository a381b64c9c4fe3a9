"""Facts that are kept beside the company's rows: `flask facts`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from homecare.actions.transaction import transaction
from homecare.cli.sentences import in_sentences
from homecare.db import worker_engine_options
from homecare.web.settings import current_config
from homecare.work.facts.draining import rebuild
from homecare.work.facts.fact_kinds import FACTS

PATIENCE = text("SET statement_timeout = '30min'")
MOST_TOLD = 20

fact_commands = AppGroup("facts", help="Facts that are kept beside the company's rows.")
kind_argument = click.argument("kind", type=click.Choice([*FACTS]), required=False)


@contextmanager
def patient() -> Iterator[Session]:
    """A session that may read the whole company at once. The request's own lets go after seconds."""
    engine = create_engine(current_config().database_url, **worker_engine_options())
    with Session(engine) as session:
        session.execute(PATIENCE)
        yield session
    engine.dispose()


@fact_commands.command("rebuild")
@kind_argument
@in_sentences
def rebuild_facts(kind: str | None) -> None:
    """Work out all facts of KIND anew, or of every kind."""
    for name in [kind] if kind else FACTS:
        with patient() as session, transaction(session, by=None):
            done = rebuild(session, FACTS[name])
        if not done:
            raise click.ClickException(f"A worker is working out the {name} right now. Try again in a moment.")
        click.echo(f"All {name} are worked out.")


@fact_commands.command("check")
@kind_argument
@in_sentences
def check_facts(kind: str | None) -> None:
    """Compare every fact with the company's rows. What waits in the queue is left out."""
    number = 0
    for name in [kind] if kind else FACTS:
        with patient() as session:
            for fault in FACTS[name].faults(session):
                number += 1
                if number <= MOST_TOLD:
                    click.echo(fault)
    if number:
        raise click.ClickException(f"{number:,} facts differ. `flask --app app facts rebuild` works them out anew.")
    click.echo("Every fact is as the company's rows say.")
