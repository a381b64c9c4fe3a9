"""One browser's connection: what has come of its request, and what of the answer is still to be sent.

Nothing here waits for a browser, except an answer that is longer than what is kept for it.
"""

from __future__ import annotations

import io
import select
import socket
import tempfile
import time
from contextlib import suppress
from enum import Enum
from typing import IO, Any

from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import LimitRequestHeaders, NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

# A whole head takes one packet or two; the longest line of it is bounded by gunicorn's own settings.
HEAD_S = 10.0
LONGEST_HEAD = 32 * 1024
# What is sent or taken gets this long and a second more for each part of this size: a slow phone does ten times that.
TRANSFER_S = 20.0
BYTES_PER_S = 4096
# A longer body is kept in a file; most forms are shorter.
IN_MEMORY = 256 * 1024
# Of an answer, what is kept for a slow browser while the thread that made it does something else. Longer are exports.
KEPT_BYTES = 1024 * 1024
# So that a refusal is read before the connection is gone, although the browser is still sending.
LINGER_S = 3.0
PART_BYTES = 64 * 1024


class Phase(Enum):
    """What is awaited: a first byte, the rest of a head, a body, the answer, that it is taken, the end."""

    IDLE = "idle"
    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    SENDING = "sending"
    CLOSING = "closing"


HALF_SENT = (Phase.HEAD, Phase.BODY)


class TooSlowError(ParseException):
    """A request that did not come whole in time."""


class NoLengthError(ParseException):
    """A body in chunks; no browser sends one, and how much is to come cannot be judged beforehand."""


class NoRoomError(ParseException):
    """Bodies of others fill what is kept for them."""


class Outgoing:
    """What gunicorn writes an answer to, in place of the socket: sent as far as the browser takes it, the rest kept."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.waiting = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def sendall(self, data: bytes) -> None:
        """Waits only while more is kept than KEPT_BYTES. Raises TimeoutError for a browser that does not take it."""
        self.waiting += data
        self.flush()
        deadline = time.monotonic() + TRANSFER_S
        while len(self.waiting) > KEPT_BYTES:
            writable = select.poll()
            writable.register(self.sock, select.POLLOUT)
            if not writable.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError("the browser does not take its answer")
            self.flush()

    def flush(self) -> int:
        """Sends what the browser takes now; returns how many bytes that were."""
        sent = 0
        with suppress(BlockingIOError):
            while self.waiting:
                taken = self.sock.send(bytes(self.waiting[:PART_BYTES]))
                del self.waiting[:taken]
                sent += taken
        return sent


class Connection:
    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any, longest_body: int) -> None:
        sock.setblocking(False)
        self.cfg, self.client, self.server, self.longest_body = cfg, client, server, longest_body
        self.sock = Outgoing(sock)
        self.received = bytearray()
        self.request: Request | None = None
        self.body: IO[bytes] = io.BytesIO()
        self.missing = self.kept = self.requests = 0
        self.closing = False
        self.watched: int = 0
        self.await_(Phase.IDLE, HEAD_S)

    def await_(self, phase: Phase, seconds: float) -> None:
        self.phase = phase
        self.deadline = time.monotonic() + seconds

    def read_head(self) -> bool:
        """Whether the head has come. Raises ParseException for one that is none, or too long."""
        if self.phase is Phase.IDLE and self.received:
            self.await_(Phase.HEAD, HEAD_S)
        end = self.received.find(b"\r\n\r\n")
        if end < 0 and not self._is_hopeless():
            return False
        cut = end + 4 if end >= 0 else len(self.received)
        head = bytes(self.received[:cut])
        del self.received[:cut]
        self.requests += 1
        try:
            self.request = Request(self.cfg, IterUnreader([head]), self.client, self.requests)
        except (NoMoreData, StopIteration):
            raise LimitRequestHeaders("more than a head takes") from None
        self._expect_body(self.request)
        return True

    def _is_hopeless(self) -> bool:
        """A head that will never be one: a line too long, lines that end with LF alone, too many of them."""
        first = self.received.find(b"\r\n")
        return (
            len(self.received) > LONGEST_HEAD
            or (first < 0 and len(self.received) > self.cfg.limit_request_line + 2)
            or self.received.count(b"\n") != self.received.count(b"\r\n")
        )

    def _expect_body(self, request: Request) -> None:
        reader = request.body.reader
        if isinstance(reader, ChunkedReader):
            raise NoLengthError
        self.missing = reader.length
        self.body = io.BytesIO()
        if self.missing > self.longest_body:
            # The page says so in its own words, by the length alone; what comes of the body is not read.
            request.force_close()
            self.missing = 0
        elif self.missing > IN_MEMORY:
            self.body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with its request
        if self.missing and request._expected_100_continue:
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request._expected_100_continue = False
        self.await_(Phase.BODY, TRANSFER_S)

    def read_body(self) -> bool:
        """Takes what has come of the body; whether it is whole."""
        part = bytes(self.received[: self.missing])
        del self.received[: len(part)]
        self.body.write(part)
        self.missing -= len(part)
        self.kept += len(part)
        self.deadline += len(part) / BYTES_PER_S
        if self.missing or self.request is None:
            return False
        self.body.seek(0)
        self.request.body = self.body
        return True

    def forget(self) -> None:
        """The request is answered or refused."""
        self.body.close()
        self.request, self.kept, self.missing = None, 0, 0

    def close(self) -> None:
        self.forget()
        self.sock.close()
