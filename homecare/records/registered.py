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
    """What a condition reads in another table. Its result could reveal columns that a role does not see.
    A predicate that is not `whole` uses the mapped class, so that for roles with own rows only, it reads only those.
    """

    table: str
    columns: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True)
class Parameter:
    """A URL word that belongs to a condition. `default` is its value if missing, as text.

    `read` raises ValueError with a sentence. A parameter named like the condition's key reads the key's own value.
    `about` tells which row a value names, as table and id; `say` then says it as #12, to be replaced by its name.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    default: str = ""
    say: Callable[[Any], str] = str
    about: Callable[[Any], tuple[str, int] | None] = lambda _value: None


class WrongParameterError(ValueError):
    """A word that its parameter cannot read."""

    def __init__(self, parameter: Parameter, sentence: str) -> None:
        super().__init__(sentence)
        self.parameter = parameter


@dataclass(frozen=True)
class Named:
    """To use the condition, the role must see `columns` of the table and everything in `reads`.
    `label` has a placeholder per parameter: "No visit for {no_visit_for} days". `predicate` takes each by name.
    """

    label: str
    predicate: Predicate
    columns: tuple[str, ...]
    reads: tuple[Reads, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    def values(self, words: Mapping[str, str]) -> dict[str, Any]:
        """Reads every parameter from the words, or from its default. Raises WrongParameterError."""
        found = {}
        for parameter in self.parameters:
            try:
                found[parameter.name] = parameter.read(words.get(parameter.name, parameter.default))
            except (ValueError, OverflowError) as error:
                raise WrongParameterError(parameter, str(error)) from error
        return found

    def offered(self, key: str) -> tuple[str, str] | None:
        """The key's default value and the resulting label. None if a word must be given."""
        usual = {parameter.name: parameter.default for parameter in self.parameters}
        try:
            return usual.get(key, ""), self.says(self.values(usual))
        except WrongParameterError:
            return None

    def says(self, values: Mapping[str, Any]) -> str:
        return self.label.format(**{p.name: p.say(values[p.name]) for p in self.parameters})

    def about(self, values: Mapping[str, Any]) -> tuple[str, int] | None:
        """The row that the label names by its number. None if it names none."""
        return next((row for p in self.parameters if (row := p.about(values[p.name]))), None)

    def unseen_by(self, access: TableAccess, policy: Policy) -> str | None:
        """The first column or table that the role would need to see. None if the role may use the condition."""
        unseen = next((name for name in self.columns if not access.sees(name)), None)
        return unseen or next((r.table for r in self.reads if not _is_seen(r, access.role, policy)), None)


def _is_seen(reads: Reads, role: Role, policy: Policy) -> bool:
    verdict = policy.decide(role, reads.table, Action.VIEW)
    if not verdict.allowed or (reads.whole and verdict.scope is not Scope.ALL):
        return False
    return all(policy.field(role, reads.table, column).state is State.SHOWN for column in reads.columns)


# By (table, key, value) of the URL: `?is=late` on visit_services. A key with a parsed value is stored under ANY.
NAMED: dict[tuple[str, str, str], Named] = {}
ANY = ""


def find_named(table: str, key: str, value: str) -> Named | None:
    return NAMED.get((table, key, value)) or NAMED.get((table, key, ANY))


def owner_of(table: str, word: str) -> str | None:
    """The key of the condition that owns the word."""
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
    """Registers a predicate. Raises ValueError if another key of the table already owns one of its words."""

    def register(predicate: Predicate) -> Predicate:
        made = Named(label, predicate, columns, reads, parameters)
        keys = {known for of, known, _ in NAMED if of == table and known != key}
        for word in (key, *_words(key, made)):
            if word in keys - {key} or owner_of(table, word) not in (None, key):
                raise ValueError(f"{word} on {table} already belongs to another condition.")
        NAMED[table, key, value] = made
        return predicate

    return register
