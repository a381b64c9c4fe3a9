"""Explains why somebody may or may not do something, with the matrix cell that would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access import resources
from homecare.access.pages import PAGES
from homecare.access.policy import Action, Policy, folded
from homecare.access.review.explanation import Explanation, Question, explain, own_rows_only
from homecare.access.stored.versions import stored_policy
from homecare.admin.door import GuardedView
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.queries.holders import Holder, row_is_seen, staff_holders
from homecare.tables.table import shown_tables
from homecare.web import urls


@dataclass(frozen=True)
class Asked:
    """The question in the address. `problem` says why it cannot be answered."""

    holder: Holder | None
    question: Question | None
    problem: str = ""


class Explain(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"index_view": Action.VIEW}
    # Mostly needed while viewing as the person who was refused.
    as_oneself = frozenset({"index_view"})
    page = PAGES["explain"]

    @expose("/")
    @expose("")
    def index_view(self) -> ResponseReturnValue:
        """`person` (a staff id) or `role`, `table`, `action`, and optionally `row` and `field`."""
        policy, holders = stored_policy(db.session()), staff_holders(db.session())
        asked = self._asked(policy, holders) if "table" in request.args else Asked(None, None)
        found = explain(policy, asked.question) if asked.question else None
        status = 422 if asked.problem else 200
        page = self.render(
            "pages/roles/explain.html",
            holders=holders,
            roles=list(policy.roles.values()),
            tables=shown_tables(),
            columns=resources.tables(),
            actions=list(Action),
            asked=asked,
            found=found,
            turn=turning_cell(asked, found) if found else None,
        )
        return page, status

    def _asked(self, policy: Policy, holders: list[Holder]) -> Asked:
        args = request.args
        table, column, action = args.get("table", ""), args.get("field", ""), args.get("action", "")
        if table not in resources.tables():
            return Asked(None, None, f"There is no table {table[:60]!r}. Choose one from the list.")
        if action not in list(Action):
            return Asked(None, None, f"There is no action {action[:60]!r}. Choose one from the list.")
        if column and column not in resources.tables()[table]:
            return Asked(None, None, f"{table} has no column {column[:60]!r}. Choose one from the list.")
        holder = next((h for h in holders if str(h.staff_id) == args.get("person")), None)
        if args.get("person") and holder is None:
            return Asked(None, None, "Nobody on the staff has this number. Choose a person from the list.")
        if holder is None and folded(args.get("role")) not in policy.roles:
            return Asked(None, None, "Choose a person or a role.")
        role = policy.role_of(holder.role, holder.status) if holder else policy.roles[folded(args.get("role"))]
        question = Question(role, table, Action(action), column)
        if not args.get("row", "").strip():
            return Asked(holder, question)
        try:
            row_id = parse_id(args["row"].strip())
        except ValueError:
            return Asked(holder, None, "A row is identified by its number. Write it in digits.")
        return Asked(holder, about_row(policy, question, row_id, holder))


def about_row(policy: Policy, question: Question, row_id: int, holder: Holder | None) -> Question:
    bound = question.role is not None and own_rows_only(policy, question.role, question.table, question.action)[0]
    staff_id = holder.staff_id if holder else None
    seen = row_is_seen(db.session(), question.table, row_id, staff_id, own_only=bound)
    return Question(
        question.role,
        question.table,
        question.action,
        question.column,
        row=row_id,
        row_exists=seen is not None,
        row_is_own=seen if holder or not bound else None,
    )


def turning_cell(asked: Asked, found: Explanation) -> tuple[str, str] | None:
    """Where the decision can be changed: a link's text and address."""
    if asked.question is not None and asked.question.role is None and asked.holder is not None:
        return "Their role and status", urls.form("staff", asked.holder.staff_id)
    if not found.anchor or asked.question is None or asked.question.role is None:
        return None
    role = asked.question.role.name
    query = urlencode({"role": role, "open": asked.question.table})
    return f"The cell of {role} that decides", f"{urls.page('roles/edit')}?{query}#{found.anchor}"
