"""How exactly a role learns where a patient lives: lists, records, exports, drawings say what precision.py says."""

from __future__ import annotations

import re

import pytest
from clusters import Database
from doors import Company

from homecare.access import precision
from homecare.access.acting import Acting
from homecare.access.person import Person
from homecare.access.policy import Action, FieldRule, Grant, Policy, State
from homecare.access.stored import defaults

# By role: what the records tell, and what a map does.
TOLD = {
    "Admin": ("exact", "exact"), "Manager": ("exact", "exact"), "Coordinator": ("exact", "exact"),
    "Doctor": ("own", "own"), "Nurse": ("own", "own"), "Caregiver": ("own", "own"),
    "Marketing": ("none", "cells"), "Auditor": ("none", "cells"),
    "Finance": ("none", "none"), "Inventory": ("none", "none"),
}  # fmt: skip
DEGREES = re.compile(r"\b[89]\.\d{3,}, ?3[89]\.\d{3,}")
DRAWING = '<svg class="sketch"'
INSIDE = "geolocation && ST_MakeEnvelope(38.7, 8.95, 38.85, 9.08, 4326)::geography"
POLICY = Policy(0, defaults.ROLES, defaults.grants(), defaults.field_rules())


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


def acting_as(role: str, policy: Policy = POLICY) -> Acting:
    return Acting.of(Person(1, 1, "Hana", "Tesfaye", "hana@homecare.example", role, "Active", 0), policy)


@pytest.mark.parametrize("role", TOLD)
def test_records_and_maps_tell_what_the_role_may_know(role: str) -> None:
    assert (precision.of_records(acting_as(role)), precision.of_map(acting_as(role))) == TOLD[role]


@pytest.mark.parametrize("state", [state for state in State if state is not State.SHOWN])
def test_a_map_tells_no_place_that_the_record_does_not(state: State) -> None:
    rules = [*defaults.field_rules(), FieldRule("Manager", "patients", "geolocation", state)]
    manager = acting_as("Manager", Policy(0, defaults.ROLES, defaults.grants(), rules))

    assert (precision.of_records(manager), precision.of_map(manager)) == ("none", "cells")


def test_of_two_bounds_the_stricter_holds() -> None:
    grants = {(grant.role, grant.resource, grant.action): grant for grant in defaults.grants()}
    for role, level in (("Nurse", "exact"), ("Manager", "own"), ("Coordinator", "cells")):
        grants[role, "page:map", Action.VIEW] = Grant(role, "page:map", Action.VIEW, level=level)
    policy = Policy(0, defaults.ROLES, grants.values(), defaults.field_rules())

    told = [precision.of_map(acting_as(role, policy)) for role in ("Nurse", "Manager", "Coordinator")]
    assert told == ["own", "own", "cells"]


def somebody(company: Company, role: str) -> int:
    """A patient the role may see, who lives where the drawing shows it."""
    ids = company.own(role, "patients")
    return int(company.scalar(f"SELECT min(id) FROM patients WHERE id = ANY(:ids) AND {INSIDE}", ids=ids) or 0)


@pytest.mark.parametrize("role", TOLD)
def test_every_screen_tells_a_place_or_none_does(company: Company, role: str) -> None:
    walker, tells = company.as_(role), TOLD[role][0] != "none"
    record = walker.get("/admin/patients/details/", id=somebody(company, role)).text
    listed = walker.get("/admin/patients/", columns="patient_code,geolocation", all="1").text
    exported = walker.get("/admin/patients/export/csv/", columns="patient_code,geolocation", all="1")

    assert bool(DEGREES.search(record)) is tells
    assert (DRAWING in record) is tells
    assert bool(DEGREES.search(listed)) is tells
    # In a file the two numbers stand without a space.
    assert bool(DEGREES.search(exported.text)) is (tells and exported.status_code == 200)


@pytest.mark.parametrize("role", [role for role in TOLD if TOLD[role][0] == "own"])
def test_who_sees_own_places_is_shown_no_other(company: Company, role: str) -> None:
    other = company.other(role, "patients")

    assert company.as_(role).get("/admin/patients/details/", id=other).status_code == 404
