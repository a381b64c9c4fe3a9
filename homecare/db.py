"""The declarative base, the session, and how the driver reads values that Python cannot represent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from sqlalchemy import MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session

from homecare.clock import EARLIEST, LATEST, Beyond

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# People wait for an answer, never for a lock, a runaway statement, or a statement that takes longer to compile than to
# run: every one is to take milliseconds.
SESSION_LIMITS = "-c statement_timeout=5000 -c lock_timeout=2000 -c jit=off -c timezone=UTC"
# A job outside a request may take its time, but stands in nobody's way; the transaction that holds its row is idle for
# as long as it runs. What a killed worker was doing ends within seconds, and within two minutes where its machine went.
WORKER_LIMITS = (
    "-c statement_timeout=600000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=0 -c timezone=UTC "
    "-c client_connection_check_interval=5000 -c tcp_keepalives_idle=30 "
    "-c tcp_keepalives_interval=20 -c tcp_keepalives_count=3"
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)


db = SQLAlchemy(
    model_class=Base,
    # A refresh after commit would read columns that the person may not see.
    session_options={"expire_on_commit": False},
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def reading_beyond(type_name: str) -> type[Loader]:
    """The driver's loader for a day or moment, except that values Python cannot represent become text."""
    oid = psycopg.adapters.types[type_name].oid
    usual = cast(type[Loader], psycopg.adapters.get_loader(oid, Format.TEXT))

    class BeyondLoader(Loader):
        def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
            super().__init__(oid, context)
            self.usual = usual(oid, context)

        def load(self, data: Buffer) -> date | Beyond:
            try:
                found: date = self.usual.load(data)
            except psycopg.DataError:
                pass
            else:
                if not isinstance(found, datetime) or EARLIEST <= found <= LATEST:
                    return found
            text = bytes(data).decode()
            return Beyond(f"{text} UTC" if ":" in text else text)

    return BeyondLoader


# For every connection of this process, whichever engine opened it: all of them read the company's tables.
for name in ("date", "timestamp"):
    psycopg.adapters.register_loader(name, reading_beyond(name))


def engine_options(threads: int) -> dict[str, Any]:
    """Options of the serving engine. `hide_parameters` keeps people's data out of error texts.
    A request holds at most two connections: the session's, and one for records that must survive a rollback.
    """
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_timeout": 3,
        "pool_size": threads,
        "max_overflow": threads,
        "connect_args": {"options": SESSION_LIMITS, "connect_timeout": 3},
    }


def listen_to_sessions(name: str, listener: Callable[..., Any]) -> None:
    """Every session of the process from here on, also one that is made beside the request's; once is enough."""
    if not event.contains(Session, name, listener):
        event.listen(Session, name, listener)


def worker_engine_options() -> dict[str, Any]:
    """Options of a worker's engine: a connection holds the row of its job, one works, one writes what must outlive."""
    return engine_options(threads=1) | {
        "pool_size": 2,
        "max_overflow": 1,
        "connect_args": {
            "options": WORKER_LIMITS, "connect_timeout": 3,
            "keepalives_idle": 30, "keepalives_interval": 20, "keepalives_count": 3,
        },
    }  # fmt: skip


def init_app(app: Flask) -> None:
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["HOMECARE"].threads))
    db.init_app(app)


def sqlstate(error: BaseException | None) -> str | None:
    """The SQLSTATE that PostgreSQL gave. None if the error is not PostgreSQL's."""
    original = getattr(error, "orig", error)
    return original.sqlstate if isinstance(original, psycopg.Error) else None
