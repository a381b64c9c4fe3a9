"""The figures of the home page: which a role gets, their counts, and charts over eight weeks.
A figure is nothing but a list's conditions. It is counted through the same `parse` as the list it opens, exactly and
without a cap, so that both numbers are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Date, Interval, String, func, literal, select, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action, Policy, Role, Scope
from homecare.models import business_models
from homecare.records.conditions import Condition, ForbiddenConditionError, parse
from homecare.records.seen import Seen
from homecare.tables.table import shown_table
from homecare.web import urls

MOST = 6
MOST_CHARTS = 2
# A role with fewer figures of its own work also gets others that it may view.
ENOUGH = 4
WEEKS = 8

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """`work` is the right that makes the figure relevant to a role. `scope` limits it to roles with that row scope."""

    key: str
    label: str
    table: str
    pairs: Pairs
    work: tuple[str, Action]
    scope: Scope | None = None
    alarming: bool = False

    @property
    def url(self) -> str:
        return address(self.table, self.pairs)


OPEN_OFFICE_TASKS = ("task_status__in", "Assigned,In Progress,Blocked")
OPEN_MARKETING_TASKS = ("status__in", "Pending,In Progress")

# In order of importance. A role that may work on everything gets the first ones.
FIGURES = (
    Figure("visits_today", "My visits today", "visit_services", (("is", "today"),),
           ("visit_services", Action.EDIT), scope=Scope.OWN),
    Figure("late", "Late visits", "visit_services", (("is", "late"),), ("visit_services", Action.EDIT), alarming=True),
    Figure("missed", "Missed today", "visit_services", (("is", "missed"), ("is", "today")),
           ("visit_services", Action.EDIT), alarming=True),
    Figure("unassigned", "Unassigned today", "visit_services", (("is", "unassigned"), ("is", "today")),
           ("visit_services", Action.EDIT), scope=Scope.ALL, alarming=True),
    Figure("now", "Visits now", "visit_services", (("is", "now"),), ("visit_services", Action.EDIT)),
    Figure("to_invoice", "Visits to invoice", "visit_services", (("is", "to_invoice"),), ("invoices", Action.EXPORT)),
    Figure("overdue_invoices", "Overdue invoices", "invoices", (("is", "overdue"),),
           ("invoices", Action.EXPORT), alarming=True),
    Figure("uncovered", "Shifts to cover", "caregiver_assignments",
           (("is", "needs_cover"), ("shift_start__gte", "today")), ("caregiver_assignments", Action.EDIT),
           scope=Scope.ALL, alarming=True),
    Figure("open_claims", "Open claims", "insurance_claims",
           (("claim_status__in", "Submitted,Under Review,Appealed"),), ("insurance_claims", Action.EXPORT)),
    Figure("expiring", "Items expiring within 30 days", "inventory_items", (("is", "expiring"),),
           ("inventory_items", Action.EXPORT), alarming=True),
    Figure("maintenance", "Items in maintenance", "inventory_items", (("status__eq", "Maintenance"),),
           ("inventory_items", Action.EDIT)),
    Figure("new_leads", "New leads", "marketing_leads", (("status__eq", "New"),), ("marketing_leads", Action.EDIT)),
    Figure("marketing_tasks", "My marketing tasks", "marketing_tasks", (("is", "mine"), OPEN_MARKETING_TASKS),
           ("marketing_tasks", Action.CREATE)),
    Figure("office_tasks", "My office tasks", "admin_task_tracking", (("is", "mine"), OPEN_OFFICE_TASKS),
           ("admin_task_tracking", Action.VIEW)),
    Figure("overdue_marketing", "Overdue marketing tasks", "marketing_tasks", (("is", "overdue"),),
           ("marketing_tasks", Action.EDIT), alarming=True),
)  # fmt: skip


@dataclass(frozen=True)
class Series:
    """`tone` names its colour. Without `pairs` every row of the week counts."""

    label: str
    pairs: Pairs
    tone: str = "accent"


@dataclass(frozen=True)
class Chart:
    """Weekly values of `table` by the moment `column`: rows counted or `amount` summed. `own` is the own-rows title."""

    key: str
    title: str
    own: str
    table: str
    column: str
    series: tuple[Series, ...]
    amount: str = ""


# A role gets the first two that it may see.
CHARTS = (
    Chart("visits", "Completed and missed visits", "My completed and missed visits", "visit_services", "scheduled_at",
          (Series("Completed", (("status__eq", "Completed"),)), Series("Missed", (("is", "missed"),), tone="missed"))),
    Chart("revenue", "Revenue from paid invoices", "Revenue from my invoices", "invoices", "paid_at",
          (Series("Paid", (("status__eq", "Paid"),)),), amount="amount"),
    Chart("leads", "Leads by the week they came", "My leads by the week they came", "marketing_leads", "created_at",
          (Series("All", (), tone="waiting"), Series("Converted so far", (("status__eq", "Converted"),)))),
)  # fmt: skip


@dataclass(frozen=True)
class Week:
    """`monday` is in Addis time. `values` and `urls` are in the order of the chart's series."""

    monday: date
    values: tuple[Decimal, ...]
    urls: tuple[str, ...]


def address(table: str, pairs: Iterable[tuple[str, str]]) -> str:
    return urls.list_of(table, pairs)


def conditions(acting: Acting, table: str, pairs: Iterable[tuple[str, str]]) -> list[Condition]:
    """The conditions as the list itself parses them. Raises ForbiddenConditionError."""
    seen = Seen.of(acting, shown_table(table))
    return parse(seen.table.model, pairs, seen.access, acting.policy)


def may_count(acting: Acting, table: str, pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether the role may open the list with these conditions."""
    try:
        return acting.may(table) and bool(conditions(acting, table, pairs))
    except ForbiddenConditionError:
        return False


# The choice depends only on the policy, and every policy version is an object of its own.
_open_figures: WeakKeyDictionary[Policy, dict[Role, tuple[Figure, ...]]] = WeakKeyDictionary()


def open_figures(acting: Acting) -> tuple[Figure, ...]:
    """Every figure whose list the role may open. Computed once per role and policy."""
    if acting.role is None:
        return ()
    known = _open_figures.setdefault(acting.policy, {})
    if acting.role not in known:
        known[acting.role] = tuple(figure for figure in FIGURES if _is_open_to(acting, figure))
    return known[acting.role]


def figures_of(acting: Acting) -> tuple[list[Figure], list[Figure]]:
    """At most six figures, and the rest. The role's own work comes first; others follow only if it has little."""
    open_to_it = open_figures(acting)
    work = [figure for figure in open_to_it if acting.may(*figure.work)]
    others = [figure for figure in open_to_it if figure not in work] if len(work) < ENOUGH else []
    found = [*work, *others]
    return found[:MOST], found[MOST:]


def _is_open_to(acting: Acting, figure: Figure) -> bool:
    if figure.scope is not None and acting.decide(figure.table, Action.VIEW).scope is not figure.scope:
        return False
    return may_count(acting, figure.table, figure.pairs)


def counted(session: Session, acting: Acting, figures: Sequence[Figure]) -> dict[str, int]:
    """The number of rows in each figure's list, by key. One statement."""
    if not figures:
        return {}
    parts = []
    for figure in figures:
        model = business_models()[figure.table]
        found = conditions(acting, figure.table, figure.pairs)
        part = select(literal(figure.key, String).label("key"), func.count().label("rows")).select_from(model)
        parts.append(part.where(*(condition.clause for condition in found)))
    return {row.key: row.rows for row in session.execute(union_all(*parts))}


def charts_of(acting: Acting) -> list[Chart]:
    found = [
        chart
        for chart in CHARTS
        if all(may_count(acting, chart.table, [*one.pairs, *_period(chart, 0)]) for one in chart.series)
        and (not chart.amount or Seen.of(acting, shown_table(chart.table)).access.sees(chart.amount))
    ]
    return found[:MOST_CHARTS]


def weeks(session: Session, acting: Acting, chart: Chart) -> list[Week]:
    """The last eight weeks including this one, Monday to Sunday in Addis time, oldest first. One statement."""
    model: Any = business_models()[chart.table]
    moment = getattr(model, chart.column)
    monday = sql_cast(func.date_trunc("week", moment + sql_cast(literal("3 hours"), Interval)), Date)
    columns = []
    for number, one in enumerate(chart.series):
        clauses = [condition.clause for condition in conditions(acting, chart.table, one.pairs)]
        total: Any = func.count()
        if chart.amount:
            amount = getattr(model, chart.amount)
            # A single NaN or Infinity would become the sum of its week.
            total = func.sum(amount)
            clauses += [amount > Decimal("-Infinity"), amount < Decimal("Infinity")]
        counted = total.filter(*clauses) if clauses else total
        columns.append(func.coalesce(counted, 0).label(f"value_{number}"))
    first, last = _monday(WEEKS - 1), _monday(0) + timedelta(days=6)
    period = [(f"{chart.column}__gte", first.isoformat()), (f"{chart.column}__lte", last.isoformat())]
    narrowed = [condition.clause for condition in conditions(acting, chart.table, period)]
    rows = session.execute(select(monday.label("monday"), *columns).where(*narrowed).group_by(monday)).all()
    by_week = {cast(date, row.monday): tuple(Decimal(value) for value in row[1:]) for row in rows}
    nothing = tuple(Decimal(0) for _ in chart.series)
    return [_week(chart, ago, by_week.get(_monday(ago), nothing)) for ago in reversed(range(WEEKS))]


def _week(chart: Chart, weeks_ago: int, values: tuple[Decimal, ...]) -> Week:
    urls = (address(chart.table, [*one.pairs, *_period(chart, weeks_ago)]) for one in chart.series)
    return Week(_monday(weeks_ago), values, tuple(urls))


def _period(chart: Chart, weeks_ago: int) -> Pairs:
    monday = _monday(weeks_ago)
    sunday = monday + timedelta(days=6)
    return ((f"{chart.column}__gte", monday.isoformat()), (f"{chart.column}__lte", sunday.isoformat()))


def _monday(weeks_ago: int) -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday(), weeks=weeks_ago)
