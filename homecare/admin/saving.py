"""Forms over HTTP: opened, sent, refused with what was typed kept, saved once, and the page of a conflict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.access.reserved import MAKERS, SAID_BY
from homecare.actions import rows
from homecare.actions.questions import AskedError, Question
from homecare.actions.rules import RuleError
from homecare.admin import editing, lookup, uploads
from homecare.admin.fields import UNSEEN
from homecare.admin.forms import RowForm
from homecare.admin.guard import acting, not_found, note_missing, refuse
from homecare.admin.tables import TableInfo
from homecare.db import db
from homecare.errors import SpokenError, wants_json
from homecare.files.claiming import FileGoneError
from homecare.login.redirects import safe_next
from homecare.models.columns import Kind
from homecare.queries.saved_forms import is_token

if TYPE_CHECKING:
    from homecare.admin.guard import GuardedView

# Words of a form that are not columns.
CONTROL = ("csrf_token", "_token", "_version", "_then", "_touched", "_sure", "url", "id")
# Answers that a form carries; it asks far fewer.
MOST_ANSWERS = 20
GONE = "This record was deleted while you were editing it, or it is no longer yours. What you typed is below"
# The name under which a picker listens for the record made for it.
PICKER = re.compile(r"picker-[0-9a-z]{1,12}")


class FormScreen:
    """One request of a create form (`row_id` None) or an edit form."""

    def __init__(self, view: GuardedView, info: TableInfo, row_id: int | None) -> None:
        self.view, self.info, self.row_id = view, info, row_id
        self.session, self.by = db.session(), acting()
        self.stored = self._stored()
        # Whether the token of the form that was sent can never save anything.
        self.is_spent = False
        self.answered = request.form.getlist("_sure")[:MOST_ANSWERS]

    def _stored(self) -> editing.Stored | None:
        """Asked for again when somebody else saved the row; None for a new one, or where it is gone."""
        if self.row_id is None:
            return None
        return editing.stored_row(self.session, self.info, self.by, self.row_id)

    def answer(self) -> ResponseReturnValue:
        formdata = uploads.sent_form(self.info) if request.method == "POST" else None
        if self.row_id is not None and self.stored is None:
            return self._gone(formdata)
        form = editing.open_form(
            self.info, self.by, formdata, self.stored.values if self.stored else None, self._prefilled()
        )
        if formdata is None:
            return self._show(form, 200)
        if (self.info.name, MAKERS.get(self.info.name)) in SAID_BY and not self._names_oneself():
            return self._show(form, 422, [rows.ANOTHERS_NAME])
        self._refuse_unsettable(form)
        return self._save(form)

    def _prefilled(self) -> dict[str, Any]:
        """Columns named in the URL of a new form; what is not a value of its column is left out."""
        if self.row_id is not None:
            return {}
        given = MultiDict(lookup.begun(self.info, request.args.get("named", "")))
        given.update((k, v) for k, v in request.args.items() if k in self.info.fields)
        if not given:
            return {}
        form = editing.open_form(self.info, self.by, given, None, {})
        editing.check_relations(self.session, form, self.by, None)
        named = [f for f in form.fields() if f.spec.name in given]
        values = {f.spec.name: f.data for f in named if not f.process_errors and not f.errors}
        return editing.with_fills(self.session, self.info, self.by, values)

    def _refuse_unsettable(self, form: RowForm) -> None:
        """A column this role may not set was sent: nothing of the form is saved."""
        known = {field.spec.name for field in form.fields()}
        if self._names_oneself():
            known.add(MAKERS.get(self.info.name, ""))
        for name in (*request.form, *request.files):
            column = name.partition("-")[0]
            if column in self.info.fields and column not in known:
                action = "create" if self.row_id is None else "edit"
                refuse(self.info.name, action, f"set {column} of {self.info.many.lower()}", str(self.row_id or ""))

    def _names_oneself(self) -> bool:
        """Whether a new row is said to be made by who makes it, which is filled in anyway."""
        named = request.form.get(MAKERS.get(self.info.name, ""), "").strip()
        return self.row_id is None and named in ("", str(self.by.person.staff_id))

    def _save(self, form: RowForm) -> ResponseReturnValue:
        stored = self.stored.values if self.stored else None
        # Before anything is judged: a file that was chosen is kept whatever else is wrong.
        unkept = uploads.take_all(form.fields(), self.session, self.by)
        good = form.validate()
        good = editing.check_relations(self.session, form, self.by, stored) and good
        token = request.form.get("_token", "")
        if not is_token(token):
            return self._show(form, 422, ["This form is too old. Look it over and save it again."])
        if not good:
            editing.tell_owners(self.session, form, self.by, self.stored)
            return self._show(form, unkept or 422)
        try:
            saved = self._write(form, token)
        except rows.AlreadySavedError as error:
            return self._again(form, error.row_id)
        except rows.RowGoneError:
            return self._gone(uploads.sent_form(self.info))
        except AskedError as asked:
            return self._show(form, 422, questions=asked.questions)
        except rows.StaleError:
            return self._conflict(form)
        except FileGoneError as gone:
            self.session.rollback()
            return self._show(form, 422, editing.tell_rule(form, RuleError(gone.column, uploads.GONE)))
        except RuleError as error:
            self.is_spent = isinstance(error, rows.TokenTakenError)
            return self._show(form, 422, editing.tell_refusal(self.session, form, self.by, self.stored, error))
        return self._done(saved.row_id)

    def _write(self, form: RowForm, token: str) -> rows.Saved:
        told = uploads.filled(form.fields())
        if self.stored is None or self.row_id is None:
            return rows.create_row(
                session=self.session,
                model=self.info.model,
                values=form.values(None) | told,
                token=token,
                by=self.by,
                answered=self.answered,
            )
        return rows.update_row(
            session=self.session,
            model=self.info.model,
            row_id=self.row_id,
            values=form.values(self.stored.values) | told,
            version=request.form.get("_version", ""),
            token=token,
            by=self.by,
            answered=self.answered,
        )

    def _again(self, form: RowForm, row_id: int | None) -> ResponseReturnValue:
        """A form that was saved before. The same once more is done; what was typed into it since (the browser's Back)
        is neither dropped nor written over what is saved: it is shown, and can be saved as its own."""
        stored = editing.stored_row(self.session, self.info, self.by, row_id) if row_id is not None else None
        if stored is None or not editing.retyped(self.session, form, self.by, stored):
            return self._done(row_id)
        if self.row_id is not None:
            return self._conflict(form)
        name = editing.row_name(self.info, stored)
        return self._show(form, 409, [f"This form was saved before, as {name}. Save it again to make another."])

    def _conflict(self, form: RowForm) -> ResponseReturnValue:
        """409: both versions side by side; what was typed stays in the form, under the new version."""
        self.stored = self._stored()
        if self.stored is None:
            return self._gone(uploads.sent_form(self.info))
        found = editing.differences(self.session, form, self.by, self.stored)
        return self._show(form, 409, conflict=found)

    def _gone(self, formdata: MultiDict[str, Any] | None) -> ResponseReturnValue:
        """404 for a row that was deleted meanwhile, or never was this person's; the page tells the two not apart.

        It holds what was sent and nothing else, to be saved as a new row by who may create one.
        """
        if formdata is None:
            not_found(self.info.name, "edit", str(self.row_id))
        note_missing(self.info.name, "edit", str(self.row_id))
        creates = self.by.may(self.info.name, Action.CREATE)
        form = editing.open_form(self.info, self.by, formdata, None if creates else {}, {})
        uploads.take_all(form.fields(), self.session, self.by)
        self.row_id = self.stored = None
        return self._show(form, 404, [f"{GONE}: save it as new, or leave the page." if creates else f"{GONE}."])

    def _show(
        self,
        form: RowForm,
        status: int,
        messages: list[str] | None = None,
        conflict: list[editing.Difference] | None = None,
        questions: Sequence[Question] = (),
    ) -> ResponseReturnValue:
        uploads.name_stored(form.fields(), form.access, self.stored)
        # After a refusal the token is the same: an unknown outcome followed by a second try is still one row. One that
        # would be refused for ever is not.
        same = request.method == "POST" and status not in (404, 409)
        sent = request.form.get("_token", "") if same else ""
        token = sent if is_token(sent) and not self.is_spent else None
        version = request.form.get("_version") if same else None
        page = self.view.render(
            "admin/form.html",
            info=self.info,
            form=form,
            row_id=self.row_id,
            name=editing.row_name(self.info, self.stored) if self.stored else None,
            messages=messages or [],
            conflict=conflict,
            questions=questions,
            answered=self.answered,
            gone=status == 404,
            labels=editing.picked_labels(self.session, form, self.by, self.stored),
            token=token or editing.new_token(),
            version=version or (self.stored.version if self.stored else ""),
            back=self._back(),
            access=self.by.access(self.info.name),
        )
        return page, status

    def _back(self) -> str:
        """Where the person came from: `url` of the address, and of the form unless that is a column of the table."""
        words = request.args if "url" in self.info.fields else request.values
        return safe_next(words.get("url"), otherwise="")

    def _done(self, row_id: int | None) -> ResponseReturnValue:
        if row_id is not None and PICKER.fullmatch(request.args.get("picker", "")):
            return self._picked(row_id)
        flash(f"{self.info.one} saved.", "success")
        # A script waits for the answer and goes on by itself, so that a line that breaks leaves the form where it is.
        return jsonify(to=self._next(row_id)) if wants_json() else redirect(self._next(row_id))

    def _next(self, row_id: int | None) -> str:
        then, back = request.form.get("_then", ""), self._back()
        if then == "add" and self.by.may(self.info.name, Action.CREATE):
            # Another of the same parent: it begins with what this one began with.
            begun: dict[str, Any] = {n: v for n, v in request.args.items() if n in {*self.info.fields} - {*CONTROL}}
            return url_for(f"{self.info.name}.create_view", **begun, url=back or None)
        if then == "continue" and row_id is not None:
            return url_for(f"{self.info.name}.edit_view", id=row_id, url=back or None)
        if back:
            return back
        if row_id is None:
            return url_for(f"{self.info.name}.index_view")
        return url_for(f"{self.info.name}.details_view", id=row_id)

    def _picked(self, row_id: int) -> ResponseReturnValue:
        """The form was opened by another form's picker, which waits to hear what was made."""
        stored = editing.stored_row(self.session, self.info, self.by, row_id, self.info.naming)
        label = editing.row_name(self.info, stored) if stored else f"#{row_id}"
        return jsonify(picked={"channel": request.args["picker"], "id": row_id, "label": label})


def one_value(info: TableInfo, by: Acting, sent: MultiDict[str, str]) -> dict[str, Any]:
    """The single column `field` set to `value`, checked as its form would be. Raises RuleError; 403 if not settable."""
    name = sent.get("field", "")
    if name not in info.fields:
        raise SpokenError(400, f"{info.many} have no column {name!r}.")
    form = editing.open_form(info, by, _as_form(info, name, sent.get("value", "")), {}, {})
    field = next((f for f in form.fields() if f.spec.name == name), None)
    if field is None:
        refuse(info.name, "edit", f"set {name} of {info.many.lower()}")
    if field.spec.kind in (Kind.FILE, Kind.SECRET):
        raise RuleError(name, "This is set in the form of the row alone.")
    if not field.validate(form):
        raise RuleError(name, str(field.errors[0]))
    if field.data is None and form.access.states[name] in UNSEEN:
        raise RuleError(name, "What cannot be seen is not emptied. Write the new value.")
    if field.spec.kind is Kind.RELATION and not editing.check_relations(db.session(), form, by, None):
        raise RuleError(name, str(field.errors[-1]))
    return {name: form.values({}).get(name)}


def _as_form(info: TableInfo, name: str, value: str) -> MultiDict[str, str]:
    """One column as its form would send it: a place is typed into two inputs, here as "lat,lon"."""
    if info.fields[name].kind is not Kind.POINT:
        return MultiDict({name: value})
    latitude, _, longitude = value.partition(",")
    return MultiDict({f"{name}-lat": latitude, f"{name}-lon": longitude})
