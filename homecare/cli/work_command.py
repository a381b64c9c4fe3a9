"""What happens outside requests: `flask work`."""

from __future__ import annotations

import sys
from contextlib import closing

import click
from flask.cli import with_appcontext

from homecare.cli.sentences import in_sentences
from homecare.web.settings import current_config


@click.command("work")
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
@click.option("--again", is_flag=True, help="Try again what was given up, before anything else.")
@with_appcontext
@in_sentences
def work(once: bool, again: bool) -> None:
    """Do what happens outside requests, until SIGTERM; any number of workers may run."""
    # Here, because no other command needs them.
    from homecare.work.loop import Loop
    from homecare.work.stopping import stopped_by_signals

    with closing(Loop(current_config())) as loop, stopped_by_signals(loop.stop):
        if again:
            click.echo(f"{loop.take_up_again()} jobs are tried again.")
        if not once:
            loop.run()
            return
        loop.run_due()
    click.echo(f"{loop.done} jobs done, {loop.failed} failed.")
    if loop.failed:
        sys.exit(1)
