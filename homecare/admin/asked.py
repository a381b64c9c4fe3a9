"""What a table's handler needs, built once by the view method after the access check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.admin.door import refuse
from homecare.login.redirects import safe_next
from homecare.records import list_request
from homecare.records.conditions import ForbiddenConditionError, UnknownConditionError
from homecare.records.list_request import ListRequest
from homecare.records.saved_views import OwnViews
from homecare.records.seen import Seen
from homecare.tables.table import ShownTable
from homecare.web import urls
from homecare.web.errors import SpokenError


@dataclass(frozen=True)
class Asked:
    """`seen` is the table as the person sees it. `render` renders a page in the view's frame."""

    seen: Seen
    render: Callable[..., str]

    @property
    def table(self) -> ShownTable:
        return self.seen.table

    @property
    def by(self) -> Acting:
        return self.seen.by

    def back(self) -> str:
        """The page the person came from, according to the request; else the list."""
        return safe_next(request.values.get("url"), otherwise=urls.list_of(self.table.name))

    def to_list(self) -> tuple[str, str]:
        """The link back to the list on an error page: address and label."""
        return self.back(), f"Back to the {self.table.many.lower()}"

    def listed(
        self, args: MultiDict[str, Any], own: OwnViews | None = None, *, keeps_wrong: bool = False
    ) -> ListRequest:
        """The list for these URL words. Refuses what the person may not have with 400 or 403 and a sentence."""
        table = self.table
        try:
            return list_request.read(self.seen, args, own, keeps_wrong=keeps_wrong)
        except UnknownConditionError as error:
            # Always the list page, even for an export: an export without conditions would contain everything.
            whole = urls.list_of(table.name, [(list_request.ALL, "1")])
            back = (whole, f"Open the {table.many.lower()} without conditions")
            raise SpokenError(400, str(error), back=back) from error
        except ForbiddenConditionError as error:
            reason = f"filter by {error.column} of {table.many.lower()}"
            refuse(table.name, "filter", reason, column=error.column)
