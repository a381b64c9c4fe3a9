"""The web server's own refusals: a sentence, with the usual security headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clusters import Database
from web_server import Server, read_all, serving

HOST = "Host: 127.0.0.1\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
MORE = "X-More: 1\r\n"
REFUSED = {
    "no-request-line": ("nonsense\r\n\r\n", 400),
    "no-version": ("GET /login\r\n\r\n", 400),
    "bare-line-feeds": ("GET /login HTTP/1.1\nHost: 127.0.0.1\n\n", 400),
    "two-hosts": (f"GET /login HTTP/1.1\r\n{HOST}Host: evil.example\r\n\r\n", 400),
    "header-without-a-name": (f"GET /login HTTP/1.1\r\n{HOST}: x\r\n\r\n", 400),
    "two-lengths": (f"POST /login HTTP/1.1\r\n{HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
    "length-and-chunks": (f"POST / HTTP/1.1\r\n{HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "a-length-that-is-none": (f"POST /login HTTP/1.1\r\n{HOST}Content-Length: -1\r\n\r\n", 400),
    "chunks": (f"POST /login HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
    "a-long-address": (f"GET /login?{'x' * 9000} HTTP/1.1\r\n{HOST}\r\n", 414),
    "an-endless-address": (f"GET /login?{'x' * 9000}", 414),
    "an-expectation": (f"GET /login HTTP/1.1\r\n{HOST}Expect: the-best\r\n\r\n", 417),
    "a-large-header": (f"GET /login HTTP/1.1\r\n{HOST}X-Large: {'x' * 9000}\r\n\r\n", 431),
    "many-headers": (f"GET /login HTTP/1.1\r\n{HOST}{MORE * 200}\r\n", 431),
    "endless-headers": (f"GET /login HTTP/1.1\r\n{HOST}{MORE * 5000}", 431),
    "an-unknown-packing": (f"POST /login HTTP/1.1\r\n{HOST}Transfer-Encoding: zip\r\n\r\n", 501),
    "too-large-a-body": (f"POST /login HTTP/1.1\r\n{HOST}{FORM}Content-Length: 99999999999\r\n\r\n{'x' * 9000}", 413),
    "a-host-nobody-knows": ("GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400),
}
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "connection": "close",
}


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database, tmp_path_factory.mktemp("files")) as made:
        yield made


def said(server: Server, request: str) -> tuple[int, dict[str, str], str]:
    head, _, body = read_all(server.send(request.encode())).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body


@pytest.mark.parametrize("kind", REFUSED)
def test_what_the_server_refuses_carries_the_headers_and_tells_nothing(server: Server, kind: str) -> None:
    request, expected = REFUSED[kind]

    status, headers, body = said(server, request)

    assert status == expected
    assert EVERYWHERE.items() <= headers.items()
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert len(headers["x-request-id"]) == 16
    assert not any(word in body for word in ("xxxx", "nonsense", "Traceback", "evil.example", "Invalid"))


def test_a_form_of_several_megabytes_arrives_whole(server: Server) -> None:
    sent = f"email={'x' * 1_500_000}&password=y"
    kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"

    status, _, body = said(server, f"POST /login HTTP/1.1\r\n{HOST}{kind}Content-Length: {len(sent)}\r\n\r\n{sent}")

    assert (status, "open for too long" in body) == (400, True)  # read, and without its token


def test_who_asks_first_is_told_to_go_on(server: Server) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nExpect: 100-continue\r\n"
    asking = server.send(f"POST /login HTTP/1.1\r\n{HOST}{kind}Content-Length: 7\r\n\r\n".encode())

    assert asking.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    asking.sendall(b"email=x")
    assert read_all(asking).startswith(b"HTTP/1.1 400 ")
