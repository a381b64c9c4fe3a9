"""Marketing tasks: those without staff are the unassigned."""

from __future__ import annotations

from homecare.access.pages import PAGES
from homecare.pages.task_boards.by_status import TaskBoard
from homecare.queries.assigned.tasks_by_status import MARKETING


class MarketingBoard(TaskBoard):
    page = PAGES["marketing_board"]
    tasks = MARKETING
