"""What was typed into the forms of many visits, read word by word; what cannot be read is said at its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict

from homecare.access.policy import Action
from homecare.actions.assigning.held import VISITS
from homecare.actions.assigning.planning.drafts import BLOCKED, LEFT_OUT
from homecare.actions.rules import RuleError
from homecare.admin.door import acting
from homecare.db import db
from homecare.kinds.read import parse_date, parse_id
from homecare.records import lookup
from homecare.records.seen import Seen
from homecare.tables.table import shown_table

T = TypeVar("T")
LONGEST = 200
# What the page itself sends along.
PASSED = ("csrf_token", "seen", "answered", "preview")
# The column of visits that a person is chosen for.
PEOPLE = {"patient_id": "patient_id", "staff_id": "staff_id", "second_id": "staff_id"}


@dataclass
class Typed:
    """`problems` are sentences by field, "" for the whole."""

    words: MultiDict[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_request(cls) -> Typed:
        return cls(MultiDict(request.form if request.method == "POST" else request.args))

    def word(self, name: str) -> str:
        return self.words.get(name, "").replace("\0", "").strip()[:LONGEST]

    @property
    def passed_on(self) -> list[tuple[str, str]]:
        """What the preview sends again, so that what is made is what was typed."""
        return [(name, value) for name, value in self.words.items(multi=True) if name not in PASSED]

    def refused(self, error: RuleError) -> None:
        self.problems.setdefault(error.field, error.message)

    def read(self, name: str, how: Callable[[str], T], otherwise: str) -> T | None:
        """None where nothing was typed. Of what cannot be read `otherwise` is said, or what the reader says."""
        text = self.word(name)
        if not text:
            return None
        try:
            return how(text)
        except ValueError as error:
            self.problems.setdefault(name, otherwise or str(error))
            return None

    def day(self, name: str) -> date | None:
        found = self.read(name, parse_date, "")
        if found is None:
            self.problems.setdefault(name, "Choose a day, such as 2026-03-09 or 30 Yekatit 2018 EC.")
        return found

    def time(self, name: str) -> time | None:
        return self.read(name, _time, "Write a time of the day, such as 09:00.")

    def minutes(self) -> int | None:
        return self.read("minutes", _whole, "Write the minutes as a whole number, such as 60.")

    def person(self, name: str) -> int | None:
        """A parent of visits that the person may pick: `name` is one of PEOPLE."""
        found = self.read(name, parse_id, "Choose one of the list.")
        if found is not None and not label_of(name, found):
            self.problems.setdefault(name, "There is nobody with this number. Choose one of the list.")
        return found

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """The first where nothing was chosen."""
        word = self.word(name) or choices[0]
        if word not in choices:
            self.problems.setdefault(name, f"Choose one of: {', '.join(choices)}.")
        return word

    @property
    def blocked(self) -> str:
        word = self.choice("blocked", BLOCKED)
        return word if word in BLOCKED else LEFT_OUT

    def labels(self) -> dict[str, str]:
        """Of the people that were chosen."""
        held = {name: self.word(name) for name in PEOPLE}
        return {name: label_of(name, int(text)) for name, text in held.items() if text.isdecimal() and len(text) < 10}


def label_of(name: str, row_id: int) -> str:
    table = shown_table(VISITS)
    if not acting().may(VISITS, Action.VIEW):
        return ""
    return lookup.label_of(db.session(), Seen.of(acting(), table), table.fields[PEOPLE[name]], row_id) or ""


def _time(text: str) -> time:
    return datetime.strptime(text[:5], "%H:%M").time()


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise ValueError(text)
    return int(text)
