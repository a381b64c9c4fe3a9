"""The changes of a policy as pages show them: by role, gains before losses, with the people affected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from homecare.access.policy import Policy, folded
from homecare.access.review.preview import Change, Sense, changes
from homecare.queries.holders import Holder
from homecare.tables.labels import label


@dataclass(frozen=True)
class RoleChanges:
    """`people` are the Active staff with the role."""

    role: str
    people: list[Holder]
    parts: list[tuple[str, list[str]]]


def told(old: Policy, new: Policy, holders: Iterable[Holder] = ()) -> list[RoleChanges]:
    by_role: dict[str, list[Change]] = {}
    for change in changes(old, new):
        by_role.setdefault(change.role, []).append(change)
    active = [holder for holder in holders if holder.is_active]
    return [
        RoleChanges(role, [h for h in active if folded(h.role) == folded(role)], _parts(found))
        for role, found in by_role.items()
    ]


def _parts(found: list[Change]) -> list[tuple[str, list[str]]]:
    parts = [(sense.value, [c.sentence(label) for c in found if c.sense is sense]) for sense in Sense]
    return [(title, sentences) for title, sentences in parts if sentences]
