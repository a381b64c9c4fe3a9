"""The web server as it is really run: gunicorn with our settings, on a free port of loopback."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clusters import Database

from homecare.config import ROOT

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
START_S = 60.0


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    sockets: list[socket.socket] = field(default_factory=list)

    def send(self, data: bytes) -> socket.socket:
        """A connection that has sent this much and is then silent; held until the server is stopped."""
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.sockets.append(opened)
        opened.sendall(data)
        return opened

    def get(self, path: str, timeout_s: float = 60, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def let_go(self) -> None:
        while self.sockets:
            self.sockets.pop().close()


def read_all(opened: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    found = b""
    while part := opened.recv(65536):
        found += part
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(database: Database, files_dir: Path, **environ: str) -> Iterator[Server]:
    port = free_port()
    settings = os.environ | {
        "DATABASE_URL": database.serving_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "ENCRYPTION_KEYS": KEY,
        "FILES_DIR": str(files_dir),
        "WORKERS": "1",
        "THREADS": "4",
        **environ,
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "homecare/local/web.py", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=settings)
    server = Server(port, process)
    try:
        await_start(server)
        yield server
    finally:
        server.let_go()
        process.terminate()
        process.wait(30)


def await_start(server: Server) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            assert server.get("/healthz").status == 200
        except OSError:
            assert server.process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        else:
            return
