"""The roles of a fresh installation. After that IT changes them on the roles page and nothing reads this file.
Letters: V view, C create, E edit, D delete, X export. A small `o` after a letter means own rows only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from homecare.access.policy import Action, FieldRule, Grant, Role, Scope, State, Write
from homecare.config import DEFAULT_ROLES
from homecare.models import business_models
from homecare.web import urls

LETTERS = {
    "V": Action.VIEW, "C": Action.CREATE, "E": Action.EDIT, "D": Action.DELETE, "X": Action.EXPORT,
}  # fmt: skip

# What each of DEFAULT_ROLES is for and what is its own, in their order.
_SETTINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Runs the installation: everything, the roles included.", {"everything": True}),
    ("Leads the company: reads all, edits most, exports.", {"start_page": urls.HOME}),
    ("Plans care: patients, shifts, visits, referrals.", {}),
    ("Treats own patients.", {"delivers_care": True, "visit_minutes": 45}),
    ("Nurses own patients.", {"delivers_care": True}),
    ("Cares for own patients in their homes.", {"delivers_care": True, "visit_minutes": 240}),
    ("Runs campaigns and works on leads.", {}),
    ("Invoices, claims and budgets.", {}),
    ("Keeps the equipment.", {}),
    ("Reads almost everything, changes nothing.", {}),
)
ROLES = tuple(Role(name, description, **own) for name, (description, own) in zip(DEFAULT_ROLES, _SETTINGS, strict=True))

_ALL_BUT_ADMIN = tuple(role.name for role in ROLES if not role.everything)
_CAMPAIGNS = "VEX V - - - VCEDX V - V"
_COMMUNITY = "VCEX VCE V V - VCEX - - V"

# One line a table, one word a role, in the order of _ALL_BUT_ADMIN.
TABLES = {
    "patients": "VCEX VCE VoEo VoEo Vo - V - V",
    "staff": "VCE V V V Vo V V V V",
    "caregiver_assignments": "VCEDX VCED Vo Vo Vo - V - V",
    "visit_services": "VCEX VCE VoEo VoEo VoEo - V - V",
    "messages": "V VC VoCo VoCo VoCo - - - -",
    "invoices": "VX V - - - - VCEX - VX",
    "insurance_claims": "VX VCE - - - - VCEX - VX",
    "inventory_items": "VX V V V V - V VCEDX V",
    "admin_task_tracking": "VCEDX VCE VoEo VoEo VoEo Vo Vo VoEo V",
    "partner_hospitals": "VCEX VCE V V - V V - V",
    "referrals": "VCEX VCE VoCoEo VoCo - - - - V",
    "international_referrals": "VCEX VCE VoCo Vo - - VE - V",
    "marketing_campaigns": _CAMPAIGNS,
    "landing_pages": _CAMPAIGNS,
    "campaign_contents": _CAMPAIGNS,
    "campaign_metrics": _CAMPAIGNS,
    "lead_sources": _CAMPAIGNS,
    "campaign_patients": _CAMPAIGNS,
    "marketing_platforms": "V - - - - VE - - V",
    "marketing_leads": "VEX VCE - - - VCEX - - V",
    "marketing_budgets": "VCEX - - - - VCE VEX - VX",
    "marketing_tasks": "VCEDX V - - - VCED - - V",
    "events": "VCEX VCE V V V VCEX - - V",
    "ngo_networks": _COMMUNITY,
}

PAGES = {
    "assign": ("all", "all", "own", "own", "own", "marketing", "-", "-", "-"),
    "map": ("exact", "exact", "own", "own", "own", "cells", "-", "-", "cells"),
    "hours": ("all", "all", "own", "own", "own", "-", "all", "-", "all"),
    "tariffs": ("edit", "view", "-", "-", "-", "-", "create", "-", "-"),
    "funnel": ("all", "-", "-", "-", "-", "all", "money", "-", "all"),
    "audit": ("all", "-", "-", "-", "-", "-", "-", "-", "all"),
    "break_glass": ("-", "-", "-", "-", "-", "-", "-", "-", "all"),
    # Offering saved views to roles. Everybody may save views for themselves.
    "views": ("share", "-", "-", "-", "-", "-", "-", "-", "-"),
}

_DIRECTORY = ("id", "first_name", "last_name", "position", "department", "phone")
_OWN_VISIT_WRITES = ("check_in_time", "check_out_time", "status", "visit_notes", "prescription_file", "vitals_file")
_VISIT_CLINICAL = ("visit_notes", "prescription_file", "vitals_file")

# (roles, table, columns, state)
_STATES: tuple[tuple[tuple[str, ...], str, tuple[str, ...], State], ...] = (
    (
        ("Doctor", "Nurse", "Caregiver", "Marketing", "Finance", "Inventory", "Auditor"),
        "patients", ("fayda_id",), State.MASKED,
    ),
    (("Caregiver",), "patients", ("email", "emergency_contact"), State.MASKED),
    (("Finance", "Auditor"), "patients", ("phone_number", "email", "address", "emergency_contact"), State.MASKED),
    (("Finance", "Marketing", "Inventory"), "patients", ("geolocation",), State.HIDDEN),
    (("Auditor",), "patients", ("geolocation",), State.MASKED),
    (("Auditor",), "marketing_leads", ("phone_number", "email"), State.MASKED),
    (("Manager", "Coordinator", "Marketing", "Finance", "Inventory", "Auditor"),
        "visit_services", _VISIT_CLINICAL, State.HIDDEN),
    (("Admin",), "visit_services", _VISIT_CLINICAL, State.BREAK_GLASS),
    (("Marketing",), "campaign_patients", ("patient_id",), State.MASKED),
    (("Admin", *_ALL_BUT_ADMIN), "marketing_platforms", ("api_key",), State.WRITE_ONLY),
)  # fmt: skip

# (roles, table, columns that may be set; all others never)
_ONLY_WRITES: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("Doctor", "Nurse", "Caregiver"), "visit_services", _OWN_VISIT_WRITES),
    (("Caregiver",), "admin_task_tracking", ("task_status", "remarks")),
    (("Finance",), "international_referrals", ("revenue_share_ratio",)),
)


def grants() -> Iterator[Grant]:
    for table, line in TABLES.items():
        for role, letters in zip(_ALL_BUT_ADMIN, line.split(), strict=True):
            yield from _table_grants(role, table, letters)
    for page, levels in PAGES.items():
        for role, level in zip(_ALL_BUT_ADMIN, levels, strict=True):
            if level != "-":
                yield Grant(role, f"page:{page}", Action.VIEW, level=level)


def _table_grants(role: str, table: str, letters: str) -> Iterator[Grant]:
    for position, letter in enumerate(letters):
        if letter in LETTERS:
            own = letters[position + 1 : position + 2] == "o"
            yield Grant(role, table, LETTERS[letter], Scope.OWN if own else Scope.ALL)


def field_rules() -> Iterator[FieldRule]:
    """One rule per role and column that differs from "shown, always"."""
    tables = {name: [c.name for c in model.__table__.columns] for name, model in business_models().items()}
    states: dict[tuple[str, str, str], State] = {}
    writes: dict[tuple[str, str, str], Write] = {}
    for roles, table, columns, state in _STATES:
        states |= {(role, table, column): state for role in roles for column in columns}
    for role in ("Doctor", "Nurse", "Marketing", "Finance", "Inventory"):
        states |= {(role, "staff", c): State.HIDDEN for c in tables["staff"] if c not in _DIRECTORY}
    for roles, table, columns in _ONLY_WRITES:
        writes |= {(role, table, c): Write.NEVER for role in roles for c in tables[table] if c not in columns}
    for key in sorted(states.keys() | writes.keys()):
        # A role cannot set what it does not see, except columns that are meant to be set unseen.
        state = states.get(key, State.SHOWN)
        unseen = state in (State.HIDDEN, State.MASKED, State.BREAK_GLASS) and key[1:] != (
            "campaign_patients",
            "patient_id",
        )
        yield FieldRule(*key, state=state, write=Write.NEVER if unseen else writes.get(key, Write.ALWAYS))
