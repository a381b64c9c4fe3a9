"""Where the private cluster keeps its data, and which account runs its server.
PostgreSQL refuses to run as root, and other accounts cannot reach a folder that only root may read. So if the program
runs as root, the server runs as a system account. Its data is in `instance/` if that account can reach it, otherwise
under /var/lib/homecare, as named in `instance/database-folder`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from homecare.config import ConfigError
from homecare.local.processes import Account, account, run_as

ELSEWHERE = Path("/var/lib/homecare")
SYSTEM_ACCOUNTS = ("postgres", "homecare")
# sockaddr_un holds 107 bytes. At start PostgreSQL adds "/.s.PGSQL.5432" and a process number.
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class Place:
    """The folders of one private cluster.
    `home` belongs to `server`, the account that runs PostgreSQL. `program` is the account of this process, the only one
    that may connect.
    """

    home: Path
    server: Account
    program: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def make_folder(self, folder: Path) -> None:
        """Creates the folder or resets it: owned by the server's account and closed to all others."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.take(folder, mode=0o700)

    def take(self, path: Path, mode: int = 0o600) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.server.uid, self.server.gid)
        path.chmod(mode)

    def make_socket_folder(self) -> Path:
        """A folder with a path short enough for a socket: beside the data, else a new one in /tmp."""
        folder = self.home / "socket"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path(tempfile.mkdtemp(prefix="homecare-", dir="/tmp"))
        else:
            shutil.rmtree(folder, ignore_errors=True)
        self.make_folder(folder)
        return folder


def settle(instance: Path) -> Place:
    """The place of this installation's cluster. Creates its home folder.
    Raises ConfigError if the folders belong to another account.
    """
    program = account(os.geteuid())
    pointer = instance / "database-folder"
    home = pointed_home(instance, pointer) or instance / "postgresql"
    if program.uid != 0:
        refuse_foreign(home if home.exists() else instance)
        place = Place(home, program, program)
        place.make_folder(home)
        return place
    server = owner_of(home) or system_account()
    if not can_reach(server, home.parent):
        home = move_out(home, instance, pointer)
    if home.exists() and home.stat().st_uid == 0:
        give(home, server)
    place = Place(home, server, program)
    place.make_folder(home)
    return place


def refuse_foreign(folder: Path) -> None:
    """Refuses folders of another account."""
    if not os.access(folder.parent, os.X_OK) or folder.stat().st_uid != os.geteuid():
        raise ConfigError(
            f"{folder} belongs to another account of this machine. Run the program as that account, or use a clone of "
            "your own."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        folder.chmod(0o700)


def pointed_home(instance: Path, pointer: Path) -> Path | None:
    """The folder named in `instance/database-folder`, unless that file was copied from another installation."""
    if not pointer.exists():
        return None
    home = Path(pointer.read_text().strip())
    belongs = home / "belongs-to"
    if not os.access(home, os.X_OK) or not belongs.exists():
        return home
    first = Path(belongs.read_text().strip())
    still_there = first / pointer.name
    if (
        first.resolve() != instance.resolve()
        and still_there.exists()
        and still_there.read_text() == pointer.read_text()
    ):
        pointer.unlink()
        return None
    belongs.write_text(f"{instance.resolve()}\n")
    return home


def move_out(home: Path, instance: Path, pointer: Path) -> Path:
    """Makes a home under /var/lib/homecare. Moves existing data that the server can no longer reach."""
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    name = hashlib.sha256(os.fsencode(instance.resolve())).hexdigest()[:12]
    taken = {entry.name for entry in ELSEWHERE.iterdir()}
    target = ELSEWHERE / next(n for n in [name, *(f"{name}-{i}" for i in range(2, 1000))] if n not in taken)
    if home.exists():
        shutil.move(home, target)
    target.mkdir(mode=0o700, exist_ok=True)
    (target / "belongs-to").write_text(f"{instance.resolve()}\n")
    pointer.write_text(f"{target}\n")
    return target


def owner_of(home: Path) -> Account | None:
    """The account that owns existing data. Never root."""
    if not home.exists() or home.stat().st_uid == 0:
        return None
    return account(home.stat().st_uid)


def system_account() -> Account:
    """PostgreSQL's own system account, or a newly created one."""
    for name in SYSTEM_ACCOUNTS:
        try:
            return account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNTS[-1]],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        raise ConfigError(
            "PostgreSQL does not run as root and no system account could be made for it. "
            "Run the program as an ordinary account."
        )
    return account(pwd.getpwnam(SYSTEM_ACCOUNTS[-1]).pw_uid)


def can_reach(who: Account, folder: Path) -> bool:
    return run_as(who, ["test", "-x", str(folder)]).returncode == 0


def give(home: Path, who: Account) -> None:
    for folder, _, names in os.walk(home):
        os.chown(folder, who.uid, who.gid)
        for name in names:
            os.chown(Path(folder, name), who.uid, who.gid, follow_symlinks=False)
