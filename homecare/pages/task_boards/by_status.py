"""The board of one table of tasks. What is changed on it is sent to the table's own addresses, so its rights hold."""

from __future__ import annotations

from typing import ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action
from homecare.admin.asked import Asked
from homecare.admin.door import GuardedView, acting, refuse, right
from homecare.db import db
from homecare.pages.task_boards import cards
from homecare.queries.assigned.tasks_by_status import TaskTable
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError


class TaskBoard(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW}
    tasks: ClassVar[TaskTable]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The conditions of the table's list, and `look`: "board" by status or "list" by time."""
        name = self.tasks.name
        if not acting().may(name):
            refuse(name, Action.VIEW, right(name, Action.VIEW))
        seen = Seen.of(acting(), shown_table(name))
        if not seen.access.sees(self.tasks.status):
            label = seen.table.fields[self.tasks.status].label.lower()
            refuse(name, "filter", f"see {label} of {seen.table.many.lower()}", column=self.tasks.status)
        look = request.args.get("look", "board")
        if look not in cards.LOOKS:
            raise SpokenError(400, f"look is one of {', '.join(cards.LOOKS)}.")
        words = [(key, value) for key, value in request.args.items(multi=True) if key not in ("look", "columns")]
        wanted = Asked(seen, self.render).listed(MultiDict(words or [("all", "1")]))
        assert self.page is not None  # noqa: S101 - both boards are in the registry
        path = f"{urls.page(self.page.path)}/"
        screen = cards.load(db.session(), self.tasks, wanted, look, path)
        return self.render("pages/task_boards/board.html", screen=screen, table=seen.table, here=self.page.name)
