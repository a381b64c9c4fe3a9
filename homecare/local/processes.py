"""Child processes that may run as another account and never outlive the program."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from homecare.config import ConfigError

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """One account of the operating system."""

    name: str
    uid: int
    gid: int

    @property
    def is_current(self) -> bool:
        return self.uid == os.geteuid()


def account(uid: int) -> Account:
    """Raises ConfigError if the number has no name: PostgreSQL identifies accounts only by name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ConfigError(
            f"The account number {uid} has no name on this machine, and PostgreSQL needs one. "
            "Add the account with useradd, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def identity(who: Account) -> dict[str, Any]:
    """The `subprocess` arguments to become this account. Empty for the current one."""
    return {} if who.is_current else {"user": who.uid, "group": who.gid, "extra_groups": []}


def clean_environment() -> dict[str, str]:
    """The environment without the PG* variables, which would point PostgreSQL's programs elsewhere."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return inherited | {"LANG": "C"}


def run_as(who: Account, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd="/",
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        **identity(who),
        **options,
    )


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A hook for the child: the kernel sends it this signal when its parent ends, even by kill -9 (Linux only)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, death_signal.value)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def spawn(
    command: list[str],
    *,
    who: Account,
    death_signal: signal.Signals,
    output: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in its own session, so that Ctrl-C reaches only the program, which stops its children in order."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509 - no other thread exists yet
        env=environment,
        **identity(who),
    )


def ended(process: subprocess.Popen[bytes], within_s: float) -> bool:
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def stop(process: subprocess.Popen[bytes], signals: Iterable[signal.Signals], each_s: float) -> None:
    """Sends one signal after another until the child has ended."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        if ended(process, each_s):
            return


def working_in(folder: Path, program: str) -> list[int]:
    """The processes of this name whose working folder is `folder`. Empty if the system has no /proc.
    PostgreSQL's processes all work in their data folder, so this finds an orphaned server without trusting a process
    number in a file, which may meanwhile belong to another process.
    """
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() == program and (entry / "cwd").samefile(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], bool], within_s: float, every_s: float = 0.05) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
