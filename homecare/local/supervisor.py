"""One process owns the private cluster. Other processes of the same installation use it.
The owner holds a lock on `instance/lock` while it lives, and writes into that file who it is and where the server
listens. The kernel releases the lock when the owner ends, in whatever way.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homecare.config import ConfigError, PrivateInstallation
from homecare.local import keys
from homecare.local.server import Cluster

SHORT_COMMAND = "a command"
SERVICE = "make run"
PATIENCE_S = 60.0

_present: dict[Path, Supervisor] = {}


class Supervisor:
    """Owns the cluster of one installation folder, or finds where its owner runs it."""

    def __init__(self, instance: Path, purpose: str, say: Callable[[str], None]) -> None:
        self.instance = instance
        self.purpose = purpose
        self.say = say
        self.cluster: Cluster | None = None
        self.installation: PrivateInstallation
        self.lock_fd: int | None = None
        self.pid = os.getpid()

    def __enter__(self) -> PrivateInstallation:
        return self.installation

    def __exit__(self, *error: object) -> None:
        self.close()

    def begin(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        told = False
        while not self.take_lock():
            owner = self.read_state()
            if self.purpose == SERVICE and owner.get("purpose") == SERVICE:
                raise ConfigError(
                    f"Process {owner.get('pid')} already serves this installation. Use that one, or stop it first."
                )
            if self.purpose != SERVICE and owner.get("ready"):
                self.installation = self.described(owner["serving_url"], owner["owner_url"])
                return
            if time.monotonic() > deadline:
                raise ConfigError(
                    f"Process {owner.get('pid')} has held the private database for {PATIENCE_S:.0f} s. "
                    "Wait for it to end, or stop it, and start again."
                )
            if not told:
                self.say(f"Waiting for process {owner.get('pid')}, which is using the private database.")
                told = True
            time.sleep(0.1)
        self.own()

    def own(self) -> None:
        self.write_state(ready=False)
        cluster = Cluster(self.instance, say=self.say)
        try:
            keys.keep(self.instance)
            cluster.start()
        except BaseException:
            cluster.stop()
            self.release_lock()
            raise
        self.cluster = cluster
        self.installation = self.described(cluster.serving_url, cluster.owner_url)
        self.write_state(ready=True, serving_url=cluster.serving_url, owner_url=cluster.owner_url)
        atexit.register(self.close)

    def described(self, serving_url: str, owner_url: str) -> PrivateInstallation:
        stored = keys.keep(self.instance)
        return PrivateInstallation(serving_url, owner_url, stored.secret_key, stored.encryption_keys)

    def is_running(self) -> bool:
        """Whether the server that this process owns is running."""
        process = self.cluster.process if self.cluster is not None else None
        return process is not None and process.poll() is None

    def close(self) -> None:
        """Stops the server if this process owns it. A forked copy of the process does nothing."""
        if os.getpid() != self.pid:
            return
        _present.pop(self.instance, None)
        atexit.unregister(self.close)
        if self.cluster is not None:
            self.cluster.stop()
            self.cluster = None
        self.release_lock()

    def take_lock(self) -> bool:
        path = self.instance / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.lock_fd = descriptor
        return True

    def release_lock(self) -> None:
        if self.lock_fd is not None:
            os.ftruncate(self.lock_fd, 0)
            os.close(self.lock_fd)
            self.lock_fd = None

    def write_state(self, **more: Any) -> None:
        assert self.lock_fd is not None  # noqa: S101 - only the owner writes
        text = json.dumps({"pid": os.getpid(), "purpose": self.purpose} | more)
        os.ftruncate(self.lock_fd, 0)
        os.pwrite(self.lock_fd, text.encode(), 0)

    def read_state(self) -> dict[str, Any]:
        """What the owner wrote. Empty while it is being written."""
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.instance / "lock").read_text()))
        return {}


def supervise(instance: Path, purpose: str = SHORT_COMMAND, say: Callable[[str], None] | None = None) -> Supervisor:
    """The running cluster of this folder: its owner's, or one started here that ends with this process.
    A second call in the same process returns the same one. Raises ConfigError with one sentence if none is available.
    """
    instance = instance.absolute()
    present = _present.get(instance)
    if present is not None and present.pid == os.getpid() and present.cluster is not None:
        return present
    supervisor = Supervisor(instance, purpose, say or (lambda text: print(text, file=sys.stderr)))
    try:
        instance.mkdir(parents=True, exist_ok=True)
        supervisor.begin()
    except OSError as error:
        raise ConfigError(
            f"{error.filename or instance} cannot be used: {error.strerror}. "
            "Run the program as the account it belongs to."
        ) from error
    _present[instance] = supervisor
    return supervisor
