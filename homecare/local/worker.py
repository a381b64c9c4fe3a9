"""A gunicorn thread worker whose threads get only complete requests.
The stock worker reads heads and bodies in the threads that answer, so a few half-sent requests block everybody. Here
the main loop receives them, each with a deadline, and sends what a slow browser has not read yet. A thread is busy only
while the program computes an answer, or with an export longer than the buffer.
"""

from __future__ import annotations

import errno
import resource
import secrets
import selectors
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.util import http_date
from gunicorn.workers.gthread import ThreadWorker

from homecare.local.connection import (
    BYTES_PER_S,
    HALF_SENT,
    LINGER_S,
    PART_BYTES,
    TRANSFER_S,
    Connection,
    NoLengthError,
    NoRoomError,
    Phase,
    TooSlowError,
)
from homecare.web.headers import common

# For all bodies being received or answered, in this worker's memory and temporary files.
MOST_BODY_BYTES = 256 * 1024 * 1024
FOREVER = float("inf")
# The first match applies. Anything else is our own fault.
REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (TooSlowError, 408, "The request did not arrive in time. Check the connection and send it again."),
    (NoLengthError, 411, "A request must say how long it is. Send it with a Content-Length."),
    (NoRoomError, 503, "Too much is being sent at the moment. Try again in a minute."),
    (LimitRequestLine, 414, "This address is too long. Use fewer conditions."),
    (LimitRequestHeaders, 431, "The request has too many headers. Remove this site's cookies and try again."),
    (ExpectationFailed, 417, "The request expects something this server does not support."),
    (UnsupportedTransferCoding, 501, "The request is encoded in a way this server does not support."),
    (ParseException, 400, "This request could not be read. Check the address and try again."),
    (Exception, 500, "The fault is ours and nothing was saved. Try again in a minute."),
)


class PatientWorker(ThreadWorker):
    def init_process(self) -> None:
        self.connections: set[Connection] = set()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # A connection and its body's file use two descriptors. The usual limit of 1,024 would be reached first.
        wanted = 4 * self.worker_connections
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE):
                raise
            return
        longest = self.wsgi.config["MAX_CONTENT_LENGTH"]
        conn = Connection(self.cfg, sock, client, listener.getsockname(), longest)
        self.nr_conns += 1
        self.connections.add(conn)
        self.watch(conn, selectors.EVENT_READ)
        if self.nr_conns >= self.worker_connections:
            self.make_room()

    def make_room(self) -> None:
        """Closes the connection that has waited longest for its browser, so that a new one can be accepted."""
        waiting = [conn for conn in self.connections if conn.phase in (Phase.IDLE, Phase.CLOSING, *HALF_SENT)]
        if waiting:
            self.end(min(waiting, key=lambda conn: conn.deadline))

    def watch(self, conn: Connection, events: int) -> None:
        """Watch for the browser to send (EVENT_READ), to read (EVENT_WRITE), or for nothing (0)."""
        if events == conn.watched:
            return
        if conn.watched:
            self.poller.unregister(conn.sock.sock)
        if events:
            told = self.receive if events == selectors.EVENT_READ else self.send
            self.poller.register(conn.sock.sock, events, lambda _sock: told(conn))
        conn.watched = events

    def receive(self, conn: Connection) -> None:
        try:
            part = conn.sock.recv(PART_BYTES)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self.end(conn)
        elif conn.phase is not Phase.CLOSING:
            conn.received += part
            self.advance(conn)

    def advance(self, conn: Connection) -> None:
        """Continues as far as the received bytes allow: from head to body, and then into the thread pool."""
        try:
            if conn.request is None and not conn.read_head():
                return
            if not conn.read_body():
                if sum(other.body_bytes for other in self.connections) > MOST_BODY_BYTES:
                    raise NoRoomError
                return
        except Exception as error:  # whatever a stranger's bytes do to the parser, the loop continues
            self.refuse(conn, error)
            return
        self.watch(conn, 0)
        conn.await_(Phase.ANSWER, FOREVER)
        self.enqueue_req(conn)

    def handle(self, conn: Connection) -> bool:
        """Answers a complete request in a thread. Returns whether the connection stays open."""
        try:
            return bool(self.handle_request(conn.request, conn))
        except (OSError, StopIteration):
            # The browser is gone or does not read: discard the rest of the answer.
            conn.sock.waiting.clear()
        except Exception as error:
            self.handle_error(conn.request, conn.sock, conn.client, error)
        return False

    def finish_request(self, conn: Connection, future: Any) -> None:
        conn.closing = future.cancelled() or future.exception() is not None or not future.result()
        conn.forget()
        self.send(conn)

    def refuse(self, conn: Connection, error: Exception) -> None:
        conn.closing = True
        conn.forget()
        self.handle_error(None, conn.sock, conn.client, error)
        self.send(conn)

    def send(self, conn: Connection) -> None:
        """Sends as much of the answer as the browser takes. After the last byte, waits for the next request."""
        try:
            sent = conn.sock.flush()
            if conn.sock.waiting:
                if conn.phase is not Phase.SENDING:
                    conn.await_(Phase.SENDING, TRANSFER_S)
                conn.deadline += sent / BYTES_PER_S
                self.watch(conn, selectors.EVENT_WRITE)
                return
            if conn.closing:
                conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.end(conn)
            return
        conn.await_(*((Phase.CLOSING, LINGER_S) if conn.closing else (Phase.IDLE, self.cfg.keepalive)))
        self.watch(conn, selectors.EVENT_READ)
        if conn.received and not conn.closing:
            self.advance(conn)

    def end(self, conn: Connection) -> None:
        self.watch(conn, 0)
        self.connections.discard(conn)
        self.nr_conns -= 1
        with suppress(OSError):
            conn.close()

    def murder_pending(self) -> None:
        """Called by the loop each second. Refuses half-sent requests past their deadline and closes others."""
        now = time.monotonic()
        for conn in [conn for conn in self.connections if conn.deadline < now]:
            if conn.phase in HALF_SENT:
                self.refuse(conn, TooSlowError())
            else:
                self.end(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        for conn in list(self.connections) if force else ():
            self.end(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker is stopping: idle connections end by the deadline, and their browsers ask another worker."""
        for conn in self.connections:
            if conn.phase in (Phase.IDLE, Phase.HEAD):
                conn.deadline = min(conn.deadline, deadline)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """The server's own sentence with the usual headers. The log has the kind of error, never what was sent."""
        status, sentence = next((status, said) for kind, status, said in REFUSALS if isinstance(exc, kind))
        request_id = secrets.token_hex(8)
        told = self.log.error if status == HTTPStatus.INTERNAL_SERVER_ERROR else self.log.info
        told("request=%s status=%s error=%s", request_id, status, type(exc).__name__)
        body = f"{sentence}\n".encode()
        headers = common(self.wsgi.config["HOMECARE"]) | {
            "Date": http_date(),
            "Connection": "close",
            "Cache-Control": "no-store",
            "X-Request-Id": request_id,
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
        }
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        with suppress(OSError):
            client.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
