"""Office tasks: each is somebody's."""

from __future__ import annotations

from homecare.access.pages import PAGES
from homecare.pages.task_boards.by_status import TaskBoard
from homecare.queries.assigned.tasks_by_status import OFFICE


class OfficeBoard(TaskBoard):
    page = PAGES["task_board"]
    tasks = OFFICE
