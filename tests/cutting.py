"""A connection between browser and server that breaks where a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

SENT = b"POST /admin/"


class Line:
    """`breaks`: "" is a whole line, "before" the server gets what is sent, "after" it, before the answer, "always"."""

    def __init__(self, server: str) -> None:
        self.server = urlsplit(server)
        self.breaks = ""
        self.broken = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                browser, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        with browser, socket.create_connection((self.server.hostname or "", self.server.port or 0)) as server:
            first = browser.recv(65536) if self.breaks != "always" else b""
            breaks = self.breaks if first.startswith(SENT) or self.breaks == "always" else ""
            if breaks in ("always", "before") or not first:
                self.broken += bool(breaks)
                return
            server.sendall(first)
            threading.Thread(target=_copy, args=(browser, server), daemon=True).start()
            if breaks == "after":
                # The answer is there: what was sent is saved.
                server.recv(1)
                self.broken += 1
                browser.shutdown(socket.SHUT_RDWR)
                return
            _copy(server, browser)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        return


@contextmanager
def breakable(server: str) -> Iterator[Line]:
    line = Line(server)
    thread = threading.Thread(target=line.serve, daemon=True)
    thread.start()
    yield line
    line.listener.shutdown(socket.SHUT_RDWR)
    line.listener.close()
    thread.join()
