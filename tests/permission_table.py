"""What tests/permissions.md grants, read from its text. Access is tested against this, not against the app's rules.

The table is parsed. The prose below it cannot be: each of its sentences stands here as data beside the words it is made
from, and a test finds those words in the document. Where the words leave room, INTERPRETATIONS says how they are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DOCUMENT = Path(__file__).with_name("permissions.md")
LETTERS = {"V": "view", "C": "create", "E": "edit", "D": "delete", "X": "export"}
FOOTNOTES = {
    "", "m", "directory", "self", "not role/status", "no notes", "times, notes", "status, remarks", "ratio", "events",
}  # fmt: skip

INTERPRETATIONS = {
    "messages are never edited": (
        "The schema's decision 27 says 'never edited'; so Admin, who has everything, has this as little as the others."
    ),
    "self, of staff, is own rows": "The one row of staff that is oneself is what 'own' means for that table.",
    "times of own visits are check-in and check-out": (
        "'not whose visit it is' and a plan made by a Coordinator: who visits does not move the appointment."
    ),
    "phone and email are a patient's or a lead's": (
        "'masked for Finance and Auditor' stands among rules about patients; the staff directory shows phones to all."
    ),
    "what is not seen is not set": "A form cannot keep what it may not show; so masked, hidden and glass are not set.",
    "a code can be chosen": "Marketing sets campaign_patients.patient_id by the code that it is shown.",
    "geolocation of Finance, Inventory, Marketing is hidden": "The map has nothing of single patients for them.",
}


@dataclass(frozen=True)
class Cell:
    """`scopes` by action ("view": "own"); `note` is the footnote behind the letters."""

    scopes: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def may(self, action: str) -> bool:
        return action in self.scopes


def text() -> str:
    """The document in one line, so that a sentence is found whatever its line breaks."""
    return " ".join(DOCUMENT.read_text().split())


def parse_cell(words: str) -> Cell:
    """Raises ValueError for a footnote that this parser does not know."""
    letters, note = re.fullmatch(r"((?:[VCEDX]o?)*)[-, ]*(.*)", words.strip()).groups()  # type: ignore[union-attr]
    if note not in FOOTNOTES:
        raise ValueError(f"{words!r} has a footnote that has no meaning here.")
    scopes = {LETTERS[letter]: "own" if own else "all" for letter, own in re.findall(r"([VCEDX])(o?)", letters)}
    return Cell(dict.fromkeys(scopes, "own") if note == "self" else scopes, note)


@cache
def cells() -> dict[tuple[str, str], Cell]:
    """By role and table; the first row's heads are the roles, Admin has every letter."""
    lines = [line.strip().strip("|").split("|") for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    roles = [head.strip() for head in lines[0][1:]]
    found: dict[tuple[str, str], Cell] = {}
    for tables, *row in lines[2:]:
        for table in (name.strip() for name in tables.split(",")):
            if tables.strip().startswith("page:"):
                continue
            found["Admin", table] = Cell(dict.fromkeys(LETTERS.values(), "all"))
            for role, words in zip(roles, row, strict=True):
                cell = parse_cell(words)
                found[role, table] = Cell() if cell.note == "events" and table != "events" else cell
    never = {key: Cell({a: s for a, s in cell.scopes.items() if a != "edit"}) for key, cell in found.items()}
    return {key: never[key] if key[1] == "messages" else cell for key, cell in found.items()}


def roles() -> list[str]:
    return list(dict.fromkeys(role for role, _ in cells()))


def tables() -> list[str]:
    return list(dict.fromkeys(table for _, table in cells()))


@dataclass(frozen=True)
class Rule:
    """`words` stand in the document; `state` is what these roles have of these columns."""

    words: str
    roles: tuple[str, ...]
    table: str
    columns: tuple[str, ...]
    state: str


ALL = (
    "Admin",
    "Manager",
    "Coordinator",
    "Doctor",
    "Nurse",
    "Caregiver",
    "Marketing",
    "Finance",
    "Inventory",
    "Auditor",
)
CLINICAL = ("visit_notes", "prescription_file", "vitals_file")
DIRECTORY = ("first_name", "last_name", "position", "department", "phone")
OFF_DIRECTORY = ("email", "role", "status", "hire_date", "photo", "user_id", "created_at", "updated_at")
NOT_SEEN = (
    Rule("fayda_id last four for all but Admin, Manager, Coordinator", ALL[3:], "patients", ("fayda_id",), "masked"),
    Rule("Caregiver's `m` on patients: fayda_id, email and emergency_contact masked",
         ("Caregiver",), "patients", ("fayda_id", "email", "emergency_contact"), "masked"),
    Rule("phone and email, address and emergency_contact masked for Finance and Auditor",
         ("Finance", "Auditor"), "patients", ("phone_number", "email", "address", "emergency_contact"), "masked"),
    Rule("phone and email, address and emergency_contact masked for Finance and Auditor",
         ("Auditor",), "marketing_leads", ("phone_number", "email"), "masked"),
    Rule("geolocation as on the map", ("Auditor",), "patients", ("geolocation",), "masked"),
    Rule("geolocation as on the map", ("Finance", "Inventory", "Marketing"), "patients", ("geolocation",), "hidden"),
    Rule("api_key write-only for everyone", ALL, "marketing_platforms", ("api_key",), "write-only"),
    Rule("only Doctor, Nurse, the assigned Caregiver, and Admin by break-glass (a reason, logged)",
         ("Manager", "Coordinator", "Marketing", "Finance", "Inventory", "Auditor"),
         "visit_services", CLINICAL, "hidden"),
    Rule("only Doctor, Nurse, the assigned Caregiver, and Admin by break-glass (a reason, logged)",
         ("Admin",), "visit_services", CLINICAL, "break-glass"),
    Rule("directory = name, position, department, phone",
         ("Doctor", "Nurse", "Marketing", "Finance", "Inventory"), "staff", OFF_DIRECTORY, "hidden"),
    Rule("campaign_patients shows Marketing the patient code only",
         ("Marketing",), "campaign_patients", ("patient_id",), "code"),
)  # fmt: skip
# Of these tables the roles set the named columns and no other.
SETS_ONLY = (
    Rule("Of their own visits clinicians and caregivers edit times, status, notes and files, not whose visit it is",
         ("Doctor", "Nurse", "Caregiver"), "visit_services",
         ("check_in_time", "check_out_time", "status", *CLINICAL), "set"),
    Rule("VoEo status, remarks", ("Caregiver",), "admin_task_tracking", ("task_status", "remarks"), "set"),
    Rule("VE ratio", ("Finance",), "international_referrals", ("revenue_share_ratio",), "set"),
)  # fmt: skip
NEVER_SETS = (
    Rule("Only Admin edits staff.role, staff.status, staff.email", ("Manager",), "staff", ("role", "status"), "never"),
    Rule("Manager gives the e-mail when creating", ("Manager",), "staff", ("email",), "on create"),
    Rule("staff.user_id and generated codes are set by who holds everything alone",
         ALL[1:], "staff", ("role", "status", "user_id"), "never"),
    Rule("staff.user_id and generated codes are set by who holds everything alone",
         ALL[1:], "patients", ("patient_code",), "never"),
    Rule("a sender and a registrar are set by us",
         ALL[1:], "patients", ("registered_by_staff_id", "registered_by_caregiver_id"), "never"),
)  # fmt: skip
FILLED = ("id", "created_at", "updated_at")


def states(role: str, table: str) -> dict[str, str]:
    """The columns whose values the role does not see, each with its state."""
    found = [rule for rule in NOT_SEEN if role in rule.roles and rule.table == table]
    return {column: rule.state for rule in found for column in rule.columns}


def unsettable(role: str, table: str, columns: list[str], creating: bool) -> set[str]:
    """The columns that the role may not set, although it may create or edit the row."""
    refused = set(FILLED) | {c for c, state in states(role, table).items() if state not in ("write-only", "code")}
    for rule in SETS_ONLY:
        if role in rule.roles and rule.table == table:
            refused |= set(columns) - set(rule.columns)
    for rule in NEVER_SETS:
        if role in rule.roles and rule.table == table and not (creating and rule.state == "on create"):
            refused |= set(rule.columns)
    return refused & set(columns)
