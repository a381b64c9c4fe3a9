"""The whole policy as plain data for versions, and as YAML for people. Mistakes are reported with their line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from homecare.access import resources
from homecare.access.pages import PAGE_LEVELS
from homecare.access.policy import OPEN_FIELD, Action, FieldRule, Grant, Policy, Role, Scope, State, Write, folded
from homecare.access.reserved import limited, why
from homecare.access.stored.yaml_lines import Lines, YamlError, dump_yaml, load_yaml
from homecare.web import urls

Document = dict[str, Any]
Path = tuple[str | int, ...]

# The settings of a role with their types, in the order of the file.
SETTINGS: dict[str, type] = {field.name: type(field.default) for field in fields(Role) if field.name != "name"}
VISIT_MINUTES, IDLE_MINUTES = (5, 1440), (2, 240)
LIMITS = {"visit_minutes": VISIT_MINUTES, "idle_minutes": IDLE_MINUTES}
LONGEST = {"name": 60, "description": 300, "start_page": 200}
MOST_ROLES = 200


@dataclass(frozen=True)
class Problem:
    """`line` counts from 1. It is 0 if the text has no lines."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}" if self.line else self.sentence


class DocumentError(Exception):
    """The document is not a policy. `problems` lists everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def from_policy(policy: Policy) -> Document:
    """Contains only what differs from the defaults: no cell without a grant, no field that is shown and always set."""
    return {"roles": [_role_document(policy, role) for role in policy.roles.values()]}


def _role_document(policy: Policy, role: Role) -> Document:
    key = folded(role.name)
    tables: dict[str, dict[str, Any]] = {}
    pages: dict[str, str] = {}
    for (_, resource, action), grant in sorted((k, g) for k, g in _of(policy.grants, key)):
        if resource.startswith("page:"):
            pages[resource.removeprefix("page:")] = grant.level
        else:
            tables.setdefault(resource, {})[action.value] = grant.scope.value
    for (_, resource, column), rule in sorted((k, r) for k, r in _of(policy.fields, key)):
        if column == "id":
            continue
        table = tables.setdefault(resource, {})
        if rule.state is not State.SHOWN:
            table.setdefault("fields", {})[column] = rule.state.value
        write = limited(role, resource, column, rule.write)
        if rule.write is not Write.ALWAYS:
            table.setdefault("writes", {})[column] = write.value
    settings = {name: getattr(role, name) for name in SETTINGS}
    return {"name": role.name, **settings, "tables": dict(sorted(tables.items())), "pages": pages}


def _of(entries: dict[Any, Any], key: str) -> Iterator[tuple[Any, Any]]:
    return ((k, value) for k, value in entries.items() if k[0] == key)


def to_yaml(policy: Policy) -> str:
    return dump_yaml(from_policy(policy))


def from_yaml(text: str, version: int = 0) -> Policy:
    """Raises DocumentError."""
    try:
        found, lines = load_yaml(text)
    except YamlError as error:
        raise DocumentError([Problem(error.line, str(error))]) from error
    return to_policy(found, version, lines)


def to_policy(document: Any, version: int = 0, lines: Lines | None = None, strict: bool = True) -> Policy:
    """The policy a document describes. Raises DocumentError.
    If not `strict`, unknown names are skipped, for versions saved before a table was dropped.
    """
    reader = _Reader(lines or {}, strict)
    policy = reader.policy(document, version)
    if reader.problems:
        raise DocumentError(reader.problems)
    return policy


def complete(version: int, roles: Iterable[Role], grants: Iterable[Grant], rules: Iterable[FieldRule]) -> Policy:
    """The policy with every rule made sound, no rule equal to the default, and a rule for every secret column."""
    roles = list(roles)
    ruled = {(folded(r.role), r.resource, r.column): r for r in rules if r.column != "id"}
    for role in roles:
        for table, columns in resources.tables().items():
            for column in columns:
                key = (folded(role.name), table, column)
                if column != "id" and (key in ruled or resources.states_of(table, column) != tuple(State)):
                    rule = ruled.get(key) or FieldRule(role.name, table, column)
                    ruled[key] = resources.sound(rule)
    plain = (OPEN_FIELD.state, OPEN_FIELD.write)
    return Policy(version, roles, grants, [rule for rule in ruled.values() if (rule.state, rule.write) != plain])


def _locked(role: Role, table: str, column: str) -> str:
    most = limited(role, table, column, Write.ALWAYS)
    return f"{column} of {table} cannot be opened by a role. {why(role, table, column)} Write {most}, or leave it out."


class _Reader:
    """Continues after a mistake, so that a person learns of all of them at once."""

    def __init__(self, lines: Lines, strict: bool) -> None:
        self.lines, self.strict = lines, strict
        self.problems: list[Problem] = []
        self.roles: dict[str, Role] = {}
        self.grants: list[Grant] = []
        self.rules: list[FieldRule] = []

    def wrong(self, path: Path, sentence: str) -> None:
        # The nearest known line: a missing key has no line of its own.
        near = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 0)
        self.problems.append(Problem(near, sentence))

    def unknown(self, path: Path, sentence: str) -> None:
        if self.strict:
            self.wrong(path, sentence)

    def policy(self, document: Any, version: int) -> Policy:
        if not isinstance(document, dict) or not isinstance(document.get("roles"), list):
            self.wrong((), "The file must begin with `roles:` and a list of roles.")
            return Policy(version, (), (), ())
        for name in document.keys() - {"roles"}:
            self.wrong((name,), f"There is no setting {name!r} here; only `roles`.")
        if len(document["roles"]) > MOST_ROLES:
            self.wrong(("roles",), f"A file takes at most {MOST_ROLES} roles; this has {len(document['roles']):,}.")
            return Policy(version, (), (), ())
        for number, entry in enumerate(document["roles"]):
            self.role(("roles", number), entry)
        return complete(version, self.roles.values(), self.grants, self.rules)

    def role(self, path: Path, entry: Any) -> None:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
            self.wrong(path, "A role needs a name.")
            return
        name = entry["name"].strip()
        if folded(name) in self.roles:
            self.wrong((*path, "name"), f"There are two roles named {name!r}.")
        for key in entry.keys() - {"name", "tables", "pages", *SETTINGS}:
            self.unknown((*path, key), f"A role has no setting {key!r}.")
        settings = {key: self.setting((*path, key), key, entry[key]) for key in SETTINGS if key in entry}
        self.text((*path, "name"), "name", name)
        self.roles[folded(name)] = Role(name, **{k: v for k, v in settings.items() if v is not None})
        for table, cells in self.mapping((*path, "tables"), entry.get("tables")):
            self.table((*path, "tables", table), name, table, cells)
        for page, level in self.mapping((*path, "pages"), entry.get("pages")):
            self.page((*path, "pages", page), name, page, level)

    def mapping(self, path: Path, found: Any) -> list[tuple[Any, Any]]:
        if found is None:
            return []
        if not isinstance(found, dict):
            self.wrong(path, f"{path[-1]} must be names with values.")
            return []
        return list(found.items())

    def setting(self, path: Path, key: str, value: Any) -> Any:
        # Not isinstance: true is a whole number to Python.
        if type(value) is not SETTINGS[key]:
            kinds: dict[type, str] = {bool: "true or false", int: "a whole number", str: "text"}
            self.wrong(path, f"{key} must be {kinds[SETTINGS[key]]}.")
            return None
        lowest, highest = LIMITS.get(key, (0, 0))
        if isinstance(value, int) and key in LIMITS and not lowest <= value <= highest:
            self.wrong(path, f"{key} must be from {lowest} to {highest} minutes.")
            return None
        return self.text(path, key, value) if isinstance(value, str) else value

    def text(self, path: Path, key: str, value: str) -> str:
        if len(value) > LONGEST[key] or any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in value):
            self.wrong(path, f"{key} must be one line of at most {LONGEST[key]} characters.")
        elif key == "start_page" and value and not (value.startswith(urls.HOME) and "\\" not in value):
            self.wrong(path, f"start_page must be an address of this site that begins with {urls.HOME}.")
        return value

    def table(self, path: Path, role: str, table: Any, cells: Any) -> None:
        if table not in resources.tables():
            self.unknown(path, f"There is no table {table!r}.")
            return
        for key, value in self.mapping(path, cells):
            if key in ("fields", "writes"):
                continue
            if key not in list(Action):
                self.unknown((*path, key), f"There is no action {key!r}; use {', '.join(Action)}.")
            elif value not in list(Scope):
                self.wrong((*path, key), f"{key} must be all or own.")
            elif value == Scope.OWN and not resources.is_scopable(table):
                self.unknown((*path, key), f"{table} has no own rows; use all.")
            elif not resources.is_possible(table, Action(key)):
                self.unknown((*path, key), f"Nobody may {key} {table}.")
            else:
                self.grants.append(Grant(role, table, Action(key), Scope(value)))
        if isinstance(cells, dict):
            self.columns(path, role, table, cells)

    def columns(self, path: Path, role: str, table: str, cells: Document) -> None:
        found: dict[str, list[Any]] = {}
        for place, key, words in ((0, "fields", list(State)), (1, "writes", list(Write))):
            for column, word in self.mapping((*path, key), cells.get(key)):
                if column not in resources.tables()[table] or column == "id":
                    self.unknown((*path, key, column), f"{table} has no column {column!r} that a rule can name.")
                elif word not in words:
                    self.wrong((*path, key, column), f"{column} must be one of: {', '.join(words)}.")
                elif key == "writes" and limited(self.roles[folded(role)], table, column, Write(word)) != word:
                    self.unknown((*path, key, column), _locked(self.roles[folded(role)], table, column))
                else:
                    found.setdefault(column, [State.SHOWN, Write.ALWAYS])[place] = words[0].__class__(word)
        self.rules += [FieldRule(role, table, column, state, write) for column, (state, write) in found.items()]

    def page(self, path: Path, role: str, page: Any, level: Any) -> None:
        levels = PAGE_LEVELS.get(page)
        if levels is None:
            self.unknown(path, f"There is no page {page!r}; there are {', '.join(PAGE_LEVELS)}.")
        elif level not in list(levels):
            self.wrong(path, f"{page} must be one of: {', '.join(levels)}.")
        else:
            self.grants.append(Grant(role, f"page:{page}", Action.VIEW, level=level))
