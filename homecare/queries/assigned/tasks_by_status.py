"""Tasks under their statuses, as the boards of office and of marketing tasks show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from homecare.access.policy import Action
from homecare.models import MarketingTask
from homecare.records import named
from homecare.records.list_request import ListRequest
from homecare.records.row_select import RowSelect
from homecare.records.seen import Seen

# What fits on a board; the list has the rest.
MOST_OF_A_STATUS = 40
MOST_LISTED = 200


def _due_of_office(seen: Seen) -> ColumnElement[Any] | None:
    """By its visit as far as the person may read when that is."""
    if not seen.access.sees("assigned_date"):
        return None
    visits = seen.other("visit_services")
    by_visit = visits.may(Action.VIEW) and visits.access.sees("scheduled_at") and seen.access.sees("visit_service_id")
    return named.due_of_task(by_visit=by_visit)


def _due_of_marketing(seen: Seen) -> ColumnElement[Any] | None:
    due: Any = MarketingTask.due_date
    return due if seen.access.sees("due_date") else None


@dataclass(frozen=True)
class TaskTable:
    """The columns of a table of tasks by what they are for. `note` is changed on the board itself, `about` says what
    the task belongs to, `open` are the statuses of what is still to do, and `ended_at` is when it was done.
    """

    name: str
    status: str
    person: str
    note: str
    about: str
    ended_at: str
    open: tuple[str, ...]
    more: tuple[str, ...]
    due: Callable[[Seen], ColumnElement[Any] | None]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.note, self.person, self.about, self.status, self.ended_at, *self.more)


OFFICE = TaskTable(
    "admin_task_tracking", "task_status", "staff_id", "remarks", "visit_service_id", "completed_date",
    named.OPEN_TASKS, (), _due_of_office,
)  # fmt: skip
MARKETING = TaskTable(
    "marketing_tasks", "status", "assigned_to_staff_id", "description", "campaign_id", "completed_at",
    named.OPEN_MARKETING_TASKS, ("title", "priority"), _due_of_marketing,
)  # fmt: skip


@dataclass(frozen=True)
class Pile:
    """The tasks of one status: the first of them, and how many there are. `rows` have `due` beside their columns."""

    status: str
    count: int
    rows: Sequence[Row[Any]]


def piles(session: Session, tasks: TaskTable, wanted: ListRequest) -> tuple[RowSelect, list[Pile]]:
    """The statuses in the table's order, one of another application's last. What is open by when it is due, what is
    over latest first. One statement, and one for each status that has tasks.
    """
    table, selected = wanted.table, wanted.selected(tasks.columns)
    status, choices = status_of(tasks, wanted.seen), table.fields[tasks.status].choices
    model: Any = table.model
    counted: Any = select(status, func.count(model.id))
    counts = {row[0]: row[1] for row in session.execute(wanted.narrowed(counted).group_by(status)).all()}
    found = []
    for word in (*choices, *sorted(counts.keys() - {*choices})):
        rows: Sequence[Row[Any]] = ()
        if counts.get(word):
            statement = wanted.narrowed(_with_due(tasks, wanted.seen, selected)).where(status == word)
            order = _order(tasks, wanted.seen, word)
            rows = session.execute(statement.order_by(*order).limit(MOST_OF_A_STATUS)).all()
        found.append(Pile(word, counts.get(word, 0), rows))
    return selected, found


def listed(session: Session, tasks: TaskTable, wanted: ListRequest) -> tuple[RowSelect, Sequence[Row[Any]]]:
    """The same in one list by when it is due, at most MOST_LISTED. One statement."""
    selected = wanted.selected(tasks.columns)
    statement = wanted.narrowed(_with_due(tasks, wanted.seen, selected))
    status = status_of(tasks, wanted.seen)
    order = (status.in_(tasks.open).desc(), *_order(tasks, wanted.seen, tasks.open[0]))
    return selected, session.execute(statement.order_by(*order).limit(MOST_LISTED)).all()


def status_of(tasks: TaskTable, seen: Seen) -> ColumnElement[str]:
    """An empty status counts as the column's default."""
    found: ColumnElement[str] = func.coalesce(getattr(seen.table.model, tasks.status), tasks.open[0])
    return found


def _with_due(tasks: TaskTable, seen: Seen, selected: RowSelect) -> Any:
    due = tasks.due(seen)
    return selected.statement if due is None else selected.statement.add_columns(due.label("due"))


def _order(tasks: TaskTable, seen: Seen, status: str) -> tuple[Any, ...]:
    model: Any = seen.table.model
    due = tasks.due(seen)
    if status not in tasks.open and seen.access.sees(tasks.ended_at):
        return getattr(model, tasks.ended_at).desc().nulls_last(), model.id.desc()
    return (model.id.desc(),) if due is None else (due.asc().nulls_last(), model.id)
