"""The tariffs: a list by role and purpose, added to, changed and taken back as far as the person's level goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions import pricing, rows
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.pricing import SetTariff
from homecare.actions.rules import RuleError
from homecare.actions.taking_back.undoing import TouchedError
from homecare.admin.change import undo
from homecare.admin.door import GuardedView, acting, not_found, refuse
from homecare.db import db
from homecare.kinds import say, takes
from homecare.kinds.read import parse_id, parse_value
from homecare.models import Tariff
from homecare.models.columns import kind_of
from homecare.queries import tariffs
from homecare.queries.booked.listed import PURPOSE, offered
from homecare.web import urls
from homecare.web.errors import SpokenError

HERE = f"{urls.page(PAGES['tariffs'].path)}/"
FIELDS = ("role", "purpose", "amount", "valid_from")
BACK = (HERE, "Back to the tariffs")
NEEDED = "This is needed."
CHANGED = "Somebody changed these tariffs since, so nothing was undone."


class Tariffs(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = dict.fromkeys(
        ("index_view", "new_view", "edit_view", "remove_view", "undo_view"), Action.VIEW
    )
    page = PAGES["tariffs"]

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        return self._list(_begun())

    @expose("/new", methods=("POST",))
    def new_view(self) -> ResponseReturnValue:
        """Form: `role`, `purpose`, `amount`, `valid_from`."""
        typed = _typed()
        try:
            token = _done(lambda: pricing.add(session=db.session(), by=acting(), tariff=_tariff(typed)))
        except RuleError as error:
            return self._list(typed, error), 422
        return _offer(f"The tariff of {_words(typed)} is saved.", token)

    @expose("/edit", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """`id`; the form as of a new one, with `version`."""
        if not pricing.may(acting(), "edit"):
            refuse(self.resource, Action.VIEW, "change tariffs")
        one = self._asked()
        if request.method == "GET":
            return self._form(one, _of(one))
        typed, version = _typed(), request.form.get("version", "")
        try:
            token = _done(
                lambda: pricing.change(
                    session=db.session(), by=acting(), tariff_id=one.id, version=version, tariff=_tariff(typed)
                )
            )
        except RuleError as error:
            return self._form(one, typed, error), 422
        except rows.StaleError:
            return self._form(one, typed, RuleError("", _since(one))), 409
        except rows.RowGoneError:
            not_found(self.resource, "edit", str(one.id))
        return _offer(f"The tariff of {_words(typed)} is saved.", token)

    @expose("/remove", methods=("POST",))
    def remove_view(self) -> ResponseReturnValue:
        """Form: `id`, `version`."""
        one, version = self._asked(), request.form.get("version", "")
        try:
            token = _done(lambda: pricing.remove(session=db.session(), by=acting(), tariff_id=one.id, version=version))
        except rows.StaleError as error:
            raise SpokenError(409, _since(one), back=BACK, title="It was not removed") from error
        except rows.RowGoneError:
            not_found(self.resource, Action.DELETE, str(one.id))
        return _offer(f"The tariff of {_words(_of(one))} is removed.", token)

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> ResponseReturnValue:
        """Form: `token`."""
        try:
            undo.undone(Tariff.__tablename__, acting(), BACK, lambda _: CHANGED)
        except TouchedError as error:
            raise SpokenError(409, CHANGED, back=BACK, title=undo.NOT_UNDONE) from error
        flash("Undone: the tariffs are as before.", "success")
        return redirect(HERE)

    def _asked(self) -> tariffs.Priced:
        text = request.values.get("id", "")
        try:
            row_id = parse_id(text)
        except ValueError:
            not_found(self.resource, "view", text)
        found = next((one for one in tariffs.tariffs(db.session()) if one.id == row_id), None)
        if found is None:
            not_found(self.resource, "view", text)
        return found

    def _list(self, typed: dict[str, str], error: RuleError | None = None) -> str:
        by = acting()
        return self.render(
            "pages/tariffs/tariffs.html",
            tariffs=tariffs.tariffs(db.session()),
            can={level: pricing.may(by, level) for level in ("create", "edit")},
            money=say.money,
            day=say.day,
            **_choices(typed, error),
        )

    def _form(self, one: tariffs.Priced, typed: dict[str, str], error: RuleError | None = None) -> str:
        # After a conflict the form stands on what is saved by now, so that saving again is meant.
        return self.render(
            "pages/tariffs/tariff.html",
            one=one,
            words=_words(_of(one)),
            may_remove=pricing.may(acting(), "all"),
            **_choices(typed, error),
        )


def _done(write: Callable[[], str]) -> str:
    try:
        return write()
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)


def _choices(typed: dict[str, str], error: RuleError | None) -> dict[str, object]:
    """What the fields offer, what stands in them, and what is wrong. One statement."""
    roles = [role.name for role in acting().policy.roles.values() if role.delivers_care]
    purposes = [*offered(db.session(), PURPOSE)]
    # What is left empty is said all at once.
    empty = {name: NEEDED for name in FIELDS if name != "purpose" and not typed[name]}
    return {
        "roles": roles + [typed["role"]] * (bool(typed["role"]) and typed["role"] not in roles),
        "purposes": purposes + [typed["purpose"]] * (bool(typed["purpose"]) and typed["purpose"] not in purposes),
        "typed": typed,
        "wrong": empty | {error.field: error.message} if error else {},
    }


def _begun() -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {"valid_from": clock.today().isoformat()}


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _of(one: tariffs.Priced) -> dict[str, str]:
    held = {"role": one.role, "purpose": one.purpose}
    return held | {"amount": f"{one.amount}", "valid_from": one.valid_from.isoformat()}


def _tariff(typed: dict[str, str]) -> SetTariff:
    """Raises RuleError at the field that cannot be read."""
    columns: Any = Tariff.__table__.columns
    values = {}
    for name in ("amount", "valid_from"):
        kind = kind_of(columns[name])
        try:
            if not typed[name]:
                raise ValueError(NEEDED)
            values[name] = takes.taken(kind, columns[name], parse_value(kind, typed[name]))
        except ValueError as error:
            raise RuleError(name, str(error)) from error
    return SetTariff(role=typed["role"], purpose=typed["purpose"], **values)


def _words(typed: dict[str, str]) -> str:
    """a Nurse, Wound care"""
    return f"{typed['role']}, {typed['purpose'] or 'any purpose'}"


def _since(one: tariffs.Priced) -> str:
    return f"Somebody changed it since: it is {say.money(one.amount)} from {say.day(one.valid_from)} on now. Check it."


def _offer(sentence: str, token: str) -> ResponseReturnValue:
    undo.offer(sentence, f"{HERE}undo/", [("token", token)])
    return redirect(HERE)
