"""Fixtures of all tests: a database of one's own per module, the application on it, and people who sign in.

A module that wants the demo company says so by overriding one fixture; `doors` signs its people in:

    @pytest.fixture(scope="module")
    def database(demo_database): return demo_database
"""

from __future__ import annotations

import ipaddress
import itertools
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browsing
import clusters
import pytest
import sampling
from clusters import DEMO_PASSWORD, Database
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session, scoped_session
from werkzeug.serving import make_server

from homecare import create_app
from homecare.config import Config
from homecare.db import db
from homecare.login import passwords
from homecare.models import Account, Staff

pytest_plugins = ("bookings_made", "doors", "roster_day", "second_factors")
CSRF_FIELD = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
PASSWORD = "correct horse battery"
# A minute each and more. Begun last, one of them would keep a single worker busy while the other has nothing to do.
LONGEST = (
    "walk_everything", "test_browser_walk", "test_oracles", "test_roster_browser", "test_doors_write",
    "test_doors_read", "test_browser_lists", "test_task_boards_browser", "test_roster_conflicts",
    "test_own_day_browser", "test_audit_browser", "test_browser_forms", "test_roster_touch", "test_trail_kill",
    "test_worker_ends",
)  # fmt: skip


class Visitor(FlaskClient):
    """A browser without scripts: it sends a form with the token of the page it got it from."""

    staff_id: int | None = None

    def token(self, url: str) -> str:
        page = self.get(url).get_data(as_text=True)
        found = CSRF_FIELD.search(page)
        assert found, f"{url} has no form with a CSRF token: {page[:200]}"
        return found[1]

    def send(self, url: str, data: dict[str, Any] | None = None, *, form_at: str | None = None) -> Any:
        """Opens the form (at the same URL unless `form_at` says where) and posts it."""
        return self.post(url, data={"csrf_token": self.token(form_at or url), **(data or {})})

    def sign_in(self, email: str, password: str) -> Any:
        return self.send("/login", {"email": email, "password": password})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="walk the long crawls whole, not a sample of them")


def pytest_configure(config: pytest.Config) -> None:
    sampling.whole = config.getoption("whole")
    # What is drawn is the same in every run too, and something new each time where the run is whole.
    settings.register_profile("as sampled", derandomize=not sampling.whole)
    settings.load_profile("as sampled")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["socket_folder"] = clusters.socket_folder(node.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_unconfigure(config: pytest.Config) -> None:
    clusters.stop(config)


@pytest.fixture(scope="session", autouse=True)
def _network_is_off() -> Iterator[None]:
    """No test may connect to another machine."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def checked_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            raise RuntimeError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    def checked_look_up(host: Any, *args: Any, **options: Any) -> Any:
        if host not in (None, "localhost", "127.0.0.1", "::1"):
            raise RuntimeError(f"A test tried to look up {host}.")
        return look_up(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket, "getaddrinfo", checked_look_up)
        yield


@pytest.fixture(scope="session")
def socket_folder(request: pytest.FixtureRequest) -> str:
    return clusters.socket_folder(request.config)


@pytest.fixture(scope="module")
def database(socket_folder: str) -> Iterator[Database]:
    """Migrated and empty."""
    with clusters.copy(socket_folder, clusters.migrated(socket_folder)) as made:
        yield made


@pytest.fixture(scope="module")
def demo_database(socket_folder: str) -> Iterator[Database]:
    """With the demo company in it."""
    with clusters.copy(socket_folder, clusters.with_demo_company(socket_folder)) as made:
        yield made


@pytest.fixture
def blank_database(socket_folder: str) -> Iterator[Database]:
    """Extensions and nothing else, for one test that migrates."""
    with clusters.copy(socket_folder, "template1") as made:
        yield made


@pytest.fixture
def migrated_database(socket_folder: str) -> Iterator[Database]:
    """A copy that one test may ruin."""
    with clusters.copy(socket_folder, clusters.migrated(socket_folder)) as made:
        yield made


@pytest.fixture(scope="module")
def database_url(database: Database) -> str:
    """The serving role's address."""
    return database.serving_url


@pytest.fixture(scope="module")
def owner_engine(database: Database) -> Iterator[Engine]:
    with database.owner_engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def serving_engine(database: Database) -> Iterator[Engine]:
    with database.serving_engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def config(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return configured(database, tmp_path_factory.mktemp("files"))


def configured(database: Database, files_dir: Path) -> Config:
    return Config(
        database_url=database.serving_url,
        owner_url=database.owner_url,
        private=True,
        secret_key="k" * 64,
        encryption_keys=("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",),
        bind="127.0.0.1",
        port=5000,
        trusted_hosts=(),
        trusted_proxies=0,
        files_dir=files_dir,
        demo_password=DEMO_PASSWORD,
    )


@pytest.fixture(scope="module")
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    app.test_client_class = Visitor
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger."""
    return app.test_client()


@pytest.fixture
def db_session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The application's own session, as the serving role and without a request."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture(scope="module")
def new_person(owner_engine: Engine, password_hash: str) -> Callable[..., tuple[int, str]]:
    """Makes a staff row with an account; returns its id and e-mail. Names given override the staff row's columns."""
    numbers = itertools.count(1)

    def make(role: str, **columns: Any) -> tuple[int, str]:
        number = next(numbers)
        staff = {
            "first_name": role.strip() or "Nobody",
            "last_name": f"Number {number}",
            "email": f"person{number}@test.example",
            "role": role,
        } | columns
        with owner_engine.begin() as connection:
            staff_id = connection.execute(insert(Staff).values(staff).returning(Staff.id)).scalar_one()
            connection.execute(insert(Account).values(staff_id=staff_id, password_hash=password_hash))
        return staff_id, staff["email"]

    return make


@pytest.fixture
def as_role(app: Flask, new_person: Callable[..., tuple[int, str]]) -> Callable[..., Visitor]:
    """Signs a new person of that role in through the real door."""

    def sign_in(role: str, **columns: Any) -> Visitor:
        staff_id, email = new_person(role, **columns)
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.staff_id = staff_id
        assert visitor.sign_in(email, PASSWORD).status_code == 302
        return visitor

    return sign_in


@pytest.fixture(scope="module")
def live_server(app: Flask) -> Iterator[str]:
    """The application on a free port of loopback; the address without a slash at its end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    with browsing.watched_page(browser, live_server) as page:
        yield page
