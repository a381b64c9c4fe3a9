"""What the callers of bookings get: the change set, or the conflicts that stand against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from homecare.actions.questions import Question
from homecare.queries.conflicts import Conflict


class ConflictsError(Exception):
    """What speaks against the bookings: blocks, and warnings that were not confirmed by key. Nothing was written."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__("; ".join(conflict.sentence for conflict in conflicts))
        self.conflicts = conflicts


@dataclass(frozen=True)
class Booked:
    """`change_set` is the token that takes it back."""

    change_set: str
    ids: list[int]


def refuse(found: Iterable[Conflict], answered: Collection[str]) -> None:
    """Raises ConflictsError for blocks, and for warnings that nobody confirmed."""
    standing = [one for one in found if one.level == "block" or one.key not in answered]
    if standing:
        raise ConflictsError(standing)


def asked_of(asked: Sequence[tuple[int | None, list[Question]]], resource: str) -> list[Conflict]:
    """What the rules of the table ask of these rows, as warnings: a time in the past, one far ahead."""
    return [
        Conflict(question.field, "warn", question.sentence, index, resource, row_id)
        for index, (row_id, questions) in enumerate(asked)
        for question in questions
    ]
