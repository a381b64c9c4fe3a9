"""Serves the product from nothing: database, migrations, demo company, web server, worker. `make run` calls it.

    python -m homecare.local.run

The web server, the worker and the private database are children of this process. They stop with it, the database last,
and it stops when the web server or the database does; the worker is started again.
"""

from __future__ import annotations

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from homecare.config import EVERY_ADDRESS, ROOT, Config, ConfigError, PrivateInstallation, read
from homecare.local.processes import account, spawn, stop, wait_until
from homecare.local.restarted import Restarted
from homecare.local.supervisor import SERVICE, Supervisor, supervise

NOTHING_YET = PrivateInstallation(serving_url="", owner_url="", secret_key="", encryption_keys=())
READY_LIMIT_S = 60.0
# A killed web server's workers release the port within a second or two.
PORT_PATIENCE_S = 3.0
STOP_LIMIT_S = 15.0


def say(text: str) -> None:
    # The reader of these lines may be gone. That is no reason to stop serving.
    with suppress(BrokenPipeError):
        print(text, flush=True)


def own_address(bind: str) -> str:
    """The address at which this machine reaches a server bound to `bind`."""
    return ("::1" if ":" in bind else "127.0.0.1") if bind in EVERY_ADDRESS else bind


def base_url(config: Config) -> str:
    host = own_address(config.bind)
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def refuse_taken_port(config: Config) -> None:
    """Raises ConfigError if the address cannot be listened on."""

    def refusal() -> OSError | None:
        family = socket.AF_INET6 if ":" in config.bind else socket.AF_INET
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((config.bind, config.port))
                probe.listen()
            except OSError as error:
                return error
        return None

    if wait_until(lambda: refusal() is None, PORT_PATIENCE_S, every_s=0.2):
        return
    error = refusal()
    if isinstance(error, PermissionError):
        raise ConfigError(f"This account may not listen on port {config.port}. Set PORT to a number above 1023.")
    if isinstance(error, socket.gaierror) or (error is not None and error.errno == errno.EADDRNOTAVAIL):
        raise ConfigError(
            f"BIND is {config.bind!r}, which is not an address of this machine. Use one that is, such as 127.0.0.1."
        )
    raise ConfigError(
        f"Port {config.port} on {config.bind} cannot be used ({error.strerror if error else 'it was taken'}). Stop the "
        f"program that has it, or set PORT to another number, as in: make run PORT={config.port + 1}"
    )


@contextmanager
def database(environ: dict[str, str]) -> Iterator[tuple[Config, Supervisor | None]]:
    """The settings with the URLs of a running database. The private one is owned while the block runs."""
    if environ.get("DATABASE_URL", "").strip():
        yield read(environ, None), None
        return
    supervisor = supervise(ROOT / "instance", purpose=SERVICE, say=say)
    with supervisor as installation:
        say("The private database is running.")
        yield read(environ, installation), supervisor


def prepare(config: Config) -> None:
    # Imported late, so that a taken port is reported before the models are loaded.
    from homecare.local import setup

    setup.check(config)
    setup.migrate(config, say)
    say("The database has the newest schema.")
    if setup.load_demo(config):
        say("The demo company is loaded.")


def start_web(config: Config) -> subprocess.Popen[bytes]:
    address = f"[{config.bind}]" if ":" in config.bind else config.bind
    settings = ROOT / "homecare" / "local" / "web.py"
    command = [sys.executable, "-m", "gunicorn", "--config", str(settings), "--chdir", str(ROOT)]
    return spawn(
        [*command, "--bind", f"{address}:{config.port}"],
        who=account(os.geteuid()),
        death_signal=signal.SIGTERM,
    )


def start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), "work"]
    return spawn(command, who=account(os.geteuid()), death_signal=signal.SIGTERM)


def answer(config: Config) -> int | None:
    """The status of /readyz. None while nothing listens."""
    connection = http.client.HTTPConnection(own_address(config.bind), config.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def await_ready(config: Config, web: subprocess.Popen[bytes]) -> None:
    last = None
    deadline = time.monotonic() + READY_LIMIT_S
    while (last := answer(config)) != http.HTTPStatus.OK:
        if web.poll() is not None:
            raise ConfigError("The web server ended before it was ready; its messages are above.")
        if time.monotonic() > deadline:
            told = f"/readyz answers {last}" if last else "nobody listens"
            raise ConfigError(f"The web server was not ready after {READY_LIMIT_S:.0f} s: {told}.")
        time.sleep(0.1)


def introduce(config: Config) -> None:
    say(f"\nHomecare Admin is ready: {base_url(config)}/login")
    if config.bind in EVERY_ADDRESS and not config.trusted_hosts:
        say("It answers only to 127.0.0.1 and localhost. Set TRUSTED_HOSTS to the names that others use.")
    if config.demo_allowed:
        say(f"Sign in to the demo company with the password {config.demo_password} as")
        for email in config.demo_accounts:
            say(f"  {email}")
    else:
        say("Create accounts with: .venv/bin/flask --app app accounts create")
    say("Ctrl-C stops it.")


def watch(web: subprocess.Popen[bytes], worker: Restarted, supervisor: Supervisor | None) -> None:
    """Never returns. Raises ConfigError when a child has ended that nothing works without."""
    while True:
        worker.watch()
        if web.poll() is not None:
            raise ConfigError("The web server has ended unexpectedly, so everything is stopped. Start it again.")
        if supervisor is not None and not supervisor.is_running():
            raise ConfigError("The private database has ended unexpectedly, so everything is stopped. Start it again.")
        time.sleep(0.2)


def serve(environ: dict[str, str]) -> None:
    refuse_taken_port(read(environ, NOTHING_YET))
    with database(environ) as (config, supervisor):
        prepare(config)
        web = start_web(config)
        worker = Restarted("worker", start_worker, say)
        try:
            await_ready(config, web)
            introduce(config)
            watch(web, worker, supervisor)
        finally:
            # From here on a second Ctrl-C must not leave children behind.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            worker.ask_to_end()
            for child in (web, worker.process):
                stop(child, (signal.SIGTERM, signal.SIGKILL), STOP_LIMIT_S)


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        serve(dict(os.environ))
    except KeyboardInterrupt:
        say("Stopped.")
    except ConfigError as error:
        sys.stdout.flush()
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
