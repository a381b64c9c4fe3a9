"""Forms over HTTP: opening, sending, refusing without losing typed text, saving once, and conflicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action
from homecare.access.reserved import MAKERS, SAID_BY
from homecare.actions import form_tokens, rows
from homecare.actions.leads import converting
from homecare.actions.questions import AskedError, Question
from homecare.actions.rules import RuleError
from homecare.admin.asked import Asked
from homecare.admin.door import not_found, note_missing, refuse
from homecare.admin.form import editing, from_lead, priced, uploads
from homecare.admin.form.forms import RowForm
from homecare.admin.form.merging import Merge, merge
from homecare.db import db
from homecare.files.claiming import FileGoneError
from homecare.login.redirects import safe_next
from homecare.queries import authors
from homecare.records.saved_forms import is_token
from homecare.records.stored import Stored, row_name, stored_row
from homecare.web.errors import wants_json

# Form words that are not columns.
CONTROL = ("csrf_token", "_token", "_version", "_then", "_touched", "_sure", "url", "id")
# The most confirmations read from a form. It asks far fewer questions.
MOST_ANSWERS = 20
GONE = "This record was deleted while you were editing it, or you may no longer see it. What you typed is below"
# The channel on which a picker waits for the record created for it.
PICKER = re.compile(r"picker-[0-9a-z]{1,12}")


class FormScreen:
    """One request of a create form (`row_id` is None) or an edit form."""

    def __init__(self, asked: Asked, row_id: int | None) -> None:
        self.asked, self.seen, self.row_id = asked, asked.seen, row_id
        self.table, self.by, self.session = asked.table, asked.by, db.session()
        self.stored = self._stored()
        # Whether the form's token can never save anything.
        self.is_spent = False
        self.answered = [*filter(None, request.form.getlist("_sure"))][:MOST_ANSWERS]

    def _stored(self) -> Stored | None:
        """Read again after a conflict. None for a new row or one that is gone."""
        if self.row_id is None:
            return None
        return stored_row(self.session, self.seen, self.row_id)

    def answer(self) -> ResponseReturnValue:
        formdata = uploads.sent_form(self.table) if request.method == "POST" else None
        if self.row_id is not None and self.stored is None:
            return self._gone(formdata)
        if self.row_id is None and formdata is not None:
            formdata = priced.with_amount(self.session, self.seen, formdata)
        # What is sent for a stored row is held against that row alone.
        is_sent = formdata is not None and self.stored is not None
        begun = {} if is_sent else editing.begun(self.session, self.seen, request.args, self.stored)
        form = editing.open_form(self.seen, formdata, self.stored.values if self.stored else None, begun)
        if formdata is None:
            return self._show(form, 200)
        if (self.table.name, MAKERS.get(self.table.name)) in SAID_BY and not self._names_oneself():
            return self._show(form, 422, [rows.ANOTHERS_NAME])
        self._refuse_unsettable(form)
        return self._save(form)

    def _refuse_unsettable(self, form: RowForm) -> None:
        """If a column that this role may not set was sent, nothing of the form is saved."""
        known = {field.spec.name for field in form.fields()}
        if self._names_oneself():
            known.add(MAKERS.get(self.table.name, ""))
        for name in (*request.form, *request.files):
            column = name.partition("-")[0]
            if column in self.table.fields and column not in known:
                action = "create" if self.row_id is None else "edit"
                refuse(self.table.name, action, f"set {column} of {self.table.many.lower()}", str(self.row_id or ""))

    def _names_oneself(self) -> bool:
        """Whether the form names the person as the new row's author, which is filled in anyway."""
        named = request.form.get(MAKERS.get(self.table.name, ""), "").strip()
        return self.row_id is None and named in ("", str(self.by.person.staff_id))

    def _save(self, form: RowForm) -> ResponseReturnValue:
        stored = self.stored.values if self.stored else None
        # Before validation: a chosen file is stored whatever else is wrong.
        unkept = uploads.take_all(form.fields(), self.session, self.by)
        good = form.validate()
        good = editing.check_relations(self.session, form, self.seen, stored) and good
        token = request.form.get("_token", "")
        if not is_token(token):
            return self._show(form, 422, ["This form is too old. Check it and save it again."])
        if not good:
            editing.tell_owners(self.session, form, self.seen, self.stored)
            return self._show(form, unkept or 422)
        try:
            saved = self._write(form, token)
        except form_tokens.AlreadySavedError as error:
            return self._again(form, error.row_id)
        except rows.RowGoneError:
            return self._gone(uploads.sent_form(self.table))
        except AskedError as asked:
            return self._show(form, 422, questions=asked.questions)
        except rows.StaleError:
            return self._conflict(form)
        except FileGoneError as gone:
            return self._show(form, 422, editing.tell_rule(form, RuleError(gone.column, uploads.GONE)))
        except RuleError as error:
            self.is_spent = isinstance(error, form_tokens.TokenTakenError)
            status = 409 if converting.is_converted(error) else 422
            return self._show(form, status, editing.tell_refusal(self.session, form, self.seen, self.stored, error))
        return self._done(saved.row_id)

    def _write(self, form: RowForm, token: str) -> rows.Saved:
        told = uploads.filled(form.fields())
        if self.stored is None or self.row_id is None:
            return self._create(form.values(None) | told, token)
        sent: dict[str, Any] = {
            "session": self.session, "row_id": self.row_id, "values": form.values(self.stored.values) | told,
            "version": request.form.get("_version", ""), "token": token, "by": self.by, "answered": self.answered,
        }  # fmt: skip
        if from_lead.is_from_lead(self.seen, form, self.stored):
            return converting.link(**sent)
        return rows.update_row(model=self.table.model, **sent)

    def _create(self, values: dict[str, Any], token: str) -> rows.Saved:
        session, by, answered = self.session, self.by, self.answered
        if from_lead.lead_of(self.seen, values) is not None:
            return converting.convert(session=session, values=values, token=token, by=by, answered=answered)
        model = self.table.model
        return rows.create_row(session=session, model=model, values=values, token=token, by=by, answered=answered)

    def _again(self, form: RowForm, row_id: int | None) -> ResponseReturnValue:
        """The form was already saved. If nothing was retyped, it is done. What was typed since (by the browser's Back)
        is neither dropped nor written over the saved row: it is shown and can be saved as its own."""
        stored = stored_row(self.session, self.seen, row_id) if row_id is not None else None
        if stored is None or not editing.retyped(self.session, form, self.seen, stored):
            return self._done(row_id)
        if self.row_id is not None:
            return self._conflict(form)
        name = row_name(self.table, stored)
        return self._show(form, 409, [f"This form was already saved, as {name}. Save it again to create another."])

    def _conflict(self, form: RowForm) -> ResponseReturnValue:
        """409: shows both versions side by side. The typed text stays in the form, under the new version."""
        self.stored = self._stored()
        if self.stored is None:
            return self._gone(uploads.sent_form(self.table))
        sent = request.form.get("_version", "")
        return self._show(form, 409, conflict=merge(self.session, form, self.seen, self.stored, sent))

    def _gone(self, formdata: MultiDict[str, Any] | None) -> ResponseReturnValue:
        """404 for a row that was deleted meanwhile or hidden from this person; the page does not tell which.
        It contains only what was sent, so that a person who may create one can save it as a new row.
        """
        if formdata is None:
            not_found(self.table.name, "edit", str(self.row_id))
        note_missing(self.table.name, "edit", str(self.row_id))
        creates = self.by.may(self.table.name, Action.CREATE)
        form = editing.open_form(self.seen, formdata, None if creates else {}, {})
        uploads.take_all(form.fields(), self.session, self.by)
        self.row_id = self.stored = None
        return self._show(form, 404, [f"{GONE}: save it as new, or leave the page." if creates else f"{GONE}."])

    def _show(
        self,
        form: RowForm,
        status: int,
        messages: list[str] | None = None,
        conflict: Merge | None = None,
        questions: Sequence[Question] = (),
    ) -> ResponseReturnValue:
        uploads.name_stored(form.fields(), form.access, self.stored)
        # After a refusal the token stays the same, so that a second try after an unknown outcome still makes one row.
        # A token that would always be refused is replaced.
        same = request.method == "POST" and status not in (404, 409)
        sent = request.form.get("_token", "") if same else ""
        token = sent if is_token(sent) and not self.is_spent else None
        version = request.form.get("_version") if same else None
        page = self.asked.render(
            "tables/form/form.html",
            table=self.table,
            form=form,
            row_id=self.row_id,
            name=row_name(self.table, self.stored) if self.stored else None,
            messages=messages or [],
            conflict=conflict,
            saver=authors.saved_by(self.session, self.seen, self.row_id) if conflict is not None else "",
            questions=questions,
            is_from_lead=from_lead.is_from_lead(self.seen, form, self.stored),
            same_people=from_lead.same_people(self.session, self.seen, form),
            answered=self.answered,
            gone=status == 404,
            labels=editing.picked_labels(self.session, form, self.seen, self.stored),
            token=token or editing.new_token(),
            version=version or (self.stored.version if self.stored else ""),
            back=self._back(),
            access=self.seen.access,
        )
        return page, status

    def _back(self) -> str:
        """The page the person came from: `url` of the address, or of the form unless the table has such a column."""
        words = request.args if "url" in self.table.fields else request.values
        return safe_next(words.get("url"), otherwise="")

    def _done(self, row_id: int | None) -> ResponseReturnValue:
        if row_id is not None and PICKER.fullmatch(request.args.get("picker", "")):
            return self._picked(row_id)
        flash(f"{self.table.one} saved.", "success")
        # A script reads the answer and navigates itself, so that a lost connection leaves the form open.
        return jsonify(to=self._next(row_id)) if wants_json() else redirect(self._next(row_id))

    def _next(self, row_id: int | None) -> str:
        then, back = request.form.get("_then", ""), self._back()
        if then == "add" and self.by.may(self.table.name, Action.CREATE):
            # Another row of the same parent starts with the same prefilled values, but for those only one row can have.
            repeated = {name for name, field in self.table.fields.items() if not field.column.unique} - {*CONTROL}
            begun: dict[str, Any] = {n: v for n, v in request.args.items() if n in repeated}
            return url_for(f"{self.table.name}.create_view", **begun, url=back or None)
        if then == "continue" and row_id is not None:
            return url_for(f"{self.table.name}.edit_view", id=row_id, url=back or None)
        if back:
            return back
        if row_id is None:
            return url_for(f"{self.table.name}.index_view")
        return url_for(f"{self.table.name}.details_view", id=row_id)

    def _picked(self, row_id: int) -> ResponseReturnValue:
        """Answers the picker of another form, which waits for the new record."""
        stored = stored_row(self.session, self.seen, row_id, self.table.naming)
        label = row_name(self.table, stored) if stored else f"#{row_id}"
        return jsonify(picked={"channel": request.args["picker"], "id": row_id, "label": label})
