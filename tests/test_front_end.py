"""Every page uses only our own assets: Flask-Admin's front end is not served, and no page requests it."""

from __future__ import annotations

import re

import pytest
from clusters import DEMO_PASSWORD, Database
from flask import Flask

from homecare.tables.table import coded_tables

ASKED_FOR = re.compile(r'(?:src|href)="(/[^"]*\.(?:js|mjs|css|svg|woff2?|png|ico))[^"]*"')


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_no_address_serves_flask_admins_files(app: Flask) -> None:
    serving = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.endswith("static")]
    assert serving == ["/static/<version>/<path:filename>"]


def test_every_page_asks_for_files_of_ours_that_exist(app: Flask) -> None:
    visitor = app.test_client()
    visitor.sign_in("admin@homecare.example", DEMO_PASSWORD)
    pages = ["/admin/", "/admin/roles/", "/admin/nowhere"]
    for name in coded_tables():
        pages += [f"/admin/{name}/", f"/admin/{name}/new/", f"/admin/{name}/details/?id=1", f"/admin/{name}/edit/?id=1"]
    asked = {url for page in pages for url in ASKED_FOR.findall(visitor.get(page).get_data(as_text=True))}
    assert any(url.endswith("tabler.min.css") for url in asked)
    assert {url: visitor.get(url).status_code for url in asked} == dict.fromkeys(asked, 200)


def test_a_list_of_fifty_rows_is_light(app: Flask) -> None:
    visitor = app.test_client()
    visitor.sign_in("admin@homecare.example", DEMO_PASSWORD)
    sizes = {name: len(visitor.get(f"/admin/{name}/?all=1").data) for name in coded_tables()}
    assert {name: size for name, size in sizes.items() if size >= 60 * 1024} == {}
