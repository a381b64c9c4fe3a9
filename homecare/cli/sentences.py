"""What went wrong, as a sentence and status 1."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from homecare.access.stored.document import DocumentError
from homecare.actions.roles import PolicyError
from homecare.adoption import MigrationError
from homecare.config import ConfigError
from homecare.db import sqlstate
from homecare.login import accounts, passwords

P = ParamSpec("P")
R = TypeVar("R")

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
