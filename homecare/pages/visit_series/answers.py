"""How the pages of many visits answer: a refusal in words beside what was typed, or the next page with an undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect
from flask.typing import ResponseReturnValue

from homecare.access.policy import Action
from homecare.actions.assigning.booking import Booked
from homecare.actions.assigning.planning.drafts import Draft, NotSeenError
from homecare.actions.assigning.refusing import ConflictsError
from homecare.actions.assigning.rights import RESOURCE, NotAllowedError, plans_everybody
from homecare.actions.rows import RowsChangedError
from homecare.actions.rules import RuleError
from homecare.admin.change import undo
from homecare.admin.door import acting, refuse
from homecare.pages.visit_series.typed_words import VISITS, Typed
from homecare.web import urls

CHANGED = "Something changed since this was shown, so nothing was done. Look at it again."
NOT_CONFIRMED = "Nothing was done yet: read the warnings and tick “Save it anyway”."
OTHERS = "Somebody changed some of these visits meanwhile, so nothing was done. Look at them again."


@dataclass(frozen=True)
class Outcome:
    """What was booked, or why not, with the draft as it is now."""

    booked: Booked | None = None
    draft: Draft | None = None
    status: int = 200


def need_all() -> None:
    """Refuses whoever does not plan everybody's work."""
    if not plans_everybody(acting()):
        refuse(RESOURCE, Action.VIEW, "plan everybody's work")


def drafted(typed: Typed, draft: Callable[[], Draft]) -> Outcome:
    if typed.problems:
        return Outcome(status=422)
    try:
        return Outcome(draft=draft())
    except RuleError as error:
        typed.refused(error)
        return Outcome(status=422)
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)


def done(typed: Typed, deed: Callable[[], Booked], draft: Callable[[], Draft]) -> Outcome:
    """What the deed booked; where it was refused, the draft of now and the reason among the problems."""
    if typed.problems:
        return Outcome(status=422)
    try:
        return Outcome(booked=deed())
    except NotSeenError as error:
        typed.problems[""] = CHANGED if error.changed else NOT_CONFIRMED
        return Outcome(draft=error.draft, status=409 if error.changed else 422)
    except ConflictsError as error:
        reason = " ".join(dict.fromkeys(found.sentence for found in error.conflicts))
    except RowsChangedError:
        reason = OTHERS
    except RuleError as error:
        typed.refused(error)
        return Outcome(status=422)
    except NotAllowedError as error:
        refuse(error.resource, error.action, error.right)
    again = drafted(typed, draft)
    typed.problems.setdefault("", reason)
    return Outcome(draft=again.draft, status=409)


def leave(booked: Booked, sentence: str, url: str, undone_url: str) -> ResponseReturnValue:
    """The next page, with an undo that leads to `undone_url`."""
    undo.offer(sentence, urls.undo(VISITS), [("token", booked.change_set), ("url", undone_url)])
    return redirect(url)


def amount(number: int, one: str = "visit") -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
