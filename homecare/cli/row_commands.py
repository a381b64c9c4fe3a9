"""The demo company and rows for measuring: `flask demo`, `flask bench`."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from homecare.cli.sentences import in_sentences
from homecare.web.settings import current_config

bench_commands = AppGroup("bench", help="Rows for measuring, in a database of their own.")
demo_commands = AppGroup("demo", help="The demo company.")


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
