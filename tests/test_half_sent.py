"""Requests that never arrive completely and answers that nobody reads block nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from clusters import Database
from web_server import Server, read_all, serving

from homecare.local.vendor import VENDOR

THREADS = 4
HELD = 3 * THREADS
# A second is the promise; a busy machine gets ten, and half-sent requests are held for longer than that.
SOON_S = 10.0
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n" + FORM
UNFINISHED = {
    "nothing": b"",
    "half-a-line": b"GET /log",
    "half-a-head": HEAD,
    "half-a-body": HEAD + b"\r\nemail=somebody",
    "no-body": HEAD + b"\r\n",
}
OURS = ("Content-Security-Policy", "X-Content-Type-Options: nosniff", "Cache-Control: no-store", "X-Request-Id: ")


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database, tmp_path_factory.mktemp("files"), THREADS=str(THREADS)) as made:
        yield made


@pytest.fixture(autouse=True)
def _let_go(server: Server) -> Iterator[None]:
    yield
    server.let_go()


@pytest.mark.parametrize("kind", UNFINISHED)
def test_twice_as_many_half_sent_requests_as_threads_keep_nobody_waiting(server: Server, kind: str) -> None:
    for _ in range(HELD):
        server.send(UNFINISHED[kind])

    assert server.get("/healthz", timeout_s=SOON_S).status == 200
    assert server.get("/readyz", timeout_s=SOON_S).status == 200


def test_requests_that_trickle_in_keep_nobody_waiting(server: Server) -> None:
    held = [server.send(UNFINISHED["half-a-head"]) for _ in range(HELD)]
    for number in range(20):
        held[number % HELD].sendall(b"X-More: 1\r\n")
        assert server.get("/healthz", timeout_s=SOON_S).status == 200


def test_a_request_that_does_not_come_whole_is_refused_in_time(server: Server) -> None:
    held = {kind: server.send(sent) for kind, sent in UNFINISHED.items()}
    told = {kind: read_all(opened).decode() for kind, opened in held.items()}

    # A connection that a browser opened and did not need is closed without a word.
    assert told.pop("nothing") == ""
    for answer in told.values():
        assert answer.startswith("HTTP/1.1 408 Request Timeout\r\n")
        assert all(header in answer for header in OURS)
        assert "send it again" in answer


def test_a_trickle_has_no_more_time_than_silence(server: Server) -> None:
    began, slow = time.monotonic(), server.send(UNFINISHED["half-a-head"])
    slow.settimeout(1)
    told = b""
    while not told and time.monotonic() - began < 40:
        try:
            told = slow.recv(65536)
        except TimeoutError:
            slow.sendall(b"X: 1\r\n")
    assert told.startswith(b"HTTP/1.1 408 ")


def test_who_takes_no_answer_keeps_nobody_waiting(server: Server) -> None:
    large = json.loads((VENDOR / "manifest.json").read_text())["tabler.css"]
    for _ in range(HELD):
        server.send(f"GET /static/x/vendor/{large} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 30)

    assert server.get("/healthz", timeout_s=SOON_S).status == 200


def test_the_last_byte_of_a_head_and_of_a_body_may_come_alone(server: Server) -> None:
    whole = HEAD + b"Connection: close\r\n\r\n" + b"x" * 100
    slow = server.send(whole[:1])
    for place in range(1, len(whole)):
        slow.sendall(whole[place : place + 1])

    assert read_all(slow).startswith(b"HTTP/1.1 400 ")  # the form has no token


def test_requests_sent_at_once_are_answered_one_after_the_other(server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    told = read_all(server.send((one + b"\r\n") * 3 + one + b"Connection: close\r\n\r\n"))

    assert told.count(b"HTTP/1.1 200 OK") == 4
    assert told.count(b'{"status":"alive"}') == 4
