"""Server time of lists and forms beside stock Flask-Admin's on the same rows, start-up, and memory of a worker."""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from bench import policy
from bench.company import PASSWORD, company
from bench.stock import stock_app
from homecare import create_app
from homecare.config import Config

TABLES = ("patients", "visit_services", "invoices", "marketing_leads", "staff")
ROUNDS = 40
IMPORT = """
import time
start = time.perf_counter()
from homecare import create_app
create_app()
print(time.perf_counter() - start)
"""


def signed_in(app: Flask, role: str = "admin") -> FlaskClient:
    client = app.test_client()
    page = client.get("/login").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1], "email": f"{role}@homecare.example", "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 302
    return client


def timed(ask: Callable[[], int]) -> float:
    start = time.perf_counter()
    assert ask() == 200
    return (time.perf_counter() - start) * 1000


def beside(name: str, url: str, ours: FlaskClient, stock: FlaskClient) -> None:
    """Medians of alternating requests, so that both meet the same noise; the first of each is not counted."""
    pairs = []
    timed(lambda: ours.get(url).status_code)
    timed(lambda: stock.get(url).status_code)
    for _ in range(ROUNDS):
        mine = timed(lambda: ours.get(url).status_code)
        theirs = timed(lambda: stock.get(url).status_code)
        pairs.append((mine, theirs))
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name:30} ours {mine:6.1f} ms   stock {theirs:6.1f} ms   ratio {mine / theirs:4.2f}")


def compare(config: Config) -> None:
    ours, stock = signed_in(create_app(config)), stock_app(config).test_client()
    for table in TABLES:
        first_id = 1 if table != "staff" else 5
        beside(f"{table} list", f"/admin/{table}/", ours, stock)
        beside(f"{table} form", f"/admin/{table}/edit/?id={first_id}", ours, stock)


def start_up(config: Config) -> None:
    environment = {
        "DATABASE_URL": config.database_url,
        "SECRET_KEY": config.secret_key,
        "ENCRYPTION_KEYS": config.encryption_keys[0],
    }
    times = [
        float(subprocess.run([sys.executable, "-c", IMPORT], env=environment, capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    print(f"{'application with 24 views':30} starts in {statistics.median(times):.2f} s")


def main() -> None:
    with company() as config:
        start_up(config)
        app = create_app(config)
        client = signed_in(app)
        for table in TABLES * 10:
            client.get(f"/admin/{table}/")
        print(
            f"{'a worker after 50 lists':30} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most"
        )
        policy.measure(app)
        compare(config)


if __name__ == "__main__":
    main()
