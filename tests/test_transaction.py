"""An action is saved completely or not at all, even if it consists of others."""

from __future__ import annotations

from contextlib import suppress

import pytest
from clusters import Database
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from homecare.actions.rules import RuleError
from homecare.actions.transaction import RETRIES, retried, transaction
from homecare.models import LeadSource

DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '40P01'; END $$"


@pytest.fixture(scope="module")
def database(demo_database: Database) -> Database:
    return demo_database


@retried
def add_source(*, session: Session, name: str) -> None:
    with transaction(session, by=None, model=LeadSource):
        session.add(LeadSource(name=name))
        session.flush()


def stored(engine: Engine, name: str) -> int:
    """As another connection sees it."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM lead_sources WHERE name = :n"), {"n": name}).scalar_one()


def test_an_action_by_itself_is_stored_at_its_end(db_session: scoped_session[Session], owner_engine: Engine) -> None:
    add_source(session=db_session(), name="By itself")

    assert stored(owner_engine, "By itself") == 1


def test_two_actions_in_one_are_stored_together(db_session: scoped_session[Session], owner_engine: Engine) -> None:
    session = db_session()
    with transaction(session, by=None):
        add_source(session=session, name="Together")
        assert stored(owner_engine, "Together") == 0
        add_source(session=session, name="Together too")

    assert stored(owner_engine, "Together") == stored(owner_engine, "Together too") == 1


@pytest.mark.parametrize("raised", [ZeroDivisionError, KeyboardInterrupt])
def test_whatever_is_raised_takes_all_back(
    db_session: scoped_session[Session], owner_engine: Engine, raised: type[BaseException]
) -> None:
    def action(*, session: Session) -> None:
        with transaction(session, by=None):
            add_source(session=session, name="Taken back")
            raise raised

    with pytest.raises(raised):
        action(session=db_session())
    add_source(session=db_session(), name=f"After {raised.__name__}")
    assert stored(owner_engine, "Taken back") == 0
    assert stored(owner_engine, f"After {raised.__name__}") == 1


def test_an_action_that_failed_inside_spoils_the_whole(
    db_session: scoped_session[Session], owner_engine: Engine
) -> None:
    def failing(*, session: Session) -> None:
        with transaction(session, by=None):
            session.add(LeadSource(name="Half"))
            session.flush()
            raise ValueError

    def action(*, session: Session) -> None:
        with transaction(session, by=None), suppress(ValueError):
            failing(session=session)

    with pytest.raises(RuntimeError, match="half written"):
        action(session=db_session())
    assert stored(owner_engine, "Half") == 0


def test_a_refusal_of_the_database_is_told_at_its_field(db_session: scoped_session[Session]) -> None:
    add_source(session=db_session(), name="Only once")

    with pytest.raises(RuleError) as refused:
        add_source(session=db_session(), name="Only once")
    assert refused.value.field == "name"


def test_only_the_whole_is_done_again(db_session: scoped_session[Session], owner_engine: Engine) -> None:
    tried: list[str] = []

    @retried
    def inner(*, session: Session) -> None:
        with transaction(session, by=None):
            tried.append("inner")
            if tried.count("inner") <= RETRIES:
                session.execute(text(DEADLOCK))

    @retried
    def outer(*, session: Session) -> None:
        with transaction(session, by=None):
            tried.append("outer")
            add_source(session=session, name="Done again")
            inner(session=session)

    outer(session=db_session())
    assert tried == ["outer", "inner"] * (1 + RETRIES)
    assert stored(owner_engine, "Done again") == 1


def test_a_failure_that_passes_inside_is_told_when_it_does_not_pass(db_session: scoped_session[Session]) -> None:
    @retried
    def action(*, session: Session) -> None:
        with transaction(session, by=None, model=LeadSource):
            session.execute(text(DEADLOCK))

    with pytest.raises(DBAPIError):
        action(session=db_session())
