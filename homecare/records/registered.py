"""How a named condition is registered: its key, its parameters, what it reads, and its predicate."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from homecare.access.policy import Action, Policy, Role, Scope, State
from homecare.access.table_access import TableAccess

Predicate = Callable[..., ColumnElement[bool]]


@dataclass(frozen=True)
class Reads:
    """What a condition reads in another table. Its result could reveal columns that a role does not see.
    A predicate that is not `whole` uses the mapped class, so that for roles with own rows only, it reads only those.
    With `columns_only` the table itself may be shut: a page gives its figures even so, unless a rule hides the column.
    """

    table: str
    columns: tuple[str, ...]
    whole: bool = False
    columns_only: bool = False


@dataclass(frozen=True)
class Asked:
    """How a dialog asks for a word: the kind of `input`, as columns have them, its label, and what may be chosen:
    words, or the parents that the column `parents`, as table and name, may name.
    """

    input: str
    label: str
    choices: tuple[str, ...] = ()
    parents: tuple[str, str] | None = None


@dataclass(frozen=True)
class Parameter:
    """A URL word that belongs to a condition. `default` is its value if missing, as text.

    `read` raises ValueError with a sentence. A parameter named like the condition's key reads the key's own value.
    `reads` is what whoever gives the word has to see beside what the condition itself reads.
    `about` tells which row a value names, as table and id; `say` then says it as #12, to be replaced by its name.
    `known` puts what that row says beside the value, for a predicate that is quicker knowing it, and means the same.
    A dialog offers what is `asked`.
    """

    name: str
    label: str
    read: Callable[[str], Any]
    default: str = ""
    say: Callable[[Any], str] = str
    reads: tuple[Reads, ...] = ()
    about: Callable[[Any], tuple[str, int] | None] = lambda _value: None
    known: Callable[[Session, Any], Any] | None = None
    asked: Asked | None = None


class WrongParameterError(ValueError):
    """A word that its parameter cannot read."""

    def __init__(self, parameter: Parameter, sentence: str) -> None:
        super().__init__(sentence)
        self.parameter = parameter


@dataclass(frozen=True)
class Named:
    """To use the condition, the role must see `columns` of the table and everything in `reads`.
    `label` has a placeholder per parameter: "No visit for {no_visit_for} days". `predicate` takes each by name.
    One that is not `ready_made` is not offered beside a list: a figure of a page leads to it.
    """

    label: str
    predicate: Predicate
    columns: tuple[str, ...]
    reads: tuple[Reads, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    ready_made: bool = True

    def values(self, words: Mapping[str, str]) -> dict[str, Any]:
        """Reads every parameter from the words, or from its default. Raises WrongParameterError."""
        found = {}
        for parameter in self.parameters:
            try:
                found[parameter.name] = parameter.read(words.get(parameter.name, parameter.default))
            except (ValueError, OverflowError) as error:
                raise WrongParameterError(parameter, str(error)) from error
        return found

    def knowing(self, values: Mapping[str, Any]) -> Callable[[Session], ColumnElement[bool]] | None:
        """The predicate of these values for who may ask the database before; None where nothing is to be asked."""
        known = {parameter.name: parameter.known for parameter in self.parameters if parameter.known is not None}
        if not known:
            return None
        return lambda session: self.predicate(
            **dict(values) | {name: of(session, values[name]) for name, of in known.items()}
        )

    def offered(self, key: str) -> tuple[str, str] | None:
        """The key's default value and the resulting label. None if a word must be given, or it is not ready-made."""
        if not self.ready_made:
            return None
        usual = {parameter.name: parameter.default for parameter in self.parameters}
        try:
            return usual.get(key, ""), self.says(self.values(usual))
        except WrongParameterError:
            return None

    def asked(self, key: str) -> Asked | None:
        """How a dialog asks for the key's own value. None where none does."""
        return next((parameter.asked for parameter in self.parameters if parameter.name == key), None)

    def says(self, values: Mapping[str, Any]) -> str:
        return self.label.format(**{p.name: p.say(values[p.name]) for p in self.parameters})

    def about(self, values: Mapping[str, Any]) -> tuple[str, int] | None:
        """The row that the label names by its number. None if it names none."""
        return next((row for p in self.parameters if (row := p.about(values[p.name]))), None)

    def unseen_by(self, access: TableAccess, policy: Policy, words: Collection[str] = ()) -> str | None:
        """The first column or table that the role would need to see. None if it may use the condition with these
        words."""
        reads = [*self.reads, *(one for p in self.parameters if p.name in words for one in p.reads)]
        unseen = next((name for name in self.columns if not access.sees(name)), None)
        return unseen or next((r.table for r in reads if not _is_seen(r, access.role, policy)), None)


def _is_seen(reads: Reads, role: Role, policy: Policy) -> bool:
    verdict = policy.decide(role, reads.table, Action.VIEW)
    is_shut = not verdict.allowed or (reads.whole and verdict.scope is not Scope.ALL)
    if is_shut and not reads.columns_only:
        return False
    return all(policy.field(role, reads.table, column).state is State.SHOWN for column in reads.columns)


# By (table, key, value) of the URL: `?is=late` on visit_services. A key with a parsed value is stored under ANY.
NAMED: dict[tuple[str, str, str], Named] = {}
ANY = ""


def find_named(table: str, key: str, value: str) -> Named | None:
    return NAMED.get((table, key, value)) or NAMED.get((table, key, ANY))


def owners_of(table: str, word: str) -> set[str]:
    """The keys of the conditions that own the word. Several may share one that means the same for each."""
    return {key for (of, key, _), one in NAMED.items() if of == table and word in _words(key, one)}


def is_key(table: str, word: str) -> bool:
    """Whether the word is a condition by itself where none beside it owns it."""
    return any(of == table and key == word for of, key, _ in NAMED)


def _words(key: str, named: Named) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in named.parameters if parameter.name != key}


def named(
    table: str,
    value: str,
    label: str,
    columns: tuple[str, ...],
    reads: tuple[Reads, ...] = (),
    key: str = "is",
    parameters: tuple[Parameter, ...] = (),
    ready_made: bool = True,
) -> Callable[[Predicate], Predicate]:
    """Registers a predicate. Raises ValueError if another condition of the table owns a word of its own that means
    another thing."""

    def register(predicate: Predicate) -> Predicate:
        made = Named(label, predicate, columns, reads, parameters, ready_made)
        others = {known: one for (of, known, _), one in NAMED.items() if of == table and known != key}
        words = _words(key, made)
        for word, parameter in words.items():
            if any(_words(known, one).get(word, parameter) != parameter for known, one in others.items()):
                raise ValueError(f"{word} on {table} already belongs to another condition.")
        NAMED[table, key, value] = made
        return predicate

    return register
