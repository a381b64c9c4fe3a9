"""A patient's wishes: whom they do not want, whom rather, a woman or a man."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.actions.assigning.people_facts import set_wishes
from homecare.actions.assigning.rights import plans_everybody
from homecare.actions.rows import RowGoneError
from homecare.actions.rules import RuleError
from homecare.admin.door import GuardedView, acting, not_found, refuse
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.queries.booked.facts_of_people import said_wishes, wishes
from homecare.records.seen import Seen
from homecare.records.stored import names_of
from homecare.tables.table import shown_table
from homecare.web import urls

KINDS = ("not", "rather")


class Wishes(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {"wishes_view": Action.VIEW}
    page = PAGES["wishes"]

    @expose("/", methods=("GET", "POST"))
    def wishes_view(self) -> ResponseReturnValue:
        """`patient_id`. Form: `gender`; `wish.<staff id>` (not, rather or empty); `staff_id` and `kind` of one more."""
        if not plans_everybody(acting()):
            refuse(self.resource, "view", "plan everybody's work")
        patient_id, name = self._patient()
        if request.method == "GET":
            return self._page(patient_id, name), 200
        try:
            chosen = _chosen()
            set_wishes(session=db.session(), by=acting(), patient_id=patient_id, gender=request.form.get("gender", ""),
                       seen=request.form.get("seen"),
                       **{word: [key for key, kind in chosen.items() if kind == of] for word, of in
                          (("unwanted", "not"), ("rather", "rather"))})  # fmt: skip
        except RuleError as error:
            return self._page(patient_id, name, error), 422
        except RowGoneError:
            not_found("patients", "view", str(patient_id))
        flash(f"Saved: the wishes of {name}.", "success")
        return redirect(urls.record("patients", patient_id))

    def _page(self, patient_id: int, name: str, error: RuleError | None = None) -> str:
        known = wishes(db.session(), patient_id)
        people = {staff_id: kind for staff_id, kind in known.items() if staff_id is not None}
        if error:
            people = {key: request.form.get(f"wish.{key}", kind) for key, kind in people.items()}
        return self.render(
            "pages/wishes/wishes.html",
            patient_id=patient_id,
            name=name,
            gender=request.form.get("gender", "") if error else known.get(None, ""),
            people=people,
            names=_names("staff", people),
            seen=said_wishes(known),
            typed=request.form if error else {},
            error=error,
        )

    def _patient(self) -> tuple[int, str]:
        """The patient that the address names, as this person may see them; else 404."""
        text = request.args.get("patient_id", "")
        try:
            patient_id = parse_id(text)
        except ValueError:
            not_found("patients", "view", text)
        names = _names("patients", [patient_id])
        if patient_id not in names:
            not_found("patients", "view", text)
        return patient_id, names[patient_id]


def _names(table: str, ids: Any) -> dict[int, str]:
    seen = Seen.of(acting(), shown_table(table))
    return names_of(db.session(), seen, ids) if ids and seen.may(Action.VIEW) else {}


def _chosen() -> dict[int, str]:
    """The wish by staff id. Raises RuleError at "not" for what is no person."""
    found: dict[int, str] = {}
    pairs = [(key.removeprefix("wish."), kind) for key, kind in request.form.items() if key.startswith("wish.")]
    if more := request.form.get("staff_id", "").strip():
        pairs.append((more, request.form.get("kind", "not")))
    for text, kind in pairs:
        try:
            staff_id = parse_id(text)
        except ValueError as error:
            raise RuleError("not", f"Choose a staff member of the list; this is {text!r}.") from error
        if kind in KINDS:
            found[staff_id] = kind
    return found
