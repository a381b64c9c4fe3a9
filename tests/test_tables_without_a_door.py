"""Whose tables are meant is said: where no door was passed nobody gets the code's own words for those that IT set."""

from __future__ import annotations

import pytest
from flask import Flask

from homecare.tables.table import shown_table, shown_tables


def test_a_request_without_a_door_is_given_no_tables(app: Flask) -> None:
    with app.test_request_context("/admin/patients/"), pytest.raises(RuntimeError, match="No door was passed"):
        shown_tables()


def test_a_command_says_that_it_means_the_codes_own(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="coded_tables"):
        shown_table("patients")
