"""Finds the system packages the commands need, and installs the missing ones on Debian and Ubuntu.

Run by path with the system's own Python, before a virtual environment exists:

    python3 homecare/local/debian.py postgresql venv chromium

Uses only the standard library, and only syntax that an older Python can read far enough to say that it is too old.
Takes well under a tenth of a second if nothing is missing.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

LOWEST_POSTGRESQL = 15
LOWEST_PYTHON = (3, 11)
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
CHROMIUM = Path("/usr/bin/chromium")
SERVER_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
CREATE_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")
APT = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold")


class MissingError(Exception):
    """A package is missing and cannot be installed from here. The message says what to run."""


def major_of(folder: Path) -> int | None:
    """The major version of the server in a folder of programs. None if there is no server."""
    if not (os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    named = re.search(r"/(?:postgresql/|pgsql-)(\d+)/bin$", str(folder))
    if named:
        return int(named.group(1))
    told = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", told)
    return int(number.group(1)) if number else None


def lacks(folder: Path, major: int) -> list[str]:
    """The extensions that the server in this folder could not create."""
    shared = Path(f"/usr/share/postgresql/{major}")
    if not str(folder).startswith("/usr/lib/postgresql/"):
        asked = subprocess.run([str(folder / "pg_config"), "--sharedir"], capture_output=True, text=True, check=False)
        shared = Path(asked.stdout.strip())
    return [name for name in EXTENSIONS if not (shared / "extension" / f"{name}.control").exists()]


def servers() -> dict[int, Path]:
    """Every PostgreSQL server on this machine: its major version and its program folder."""
    folders = [folder for pattern in SERVER_FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = {}  # type: dict[int, Path]
    for folder in folders:
        major = major_of(folder)
        if major is not None:
            found.setdefault(major, folder)
    return found


def usable_servers() -> dict[int, Path]:
    """The servers that are new enough and have every extension."""
    return {m: f for m, f in servers().items() if m >= LOWEST_POSTGRESQL and not lacks(f, m)}


def has_postgresql() -> bool:
    return bool(usable_servers())


def has_venv() -> bool:
    return find_spec("venv") is not None and find_spec("ensurepip") is not None


def has_chromium() -> bool:
    return os.access(CHROMIUM, os.X_OK)


CHECKS = {"postgresql": has_postgresql, "venv": has_venv, "chromium": has_chromium}
TITLES = {
    "postgresql": "PostgreSQL 15 or newer with PostGIS",
    "venv": "Python's venv module",
    "chromium": "Chromium",
}


def packages_of(need: str) -> list[str]:
    """The Debian packages for a need. An existing server only gets PostGIS."""
    if need == "venv":
        return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
    if need == "chromium":
        return ["chromium"]
    offered = subprocess.run(
        ["apt-cache", "pkgnames", "postgresql-"], capture_output=True, text=True, check=False
    ).stdout.split()
    pairs = [re.fullmatch(r"postgresql-(\d+)-postgis-(\d+)", name) for name in offered]
    choices = {(int(pair[1]), int(pair[2])) for pair in pairs if pair and int(pair[1]) >= LOWEST_POSTGRESQL}
    installed = set(servers())
    if not choices:
        return []
    major, postgis = max(choices, key=lambda choice: (choice[0] in installed, choice))
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-{postgis}"]


def administrator() -> list[str] | None:
    """The prefix for a command that needs root. None if this account cannot become root without a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def apt(*arguments: str) -> bool:
    """Whether apt succeeded. Its output is shown only if it failed."""
    command = [*(administrator() or []), "env", "DEBIAN_FRONTEND=noninteractive", *APT, *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr, flush=True)
    return done.returncode == 0


def install(names: list[str]) -> bool:
    return apt("install", "-y", "--no-install-recommends", *names)


def write_as_root(path: Path, text: str) -> None:
    prefix = administrator() or []
    subprocess.run([*prefix, "tee", str(path)], input=text, text=True, stdout=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def no_main_cluster() -> Iterator[None]:
    """Stops Debian from creating a cluster while a server package is installed. Restores the setting afterwards."""
    before = CREATE_CLUSTER.read_text()
    write_as_root(CREATE_CLUSTER, before + "\ncreate_main_cluster = false\n")
    try:
        yield
    finally:
        write_as_root(CREATE_CLUSTER, before)


def install_need(need: str) -> None:
    names = packages_of(need)
    if not names:
        apt("update")
        names = packages_of(need)
    if not names:
        raise MissingError(
            "This release offers no PostgreSQL 15 or newer with PostGIS. Install both from postgresql.org's own "
            "packages, or set DATABASE_URL to a database elsewhere."
        )
    first = ["postgresql-common"] if need == "postgresql" else []
    print(f"Installing {' '.join(names)} with apt.", flush=True)
    if not install(first or names) and not (apt("update") and install(first or names)):
        raise MissingError(f"apt could not install {' '.join(first or names)}; its messages are above.")
    if first:
        with no_main_cluster():
            done = install(names)
        if not done:
            raise MissingError(f"apt could not install {' '.join(names)}; its messages are above.")


def advice(needs: list[str]) -> str:
    wanted = " and ".join(TITLES[need] for need in needs)
    if not shutil.which("apt-get"):
        return (
            f"{wanted} must be installed first. On Fedora: sudo dnf install postgresql-server postgresql-contrib "
            "postgis chromium; on macOS: brew install postgresql@17 postgis."
        )
    names = [name for need in needs for name in packages_of(need) or ["postgresql", "postgresql-postgis"]]
    return f"{wanted} must be installed first: sudo apt-get install --no-install-recommends {' '.join(names)}"


def ensure(needs: list[str]) -> None:
    """Installs everything in `needs`, or raises MissingError that says what to do."""
    if sys.version_info < LOWEST_PYTHON:
        given = ".".join(str(part) for part in sys.version_info[:2])
        raise MissingError(
            f"python3 here is Python {given}; 3.11 or newer is needed, as in: make PYTHON=python3.11 run"
        )
    missing = [need for need in needs if not CHECKS[need]()]
    if not missing:
        return
    if not shutil.which("apt-get") or administrator() is None:
        raise MissingError(advice(missing))
    for need in missing:
        install_need(need)
    still = [need for need in missing if not CHECKS[need]()]
    if still:
        raise MissingError(
            f"apt installed its packages, but {' and '.join(TITLES[need] for need in still)} is still missing."
        )


if __name__ == "__main__":
    try:
        ensure(sys.argv[1:])
    except MissingError as missing:
        sys.exit(str(missing))
