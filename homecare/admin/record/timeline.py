"""What happened to a record, a change put back, and the deleted records of a table and their return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from homecare import calendars, clock
from homecare.access.policy import Action
from homecare.actions.assigning.rights import NotAllowedError
from homecare.actions.questions import AskedError
from homecare.actions.rows import RowGoneError
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import deletions, reverting
from homecare.admin import cells
from homecare.admin.asked import Asked
from homecare.admin.door import not_found, refuse
from homecare.admin.record import in_one_go
from homecare.db import db
from homecare.kinds import say
from homecare.kinds.read import parse_id
from homecare.queries import authors, changes
from homecare.queries.changes import Entry, FieldChange
from homecare.records.row_select import names_of_keys
from homecare.records.seen import Seen
from homecare.records.stored import Stored, row_name, stored_row
from homecare.tables.labels import plain_text
from homecare.tables.table import shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError

NOT_PUT_BACK, NOT_RESTORED = "It was not put back", "It was not restored"
DID = {"added": "added", "changed": "changed", "removed": "deleted"}
BROUGHT = {
    ("restore", "added"): "restored",
    ("undo", "added"): "undid the deletion of",
    ("undo", "changed"): "undid a change of",
    ("revert", "changed"): "put back",
}
MOST_ANSWERS = 20


@dataclass(frozen=True)
class Line:
    """One change as the page prints it. `facts` are label, before and after; `may_revert` offers to put it back."""

    entry: Entry
    who: str
    did: str
    where: str
    others: str
    when: str
    ethiopian: str
    facts: list[tuple[str, Markup, Markup]]
    may_revert: bool = False
    is_changed_again: bool = False


def answer(asked: Asked, row_id: int) -> ResponseReturnValue:
    """Of a record that is gone only to those who may see deleted ones."""
    seen, session = asked.seen, db.session()
    stored = stored_row(session, seen, row_id)
    if stored is None and not deletions.may_see(seen):
        not_found(seen.table.name, "view", str(row_id))
    page = changes.of_row(session, seen, row_id, _before())
    if stored is None and not page.entries:
        not_found(seen.table.name, "view", str(row_id))
    return asked.render(
        "tables/record/history.html",
        table=seen.table,
        row_id=row_id,
        name=row_name(seen.table, stored) if stored else f"{seen.table.one} #{row_id}",
        is_gone=stored is None,
        lines=_lines(session, seen, page.entries, stored),
        wholes=in_one_go.offers(session, seen, page.entries),
        older=urls.history(seen.table.name, row_id, page.older) if page.older else None,
        newest=urls.history(seen.table.name, row_id) if _before() else None,
    )


def _before() -> int | None:
    text = request.args.get("before")
    if text is None:
        return None
    try:
        return parse_id(text)
    except ValueError as error:
        raise SpokenError(400, "The page of the history was not understood. Open the history again.") from error


def _lines(session: Session, seen: Seen, entries: list[Entry], stored: Stored | None) -> list[Line]:
    """One statement more for each relation that stands in the changes."""
    differing = {entry.id: entry.differing for entry in entries}
    labels: dict[str, dict[int, str]] = {}
    for field in {one.field.name: one.field for found in differing.values() for one in found}.values():
        if field.traits.links:
            held = [v for found in differing.values() for c in found if c.field is field for v in (c.old, c.new)]
            labels[field.name] = names_of_keys(session, seen, field, sorted({v for v in held if v is not None}))
    return [_line(seen, entry, differing[entry.id], labels, stored) for entry in entries]


def _line(
    seen: Seen, entry: Entry, found: list[FieldChange], labels: dict[str, dict[int, str]], stored: Stored | None
) -> Line:
    facts = [(one.field.label, _cell(entry, one, "old", labels), _cell(entry, one, "new", labels)) for one in found]
    may = entry.kind == "changed" and stored is not None and seen.may(Action.EDIT)
    names = reverting.settable(seen, [one.field.name for one in found]) if may else []
    current = all(stored is not None and getattr(stored.row, n) == entry.value("new", n) for n in names)
    return Line(
        entry=entry,
        who=entry.author.words(seen.by),
        did=f"{BROUGHT.get((entry.done, entry.kind), DID[entry.kind])} {seen.table.the()}",
        where=" by an import" if entry.author.origin == "import" else "",
        others=_others(seen, entry),
        when=say.when(entry.at),
        ethiopian=calendars.ethiopian_words(clock.to_addis(entry.at).date()),
        facts=facts,
        may_revert=bool(names) and current,
        is_changed_again=bool(names) and not current,
    )


def _others(seen: Seen, entry: Entry) -> str:
    """ "with 4,999 other visits and 1 patient"."""
    if not entry.is_counted:
        return f"with more than {changes.MOST_COUNTED:,} other records"
    told = []
    for name, number in entry.others:
        table = shown_table(name)
        word = "other " if name == seen.table.name else ""
        told.append(f"{number:,} {word}{(table.one if number == 1 else table.many).lower()}")
    return f"with {', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else f"with {told[0]}" if told else ""


def _cell(entry: Entry, one: FieldChange, side: str, labels: dict[str, dict[int, str]]) -> Markup:
    value: Any = one.old if side == "old" else one.new
    field = one.field
    if value is None:
        return cells.EMPTY
    if field.traits.links:
        return cells.relation_markup(field, value, labels[field.name].get(value))
    if field.traits.holds_file and not str(value).startswith("•"):
        return escape(entry.file_name(side, field.name) or "A file")
    return cells.markup(field, value)


def revert(asked: Asked, row_id: int) -> ResponseReturnValue:
    seen, session, table = asked.seen, db.session(), asked.table
    back = (urls.history(table.name, row_id), "Back to the history")
    change_id = _change_id(table.name)
    if stored_row(session, seen, row_id, ()) is None:
        not_found(table.name, "edit", str(row_id))
    answered = request.form.getlist("_sure")[:MOST_ANSWERS]
    try:
        reverting.revert(session=session, seen=seen, row_id=row_id, change_id=change_id, answered=answered)
    except (RowGoneError, reverting.UnknownChangeError):
        not_found(table.name, "edit", str(row_id))
    except reverting.NothingToSetError:
        refuse(table.name, "edit", f"set what this change of {table.many.lower()} set", str(row_id))
    except reverting.ChangedAgainError as error:
        raise SpokenError(
            409, _since(session, seen, row_id, change_id, error), back=back, title=NOT_PUT_BACK
        ) from error
    except AskedError as error:
        return _question(asked, row_id, change_id, error), 422
    except RuleError as error:
        raise SpokenError(422, error.message, back=back, title=NOT_PUT_BACK) from error
    flash(f"{table.one} put back as it was before that change.", "success")
    return redirect(back[0])


def _since(session: Session, seen: Seen, row_id: int, change_id: int, error: reverting.ChangedAgainError) -> str:
    last = authors.last(session, seen, row_id, change_id, error.columns)
    fields = " and ".join(seen.table.fields[name].label for name in error.columns)
    if last is None:
        return f"{fields} changed since, so nothing was put back. Edit the record instead."
    who, at = last
    return f"{who.words(seen.by)} changed {fields} since, on {say.when(at)}, so nothing was put back."


def _question(asked: Asked, row_id: int, change_id: int, error: AskedError) -> str:
    return asked.render(
        "tables/record/put_back.html",
        table=asked.table,
        row_id=row_id,
        change_id=change_id,
        questions=error.questions,
    )


def _change_id(table: str) -> int:
    try:
        return parse_id(request.form.get("change", ""))
    except ValueError:
        not_found(table, "edit", None)


def _refuse_unseen(asked: Asked) -> None:
    if not deletions.may_see(asked.seen):
        refuse(asked.table.name, "view", f"see deleted {asked.table.many.lower()}")


def deleted(asked: Asked) -> ResponseReturnValue:
    _refuse_unseen(asked)
    seen, session = asked.seen, db.session()
    page = changes.deleted(session, seen, _before())
    lines = _lines(session, seen, page.entries, None)
    texts = {line.entry.id: _name(seen, line) for line in lines}
    return asked.render(
        "tables/record/deleted.html",
        table=seen.table,
        lines=lines,
        names=texts,
        may_restore=deletions.may_restore(session, seen, [*texts]),
        wholes=in_one_go.offers(session, seen, page.entries),
        older=urls.deleted(seen.table.name, page.older) if page.older else None,
    )


def _name(seen: Seen, line: Line) -> str:
    texts = [before.striptags() for _, before, _ in line.facts]
    named = [text for text in texts if text and not text.startswith("•") and text != "—"]
    return " · ".join(named) or f"{seen.table.one} #{plain_text(seen.table.fields['id'], line.entry.row_id)}"


def restore(asked: Asked) -> ResponseReturnValue:
    _refuse_unseen(asked)
    seen, table = asked.seen, asked.table
    back = (urls.deleted(table.name), f"Back to the deleted {table.many.lower()}")
    try:
        done = deletions.restore(session=db.session(), seen=seen, change_id=_change_id(table.name))
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)
    except deletions.NotDeletedError as error:
        raise SpokenError(409, "It is there again already.", back=back, title=NOT_RESTORED) from error
    except deletions.NeededError as error:
        sentence = f"{deletions.name_of(error)}, to which it belongs, is gone too. Restore that first."
        raise SpokenError(409, sentence, back=back, title=NOT_RESTORED) from error
    except RuleError as error:
        raise SpokenError(409, deletions.said(error, seen), back=back, title=NOT_RESTORED) from error
    along = [shown_table(name).amount(number) for name, number in done.along.items()]
    flash(f"{table.one} restored{', with ' + ', '.join(along) if along else ''}.", "success")
    return redirect(urls.record(table.name, done.row_id))
