"""Flask-Admin's ModelView as far as it is ours: what it is told of a table, and what of it stays shut.

The class brings the routes, the names of the view methods and its vocabulary. What it does with rows, forms and rights
checks no row scope and no column, so none of it may ever run: each such method is shut by name, and a test walks the
class for one that an upgrade adds.
"""

from __future__ import annotations

from typing import Any, NoReturn

from flask_admin.contrib.sqla import ModelView
from wtforms import Form

from homecare.db import db
from homecare.tables.table import TableInfo
from homecare.web import urls

# What reads or writes rows, answers for a right, or opens a file of them.
SHUT = frozenset({
    "_apply_filters", "_apply_pagination", "_apply_path_joins", "_apply_search", "_apply_sorting",
    "_create_ajax_loader", "_export_csv", "_export_data", "_export_tablib", "_get_field_value", "_get_list_value",
    "_on_model_change", "_order_by", "action_delete",
    "after_model_change", "after_model_delete", "build_new_instance", "create_form", "create_model", "delete_form",
    "delete_model", "edit_form", "get_actions_list", "get_count_query",
    "get_detail_value", "get_export_value", "get_list", "get_list_row_actions", "get_list_value", "get_one",
    "get_query", "handle_action", "handle_filter", "is_action_allowed", "list_form", "on_form_prefill",
    "on_model_change", "on_model_delete", "scaffold_inline_form_models", "update_model", "validate_form",
})  # fmt: skip


class ShutError(Exception):
    """A method of Flask-Admin's own was called that checks nothing: a bug, answered as an error, never with rows."""


class StockView(ModelView):
    # Nothing asks them: `needs` names what is open, and the policy who may. Were something to ask, the answer is no.
    can_create = can_edit = can_delete = can_export = can_view_details = False
    # Read once at start-up; the row's number is part of every address.
    column_display_pk = True
    # Ours sort, search and filter by the columns' kinds.
    column_sortable_list = ()
    column_searchable_list = ()
    column_filters = ()

    def __init__(self, table: TableInfo) -> None:
        name, descending = table.order.removeprefix("-"), table.order.startswith("-")
        self.column_list = table.columns
        self.column_labels = {field.name: field.label for field in table.fields.values()}
        self.column_descriptions = {field.name: field.help for field in table.fields.values() if field.help}
        self.column_default_sort = (name, descending)
        self.column_choices = {field.name: list(field.options) for field in table.fields.values() if field.choices}
        super().__init__(
            table.model, db, name=table.many, category=table.group, endpoint=table.name, url=urls.page(table.name)
        )

    def scaffold_form(self) -> type[Form]:
        """Empty: our forms are made for each role (the stock converter knows no Geography)."""
        return Form

    def scaffold_list_form(self, *_args: Any, **_kwargs: Any) -> type[Form]:
        return Form

    def get_delete_form(self) -> type[Form]:
        return Form

    def get_action_form(self) -> type[Form]:
        return Form

    def init_actions(self) -> None:
        """None: what is done with many rows passes `action_view`."""
        self._actions: list[Any] = []
        self._actions_data: dict[str, Any] = {}


def _shut(name: str) -> Any:
    def refused(_self: Any, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ShutError(f"{name} of Flask-Admin is shut.")

    return refused


for _name in SHUT:
    setattr(StockView, _name, _shut(_name))
