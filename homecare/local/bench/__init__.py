"""Rows for measuring: a made-up company of any size, written by set-based SQL into a database of its own.

Nothing in it is about a real person. Rows depend on the numbers, the seed and the minute alone. What the product has
of indexes, keys and triggers is read from the catalogue, taken away, and put back when the rows are in: five minutes
for ten million visits instead of seventeen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from homecare import migrate
from homecare.config import DEFAULT_ROLES, Config, ConfigError, demo_email
from homecare.local.bench import catalogue, money, office, people, promotion, rounds
from homecare.local.bench.loaders import Sessions, Task, sessions
from homecare.local.bench.sizes import Size
from homecare.local.bench.target import UNFINISHED, Target
from homecare.login import passwords
from homecare.models import business_models
from homecare.queueing import QUEUES

__all__ = ["UNFINISHED", "Size", "Target", "how_to_use", "load"]

Say = Callable[[str], None]


def load(target: Target, size: Size, password: str | None, say: Say) -> None:
    """Makes the database anew and fills it; `password` opens one account a role, None makes no accounts.

    The two sessions commit as they go. A load that was broken off is marked in the database, and the next one begins
    from nothing. Raises ConfigError where the database holds rows that are not for measuring.
    """
    try:
        with target.taken() as owner:
            target.refuse_what_is_not_ours(owner)
            with told("an empty database with the newest schema", say):
                target.empty(owner)
                migrate.migrate(target.owner_url, target.serving_url)
            with sessions(target.owner_url, size, say) as both:
                fill(owner, both, size, say)
            if password is not None:
                open_accounts(owner, password)
            target.mark(owner, size.told)
    except psycopg.errors.LockNotAvailable as error:
        raise ConfigError(
            f"Somebody works in the database {target.database}. End what serves it or asks it, and load again."
        ) from error
    except psycopg.Error as error:
        raise ConfigError(
            f"The rows for measuring were not made: {error.diag.message_primary or error} (SQLSTATE {error.sqlstate}). "
            "The next load begins from nothing."
        ) from error


def fill(owner: psycopg.Connection, both: Sessions, size: Size, say: Say) -> None:
    dropped = catalogue.read(owner, list(business_models()))
    with told("indexes, keys and triggers taken away", say):
        catalogue.take_away(owner, dropped)
    with told("rows", say):
        steps = (*rounds.STEPS, *people.STEPS, *promotion.STEPS, *office.STEPS)
        both.run([task for step in steps for task in step.tasks(size)])
        # What is made out of other rows. Without statistics they would be joined one by one.
        both.run([Task(table, (f"ANALYZE public.{table}",)) for table in ("staff", "visit_services", "patients")])
        both.run([task for step in (*money.STEPS, *promotion.TOUCHES) for task in step.tasks(size)])
    with told("indexes", say):
        both.run([Task(index.name, (index.create,)) for index in dropped.indexes])
        # The rules that take a table for themselves, one table at a time.
        both.run([Task(table, tuple(rules)) for table, rules in dropped.rules().items()])
    with told("statistics", say):
        both.run([Task(table, (f'VACUUM (ANALYZE) public."{table}"',)) for table in business_models()])
    with told("foreign keys", say):
        for key in dropped.keys:
            owner.execute(key.declare)
        both.run([Task(table, tuple(checks)) for table, checks in dropped.checks().items()])
    catalogue.wake_triggers(owner, dropped)
    for queue in QUEUES:
        owner.execute(queue.everything)
    catalogue.move_sequences(owner, dropped)


def open_accounts(owner: psycopg.Connection, password: str) -> None:
    """One person of each role may sign in, as in the demo company. One hash serves all of them."""
    owner.execute(
        "INSERT INTO dashboard.accounts (staff_id, password_hash) SELECT id, %s FROM staff WHERE email = ANY(%s)",
        [passwords.hashed(password), [demo_email(role) for role in DEFAULT_ROLES]],
    )


def how_to_use(config: Config, target: Target) -> str:
    if not config.private:
        return (
            "Serve it with the DATABASE_URL it was made with: make run. Measure on it in the same way: make bench. "
            "Accounts are made with: flask --app app accounts create"
        )
    return (
        f"Serve it:      make run PRIVATE_DATABASE={target.database}\n"
        f"Measure on it: make bench PRIVATE_DATABASE={target.database}\n"
        f"Ask it:        psql '{target.owner_url.replace('+psycopg', '')}' (while the private database runs)"
    )


@contextmanager
def told(what: str, say: Say) -> Iterator[None]:
    start = time.monotonic()
    yield
    say(f"{time.monotonic() - start:6.1f} s  {what}")
