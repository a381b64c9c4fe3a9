"""The parts of Flask-Admin's ModelView that we use, and those that stay shut.
The class gives us routes, view method names and its vocabulary. Its handling of rows, forms and rights checks neither
row scope nor columns, so it must never run: each such method is shut by name, and a test looks for new ones after an
upgrade.
"""

from __future__ import annotations

from typing import Any, NoReturn

from flask_admin.contrib.sqla import ModelView
from wtforms import Form

from homecare.db import db
from homecare.tables.table import ShownTable
from homecare.web import urls

# Methods that read or write rows, decide about a right, or export rows.
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
    """One of Flask-Admin's unchecked methods was called. This is a bug: answer an error, never rows."""


class StockView(ModelView):
    # Unused: `needs` names what is open, and the policy decides who may. If anything asks, the answer is no.
    can_create = can_edit = can_delete = can_export = can_view_details = False
    # Read once at start-up. The row's id is part of every address.
    column_display_pk = True
    # Our own code sorts, searches and filters by the columns' kinds.
    column_sortable_list = ()
    column_searchable_list = ()
    column_filters = ()

    def __init__(self, table: ShownTable) -> None:
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
        """Empty: our forms are built per role (and Flask-Admin's converter does not know Geography)."""
        return Form

    def scaffold_list_form(self, *_args: Any, **_kwargs: Any) -> type[Form]:
        return Form

    def get_delete_form(self) -> type[Form]:
        return Form

    def get_action_form(self) -> type[Form]:
        return Form

    def init_actions(self) -> None:
        """None: bulk changes go through `action_view`."""
        self._actions: list[Any] = []
        self._actions_data: dict[str, Any] = {}


def _shut(name: str) -> Any:
    def refused(_self: Any, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ShutError(f"{name} of Flask-Admin is shut.")

    return refused


for _name in SHUT:
    setattr(StockView, _name, _shut(_name))
