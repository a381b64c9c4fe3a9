"""A list as its URL requests it: conditions, search, sort, columns and page, read once or refused with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Column, Row, Select, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from homecare.access.acting import Acting
from homecare.access.policy import State
from homecare.access.shown import NOT_SHOWN
from homecare.access.table_access import TableAccess
from homecare.audit.reads import note_rows
from homecare.records import counting, paging
from homecare.records.conditions import Condition, ForbiddenConditionError, UnknownConditionError, parse, together
from homecare.records.lookup import search_clause
from homecare.records.row_select import RowSelect, build
from homecare.records.saved_views import OwnViews
from homecare.records.seen import Seen
from homecare.tables.table import Field, ShownTable

PAGE_SIZE = 50
PLACE = ("after", "before", "last")
# `?all=1` means "without conditions". A bare address opens the person's default view, if there is one.
ALL = "all"
# URL words that are not conditions. `id` and `url` are Flask-Admin's own.
RESERVED = ("sort", "search", "columns", "id", "url", ALL, *PLACE)


@dataclass(frozen=True)
class ListRequest:
    """What one list URL requests, as far as the role may have it."""

    seen: Seen
    conditions: list[Condition]
    search: str
    sort: Field
    descending: bool
    columns: tuple[str, ...]
    after: paging.Anchor | None
    before: paging.Anchor | None
    last: bool
    chosen_columns: bool
    density: str = ""

    @property
    def table(self) -> ShownTable:
        return self.seen.table

    @property
    def acting(self) -> Acting:
        return self.seen.by

    @property
    def access(self) -> TableAccess:
        return self.seen.access

    def narrowed(self, statement: Select[Any], session: Session | None = None) -> Select[Any]:
        """The statement with all conditions and the search applied; with a session the quickest that means the same."""
        for condition in self.conditions:
            if session is not None and condition.knowing is not None:
                statement = statement.where(condition.knowing(session))
            else:
                statement = statement.where(condition.clause)
        if self.search:
            statement = statement.where(search_clause(self.seen, self.search))
        return statement

    def selected(self, columns: Sequence[str] | None = None) -> RowSelect:
        return build(self.seen, self.columns if columns is None else columns, sort=self.sort.name)

    def page(self, session: Session, selected: RowSelect) -> paging.Page:
        def run(statement: Select[Any]) -> Sequence[Row[Any]]:
            return session.execute(statement, execution_options=NOT_SHOWN).all()

        # Not noted as shown here: one row more is fetched than is shown.
        page = paging.fetch(
            run,
            self.narrowed(selected.statement, session),
            self.sort.column,
            self.table.key,
            descending=self.descending,
            size=PAGE_SIZE,
            after=self.after,
            before=self.before,
            last=self.last,
        )
        note_rows(selected.shown, page.rows)
        return page

    def count(self, session: Session) -> counting.Count:
        model: Any = self.table.model
        return counting.count(session, self.narrowed(select(model.id), session), may_estimate=self.access.sees_all)

    def query(self, **changes: str | None) -> str:
        """This list's URL query with some words changed, or left out if None. The page's position is left out too."""
        words: list[tuple[str, str]] = [pair for c in self.conditions for pair in c.words]
        rest: dict[str, str | None] = {
            "search": self.search or None,
            "sort": self.sort_word if self.sort_word != self.table.order else None,
            "columns": ",".join(self.columns) if self.chosen_columns else None,
        }
        rest |= changes
        words += [(key, value) for key, value in rest.items() if value]
        return f"?{urlencode(words or [(ALL, '1')])}"

    def without(self, *conditions: Condition) -> str:
        rest = [c for c in self.conditions if not any(c is one for one in conditions)]
        return ListRequest(**{**self.__dict__, "conditions": rest}).query()

    @property
    def sort_word(self) -> str:
        return f"{'-' if self.descending else ''}{self.sort.name}"


def read(
    seen: Seen,
    args: MultiDict[str, str],
    own: OwnViews | None = None,
    *,
    keeps_wrong: bool = False,
) -> ListRequest:
    """The list for these URL words. The person's preferences fill in what is missing. `keeps_wrong` as in `parse`.
    Raises UnknownConditionError (400) and ForbiddenConditionError (403).
    """
    pairs = [(key, value) for key, value in args.items(multi=True) if key not in RESERVED]
    access = seen.access
    search = args.get("search", "").strip()
    if search:
        _checked_search(seen, search)
    sort, descending = _sort(seen.table, access, args.get("sort"))
    column = sort.column
    return ListRequest(
        seen=seen,
        conditions=parse(seen.table.model, pairs, access, seen.by.policy, keeps_wrong=keeps_wrong)
        if pairs
        else _default_conditions(seen, args),
        search=search,
        sort=sort,
        descending=descending,
        columns=_columns(seen, args.get("columns"), own),
        after=_anchor(column, args.get("after")),
        before=_anchor(column, args.get("before")),
        last=args.get("last") == "1",
        chosen_columns=bool(args.get("columns")),
        density=own.density if own else "",
    )


def _default_conditions(seen: Seen, args: MultiDict[str, str]) -> list[Condition]:
    """The conditions that IT set for the bare list, as far as this role may use them."""
    found: list[Condition] = []
    if args.get("search", "").strip() or ALL in args:
        return found
    # A condition can name a column that is gone, or one that this role may not see.
    with suppress(UnknownConditionError):
        for words in together(seen.table.name, seen.table.conditions):
            with suppress(UnknownConditionError, ForbiddenConditionError):
                found += parse(seen.table.model, words, seen.access, seen.by.policy)
    return found


def _checked_search(seen: Seen, text: str) -> None:
    try:
        search_clause(seen, text)
    except ValueError as error:
        raise UnknownConditionError(str(error)) from error


def _sort(table: ShownTable, access: TableAccess, word: str | None) -> tuple[Field, bool]:
    """If the role does not see the default sort column, the newest rows come first."""
    name = (word or table.order).removeprefix("-")
    if not word and not access.sees(name):
        return table.fields["id"], True
    field = table.fields.get(name)
    if field is None or not (field.sortable or name == "id"):
        raise UnknownConditionError(f"{table.many} cannot be sorted by {name!r}.")
    if not access.sees(name):
        raise ForbiddenConditionError(name)
    return field, (word or table.order).startswith("-")


def _columns(seen: Seen, word: str | None, own: OwnViews | None) -> tuple[str, ...]:
    """Refuses columns in the URL that the role may not see. Hidden columns among the preferences are skipped.
    The default columns leave out parents the role may not view, because their bare numbers say nothing.
    """
    access = seen.access
    if not word:
        liked = [name for name in own.columns if name in seen.table.fields] if own else []
        visible = [name for name in liked if access.states[name] is not State.HIDDEN]
        usual = [name for name in seen.table.columns if access.states[name] is not State.HIDDEN]
        return tuple(
            visible or [name for name in usual if _says_something(seen.table.fields[name], seen.by, access)] or usual
        )
    names = tuple(dict.fromkeys(word.split(",")))
    unknown = [name for name in names if name not in seen.table.fields]
    if unknown:
        raise UnknownConditionError(f"{seen.table.many} have no column {unknown[0]!r}.")
    for name in names:
        if access.states[name] is State.HIDDEN:
            raise ForbiddenConditionError(name)
    return names


def _says_something(field: Field, acting: Acting, access: TableAccess) -> bool:
    return not field.traits.links or not access.sees(field.name) or acting.may(field.target)


def _anchor(column: Column[Any], text: str | None) -> paging.Anchor | None:
    if not text:
        return None
    try:
        return paging.parse_anchor(column, text)
    except (ValueError, OverflowError) as error:
        raise UnknownConditionError(f"The page cannot be found: {error}") from error
