"""Describes each column once, beside it: how private it is and which kind of value it has.
The kind decides the input, the filter operators and how a value is shown. Without a named kind, the column's type
decides. The screens, the policy and the demo company all read these two words from `Column.info`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Integer, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

# TIMESTAMP without zone stores UTC. Plain now() would be three hours off in a session set to Addis time (decision 12).
UTC_NOW = text("timezone('utc', now())")


class Privacy(StrEnum):
    """How private a column is: `personal` identifies or reaches a person, `clinical` is about their health."""

    PLAIN = "plain"
    PERSONAL = "personal"
    CLINICAL = "clinical"
    SECRET = "secret"  # noqa: S105 - the name of a class of columns


class Kind(StrEnum):
    """The kinds of value, each with its own input, filter operators and way of being shown."""

    NAME = "name"
    TEXT = "text"
    LONG = "long"
    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    FAYDA = "fayda"
    CHOICE = "choice"
    FILE = "file"
    SECRET = "secret"  # noqa: S105 - the name of a kind of value
    MONEY = "money"
    SHARE = "share"
    PERCENT = "percent"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    POINT = "point"
    RELATION = "relation"


def plain(kind: Kind | None = None, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return _info(Privacy.PLAIN, kind, choices)


def personal(kind: Kind | None = None, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return _info(Privacy.PERSONAL, kind, choices)


def birthday() -> dict[str, Any]:
    """A person's date of birth. If the full date is shown, the age is shown too."""
    return personal(Kind.DATE) | {"tells_age": True}


def clinical(kind: Kind | None = None, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    return _info(Privacy.CLINICAL, kind, choices)


def secret() -> dict[str, Any]:
    return _info(Privacy.SECRET, Kind.SECRET, ())


_KINDS_BY_TYPE: tuple[tuple[type, Kind], ...] = (
    (Boolean, Kind.BOOL),
    (Text, Kind.LONG),
    (String, Kind.TEXT),
    (Numeric, Kind.NUMBER),
    (Integer, Kind.NUMBER),
    (DateTime, Kind.DATETIME),
    (Date, Kind.DATE),
)


def kind_of(column: Column[Any]) -> Kind:
    """The column's kind: named beside it, else by its type. Raises LookupError for an unsupported type."""
    if "kind" in column.info:
        return Kind(column.info["kind"])
    if column.foreign_keys:
        return Kind.RELATION
    for type_, kind in _KINDS_BY_TYPE:
        if isinstance(column.type, type_):
            return kind
    raise LookupError(f"{column}: no kind of value for the type {column.type!r}; name one in its info")


def _info(privacy: Privacy, kind: Kind | None, choices: tuple[str, ...]) -> dict[str, Any]:
    table: dict[str, Any] = {"privacy": privacy}
    if choices:
        return table | {"kind": Kind.CHOICE, "choices": choices}
    return table | {"kind": kind} if kind else table


def link(target: str, ondelete: str, wide: bool = False, late: bool = False, **options: Any) -> Any:
    """A foreign key to `target` ("staff.id").
    `wide` if the seed has BIGINT UNSIGNED (decision 2). `late` for the foreign keys of the cycle between patients and
    caregiver_assignments, which are added after both tables exist (decision 3).
    """
    key = ForeignKey(target, ondelete=ondelete, use_alter=late)
    return mapped_column(*([BigInteger, key] if wide else [key]), info=plain(Kind.RELATION), **options)


class Created:
    created_at: Mapped[datetime | None] = mapped_column(server_default=UTC_NOW, info=plain(), sort_order=900)


class Stamped(Created):
    """created_at and updated_at. The tables messages and insurance_claims have only created_at (decision 12)."""

    @declared_attr
    def updated_at(cls) -> Mapped[datetime | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        return mapped_column(server_default=UTC_NOW, onupdate=UTC_NOW, info=plain(), sort_order=901)


class ByWhom:
    """Who did it, as plain values without a foreign key: the record outlives the staff row."""

    staff_id: Mapped[int | None] = mapped_column(info=plain())
    staff_name: Mapped[str] = mapped_column(Text, server_default="", info=personal())
    staff_email: Mapped[str] = mapped_column(Text, server_default="", info=personal())
