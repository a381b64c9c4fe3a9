"""The logs' own words as people read them: what somebody did, was refused or asked for."""

from __future__ import annotations

from homecare.access.pages import PAGES
from homecare.kinds.operators import OPERATORS
from homecare.tables.table import ShownTable

# By the kind of an entry: in a sentence after the person's name, … being what it was done to where more follows, and as
# a choice among the conditions.
CHANGED = {"added": ("added", "added"), "changed": ("changed", "changed"), "removed": ("deleted", "deleted")}
READ = {
    "list": ("saw … in a list", "in a list"), "related": ("saw … beside another record", "beside another record"),
    "details": ("opened", "opened"), "form": ("opened the form of", "in its form"),
    "reveal": ("gave a reason and read of", "for a reason"), "file": ("opened a file of", "its file"),
    "delete": ("was asked about deleting", "when asked about deleting"), "bulk": ("chose … among many", "among many"),
    "lookup": ("was offered … in a choice", "in a choice"),
    "inline": ("saw … while changing in the list", "changed in a list"),
    "undo": ("saw … while taking back", "while taking back"), "export": ("exported", "in an export"),
    "home": ("saw … on the home page", "on the home page"), "search": ("found … by search", "by search"),
    "audit": ("saw … in this log", "in this log"), "view-as": ("viewed the product as", "as somebody else"),
    "history": ("read the history of", "in the history"),
    "deleted": ("saw … among what was deleted", "among the deleted"),
    "break-glass": ("read the list of what was opened for a reason:", "in the list of what was opened for a reason"),
    "break_glass": ("saw … among what was opened for a reason", "among what was opened for a reason"),
}  # fmt: skip
REFUSED = {
    "view": ("was refused to see", "to see"), "create": ("was refused to add", "to add"),
    "edit": ("was refused to change", "to change"), "delete": ("was refused to delete", "to delete"),
    "export": ("was refused to export", "to export"), "filter": ("was refused to filter", "to filter"),
    "lookup": ("was refused to look up", "to look up"), "file": ("was refused a file of", "to open a file"),
    "reveal": ("was refused to read for a reason of", "to read for a reason"),
    "guess": ("was stopped from trying out values of", "to try out values"),
    "view-as": ("was refused to change anything while viewing as somebody else:", "while viewing as somebody else"),
    "bulk": ("was refused many at once of", "many at once"), "share": ("was refused to share", "to share"),
    "rename": ("was refused to rename", "to rename"),
}  # fmt: skip
SIGNED = {
    "sign-in": ("signed in", "signed in"), "refused": ("was not let in", "not let in"),
    "sign-out": ("signed out", "signed out"), "ended": ("was signed out", "session ended"),
    "created": ("got an account", "account created"), "disabled": ("lost the account", "account disabled"),
    "enabled": ("got the account back", "account enabled"), "reset": ("had the password reset", "password reset"),
    "password set": ("set a password", "password set"),
    "second factor on": ("turned the second factor on", "second factor on"),
    "second factor off": ("had the second factor turned off", "second factor off"),
    "recovery codes made": ("made recovery codes", "recovery codes made"),
    "calendar address": ("has a calendar address", "calendar address"),
}  # fmt: skip
BY_LOG = {"changes": CHANGED, "reads": READ, "refusals": REFUSED, "sign-ins": SIGNED}
# Of refusals, as the door writes them.
REASONS = {"out of scope or gone": "not one of theirs, or no longer there"}
# Words of an address that are no column's.
ASKED = {
    "search": "a search", "sort": "an order", "columns": "a choice of columns", "is": "a named condition",
    "after": "a further page", "before": "a page before", "id": "its number", "url": "", "all": "",
}  # fmt: skip


def _said(log: str, kind: str) -> tuple[str, str]:
    page = PAGES.get(kind)
    return BY_LOG[log].get(kind) or ((f"saw … on the page {page.title}", page.title) if page else (kind, kind))


def did(log: str, kind: str) -> tuple[str, str]:
    """What stands before and after what it was done to: "saw", "in a list"."""
    before, _, after = _said(log, kind)[0].partition(" … ")
    return before, after


def choice(log: str, kind: str) -> str:
    return _said(log, kind)[1]


def of_no_table(resource: str) -> str:
    """The title of the page whose right or address was asked for."""
    name = resource.removeprefix("page:").partition(".")[0]
    return f"the page {PAGES[name].title}" if name in PAGES else resource


def reason(said: str | None) -> str:
    """Why somebody was refused. Empty where the entry's sentence says it already: "view the page audit"."""
    if (said or "").startswith("view the page "):
        return ""
    return REASONS.get(said or "", said or "")


def condition(table: ShownTable | None, word: str) -> str:
    """A name in an address, such as `full_name__ne`: "Full name is not". Empty where it asks for nothing."""
    name, _, how = word.partition("__")
    if name in ASKED and not how:
        return ASKED[name]
    label = table.fields[name].label if table and name in table.fields else name.replace("_", " ").capitalize()
    return f"{label} {OPERATORS[how].words}" if how in OPERATORS else label
