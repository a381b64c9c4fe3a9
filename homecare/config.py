"""The environment, read and checked once at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEMO_DOMAIN = "homecare.example"
# The default roles, each of which has an account in the demo company.
DEMO_ROLES = (
    "Admin", "Manager", "Coordinator", "Doctor", "Nurse", "Caregiver", "Marketing", "Finance", "Inventory", "Auditor",
)  # fmt: skip


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one sentence for the person who starts the program."""


@dataclass(frozen=True)
class Whole:
    """A whole number of the environment: what it is where nothing is said, and the bounds it must keep."""

    default: int
    lowest: int
    highest: int


# By the setting's name here, which in capitals is the variable's.
NUMBERS = {
    "port": Whole(5000, 1, 65535),
    # Processes that answer, and requests that each works on at once. A thread may hold a connection to the database.
    "workers": Whole(2, 1, 64),
    "threads": Whole(16, 1, 256),
    "trusted_proxies": Whole(0, 0, 10),
    "files_daily_mb": Whole(300, 1, 1_000_000),
    "files_total_mb": Whole(20_000, 1, 100_000_000),
    "files_keep_free_mb": Whole(500, 0, 100_000_000),
}


@dataclass(frozen=True)
class Config:
    """Every setting the program reads.

    `private` says that the program runs its own PostgreSQL cluster under `instance/` (DATABASE_URL unset);
    only then, and only while bound to loopback, the demo company and its accounts exist.
    """

    database_url: str
    owner_url: str
    private: bool
    secret_key: str
    encryption_keys: tuple[str, ...]
    bind: str
    port: int
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    files_dir: Path
    demo_password: str
    workers: int = NUMBERS["workers"].default
    threads: int = NUMBERS["threads"].default
    # Megabytes of uploads: of one person within a day, of everybody together, and what the disk must have left.
    files_daily_mb: int = NUMBERS["files_daily_mb"].default
    files_total_mb: int = NUMBERS["files_total_mb"].default
    files_keep_free_mb: int = NUMBERS["files_keep_free_mb"].default

    @property
    def demo_allowed(self) -> bool:
        return self.private and self.bind in LOOPBACK

    @property
    def demo_accounts(self) -> tuple[str, ...]:
        """The e-mails that sign in to the demo company; none where it is not allowed."""
        return tuple(demo_email(role) for role in DEMO_ROLES) if self.demo_allowed else ()


@dataclass(frozen=True)
class PrivateInstallation:
    """What a running private cluster hands to the program: two addresses and the keys kept beside it."""

    serving_url: str
    owner_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]


def demo_email(role: str) -> str:
    return f"{role.lower()}@{DEMO_DOMAIN}"


def read(environ: Mapping[str, str], private: PrivateInstallation | None) -> Config:
    """The settings of this process.

    `private` carries what a private installation keeps for itself; it is used only where DATABASE_URL is unset.
    Raises ConfigError with the name, the value and what is accepted.
    """
    is_private = not text(environ, "DATABASE_URL")
    hosts = words(environ, "TRUSTED_HOSTS")
    numbers: dict[str, Any] = {name: whole_number(environ, name.upper(), NUMBERS[name]) for name in NUMBERS}
    return Config(
        private=is_private,
        bind=text(environ, "BIND") or "127.0.0.1",
        trusted_hosts=hosts + tuple(h for h in ("127.0.0.1", "localhost") if hosts and h not in hosts),
        files_dir=Path(text(environ, "FILES_DIR") or ROOT / "instance" / "files"),
        demo_password=text(environ, "DEMO_PASSWORD") or "homecare-demo",
        **numbers,
        **(_private_keys(environ, private) if is_private else _real_keys(environ)),
    )


def _private_keys(environ: Mapping[str, str], private: PrivateInstallation | None) -> dict[str, Any]:
    if private is None:
        raise ConfigError("DATABASE_URL is not set and no private database is running. Set it, or start `make run`.")
    return {
        "database_url": private.serving_url,
        "owner_url": private.owner_url,
        "secret_key": environ.get("SECRET_KEY", "") or private.secret_key,
        "encryption_keys": words(environ, "ENCRYPTION_KEYS") or private.encryption_keys,
    }


def _real_keys(environ: Mapping[str, str]) -> dict[str, Any]:
    missing = [name for name in ("SECRET_KEY", "ENCRYPTION_KEYS") if not text(environ, name)]
    if missing:
        raise ConfigError(
            f"DATABASE_URL is set, so this is a real installation, and {' and '.join(missing)} must be set too. "
            "README.md says how to make them."
        )
    owner = "DATABASE_OWNER_URL" if text(environ, "DATABASE_OWNER_URL") else "DATABASE_URL"
    return {
        "database_url": psycopg_url("DATABASE_URL", text(environ, "DATABASE_URL")),
        "owner_url": psycopg_url(owner, text(environ, owner)),
        "secret_key": text(environ, "SECRET_KEY"),
        "encryption_keys": words(environ, "ENCRYPTION_KEYS"),
    }


def text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def whole_number(environ: Mapping[str, str], name: str, bounds: Whole) -> int:
    found = text(environ, name)
    if not found:
        return bounds.default
    if not found.isascii() or not found.isdigit() or not bounds.lowest <= int(found) <= bounds.highest:
        raise ConfigError(f"{name} is {found!r}; it must be a whole number from {bounds.lowest} to {bounds.highest}.")
    return int(found)


def psycopg_url(name: str, url: str) -> str:
    """The same address with the driver named, so that `postgresql://` and `postgres://` both work."""
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    raise ConfigError(f"{name} must start with postgresql://; it names another kind of database.")
