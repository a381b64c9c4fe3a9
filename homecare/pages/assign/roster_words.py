"""What an address asks of the roster: a day, a view, and conditions in the words of the lists of staff and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare import clock
from homecare.access.acting import Acting
from homecare.access.policy import Action
from homecare.admin.door import refuse
from homecare.kinds.read import parse_id
from homecare.kinds.times import parse_date
from homecare.models.ours.sub_cities import CENTRES
from homecare.queries.assigned import roster, roster_week
from homecare.records.conditions import Condition, ForbiddenConditionError, UnknownConditionError, parse
from homecare.records.list_request import ALL
from homecare.records.seen import Seen
from homecare.records.stored import row_name, stored_row
from homecare.tables.table import shown_table
from homecare.web import urls
from homecare.web.errors import SpokenError

PLACES = (*CENTRES, roster.OUTSIDE)
# By word of the address, up to its operator: the table whose condition it is.
OF_TABLE = {"role": "staff", "department": "staff", "status": "visit_services", "patient_id": "visit_services"}
VIEWS = {"view": ("day", "week"), "rows": ("staff", "patients")}
LABELS = {"role": "Role", "department": "Department", "status": "Status", "patient_id": "Patient", "place": "Sub-city"}


@dataclass(frozen=True)
class Words:
    """`asked` for the queries; `given` are the words as they stand in the address, without the day."""

    asked: roster.Asked
    given: dict[str, str]
    days: str

    @property
    def is_week(self) -> bool:
        return self.given.get("view") == "week"

    @property
    def span(self) -> str:
        """The week in words: "23 to 29 Nov 2026"."""
        first = roster_week.monday_of(self.asked.day)
        last = first + timedelta(days=6)
        month = "" if first.month == last.month else f" {first:%b}"
        return f"{first.day}{month} to {last.day} {last:%b %Y}"

    @property
    def by_patient(self) -> bool:
        return self.given.get("rows") == "patients"

    def step(self, number: int) -> str:
        """As many days, or weeks, on."""
        return self.url(day=(self.asked.day + timedelta(days=number * (7 if self.is_week else 1))).isoformat())

    @property
    def narrows(self) -> dict[str, str]:
        """The conditions alone."""
        return {name: value for name, value in self.given.items() if name not in VIEWS}

    @property
    def cleared(self) -> dict[str, str]:
        return dict.fromkeys(self.narrows, "")

    def url(self, **changes: Any) -> str:
        """The page with some words changed; an empty one is left out. Today needs no word."""
        words = ({"day": self.days} if self.days else {}) | self.given | changes
        if words.get("day") == clock.today().isoformat():
            del words["day"]
        # A bare address would open the person's default view.
        return urls.assign({name: value for name, value in words.items() if value} or {ALL: 1})


def read(args: MultiDict[str, str], by: Acting, *, own: bool) -> Words:
    """Refuses with 400 what is unknown or unreadable, with 403 what the role may not see."""
    given: dict[str, str] = {}
    for name, value in args.items(multi=True):
        if name in given:
            raise _unknown(f"{name} may appear once; the address has it twice.")
        if name.partition("__")[0] not in (*OF_TABLE, *VIEWS, "place", "day", ALL):
            raise _unknown(f"The roster has no condition {name[:60]!r}.")
        if value.strip() and name != ALL:
            given[name] = value.strip()
    for name, allowed in VIEWS.items():
        if given.get(name, allowed[0]) not in allowed:
            raise _unknown(f"{name} is {' or '.join(allowed)}, not {given[name][:60]!r}.")
    if "place" in given and given["place"] not in PLACES:
        raise _unknown(f"There is no sub-city {given['place'][:60]!r}. Choose one from the list.")
    day = read_day(given.pop("day", ""))
    staff, visits = (_clauses(table, given, by) for table in ("staff", "visit_services"))
    asked = roster.Asked(day, own, staff, visits, given.get("place", ""), before=True)
    return Words(asked, given, "" if day == clock.today() else day.isoformat())


def read_day(text: str) -> date:
    """Today without a word. Raises SpokenError 400."""
    try:
        return parse_date(text) if text.strip() else clock.today()
    except ValueError as error:
        raise SpokenError(400, str(error), back=(urls.assign(), "Open today")) from error


def _unknown(sentence: str) -> SpokenError:
    return SpokenError(400, sentence, back=(urls.assign(), "Open the roster without conditions"))


def _clauses(table: str, given: dict[str, str], by: Acting) -> tuple[Any, ...]:
    return tuple(condition.clause for condition in _conditions(table, given, by))


def _conditions(table: str, given: dict[str, str], by: Acting) -> list[Condition]:
    pairs = [(name, value) for name, value in given.items() if OF_TABLE.get(name.partition("__")[0]) == table]
    if not pairs:
        return []
    if not by.may(table):
        refuse(table, Action.VIEW, f"view {table}")
    seen = Seen.of(by, shown_table(table))
    try:
        return parse(seen.table.model, pairs, seen.access, by.policy)
    except UnknownConditionError as error:
        raise _unknown(str(error)) from error
    except ForbiddenConditionError as error:
        refuse(table, "filter", f"filter by {error.column}", column=error.column)


def chips(words: Words, session: Session, by: Acting) -> list[tuple[str, str]]:
    """Each condition as it reads, and the address without it."""
    found = []
    for name, value in words.narrows.items():
        said = chosen_patient(words, session, by) if name == "patient_id__eq" else value.replace(",", ", ")
        found.append((f"{LABELS[name.partition('__')[0]]}: {said}", words.url(**{name: ""})))
    return found


def chosen_patient(words: Words, session: Session, by: Acting) -> str:
    """The name of the patient asked for, as this person reads it, else #12. Empty if nobody is asked for."""
    value, table = words.given.get("patient_id__eq", ""), shown_table("patients")
    if not value or not by.may(table.name):
        return f"#{value}" if value else ""
    stored = stored_row(session, Seen.of(by, table), parse_id(value), table.naming)
    return row_name(table, stored) if stored else f"#{value}"
