"""The demo company's words as SQL: lists that rows pick from, and shares that a number falls into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from homecare.config import DEFAULT_ROLES, DEMO_DOMAIN
from homecare.local.demo.billing import INSURERS
from homecare.local.demo.campaign_words import CAMPAIGNS, CONTENTS, LEAD_NOTES, LEAD_SOURCES, PLATFORMS, TASKS
from homecare.local.demo.names import MEN, WOMEN
from homecare.local.demo.needs import CANCELLED_NOTES, MISSED_NOTES, NEEDS
from homecare.local.demo.office_words import ITEMS, LOCATIONS, MESSAGES, OFFICE_REMARKS, VISIT_REMARKS
from homecare.local.demo.partner_words import ABROAD, EVENTS, HOSPITALS, ORGANISATIONS, REFERRAL_REASONS
from homecare.local.demo.places import SUB_CITIES, TOWNS, Area
from homecare.local.demo.staffing import DEMO_PEOPLE

READINGS = {"bp": "128/82", "glucose": "142", "temp": "36.8", "pulse": "76", "spo2": "96"}


def quoted(word: str | None) -> str:
    return "NULL" if word is None else "'" + word.replace("'", "''") + "'"


def array(words: Iterable[str | None]) -> str:
    return f"ARRAY[{', '.join(map(quoted, words))}]::text[]"


def numbers(values: Iterable[float]) -> str:
    return f"ARRAY[{', '.join(map(str, values))}]::float8[]"


def share(number: str, weights: Mapping[str, float]) -> str:
    """The word whose share of all weights the number, 0 to 1, falls into."""
    total, before, words = sum(weights.values()), 0.0, list(weights)
    cases = []
    for word in words[:-1]:
        before += weights[word]
        cases.append(f"WHEN {number} < {before / total:.6f} THEN {quoted(word)}")
    return f"(CASE {' '.join(cases)} ELSE {quoted(words[-1])} END)"


def _areas(areas: Iterable[Area]) -> list[Area]:
    """Each as often as its share says, so that one of the list is drawn evenly."""
    return [area for area in areas for _ in range(area.share)]


def _place_lists(name: str, areas: list[Area]) -> dict[str, str]:
    return {
        f"{name}_latitudes": numbers(area.latitude for area in areas),
        f"{name}_longitudes": numbers(area.longitude for area in areas),
        f"{name}_names": array(
            f"{area.name}, {area.landmarks[n % len(area.landmarks)]}" for n, area in enumerate(areas)
        ),
    }  # fmt: skip


def _notes(role: str) -> list[str]:
    return [note.format(**READINGS) for need in NEEDS.values() for note in need.notes.get(role, ())]


WORDS = {
    "women": array(latin for latin, _ in WOMEN),
    "women_geez": array(geez for _, geez in WOMEN),
    "men": array(latin for latin, _ in MEN),
    "men_geez": array(geez for _, geez in MEN),
    "domain": DEMO_DOMAIN,
    "demo_roles": array(DEFAULT_ROLES),
    "demo_first_names": array(DEMO_PEOPLE[role].split()[0] for role in DEFAULT_ROLES),
    "demo_last_names": array(DEMO_PEOPLE[role].split()[1] for role in DEFAULT_ROLES),
    "doctor_notes": array(_notes("Doctor")),
    "nurse_notes": array(_notes("Nurse")),
    "caregiver_notes": array(_notes("Caregiver")),
    "missed_notes": array(MISSED_NOTES),
    "cancelled_notes": array(CANCELLED_NOTES),
    "insurers": array(INSURERS),
    "messages_said": array(MESSAGES),
    "remarks": array(remark for said in (*VISIT_REMARKS.values(), *OFFICE_REMARKS.values()) for remark in said),
    "item_names": array(name for name, _, _ in ITEMS),
    "item_words": array(words for _, words, _ in ITEMS),
    "item_months": numbers(months for _, _, months in ITEMS),
    "locations": array(LOCATIONS),
    "hospital_names": array(name for name, _, _ in HOSPITALS),
    "hospital_places": array(place for _, place, _ in HOSPITALS),
    "reasons": array(REFERRAL_REASONS),
    "countries": array(country for country, _ in ABROAD),
    "hospitals_abroad": array(hospital for _, hospital in ABROAD),
    "ngo_names": array(name for name, _, _ in ORGANISATIONS),
    "ngo_types": array(kind for _, kind, _ in ORGANISATIONS),
    "ngo_levels": array(level for _, _, level in ORGANISATIONS),
    "event_titles": array(event[0] for event in EVENTS),
    "event_words": array(event[1] for event in EVENTS),
    "platform_names": array(name for name, _ in PLATFORMS),
    "platform_words": array(words for _, words in PLATFORMS),
    "source_names": array(name for name, _ in LEAD_SOURCES),
    "source_words": array(words for _, words in LEAD_SOURCES),
    "campaign_names": array(plan.name for plan in CAMPAIGNS),
    "audiences": array(plan.audience for plan in CAMPAIGNS),
    "content_types": array(kind for kind, _ in CONTENTS),
    "content_words": array(words for _, words in CONTENTS),
    "task_titles": array(title for title, _ in TASKS),
    "task_words": array(words for _, words in TASKS),
    "lead_notes": array(note for notes in LEAD_NOTES.values() for note in notes),
    **_place_lists("city", _areas(SUB_CITIES)),
    **_place_lists("town", _areas(TOWNS)),
}
