"""One browser's connection: the part of its request that has arrived, and the part of the answer still to send.
Nothing here waits for a browser, except an answer that is longer than the buffer.
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

# A whole head takes one or two packets. gunicorn's own settings limit its longest line.
HEAD_S = 10.0
LONGEST_HEAD = 32 * 1024
# A transfer gets this long, plus a second for each part of this size. A slow phone is ten times faster.
TRANSFER_S = 20.0
BYTES_PER_S = 4096
# A longer body goes into a file. Most forms are shorter.
IN_MEMORY = 256 * 1024
# The part of an answer that is buffered for a slow browser while its thread does something else. Exports are longer.
BUFFERED_BYTES = 1024 * 1024
# So that a refusal is read before the connection closes, even if the browser is still sending.
LINGER_S = 3.0
PART_BYTES = 64 * 1024


class Phase(Enum):
    """What the connection waits for: a first byte, the rest of a head, a body, the answer, its delivery, the end."""

    IDLE = "idle"
    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    SENDING = "sending"
    CLOSING = "closing"


HALF_SENT = (Phase.HEAD, Phase.BODY)


class TooSlowError(ParseException):
    """A request that did not arrive completely in time."""


class NoLengthError(ParseException):
    """A chunked body. No browser sends one, and its length is unknown in advance."""


class NoRoomError(ParseException):
    """The bodies of other requests fill the space for bodies."""


class Outgoing:
    """Replaces the socket that gunicorn writes to: sends as much as the browser takes and buffers the rest."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.waiting = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def sendall(self, data: bytes) -> None:
        """Waits only while more than BUFFERED_BYTES are buffered. Raises TimeoutError if the browser does not read."""
        self.waiting += data
        self.flush()
        deadline = time.monotonic() + TRANSFER_S
        while len(self.waiting) > BUFFERED_BYTES:
            writable = select.poll()
            writable.register(self.sock, select.POLLOUT)
            if not writable.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError("the browser does not take its answer")
            self.flush()

    def flush(self) -> int:
        """Sends what the browser takes now. Returns the number of bytes."""
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
        self.missing = self.body_bytes = self.requests = 0
        self.closing = False
        self.watched: int = 0
        self.await_(Phase.IDLE, HEAD_S)

    def await_(self, phase: Phase, seconds: float) -> None:
        self.phase = phase
        self.deadline = time.monotonic() + seconds

    def read_head(self) -> bool:
        """Whether the head is complete. Raises ParseException for an invalid or too long one."""
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
        """Whether the head can never become valid: a line too long, lines that end with LF only, or too many lines."""
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
            # The page refuses it with its own sentence because of the length. The body is not read.
            request.force_close()
            self.missing = 0
        elif self.missing > IN_MEMORY:
            self.body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with its request
        if self.missing and request._expected_100_continue:
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request._expected_100_continue = False
        self.await_(Phase.BODY, TRANSFER_S)

    def read_body(self) -> bool:
        """Reads the body's bytes that have arrived. Returns whether the body is complete."""
        part = bytes(self.received[: self.missing])
        del self.received[: len(part)]
        self.body.write(part)
        self.missing -= len(part)
        self.body_bytes += len(part)
        self.deadline += len(part) / BYTES_PER_S
        if self.missing or self.request is None:
            return False
        self.body.seek(0)
        self.request.body = self.body
        return True

    def forget(self) -> None:
        """Call when the request is answered or refused."""
        self.body.close()
        self.request, self.body_bytes, self.missing = None, 0, 0

    def close(self) -> None:
        self.forget()
        self.sock.close()
