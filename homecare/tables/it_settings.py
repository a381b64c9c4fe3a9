"""IT's settings for labels, lists and forms: read, checked, and applied on top of the code's description.
A document contains only what differs from the code, by table: `labels` and `help` by column, the list's `columns`,
`order` and `conditions`, `choices` by column, and the `forms` by role ("" is every role): `groups` of columns and those
left `off`. A column in neither is placed where the code puts new ones, so columns added by an upgrade appear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from homecare.access.acting import Acting
from homecare.access.derived import once_per
from homecare.access.policy import Policy, Role, folded
from homecare.access.table_access import UNWRITABLE
from homecare.models import SettingsDraft, SettingsVersion
from homecare.tables.status_times import TIMES_OF_STATUSES
from homecare.tables.table import Field, ShownTable, coded_tables

Settings = Mapping[str, Any]
LONGEST_LABEL, LONGEST_HELP, MOST_CHOICES, MOST_COLUMNS = 60, 300, 100, 12
EVERY_ROLE = ""


class SettingsError(ValueError):
    """A setting is invalid. The message is a sentence that names the column."""


def tables_at(session: Session, who: Acting) -> dict[str, ShownTable]:
    """The tables as this role sees them. One statement if the settings' version changed or a draft is previewed."""
    person, role = who.person, who.role
    name = role.name if role else ""
    if person.draft_changed_at is not None:
        return applied(_draft(session, person.staff_id), who.policy, role)
    version = person.settings_version
    return once_per(
        who.policy, ("tables", name, version), lambda: applied(published(session, version), who.policy, role)
    )


def published(session: Session, version: int) -> Settings:
    if not version:
        return {}
    found = select(SettingsVersion.document).where(SettingsVersion.version == version)
    return session.execute(found, execution_options={"unscoped": True}).scalar() or {}


def _draft(session: Session, staff_id: int) -> Settings:
    found = select(SettingsDraft.document).where(SettingsDraft.staff_id == staff_id)
    return session.execute(found, execution_options={"unscoped": True}).scalar() or {}


def applied(document: Settings, policy: Policy, role: Role | None) -> dict[str, ShownTable]:
    """Every table with its settings applied. Settings that no longer fit are skipped."""
    names = tuple(known.name for known in policy.roles.values())
    found = {}
    for name, coded in coded_tables().items():
        # Roles are rows that IT creates, not a list in the code.
        base = with_fields(coded, {"role": {"choices": names}}) if name == "staff" and names else coded
        settings = document.get(name)
        found[name] = lay_over(base, settings, role) if settings else base
    return found


def lay_over(table: ShownTable, settings: Settings, role: Role | None) -> ShownTable:
    words: dict[str, dict[str, Any]] = {}
    for key, word in (("labels", "label"), ("help", "help"), ("choices", "choices")):
        for column, value in settings.get(key, {}).items():
            if column in table.fields:
                words.setdefault(column, {})[word] = tuple(value) if key == "choices" else value
    table = with_fields(table, words)
    forms = settings.get("forms", {})
    form = forms.get(folded(role.name) if role else EVERY_ROLE) or forms.get(EVERY_ROLE)
    columns = tuple(name for name in settings.get("columns", ()) if name in table.fields)
    order = settings.get("order", table.order)
    return replace(
        table,
        columns=columns or table.columns,
        order=order if order.removeprefix("-") in table.fields else table.order,
        conditions=tuple((key, value) for key, value in settings.get("conditions", ())),
        groups=_groups(table, form) if form else table.groups,
    )


def with_fields(table: ShownTable, words: Mapping[str, Mapping[str, Any]]) -> ShownTable:
    if not words:
        return table
    fields = {name: replace(field, **words.get(name, {})) for name, field in table.fields.items()}
    return replace(table, fields=fields)


def _groups(table: ShownTable, form: Settings) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The configured groups. Columns in no group and not left off go into the last group, "More"."""
    of_code = [name for _, names in table.groups for name in names]
    groups = [(title, tuple(n for n in names if n in of_code)) for title, names in form.get("groups", ())]
    placed = {name for _, names in groups for name in names} | set(form.get("off", ()))
    new = tuple(name for name in of_code if name not in placed)
    return (*((title, names) for title, names in groups if names), *([("More", new)] if new else []))


def check(document: Settings, roles: Mapping[str, Role]) -> None:
    """Raises SettingsError for the first invalid setting."""
    for name, settings in document.items():
        table = coded_tables().get(name)
        if table is None:
            raise SettingsError(f"There is no table {name!r}.")
        for key in ("labels", "help", "choices"):
            _known(table, settings.get(key, {}))
        _check_words(table, settings)
        _check_list(table, settings)
        for column, choices in settings.get("choices", {}).items():
            _check_choices(table, table.fields[column], choices)
        for role, form in settings.get("forms", {}).items():
            if role != EVERY_ROLE and role not in roles:
                raise SettingsError(f"There is no role {role!r}.")
            _check_form(table, form)


def _known(table: ShownTable, columns: Any) -> None:
    for column in columns:
        if column not in table.fields:
            raise SettingsError(f"{table.many} have no column {column!r}.")


def _check_words(table: ShownTable, settings: Settings) -> None:
    for key, longest in (("labels", LONGEST_LABEL), ("help", LONGEST_HELP)):
        for column, text in settings.get(key, {}).items():
            if not text.strip() or len(text) > longest or not text.isprintable():
                raise SettingsError(f"{column}: the text is one line of 1 to {longest} characters.")
    names = [settings.get("labels", {}).get(name, field.label).casefold() for name, field in table.fields.items()]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"Two columns of {table.many.lower()} would be called {name!r}.")


def _check_list(table: ShownTable, settings: Settings) -> None:
    columns = settings.get("columns", table.columns)
    _known(table, columns)
    if not 1 <= len(columns) <= MOST_COLUMNS or len(set(columns)) != len(columns):
        raise SettingsError(f"A list has 1 to {MOST_COLUMNS} columns, each once.")
    name = settings.get("order", table.order).removeprefix("-")
    _known(table, [name])
    if name != "id" and not table.fields[name].sortable and name != table.order.removeprefix("-"):
        raise SettingsError(f"{table.many} cannot be sorted by {name!r}: it has no index.")


def needed_choices(table: ShownTable, field: Field) -> Iterator[str]:
    """The choices that the program's own rules use: without one of them, a status could not be reached."""
    default = getattr(field.column.server_default, "arg", None)
    if isinstance(default, str):
        yield default
    for rule in TIMES_OF_STATUSES.get(table.name, ()):
        if rule.status_column == field.name:
            yield from (rule.reached, *rule.also, *rule.retained_in)


def _check_choices(table: ShownTable, field: Field, choices: Any) -> None:
    if not field.traits.is_choice or (table.name, field.name) == ("staff", "role"):
        raise SettingsError(f"{field.label} is not a list of choices that can be set here.")
    longest = field.max_length or LONGEST_LABEL
    if not 1 <= len(choices) <= MOST_CHOICES or len(set(choices)) != len(choices):
        raise SettingsError(f"{field.label} has 1 to {MOST_CHOICES} choices, each once.")
    for choice in choices:
        if not choice.strip() or len(choice) > longest or not choice.isprintable() or "," in choice:
            raise SettingsError(f"{field.label}: a choice is 1 to {longest} characters without a comma.")
    for word in needed_choices(table, field):
        if word not in choices:
            raise SettingsError(f"{field.label} needs the choice {word!r}: the program's own rules use it.")


def _check_form(table: ShownTable, form: Settings) -> None:
    placed = [name for _, names in form.get("groups", ()) for name in names]
    _known(table, [*placed, *form.get("off", ())])
    for name in [*placed, *form.get("off", ())]:
        if name in UNWRITABLE:
            raise SettingsError(f"{name} is set by the database and cannot be on a form.")
    for title, _names in form.get("groups", ()):
        if not title.strip() or len(title) > LONGEST_LABEL or not title.isprintable():
            raise SettingsError(f"A group's title has 1 to {LONGEST_LABEL} characters.")
    if len(set(placed)) != len(placed):
        raise SettingsError("A column is in two groups of the form.")
    for name in form.get("off", ()):
        if table.fields[name].required:
            raise SettingsError(f"{table.fields[name].label} is needed: without it nothing could be saved.")
