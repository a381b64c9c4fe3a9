"""gunicorn's worker with threads, which are given whole requests only.

Its own reads heads and bodies in the threads that answer, so that a few half-sent requests stop everybody. Here the
main loop awaits them, each under a deadline, and sends what a slow browser has not yet taken. A thread is busy only
while the program works out an answer, or with an export longer than what is kept for its browser.
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

# Of all bodies that are awaited or answered, in memory and temporary files of this worker.
MOST_BODY_BYTES = 256 * 1024 * 1024
FOREVER = float("inf")
# The first that fits; what is none of these is a fault of ours.
REFUSALS: tuple[tuple[type[Exception], int, str], ...] = (
    (TooSlowError, 408, "The request did not arrive in time. Check the connection and send it again."),
    (NoLengthError, 411, "A request must say how long it is. Send it with a Content-Length."),
    (NoRoomError, 503, "Too much is being sent at the moment. Try again in a minute."),
    (LimitRequestLine, 414, "This address is too long. Use fewer conditions."),
    (LimitRequestHeaders, 431, "The request has too many headers. Remove this site's cookies and try again."),
    (ExpectationFailed, 417, "The request expects what this server does not do."),
    (UnsupportedTransferCoding, 501, "The request is packed in a way that this server does not know."),
    (ParseException, 400, "This request could not be read. Check the address and try again."),
    (Exception, 500, "The fault is ours and nothing was saved. Try again in a minute."),
)


class PatientWorker(ThreadWorker):
    def init_process(self) -> None:
        self.connections: set[Connection] = set()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # A connection with its body's file is two; the usual 1,024 would be passed before the connections are.
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
        """Ends the connection that has waited longest for its own browser, so that a new one is always taken."""
        waiting = [conn for conn in self.connections if conn.phase in (Phase.IDLE, Phase.CLOSING, *HALF_SENT)]
        if waiting:
            self.end(min(waiting, key=lambda conn: conn.deadline))

    def watch(self, conn: Connection, events: int) -> None:
        """Be told when the browser sends (EVENT_READ), takes (EVENT_WRITE), or not at all (0)."""
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
        """As far as what has come allows: from the head to the body, and with the whole request into the pool."""
        try:
            if conn.request is None and not conn.read_head():
                return
            if not conn.read_body():
                if sum(other.kept for other in self.connections) > MOST_BODY_BYTES:
                    raise NoRoomError
                return
        except Exception as error:  # whatever a stranger's bytes do to the parser, the loop goes on
            self.refuse(conn, error)
            return
        self.watch(conn, 0)
        conn.await_(Phase.ANSWER, FOREVER)
        self.enqueue_req(conn)

    def handle(self, conn: Connection) -> bool:
        """Answers a request that has come whole, in a thread; whether the connection stays open."""
        try:
            return bool(self.handle_request(conn.request, conn))
        except (OSError, StopIteration):
            # Gone, or it does not take its answer: what is left of it goes nowhere.
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
        """Sends what is left of the answer, as far as the browser takes it; after the last byte the next is awaited."""
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
        """Called by the loop each second: who let a deadline pass is refused, or forgotten where nothing was asked."""
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
        """The worker stops: what has not been asked by then is asked of another."""
        for conn in self.connections:
            if conn.phase in (Phase.IDLE, Phase.HEAD):
                conn.deadline = min(conn.deadline, deadline)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """The server's own words, with the headers of every answer; the log tells the kind, never what was sent."""
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
