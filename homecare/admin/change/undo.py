"""Taking back what was done in one go: offered beside its message, and days later too, to the person who did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from homecare.access.acting import Acting
from homecare.actions import many, rows
from homecare.actions.rules import RuleError
from homecare.actions.taking_back import undoing
from homecare.admin.asked import Asked
from homecare.admin.change import refused
from homecare.admin.change.in_place import as_listed, listed
from homecare.admin.door import refuse
from homecare.db import db
from homecare.kinds import say
from homecare.queries import authors
from homecare.queries.nets import Touched
from homecare.tables.table import ShownTable
from homecare.web import urls
from homecare.web.errors import SpokenError, wants_json

LONGEST = 2000
NOT_UNDONE = "It was not undone"


def offer(sentence: str, action: str, fields: Sequence[tuple[str, str]]) -> None:
    """Shows what was done on the next page, with an undo button that posts the fields.
    The message waits in the cookie, which holds 4 kB. A message that is too long gets no button.
    """
    if sum(len(value) for _, value in fields) > LONGEST:
        flash(sentence, "success")
        return
    # A message can be any JSON value, but Flask's annotation allows only str.
    told: Any = {"text": sentence, "action": action, "fields": list(fields)}
    flash(told, "undo")


def offer_rows(asked: Asked, sentence: str, token: str) -> None:
    """Offers undo if the change has a token."""
    if token:
        offer(sentence, urls.undo(asked.table.name), [("token", token), ("url", asked.back())])
    else:
        flash(sentence, "success")


def answer(asked: Asked) -> ResponseReturnValue:
    """All rows of the change set `token` as they were, or none; with `untouched` those that nobody touched since."""
    wanted = listed(asked)
    try:
        undone = _undo(asked)
    except undoing.TouchedError as error:
        return _touched(asked, error)
    mine = [net.row_id for net in undone.nets if net.resource == asked.table.name]
    # What is planned about visits, such as an absence, is taken back in their name and is none of them.
    sentence = f"Undone: {asked.table.amount(len(mine))} as before." if mine else "Undone: it is as before."
    if wants_json():
        return jsonify(done=sentence, **(as_listed(wanted, mine[0]) if mine else {}))
    flash(f"{sentence} {undone.left:,} were left as they are now." if undone.left else sentence, "success")
    return redirect(asked.back())


def _undo(asked: Asked) -> undoing.Undone:
    table = asked.table
    return undone(table.name, asked.by, asked.to_list(), lambda number: _changed(table, number))


def undone(resource: str, by: Acting, back: tuple[str, str], changed: Callable[[int], str]) -> undoing.Undone:
    """The form's `token` taken back, or why not as SpokenError; `changed` says that so many rows were changed since.
    Raises TouchedError."""
    try:
        return undoing.undo(
            session=db.session(),
            token=request.form.get("token", ""),
            resource=resource,
            by=by,
            untouched_only=request.form.get("untouched") == "1",
        )
    except undoing.NotTheirsError as error:
        sentence = "This is not there to be undone, or another person did it. Ask them, or change it back yourself."
        raise SpokenError(409, sentence, back=back, title=NOT_UNDONE) from error
    except undoing.UndoneError as error:
        raise SpokenError(409, "This was undone already.", back=back, title=NOT_UNDONE) from error
    except undoing.NotAllowedError as error:
        refuse(error.resource, error.action, error.right)
    except rows.RowsChangedError as error:
        raise SpokenError(409, changed(len(error.ids)), back=back, title=NOT_UNDONE) from error
    except many.RowsRefusedError as error:
        sentence = next(iter(error.refused.values())).message
        raise SpokenError(422, sentence, back=back, title=NOT_UNDONE) from error
    except RuleError as error:
        raise SpokenError(422, error.message, back=back, title=NOT_UNDONE) from error


def _touched(asked: Asked, error: undoing.TouchedError) -> ResponseReturnValue:
    """Which rows they are, who touched them last and when, and the way to undo the others."""
    table = asked.table
    sentence = _changed(table, len(error.touched) + error.others)
    if wants_json():
        raise SpokenError(409, sentence, back=asked.to_list(), title=NOT_UNDONE)
    mine = [one for one in error.touched if one.resource == table.name]
    names = dict(refused.named(asked.seen, [one.row_id for one in mine]).rows)
    knows = authors.names_people(asked.seen)
    page = asked.render(
        "tables/change/touched.html",
        table=table,
        sentence=sentence,
        names=names,
        touched=[(one.row_id, _by_whom(one, knows)) for one in mine[: refused.MOST_NAMED]],
        more=len(error.touched) - len(mine[: refused.MOST_NAMED]),
        others=error.others,
        token=request.form.get("token", ""),
        back=asked.back(),
    )
    return page, 409


def _by_whom(touched: Touched, knows: bool) -> str:
    """ "changed by Almaz Kebede on 9 Mar 2026 14:30", without the name for who does not know the staff."""
    who = (touched.by if knows else "another person") if touched.by else "another application"
    when = f" on {say.when(touched.at)}" if touched.at else ""
    return f"changed by {who}{when}"


def _changed(table: ShownTable, number: int) -> str:
    some = table.the() if number == 1 else f"some of the {table.amount(number)}"
    return f"Somebody changed {some} since, so nothing was undone."
