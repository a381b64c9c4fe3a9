"""Changes, reads, refusals and sign-ins by person, table, record, time and kind; and who saw a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any, ClassVar

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import Row, select

from homecare import clock
from homecare.access.pages import PAGES
from homecare.access.policy import Action
from homecare.admin.door import GuardedView, acting, refuse, right
from homecare.audit.reads import Lines, note, note_lines
from homecare.db import db
from homecare.kinds.read import parse_id
from homecare.kinds.say import when
from homecare.pages.audit import files, log_words
from homecare.pages.audit.entries import Line, line, spoken_of
from homecare.queries import audit, audit_lines, who_saw
from homecare.queries.audit import LOGS, Asked, Log
from homecare.queries.who_saw import PATIENTS
from homecare.records import counting, lookup
from homecare.records.conditions import UnknownConditionError
from homecare.records.seen import Seen
from homecare.records.stored import names_of, row_name, stored_row
from homecare.tables.table import shown_table, shown_tables
from homecare.web import urls
from homecare.web.errors import SpokenError

PATIENT = "patient_id__eq"
PRESETS = (("Today", "today"), ("7 days", "-6d"), ("30 days", "-29d"))
# A new question begins with so many days until today, named by what their words are called.
FIRST_DAYS = 30
DAYS = ("at__gte", "at__lte")


@dataclass(frozen=True)
class Screen:
    """A page of one log. `words` are the conditions of the address; `here` is the tab."""

    here: str
    log: Log
    words: dict[str, str]
    lines: list[Line]
    count: counting.Count
    before: str
    after: str

    @property
    def days(self) -> list[tuple[str, list[Line]]]:
        """The entries under their days, newest first."""
        return [(day, [*lines]) for day, lines in groupby(self.lines, key=lambda line: line.day)]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Each kind of entry and what it is called."""
        return [(kind, log_words.choice(self.log.name, kind)) for kind in self.log.kinds]

    def url(self, **changes: str) -> str:
        """This page with some of its words changed, from its first entries on."""
        return self.url_of(self.words | changes)

    def url_of(self, words: Mapping[str, object]) -> str:
        return urls.audit(self.here, words)

    def file(self, export_type: str) -> str:
        return urls.audit_file(export_type, {"log": self.here} | self.words)


class Audit(GuardedView):
    needs: ClassVar[dict[str, Action | None]] = {
        "changes_view": Action.VIEW,
        "reads_view": Action.VIEW,
        "who_view": Action.VIEW,
        "refusals_view": Action.VIEW,
        "sign_ins_view": Action.VIEW,
        "export": Action.VIEW,
    }
    page = PAGES["audit"]

    @expose("/")
    def changes_view(self) -> ResponseReturnValue:
        return self._log("changes")

    @expose("/reads/")
    def reads_view(self) -> ResponseReturnValue:
        return self._log("reads")

    @expose("/refusals/")
    def refusals_view(self) -> ResponseReturnValue:
        return self._log("refusals")

    @expose("/sign-ins/")
    def sign_ins_view(self) -> ResponseReturnValue:
        return self._log("sign-ins")

    def _log(self, name: str) -> ResponseReturnValue:
        asked = _asked(LOGS[name], name, [*request.args.items(multi=True)])
        screen = _screen(name, asked, asked.words)
        # Who reads a log is recorded also where no entry of it is about a patient.
        note(self.resource, ())
        return self.render("pages/audit/log.html", screen=screen, chosen=_chosen(asked), **_choices())

    @expose("/who/")
    def who_view(self) -> ResponseReturnValue:
        """`patient_id__eq`: every read that showed the patient, and by whom. Without it the page only asks."""
        _refuse_patients()
        patient_id, asked = _of_patient()
        if patient_id is None:
            days = (clock.today() - timedelta(days=FIRST_DAYS - 1), clock.today())
            words = dict(zip(DAYS, map(str, days), strict=True)) | asked.words
            return self.render("pages/audit/who.html", screen=None, words=words, name="", **_choices())
        note_lines(_one_patient(patient_id))
        question = who_saw.of_patient(asked, patient_id)
        # By person whoever is chosen, so that the others stay in sight.
        everybody = {name: word for name, word in asked.words.items() if name in DAYS}
        whole = who_saw.of_patient(_asked(LOGS["reads"], "who", [*everybody.items()]), patient_id)
        words = {PATIENT: str(patient_id)} | asked.words
        return self.render(
            "pages/audit/who.html",
            screen=_screen("who", question, words),
            words=words,
            name=_name_of(patient_id),
            people=who_saw.people(db.session(), whole),
            everybody={PATIENT: str(patient_id)} | everybody,
            opened=",".join(audit.OPENED),
            when=when,
            **_choices(),
        )

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """`log` names the tab; the rest are its conditions."""
        pairs = [(name, word) for name, word in request.args.items(multi=True) if name != "log"]
        name = request.args.get("log", "changes")
        if export_type not in ("csv", "xlsx") or name not in (*LOGS, "who"):
            raise SpokenError(404, "There is no export of this kind.")
        if name != "who":
            about = Lines()
            about.add(self.resource, ())
            return _file(_asked(LOGS[name], name, pairs), export_type, about)
        _refuse_patients()
        patient_id, asked = _of_patient(pairs)
        if patient_id is None:
            raise SpokenError(400, "Choose the patient first.", back=(urls.audit("who"), "Choose a patient"))
        return _file(who_saw.of_patient(asked, patient_id), export_type, _one_patient(patient_id))


def _file(asked: Asked, export_type: str, about: Lines) -> Response:
    statement = asked.narrowed(audit_lines.statement(asked.log, acting()))
    return files.answer(db.session(), asked.log, statement, acting(), export_type, about)


def _asked(log: Log, here: str, pairs: list[tuple[str, str]]) -> Asked:
    try:
        return audit.parse(log, pairs)
    except UnknownConditionError as error:
        raise SpokenError(400, str(error), back=(urls.audit(here), "Open the page without conditions")) from error


def _of_patient(given: list[tuple[str, str]] | None = None) -> tuple[int | None, Asked]:
    pairs = [*request.args.items(multi=True)] if given is None else given
    asked = _asked(LOGS["reads"], "who", [pair for pair in pairs if pair[0] != PATIENT])
    chosen = [word.strip() for name, word in pairs if name == PATIENT and word.strip()]
    try:
        return (parse_id(chosen[0]) if chosen else None), asked
    except ValueError as error:
        back = (urls.audit("who"), "Choose a patient")
        raise SpokenError(400, "A patient is identified by a number. Choose one from the list.", back=back) from error


def _refuse_patients() -> None:
    if not acting().may(PATIENTS):
        refuse(PATIENTS, Action.VIEW, right(PATIENTS, Action.VIEW))


def _one_patient(patient_id: int) -> Lines:
    lines = Lines()
    lines.add(PATIENTS, [patient_id])
    return lines


def _name_of(patient_id: int) -> str:
    """The log outlives the patient's record, so one that is gone has a number alone."""
    table = shown_table(PATIENTS)
    stored = stored_row(db.session(), Seen.of(acting(), table), patient_id, table.naming)
    return row_name(table, stored) if stored else f"{table.one} #{patient_id}, whose record is gone"


def _screen(here: str, asked: Asked, words: dict[str, str]) -> Screen:
    session, log, who = db.session(), asked.log, acting()
    page = audit.page(session, asked, audit_lines.statement(log, who))
    note_lines(audit_lines.shown(session, log, page.rows))
    count = counting.count(session, asked.narrowed(select(log.model.id)), may_estimate=False)
    names = _names_of(page.rows, log)
    lines = [line(log, row, who, names) for row in page.rows]
    return Screen(here, log, words, lines, count, page.before, page.after)


def _names_of(rows: Sequence[Row[Any]], log: Log) -> dict[tuple[str, str], str]:
    """Of the records that these entries speak of and that this person may open. One statement a table."""
    found: dict[tuple[str, str], str] = {}
    for name, ids in spoken_of(log, rows).items():
        if audit_lines.opens(acting(), name):
            names = names_of(db.session(), Seen.of(acting(), shown_table(name)), ids)
            found |= {(name, str(row_id)): said for row_id, said in names.items()}
    return found


def _choices() -> dict[str, Any]:
    """What the conditions can be chosen from."""
    return {
        "tables": [*shown_tables().values()],
        "presets": PRESETS,
        "pickers": {target: _picker(target) for target in (PATIENTS, "staff")},
    }


def _chosen(asked: Asked) -> str:
    """The name of the person asked for, as the staff table has it for this role."""
    staff = shown_table("staff")
    if "staff_id__eq" not in asked.words or not acting().may(staff.name):
        return ""
    stored = stored_row(db.session(), Seen.of(acting(), staff), int(asked.words["staff_id__eq"]), staff.naming)
    return row_name(staff, stored) if stored else ""


def _picker(target: str) -> str:
    """Where a form of this person looks up such a parent. Empty for somebody who has none: a number is typed then."""
    for table in shown_tables().values():
        seen = Seen.of(acting(), table)
        for field in table.fields.values():
            if field.target == target and seen.may(Action.VIEW) and lookup.may_look_up(seen, field):
                return urls.lookup(table.name, field.name)
    return ""
