"""Prepares a database at start-up before the first request, and explains what can be wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import create_engine, make_url, pool, text
from sqlalchemy.exc import DBAPIError, OperationalError

from homecare import migrate as migrations
from homecare.adoption import MigrationError, Say
from homecare.config import Config, ConfigError
from homecare.db import sqlstate
from homecare.local.demo import load_if_empty

LOWEST_SERVER = 150000
CONNECT_TIMEOUT_S = 10


def check(config: Config) -> None:
    """Checks that every database answers and is new enough, and that named files are there. ConfigError names the wrong
    setting.
    """
    if config.basemap_pmtiles and not _is_readable(Path(config.basemap_pmtiles)):
        raise ConfigError(f"BASEMAP_PMTILES is {config.basemap_pmtiles!r}, which is no file that can be read here.")
    addresses = {"DATABASE_URL": config.database_url}
    if config.owner_url != config.database_url:
        addresses["DATABASE_OWNER_URL"] = config.owner_url
    for name, url in addresses.items():
        version = server_version(name, url)
        if version < LOWEST_SERVER:
            raise ConfigError(f"{name} names PostgreSQL {version // 10000}; version 15 or newer is needed.")


def _is_readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def server_version(name: str, url: str) -> int:
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text("SHOW server_version_num")) or 0)
    except OperationalError as error:
        shown = make_url(url).set(drivername="postgresql", query={}).render_as_string(hide_password=True)
        reason = str(error.orig).strip().splitlines()[0].rpartition(" failed: ")[2]
        raise ConfigError(
            f"{name} is {shown}, and that database cannot be used: {reason}. Start it, or correct {name}."
        ) from error


def migrate(config: Config, say: Say) -> None:
    """Migrates to the newest schema. ConfigError if a person must do something first."""
    try:
        migrations.migrate(config.owner_url, config.database_url, say)
    except MigrationError as error:
        raise ConfigError(str(error)) from error
    except DBAPIError as error:
        raise ConfigError(
            f"The migrations stopped with SQLSTATE {sqlstate(error)}; the owner named in DATABASE_OWNER_URL must own "
            "the tables."
        ) from error


def load_demo(config: Config) -> bool:
    """Loads the demo company in one transaction if there is none yet. Never in a real installation."""
    if not config.demo_allowed:
        return False
    engine = create_engine(config.owner_url, poolclass=pool.NullPool)
    return load_if_empty(engine, config.demo_password)
