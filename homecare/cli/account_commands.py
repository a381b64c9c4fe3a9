"""Who may sign in: `flask accounts`."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from homecare.cli.sentences import in_sentences
from homecare.login import accounts

account_commands = AppGroup("accounts", help="Who may sign in.")


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
