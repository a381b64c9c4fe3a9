"""The environment, read and checked once at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one sentence for the person who starts the program."""


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
    # Megabytes of uploads: of one person within a day, of everybody together, and what the disk must have left.
    files_daily_mb: int = 300
    files_total_mb: int = 20_000
    files_keep_free_mb: int = 500

    @property
    def demo_allowed(self) -> bool:
        return self.private and self.bind in LOOPBACK


def whole_number(environ: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise ConfigError(f"{name} is {text!r}; it must be a whole number from {lowest} to {highest}.")
    return int(text)


def words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def psycopg_url(name: str, url: str) -> str:
    """The same address with the driver named, so that `postgresql://` and `postgres://` both work."""
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    raise ConfigError(f"{name} must start with postgresql://; it names another kind of database.")


def read(environ: Mapping[str, str], private: PrivateInstallation | None) -> Config:
    """The settings of this process.

    `private` carries what a private installation keeps for itself; it is used only where DATABASE_URL is unset.
    Raises ConfigError with the name, the value and what is accepted.
    """
    bind = environ.get("BIND", "").strip() or "127.0.0.1"
    hosts = words(environ, "TRUSTED_HOSTS")
    common = {
        "bind": bind,
        "port": whole_number(environ, "PORT", default=5000, lowest=1, highest=65535),
        "trusted_hosts": hosts + tuple(h for h in ("127.0.0.1", "localhost") if hosts and h not in hosts),
        "trusted_proxies": whole_number(environ, "TRUSTED_PROXIES", default=0, lowest=0, highest=10),
        "files_dir": Path(environ.get("FILES_DIR", "").strip() or ROOT / "instance" / "files"),
        "demo_password": environ.get("DEMO_PASSWORD", "").strip() or "homecare-demo",
        "files_daily_mb": whole_number(environ, "FILES_DAILY_MB", default=300, lowest=1, highest=1_000_000),
        "files_total_mb": whole_number(environ, "FILES_TOTAL_MB", default=20_000, lowest=1, highest=100_000_000),
        "files_keep_free_mb": whole_number(environ, "FILES_KEEP_FREE_MB", default=500, lowest=0, highest=100_000_000),
    }
    url = environ.get("DATABASE_URL", "").strip()
    if not url:
        if private is None:
            raise ConfigError("DATABASE_URL is not set and no private database is running.")
        return Config(
            database_url=private.serving_url,
            owner_url=private.owner_url,
            private=True,
            secret_key=environ.get("SECRET_KEY", "") or private.secret_key,
            encryption_keys=words(environ, "ENCRYPTION_KEYS") or private.encryption_keys,
            **common,  # type: ignore[arg-type]
        )
    missing = [name for name in ("SECRET_KEY", "ENCRYPTION_KEYS") if not environ.get(name, "").strip()]
    if missing:
        raise ConfigError(
            f"DATABASE_URL is set, so this is a real installation, and {' and '.join(missing)} must be set too. "
            "README.md says how to make them."
        )
    owner = environ.get("DATABASE_OWNER_URL", "").strip() or url
    return Config(
        database_url=psycopg_url("DATABASE_URL", url),
        owner_url=psycopg_url("DATABASE_OWNER_URL", owner),
        private=False,
        secret_key=environ["SECRET_KEY"].strip(),
        encryption_keys=words(environ, "ENCRYPTION_KEYS"),
        **common,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class PrivateInstallation:
    """What a running private cluster hands to the program: two addresses and the keys kept beside it."""

    serving_url: str
    owner_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
