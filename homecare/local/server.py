"""A private PostgreSQL cluster: created once, started and stopped with the program, reachable only by this account.

    with Cluster(Path("instance")) as cluster:
        connect(cluster.serving_url)

One folder has at most one `Cluster` at a time; `supervisor.supervise` ensures that with a lock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from homecare.config import ConfigError
from homecare.local import debian
from homecare.local.initialise import DATABASE, OWNER, SERVING, create
from homecare.local.place import Place, settle
from homecare.local.processes import clean_environment, spawn, stop, wait_until, working_in

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # Keeps people's data out of the log: no statements, no details of the failed rows.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
LONGEST_LOG_BYTES = 10_000_000
START_LIMIT_S = 120.0
STOP_LIMIT_S = 20.0


class Cluster:
    """The server of one installation folder.
    `settings` are added to ours; tests pass {"fsync": "off"} and the like. `say` gets a sentence before each step that
    takes longer than a moment. Every failure is a ConfigError with one sentence.
    """

    def __init__(
        self, instance: Path, settings: Mapping[str, str] | None = None, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self.instance = instance
        self.settings = SETTINGS | dict(settings or {})
        self.say = say
        self.socket_folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def owner_url(self) -> str:
        return self.url(OWNER)

    @property
    def serving_url(self) -> str:
        return self.url(SERVING)

    def url(self, role: str) -> str:
        return f"postgresql+psycopg://{role}@/{DATABASE}?host={self.socket_folder}"

    def start(self) -> None:
        """Returns when the server is ready: about 3 s the first time, 0.2 s later, longer after a crash."""
        try:
            self.instance.mkdir(parents=True, exist_ok=True)
            place = settle(self.instance)
            stop_orphans(place.data)
            programs = self.programs(place)
            if not place.data.exists():
                self.say("Creating a private database; this takes a few seconds.")
                create(place, programs, sync=self.settings.get("fsync") != "off")
            self.socket_folder = place.make_socket_folder()
            write_settings(place, self.socket_folder, self.settings)
            self.launch(place, programs)
        except OSError as error:
            raise ConfigError(
                f"The private database could not be prepared: {error.strerror} ({error.filename}). "
                "Free some space or correct the folder, then start again."
            ) from error

    def programs(self, place: Place) -> Path:
        """The PostgreSQL programs that fit this data, or the newest if there is no data yet."""
        servers = debian.usable_servers()
        if not servers:
            raise ConfigError(debian.advice(["postgresql"]))
        version = place.data / "PG_VERSION"
        if not version.exists():
            return servers[max(servers)]
        major = version.read_text().strip()
        if not major.isdigit() or int(major) not in servers:
            raise ConfigError(
                f"The data in {place.data} was written by PostgreSQL {major}, and this machine has PostgreSQL "
                f"{max(servers)}. Install PostgreSQL {major} with PostGIS, or move that folder away to start afresh."
            )
        return servers[int(major)]

    def launch(self, place: Place, programs: Path) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not self.came_up(place, programs, deadline):
            # Processes of a killed server hold its shared memory until they notice that it has ended.
            if "shared memory block" not in last_words(place.log) or time.monotonic() > deadline:
                raise ConfigError(f"The private database did not start: {last_words(place.log)} ({place.log})")
            time.sleep(0.5)

    def came_up(self, place: Place, programs: Path, deadline: float) -> bool:
        if place.log.exists() and place.log.stat().st_size > LONGEST_LOG_BYTES:
            place.log.replace(place.log.with_suffix(".log.old"))
        with place.log.open("ab") as log:
            place.take(place.log)
            process = spawn(
                [str(programs / "postgres"), "-D", str(place.data)],
                who=place.server,
                # SIGINT is PostgreSQL's fast shutdown.
                death_signal=signal.SIGINT,
                output=log,
                environment=clean_environment(),
            )
        self.process = process
        left = max(0.0, deadline - time.monotonic())
        wait_until(lambda: process.poll() is not None or says_ready(place.data, process.pid), left, every_s=0.02)
        if process.poll() is None and not says_ready(place.data, process.pid):
            self.stop()
            raise ConfigError(f"The private database was not ready within {START_LIMIT_S:.0f} s; {place.log} says why.")
        return process.poll() is None

    def stop(self) -> None:
        """Shuts the server down cleanly within seconds, even if clients are connected."""
        if self.process is None:
            return
        stop(self.process, STOP_SIGNALS, STOP_LIMIT_S)
        self.process = None
        if self.socket_folder is not None:
            shutil.rmtree(self.socket_folder, ignore_errors=True)


def write_settings(place: Place, socket_folder: Path, settings: Mapping[str, str]) -> None:
    """Replaces our settings, so that nothing remains from an older start, another place or another account.
    They go into the file that is read last. postgresql.conf keeps what initdb detected about the machine.
    """
    place.make_folder(place.data)
    wanted = dict(settings) | {"unix_socket_directories": f'"{socket_folder}"'}
    texts = {
        "postgresql.auto.conf": "".join(f"{name} = {quoted(value)}\n" for name, value in wanted.items()),
        "pg_hba.conf": "".join(f"local all {role} peer map=homecare\n" for role in (OWNER, SERVING)),
        "pg_ident.conf": "".join(f'homecare "{place.program.name}" {role}\n' for role in (OWNER, SERVING)),
    }
    for name, text in texts.items():
        path = place.data / name
        path.write_text(text)
        place.take(path)


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def says_ready(data: Path, pid: int) -> bool:
    """Whether the server is ready. It writes its state in line eight of its pid file; pg_ctl reads it there too."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def last_words(log: Path) -> str:
    """The last error in the server's log."""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    complaints = [line for line in lines if "FATAL" in line or "PANIC" in line or "postgres: " in line]
    return (complaints or lines or ["it left no message"])[-1]


def stop_orphans(data: Path) -> None:
    """Stops a server that an earlier run left behind, and deletes a pid file that names a foreign process.
    The pid file of a dead server stays: PostgreSQL uses it to find the old shared memory.
    """
    for number in STOP_SIGNALS:
        for pid in working_in(data, "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not working_in(data, "postgres"), STOP_LIMIT_S):
            break
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and Path("/proc/self").exists():
        first = pid_file.read_text().split("\n", 1)[0].strip().lstrip("-")
        if first.isdigit() and Path("/proc", first).exists():
            pid_file.unlink()
