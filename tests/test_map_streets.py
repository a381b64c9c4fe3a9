"""Streets of the operator's own file: served in ranges, drawn under the map, missed by nobody where there are none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import watched_page
from clusters import Database
from doors import Company, opened
from flask import Flask
from map_hand import MAP, open_map
from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine
from streets_file import write_streets

from homecare.config import Config, ConfigError
from homecare.local import setup


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("streets") / "ethiopia.pmtiles"


@pytest.fixture(scope="module")
def config(config: Config, streets: Path) -> Config:
    return replace(config, basemap_pmtiles=str(streets))


@pytest.fixture(scope="module")
def company(app: Flask, owner_engine: Engine, streets: Path) -> Company:
    company = opened(app, owner_engine)
    write_streets(streets, company)
    return company


@pytest.fixture
def page(browser: Browser, live_server: str, company: Company) -> Iterator[Page]:
    with watched_page(browser, live_server) as page:
        yield page


def test_a_range_is_what_was_asked_for(company: Company, streets: Path) -> None:
    asked = {"Range": "bytes=16-31", "Accept-Encoding": "gzip"}
    with company.as_("Manager").visitor.get(f"{MAP}streets.pmtiles", headers=asked, buffered=True) as part:
        assert (part.status_code, part.data) == (206, streets.read_bytes()[16:32])
        assert "Content-Encoding" not in part.headers


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=5-2", "bytes=-99999999", "bytes=a-b", "lines=1-2"])
def test_a_range_that_the_file_does_not_have_is_refused(company: Company, asked: str) -> None:
    with company.as_("Manager").visitor.get(f"{MAP}streets.pmtiles", headers={"Range": asked}, buffered=True) as part:
        assert part.status_code == 416
        assert "Traceback" not in part.text


def test_who_has_no_map_has_no_streets(company: Company) -> None:
    assert company.as_("Finance").get(f"{MAP}streets.pmtiles").status_code == 403


@pytest.mark.browser
def test_streets_are_drawn_under_the_map(page: Page) -> None:
    ranges: list[str] = []
    page.on("request", lambda asked: ranges.append(asked.headers.get("range", "")) if "pmtiles" in asked.url else None)

    open_map(page, "?at=9.1,41,7")

    assert any(re.fullmatch(r"bytes=\d+-\d+", one) for one in ranges)
    assert page.get_by_text("© OpenStreetMap").is_visible()
    # Between two lines of the grid there is nothing else to be drawn.
    clip = page.screenshot(clip={"x": 820, "y": 385, "width": 80, "height": 38})
    assert len(Image.open(io.BytesIO(clip)).convert("RGB").getcolors()) > 1


def test_a_file_that_is_not_there_stops_the_start(config: Config, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="BASEMAP_PMTILES"):
        setup.check(replace(config, basemap_pmtiles=str(tmp_path / "none.pmtiles")))
