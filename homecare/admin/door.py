"""The access check: every view method names its action, and nothing else decides who may pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlencode

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_login import current_user
from werkzeug.exceptions import NotFound

from homecare.access.acting import Acting
from homecare.access.pages import Page
from homecare.access.person import Person
from homecare.access.policy import NEVER, Action, State
from homecare.access.row_scope import scope_session, set_acting_staff
from homecare.access.stored.grants import policy_at
from homecare.actions import guesses
from homecare.audit.log import log_denial
from homecare.db import db
from homecare.login import ask_to_sign_in
from homecare.tables.it_settings import tables_at
from homecare.tables.labels import label
from homecare.tables.table import ShownTable
from homecare.web import urls
from homecare.web.errors import SpokenError


def acting() -> Acting:
    """The person of this request with the current policy. While viewing as somebody else, that person."""
    if "acting" not in g:
        me = oneself()
        viewed = current_user.view_as if _may_look_as_others(me) else None
        _act_as(_seen_by(me, viewed) if viewed is not None else me)
    found: Acting = g.acting
    return found


def _seen_by(me: Acting, viewed: Person) -> Acting:
    """The viewed person's rights, but without what is hidden or behind break-glass for the viewer."""
    policy = me.policy.seen_through(me.role) if me.role else me.policy
    return replace(Acting.of(viewed, policy), behind=me.person)


def _act_as(who: Acting) -> None:
    g.acting = who
    g.shown_tables = tables_at(db.session(), who)


def oneself() -> Acting:
    """The signed-in person, even while they view as somebody else."""
    if "oneself" not in g:
        person = current_user._get_current_object()
        g.oneself = Acting.of(person, policy_at(db.session(), person.policy_version))
    found: Acting = g.oneself
    return found


def _may_look_as_others(me: Acting) -> bool:
    return me.role is not None and me.role.everything


def viewed_as() -> Person | None:
    """Whom the signed-in person views as, on any page. None if they view as themselves."""
    if not current_user.is_authenticated or not _may_look_as_others(oneself()):
        return None
    found: Person | None = current_user.view_as
    return found


TO_THEM = {State.SHOWN: "Shown", State.MASKED: "Masked"}
FOR_YOU = {
    State.MASKED: "masked", State.BREAK_GLASS: "behind glass", State.WRITE_ONLY: "never shown", State.HIDDEN: "hidden",
}  # fmt: skip


def withheld(table: ShownTable) -> list[str]:
    """The columns that the viewed person sees differently: "Shown to them, behind glass for you: Visit notes."."""
    who = acting()
    if who.behind is None or who.role is None:
        return []
    found: dict[str, list[str]] = {}
    for name, state in who.access(table.name).states.items():
        theirs = oneself().policy.field(who.role, table.name, name).state
        if theirs is not state:
            words = f"{TO_THEM.get(theirs, 'Otherwise')} to them, {FOR_YOU[state]} for you"
            found.setdefault(words, []).append(table.fields[name].label)
    return [f"{words}: {', '.join(labels)}." for words, labels in found.items()]


# What may be sent while looking as somebody else: to stop, to stay signed in, to sign in again, and to go.
SENT_WHILE_VIEWING = frozenset({"view_as.stop_view", "session.keep", "login.send", "login.send_code", "login.leave"})


def keep_viewing_read_only() -> None:
    """Refuses every change while viewing as somebody else, on any address."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in (None, *SENT_WHILE_VIEWING):
        return
    viewed = viewed_as()
    if viewed is not None:
        log_denial(oneself(), resource=request.endpoint or "", action="view-as", row_id=None, reason="changes nothing")
        name = viewed.full_name.strip()
        raise SpokenError(403, f"You are viewing as {name} and can change nothing. Stop viewing as {name} first.")


def may(resource: str, action: str = "view") -> bool:
    """For templates. Uses the same function that refuses requests."""
    return acting().may(resource, Action(action))


def refuse(resource: str, action: str, reason: str, row_id: str | None = None, column: str = "") -> NoReturn:
    """Answers 403, naming the missing right and who can give it, and logs the refusal."""
    who = acting()
    log_denial(who, resource=resource, action=action, row_id=row_id, reason=reason)
    never = NEVER.get((resource, Action(action))) if action in list(Action) else None
    sentence = f"Nobody may do this. {never}" if never else f"{_why(who, reason)} {_who_can_give_it(who)}"
    raise SpokenError(403, sentence, explained_at(resource, action, row_id, column))


def right(resource: str, action: Action) -> str:
    """ "edit visits", "view the page Roles"."""
    words = label(resource, "")
    return f"{action} {words if resource.startswith('page:') else words.lower()}"


def explained_at(resource: str, action: str, row_id: str | None, column: str) -> str | None:
    """The page where IT sees which matrix cell refused. None for everybody else."""
    if not oneself().may("page:roles"):
        return None
    who = acting()
    asked = {"table": resource, "action": action if action in list(Action) else Action.VIEW.value, "field": column}
    asked |= {"row": row_id or ""}
    asked |= {"person": str(who.person.staff_id)} if who.person.staff_id else {"role": who.person.role}
    return f"{urls.page('roles/explain')}?" + urlencode({name: value for name, value in asked.items() if value})


def _why(who: Acting, reason: str) -> str:
    if who.role is None:
        return (
            f"You have no access: your staff record has the role {who.person.role!r} and the status"
            f" {who.person.status!r}, and only an Active person with a known role may open anything."
        )
    return f"Your role {who.role.name} has no right to {reason}."


def _who_can_give_it(who: Acting) -> str:
    names = sorted(who.policy.roles[name].name for name in who.policy.administrators)
    return f"{' or '.join(names) or 'An administrator'} can give it on the roles page."


def not_found(resource: str, action: str, row_id: str | None) -> NoReturn:
    """Answers 404 for a row that does not exist or is hidden from this person. Only the log tells which."""
    note_missing(resource, action, row_id)
    raise NotFound


def note_missing(resource: str, action: str, row_id: str | None) -> None:
    log_denial(acting(), resource=resource, action=action, row_id=row_id, reason="out of scope or gone")


class GuardedView(BaseView):
    """A Flask-Admin view. Its methods stay shut until `needs` names their action."""

    # By view method. None: any signed-in person with a role may pass.
    needs: ClassVar[dict[str, Action | None]] = {}
    # View methods that are also open to a person without a role, because they tell them so.
    roleless: frozenset[str] = frozenset()
    # View methods in which a person acts as themselves even while viewing as somebody else.
    as_oneself: frozenset[str] = frozenset()
    _default_view: str | None
    # The page's row in the registry. A table's view has none.
    page: ClassVar[Page | None] = None

    def __init__(self, **stock: Any) -> None:
        """`stock` are Flask-Admin's own arguments, if the registry does not give them."""
        # Flask-Admin needs a default view. Without a page of its own, that is the first method.
        self._default_view = self._default_view or next(iter(self.needs))
        if self.page is not None:
            stock = {"name": self.page.title, "endpoint": self.page.name, "url": urls.page(self.page.path)} | stock
        super().__init__(**stock)

    @property
    def resource(self) -> str:
        """The resource that a grant names."""
        return self.page.resource if self.page is not None else str(self.endpoint)

    def is_visible(self) -> bool:
        """Whether the menu or a tab links here. Search uses this too."""
        return self.page is None or bool(self.page.icon or self.page.right_of)

    def needed(self, name: str) -> Action | None:
        """The action of a view method. Raises LookupError if none was decided."""
        return self.needs[name]

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated) and self._is_open(acting(), Action.VIEW)

    def _is_open(self, who: Acting, action: Action) -> bool:
        verdict = who.decide(self.resource, action)
        return verdict.allowed and (self.page is None or self.page.reaches(verdict.level))

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        stranger = ask_to_sign_in()
        if stranger is not None:
            return stranger
        if name in self.as_oneself:
            _act_as(oneself())
        who = acting()
        row_id = request.args.get("id")
        try:
            action = self.needed(name)
        except LookupError:
            refuse(self.resource, name, f"use {name}, for which no right is defined", row_id)
        if action is None:
            if who.role is None and name not in self.roleless:
                refuse(self.resource, name, "open this page", row_id)
        elif not self._is_open(who, action):
            refuse(self.resource, action, right(self.resource, action), row_id)
        set_acting_staff(who.person.staff_id)
        scope_session(db.session(), who.scoped_tables(self.resource, action or Action.VIEW))
        return None

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin 2.2.1 (base.py:442) calls a view again with cls=self on any TypeError inside it.
        try:
            return fn(self, *args, **kwargs)
        finally:
            for table in guesses.noted(db.session()):
                reason = "a value that a row out of scope may have"
                log_denial(acting(), resource=table, action="guess", row_id=request.args.get("id"), reason=reason)
