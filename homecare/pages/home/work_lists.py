"""The two short lists of the home page: the first rows of lists that somebody must work through today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action, Scope
from homecare.admin import cells
from homecare.kinds import say
from homecare.pages.home import on_roster
from homecare.queries import figures
from homecare.records import list_request
from homecare.records.paging import ordering
from homecare.records.row_select import RowSelect, relation_label
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name
from homecare.tables.labels import plain_text
from homecare.tables.table import Field, ShownTable, shown_table
from homecare.web import urls

MOMENT = Markup('<time datetime="{}+03:00">{}</time>')
MOST = 2
ROWS = 5


@dataclass(frozen=True)
class Plan:
    """A possible work list: the rows of a figure in an order, limited by `only` to what is still to do.
    `work` is the right that makes it relevant to a role. `scope` limits it to roles with that row scope.
    """

    figure: str
    title: str
    sort: str
    columns: tuple[str, ...]
    empty: str
    work: tuple[str, Action]
    scope: Scope | None = None
    only: figures.Pairs = ()


# A role gets the first two that it may work on.
PLANS = (
    Plan("visits_today", "My next visits today", "scheduled_at", ("patient_id", "scheduled_at", "status"),
         "You have no more visits today.", ("visit_services", Action.EDIT),
         only=(("status__in", "Pending,Scheduled,In Progress"),)),
    Plan("late", "Late visits", "scheduled_at", ("patient_id", "scheduled_at", "staff_id"),
         "No visit is late.", ("visit_services", Action.EDIT), scope=Scope.ALL),
    Plan("overdue_invoices", "Overdue invoices, the oldest first", "created_at",
         ("patient_id", "amount", "created_at", "status"), "No invoice is overdue.", ("invoices", Action.EXPORT)),
    Plan("unassigned", "Unassigned today", "scheduled_at", ("patient_id", "scheduled_at", "status"),
         "Every visit today has a caregiver.", ("visit_services", Action.EDIT), scope=Scope.ALL),
    Plan("expiring", "Expiring next", "expiry_date", ("name", "expiry_date", "location", "status"),
         "Nothing expires within 30 days.", ("inventory_items", Action.EDIT)),
    Plan("new_leads", "New leads, the latest first", "-created_at", ("full_name", "phone_number", "created_at"),
         "No new leads.", ("marketing_campaigns", Action.CREATE)),
    Plan("marketing_tasks", "My marketing tasks", "due_date", ("title", "due_date", "priority"),
         "You have no open marketing tasks.", ("marketing_tasks", Action.CREATE)),
    Plan("office_tasks", "My office tasks", "assigned_date", ("remarks", "visit_service_id", "assigned_date"),
         "You have no open office tasks.", ("admin_task_tracking", Action.VIEW)),
)  # fmt: skip


@dataclass(frozen=True)
class WorkFact:
    """Empty if the row has no such value, so that the facts of all lines are aligned."""

    text: Markup
    is_money: bool


@dataclass(frozen=True)
class WorkLine:
    name: str
    url: str
    facts: list[WorkFact]


@dataclass(frozen=True)
class WorkList:
    """`url` opens the whole list in the same order, `roster` the day of the roster; empty for who has none."""

    title: str
    url: str
    roster: str
    lines: list[WorkLine]
    empty: str


def work_lists(session: Session, acting: Acting) -> list[WorkList]:
    """One statement for each list."""
    known = {figure.key: figure for figure in figures.open_figures(acting)}
    plans = [
        plan
        for plan in PLANS
        if plan.figure in known
        and acting.may(*plan.work)
        and plan.scope in (None, acting.decide(known[plan.figure].table, Action.VIEW).scope)
    ]
    return [_load(session, acting, plan, known[plan.figure]) for plan in plans[:MOST]]


def _load(session: Session, acting: Acting, plan: Plan, figure: figures.Figure) -> WorkList:
    table = shown_table(figure.table)
    words = [*figure.pairs, *plan.only, ("sort", plan.sort)]
    wanted = list_request.read(Seen.of(acting, table), MultiDict(words))
    selected = wanted.selected(plan.columns)
    order = ordering(wanted.sort.column, table.key, descending=wanted.descending)
    statement = wanted.narrowed(selected.statement).order_by(*order)
    rows = session.execute(statement.limit(ROWS)).all()
    url = urls.list_of(table.name, words)
    lines = [_line(table, selected, row, on_roster.of_visit(acting, plan.figure, row)) for row in rows]
    return WorkList(plan.title, url, on_roster.of_figure(acting, plan.figure), lines, plan.empty)


def _line(table: ShownTable, selected: RowSelect, row: Row[Any], url: str) -> WorkLine:
    first, *rest = selected.fields
    if table.named_by_first:
        name = row_name(table, Stored(row, selected, {}))
    else:
        name = _text(first, selected, row) or f"{table.one} #{row._id}"
    facts = [WorkFact(_fact(field, selected, row), field.traits.is_money) for field in rest]
    return WorkLine(name, url or urls.record(table.name, row._id), facts)


def _text(field: Field, selected: RowSelect, row: Row[Any]) -> str:
    if not field.traits.links:
        return plain_text(field, getattr(row, field.name))
    label = relation_label(row, selected, field.name) or ""
    # A parent that may not be read is only a number, so add the name of its table.
    return f"{shown_table(field.target).one} {label}" if label.startswith("#") else label


def _fact(field: Field, selected: RowSelect, row: Row[Any]) -> Markup:
    """Plain text for relations, because each line has one link only. The time is left out on other days than today."""
    if field.traits.links:
        return escape(_text(field, selected, row))
    value = getattr(row, field.name)
    if isinstance(value, datetime):
        local = clock.to_addis(value)
        is_today = local.date() == clock.today()
        return MOMENT.format(local.isoformat(), f"today {local:%H:%M}" if is_today else say.day(local))
    return Markup("") if value is None else cells.markup(field, value)
