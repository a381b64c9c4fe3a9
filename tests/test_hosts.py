"""The host names the program answers to, and which proxies it trusts for a browser's host, scheme and address."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from clusters import Database
from conftest import CSRF_FIELD, configured
from flask import request
from flask.testing import FlaskClient
from test_keys_of_the_environment import KEPT, REAL
from web_server import Server, serving

from homecare import create_app
from homecare.config import Config, ConfigError, read

FORWARDED = {
    "X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Real-Ip": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https", "X-Forwarded-Prefix": "/evil", "Script-Name": "/evil",
}  # fmt: skip
OWN = ["localhost", "127.0.0.1", "127.0.0.1:5000", "LOCALHOST:5000", "[::1]", "[::1]:5000"]
FOREIGN = [
    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evillocalhost", "[::2]",
    "127.0.0.1@evil.example", "a b", "0.0.0.0",
]  # fmt: skip


def answering(config: Config, **changes: object) -> FlaskClient:
    return create_app(replace(config, **changes)).test_client()  # type: ignore[arg-type]


@pytest.mark.parametrize("host", OWN)
def test_this_machines_names_are_known_without_being_told(client: FlaskClient, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize(
    "path", ["/login", "/admin", "/admin/", "/static/x/css/foundation/theme.css", "/nothing-here", "/session"]
)
def test_another_name_is_refused_on_every_address(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host}, buffered=True)

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_those_who_ask_by_an_address(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Host": "10.1.2.3:5000"}).status_code == 200


def test_the_names_it_was_told_and_the_address_it_listens_on_are_known(config: Config) -> None:
    client = answering(config, trusted_hosts=("care.example", ".clinic.example"), bind="10.0.0.7")

    known = ["care.example", "CARE.example:443", "a.clinic.example", "10.0.0.7:5000", "127.0.0.1"]
    assert {client.get("/login", headers={"Host": host}).status_code for host in known} == {200}
    assert client.get("/login", headers={"Host": "a.care.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/admin", "/admin/patients", "/admin/", "/logout"])
def test_redirects_name_no_host(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.location or "/").startswith("/")
    assert not (answer.location or "").startswith("//")


@pytest.mark.parametrize("changes", [{"BIND": "0.0.0.0"}, {"BIND": "10.0.0.7"}, {"TRUSTED_PROXIES": "1"}])
def test_a_real_installation_that_others_reach_must_name_itself(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"^TRUSTED_HOSTS is not set, but other machines can reach"):
        read(REAL | changes, None)

    told = read(REAL | changes | {"TRUSTED_HOSTS": "Care.example, [fd00::1]"}, None)
    assert told.trusted_hosts == ("care.example", "[fd00::1]")
    assert read(changes, KEPT).trusted_hosts == ()


@pytest.mark.parametrize(
    "word", ["https://care.example", "care.example:443", "*", "care example", "care.example/", "a..b", "."]
)
def test_what_is_no_host_name_does_not_start(word: str) -> None:
    with pytest.raises(ConfigError, match=r"^TRUSTED_HOSTS contains .* without https:// and without a port"):
        read(REAL | {"TRUSTED_HOSTS": word}, None)


@pytest.fixture
def told(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(database, tmp_path, TRUSTED_PROXIES=request.param, TRUSTED_HOSTS="care.example") as server:
        yield server


@pytest.mark.parametrize("told", ["0"], indirect=True)
def test_forwarded_headers_count_for_nothing_where_no_proxy_is_configured(told: Server) -> None:
    page = told.get("/login", Host="care.example")
    token = CSRF_FIELD.search(page.body.decode())[1]  # type: ignore[attr-defined,index]
    cookie = str(page.headers["Set-Cookie"]).partition(";")[0]
    sent = urlencode({"csrf_token": token, "email": "nobody@care.example", "password": "x"})
    form = {"Host": "care.example", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}

    with closing(http.client.HTTPConnection("127.0.0.1", told.port, timeout=60)) as connection:
        connection.request("POST", "/login", sent, form | FORWARDED)

        # Believed to come by https, a form without a referrer would be refused as forged.
        assert connection.getresponse().status == 422


@pytest.mark.parametrize("told", ["1"], indirect=True)
def test_a_configured_proxys_host_counts(told: Server) -> None:
    assert told.get("/login", Host="127.0.0.1", X_Forwarded_Host="care.example").status == 200
    assert told.get("/login", Host="127.0.0.1", X_Forwarded_Host="evil.example").status == 400


@pytest.mark.parametrize(("proxies", "expected"), [(0, ("http", "127.0.0.1")), (1, ("https", "203.0.113.9"))])
def test_the_scheme_and_address_of_a_browser_are_the_connections_or_the_proxys(
    database: Database, tmp_path: Path, proxies: int, expected: tuple[str, str]
) -> None:
    config = replace(configured(database, tmp_path), trusted_proxies=proxies, trusted_hosts=("evil.example",))
    app = create_app(config)
    found = []

    @app.before_request
    def look() -> None:
        found.append((request.scheme, request.remote_addr))

    app.test_client().get("/healthz", headers=FORWARDED)

    assert found == [expected]
