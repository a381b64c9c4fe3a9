"""The environment, read and checked once at start-up."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - only used in comparisons
# A name, an address, an IPv6 address in brackets, or a leading dot for every name in a domain. No scheme, no port.
HOST = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
SHORTEST_SECRET = 32
# Words from examples that were copied and never replaced.
PLACEHOLDER = re.compile(r"change|replace|placeholder|example|secret|password|insert|\.\.\.|…", re.I)
DEMO_DOMAIN = "homecare.example"
# The roles a fresh installation starts with, each of which has an account in the demo company.
DEFAULT_ROLES = (
    "Admin", "Manager", "Coordinator", "Doctor", "Nurse", "Caregiver", "Marketing", "Finance", "Inventory", "Auditor",
)  # fmt: skip


class ConfigError(Exception):
    """A setting is missing or wrong. The message is one sentence for the person who starts the program."""


@dataclass(frozen=True)
class Whole:
    """A whole number from the environment, with its default and its bounds."""

    default: int
    lowest: int
    highest: int


# By setting name; the variable has the same name in capitals.
NUMBERS = {
    "port": Whole(5000, 1, 65535),
    # Worker processes, and threads in each. A thread may hold a database connection.
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
    `private` means that the program runs its own PostgreSQL cluster under `instance/` (DATABASE_URL unset). Only then,
    and only while bound to loopback, do the demo company and its accounts exist.
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
    # Megabytes of uploads: per person and day, for everybody together, and what must stay free on the disk.
    files_daily_mb: int = NUMBERS["files_daily_mb"].default
    files_total_mb: int = NUMBERS["files_total_mb"].default
    files_keep_free_mb: int = NUMBERS["files_keep_free_mb"].default
    # A PMTiles file of streets for the map. Empty: outlines and names alone.
    basemap_pmtiles: str = ""

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """The host names this installation answers to: configured ones, this machine's own, and the bound address."""
        listening = () if self.bind in EVERY_ADDRESS else (f"[{self.bind}]" if ":" in self.bind else self.bind,)
        return (*self.trusted_hosts, "127.0.0.1", "localhost", "[::1]", *listening)

    @property
    def only_this_machine(self) -> bool:
        """Whether only this machine can reach it: bound to loopback and no proxy in front."""
        return self.bind in LOOPBACK and not self.trusted_proxies

    @property
    def demo_allowed(self) -> bool:
        return self.private and self.bind in LOOPBACK

    @property
    def demo_accounts(self) -> tuple[str, ...]:
        """The e-mails that can sign in to the demo company. Empty if it is not allowed."""
        return tuple(demo_email(role) for role in DEFAULT_ROLES) if self.demo_allowed else ()


@dataclass(frozen=True)
class PrivateInstallation:
    """What a running private cluster gives the program: two database URLs and the keys stored beside it."""

    serving_url: str
    owner_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]


def demo_email(role: str) -> str:
    return f"{role.lower()}@{DEMO_DOMAIN}"


def read(environ: Mapping[str, str], private: PrivateInstallation | None) -> Config:
    """The settings of this process.
    `private` comes from a private installation and is used only if DATABASE_URL is unset.
    Raises ConfigError with the name, the value and what is accepted.
    """
    is_private = not text(environ, "DATABASE_URL")
    numbers: dict[str, Any] = {name: whole_number(environ, name.upper(), NUMBERS[name]) for name in NUMBERS}
    config = Config(
        private=is_private,
        bind=text(environ, "BIND") or "127.0.0.1",
        trusted_hosts=tuple(host_name(word) for word in words(environ, "TRUSTED_HOSTS")),
        files_dir=Path(text(environ, "FILES_DIR") or ROOT / "instance" / "files"),
        demo_password=text(environ, "DEMO_PASSWORD") or "homecare-demo",
        basemap_pmtiles=text(environ, "BASEMAP_PMTILES"),
        **numbers,
        **(_private_keys(environ, private) if is_private else _real_keys(environ)),
    )
    if not (config.private or config.only_this_machine or config.trusted_hosts):
        raise ConfigError(
            "TRUSTED_HOSTS is not set, but other machines can reach this installation. Set it to the names that "
            "browsers use, as in: TRUSTED_HOSTS=care.example"
        )
    return config


def _private_keys(environ: Mapping[str, str], private: PrivateInstallation | None) -> dict[str, Any]:
    if private is None:
        raise ConfigError("DATABASE_URL is not set and no private database is running. Set it, or start `make run`.")
    return {
        "database_url": named_database(environ, private.serving_url),
        "owner_url": named_database(environ, private.owner_url),
        "secret_key": secret_key(environ) or private.secret_key,
        "encryption_keys": encryption_keys(environ) or private.encryption_keys,
    }


def named_database(environ: Mapping[str, str], url: str) -> str:
    """The private cluster's address, of the database that PRIVATE_DATABASE names instead of its own."""
    name = text(environ, "PRIVATE_DATABASE")
    if not name:
        return url
    if not DATABASE_NAME.fullmatch(name):
        raise ConfigError(f"PRIVATE_DATABASE is {name!r}; it must be a name such as homecare_bench.")
    return re.sub(r"@/[^?]*", f"@/{name}", url)


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
        "secret_key": secret_key(environ),
        "encryption_keys": encryption_keys(environ),
    }


def secret_key(environ: Mapping[str, str]) -> str:
    """Empty if not set. The message never contains the value, because others may read it."""
    key = text(environ, "SECRET_KEY")
    if key and (len(key) < SHORTEST_SECRET or PLACEHOLDER.search(key)):
        told = f"has {len(key)} characters" if len(key) < SHORTEST_SECRET else "contains a word from an example"
        raise ConfigError(
            f"SECRET_KEY {told}; it must be at least {SHORTEST_SECRET} characters that nobody can guess. "
            "README.md says how to make one."
        )
    return key


def encryption_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Empty if not set. Each must be a valid Fernet key."""
    keys = words(environ, "ENCRYPTION_KEYS")
    for number, key in enumerate(keys, start=1):
        if not is_fernet_key(key):
            raise ConfigError(
                f"ENCRYPTION_KEYS: {'the key' if len(keys) == 1 else f'key {number} of {len(keys)}'} is no Fernet key "
                "(32 random bytes in 44 characters of base64). README.md says how to make one."
            )
    if text(environ, "ENCRYPTION_KEYS") and not keys:
        raise ConfigError("ENCRYPTION_KEYS contains no key, only commas. README.md says how to make one.")
    return keys


def is_fernet_key(key: str) -> bool:
    try:
        found = base64.b64decode(key.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(found) == 32 and any(found)


def host_name(word: str) -> str:
    """The name as a browser sends it: lower case, with non-ASCII letters in IDNA form."""
    try:
        name = word.lower() if word.isascii() else word.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not HOST.fullmatch(name):
        raise ConfigError(
            f"TRUSTED_HOSTS contains {word!r}; each must be only a name or an address, without https:// and without a "
            "port, as in: care.example,10.0.0.7"
        )
    return name


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
