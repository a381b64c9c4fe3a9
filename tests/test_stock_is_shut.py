"""Nothing of Flask-Admin's own ModelView reads a row, writes one, or answers for a right: all of it is shut or ours."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_admin import BaseView
from flask_admin.contrib.sqla import ModelView

from homecare.admin.stock import SHUT, ShutError
from homecare.admin.table_view import TableView
from homecare.tables.table import coded_tables

# Looked through by hand: called once at start-up or telling of the class alone, never of a row.
HARMLESS = frozenset({
    "_get_column_by_idx", "_get_default_order", "_get_filter_groups", "_get_filters", "_get_list_extra_args",
    "_get_list_filter_args", "_get_list_url", "_get_model_iterator", "_get_ruleset_missing_fields", "_prettify_name",
    "_process_ajax_references", "_refresh_cache", "_refresh_filters_cache", "_refresh_form_rules_cache",
    "_refresh_forms_cache", "_remove_fields_from_form_class", "_remove_fields_from_form_instance",
    "_show_missing_fields_warning", "_validate_form_class", "_validate_form_instance", "action_form",
    "get_column_name", "get_column_names", "get_create_form", "get_details_columns", "get_edit_form",
    "get_empty_list_message", "get_export_columns", "get_export_name", "get_filter_arg", "get_filters", "get_form",
    "get_invalid_value_msg", "get_list_columns", "get_list_form", "get_pk_value", "get_safe_page_size",
    "get_save_return_url", "get_sortable_columns", "handle_view_exception", "init_search", "is_editable",
    "is_sortable", "is_valid_filter", "scaffold_auto_joins", "scaffold_filters", "scaffold_list_columns",
    "scaffold_pk", "scaffold_sortable_columns", "search_placeholder", "action_disallowed_list",
})  # fmt: skip
# Classes and functions that settings name.
SETTINGS = {"filter_converter", "form_base_class", "inline_model_form_converter", "model_form_converter"}


def stock_methods() -> set[str]:
    """What ModelView brings beyond the bare view, by name."""
    own = {name for name in dir(ModelView) if not name.startswith("__")} - set(dir(BaseView))
    return {name for name in own if callable(getattr(ModelView, name))}


def is_ours(name: str) -> bool:
    return str(getattr(getattr(TableView, name), "__module__", "")).startswith("homecare.")


def test_every_method_of_the_stock_class_is_shut_or_ours_or_looked_through() -> None:
    open_ones = {name for name in stock_methods() if not is_ours(name)}

    assert open_ones - HARMLESS - SETTINGS == set()


def test_the_list_of_what_is_shut_names_only_what_there_is() -> None:
    assert stock_methods() >= SHUT


@pytest.mark.parametrize("name", sorted(SHUT))
def test_a_shut_method_never_answers(app: Flask, name: str) -> None:
    view: Any = next(view for view in app.extensions["admin"][0]._views if view.endpoint == "patients")

    with pytest.raises(ShutError):
        getattr(view, name)(None)


def test_every_flag_of_the_stock_class_says_no() -> None:
    flags = {name for name in dir(ModelView) if name.startswith("can_")} - {"can_set_page_size"}

    assert {name for name in flags if getattr(TableView, name)} == set()


def test_every_stock_address_is_answered_by_a_method_of_ours() -> None:
    assert {name for _url, name, _methods in ModelView._urls if not is_ours(name)} == set()
    assert {name for _url, name, _methods in ModelView._urls if name not in TableView.needs} == {"action_view"}


def test_a_table_speaks_of_itself_in_flask_admins_words(app: Flask) -> None:
    views: Any = {view.endpoint: view for view in app.extensions["admin"][0]._views}

    for name, table in coded_tables().items():
        assert isinstance(views[name], ModelView)
        assert views[name].column_list == table.columns
