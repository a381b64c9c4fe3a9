"""Every table and every column has its screen by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from clusters import WITH_PROJECT, Database

from homecare.models import business_models
from homecare.tables.overrides import GROUPS
from homecare.tables.table import coded_tables

# Columns without a field in any form, each for a reason.
WITHOUT_A_FIELD = {
    "id": "the database counts the rows",
    "created_at": "the database notes when a row was made",
    "updated_at": "the database notes when a row was changed",
    "messages.attachment_filename": "taken from the file that is attached",
    "messages.attachment_mime_type": "taken from the file that is attached",
}


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def test_a_group_of_the_menu_begins_with_what_is_used_most() -> None:
    names = list(coded_tables())

    assert names[:4] == ["patients", "messages", "visit_services", "caregiver_assignments"]
    assert {name for _, used in GROUPS.values() for name in used} <= set(names)


def test_every_column_of_every_table_has_a_field_or_a_reason() -> None:
    without = set()
    for name, table in coded_tables().items():
        placed = {one for _, names in table.groups for one in names}
        for column in business_models()[name].__table__.columns:
            if column.name not in placed:
                without.add(column.name if column.name in WITHOUT_A_FIELD else f"{name}.{column.name}")

    assert without == set(WITHOUT_A_FIELD)


def test_every_row_is_named_by_something() -> None:
    assert {name for name, table in coded_tables().items() if not table.naming} == set()


def test_a_25th_table_needs_a_model_and_nothing_else(database: Database) -> None:
    script = Path(__file__).with_name("scratch_table.py")

    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), database.socket_folder, database.name],
        capture_output=True, text=True, timeout=120, env=WITH_PROJECT,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "menu": True,
        "fields": ["driver_id", "garage-lat", "garage-lon", "name", "price"],
        "made": 302,
        "list": True,
        "filtered": 0,
        "parent": True,
        "drawn": True,
        "export": "\ufeffName,Price\r\nAmbulance,1500.00\r\n",
        "without a grant": 403,
        "with a grant": 200,
        "no more than granted": 403,
    }
