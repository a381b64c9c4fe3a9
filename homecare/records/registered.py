"""How a named condition is registered: its key, its parameters, what it reads, and its predicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from homecare.access.policy import Action, Policy, Role, Scope, State
from homecare.access.table_access import TableAccess

Predicate = Callable[..., ColumnElement[bool]]


@dataclass(frozen=True)
class Reads:
    """What a condition looks into in another table: its answer would tell of columns that a role does not see.

    A predicate that is not `whole` goes through the mapped class, so that own rows only are looked into by those who
    have no others.
    """

    table: str
    columns: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True)
class Parameter:
    """A word of the URL that belongs to a condition; `default` is what counts without it, as one would type it.

    `read` raises ValueError with a sentence. One named like the condition's key reads the value of the key itself.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    default: str = ""
    say: Callable[[Any], str] = str


class WrongParameterError(ValueError):
    """A word that its parameter cannot read."""

    def __init__(self, parameter: Parameter, sentence: str) -> None:
        super().__init__(sentence)
        self.parameter = parameter


@dataclass(frozen=True)
class Named:
    """To use the condition the role must see `columns` of the table and what it `reads` elsewhere.

    `label` has a place for each parameter: "No visit for {no_visit_for} days"; `predicate` takes each by its name.
    """

    label: str
    predicate: Predicate
    columns: tuple[str, ...]
    reads: tuple[Reads, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def values(self, words: Mapping[str, str]) -> dict[str, Any]:
        """Every parameter read from the words, or from its default. Raises WrongParameterError."""
        found = {}
        for parameter in self.parameters:
            try:
                found[parameter.name] = parameter.read(words.get(parameter.name, parameter.default))
            except (ValueError, OverflowError) as error:
                raise WrongParameterError(parameter, str(error)) from error
        return found

    def offered(self, key: str) -> tuple[str, str] | None:
        """The value of its key by default and what it says then; None where a word must be given."""
        usual = {parameter.name: parameter.default for parameter in self.parameters}
        try:
            return usual.get(key, ""), self.says(self.values(usual))
        except WrongParameterError:
            return None

    def says(self, values: Mapping[str, Any]) -> str:
        return self.label.format(**{p.name: p.say(values[p.name]) for p in self.parameters})

    def unseen_by(self, access: TableAccess, policy: Policy) -> str | None:
        """The first column or table that keeps this role from using the condition; None where it may."""
        unseen = next((name for name in self.columns if not access.sees(name)), None)
        return unseen or next((r.table for r in self.reads if not _is_seen(r, access.role, policy)), None)


def _is_seen(reads: Reads, role: Role, policy: Policy) -> bool:
    verdict = policy.decide(role, reads.table, Action.VIEW)
    if not verdict.allowed or (reads.whole and verdict.scope is not Scope.ALL):
        return False
    return all(policy.field(role, reads.table, column).state is State.SHOWN for column in reads.columns)


# By (table, key, value) of the URL: `?is=late` on visit_services. A key whose value is read stands under ANY.
NAMED: dict[tuple[str, str, str], Named] = {}
ANY = ""


def find_named(table: str, key: str, value: str) -> Named | None:
    return NAMED.get((table, key, value)) or NAMED.get((table, key, ANY))


def owner_of(table: str, word: str) -> str | None:
    """The key of the condition that the word belongs to."""
    return next((key for (of, key, _), one in NAMED.items() if of == table and word in _words(key, one)), None)


def _words(key: str, named: Named) -> list[str]:
    return [parameter.name for parameter in named.parameters if parameter.name != key]


def named(
    table: str,
    value: str,
    label: str,
    columns: tuple[str, ...],
    reads: tuple[Reads, ...] = (),
    key: str = "is",
    parameters: tuple[Parameter, ...] = (),
) -> Callable[[Predicate], Predicate]:
    """Registers a predicate. Raises ValueError where another key of the table owns one of its words already."""

    def register(predicate: Predicate) -> Predicate:
        made = Named(label, predicate, columns, reads, parameters)
        keys = {known for of, known, _ in NAMED if of == table and known != key}
        for word in (key, *_words(key, made)):
            if word in keys - {key} or owner_of(table, word) not in (None, key):
                raise ValueError(f"{word} on {table} belongs to another condition already.")
        NAMED[table, key, value] = made
        return predicate

    return register
