"""Who may do what, as a file: `flask roles`."""

from __future__ import annotations

from typing import TextIO

import click
from flask.cli import AppGroup

from homecare.access.review import preview
from homecare.access.stored import document, versions
from homecare.actions import roles
from homecare.cli.sentences import in_sentences
from homecare.db import db

role_commands = AppGroup("roles", help="Who may do what, as a file.")


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
