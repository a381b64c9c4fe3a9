"""Actions compose: what is done in one go is kept whole or not at all, however many actions it is made of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from homecare.actions.rules import RuleError
from homecare.actions.transaction import UNDER_WAY, retried, transaction
from homecare.models import LeadSource


@pytest.fixture
def session(owner_engine: Engine) -> Iterator[Session]:
    with Session(owner_engine) as session:
        yield session


def names(engine: Engine) -> set[str]:
    with Session(engine) as looking:
        return set(looking.scalars(select(LeadSource.name)))


def add(session: Session, name: str) -> None:
    """An action by itself."""
    with transaction(session, LeadSource):
        session.add(LeadSource(name=name))
        session.flush()


def test_an_action_inside_another_is_part_of_it(session: Session, owner_engine: Engine) -> None:
    def add_and_break() -> None:
        with transaction(session):
            add(session, "Radio")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_break()

    assert "Radio" not in names(owner_engine)


def test_what_ends_well_is_kept_at_the_end_of_the_outermost(session: Session, owner_engine: Engine) -> None:
    with transaction(session):
        add(session, "Church")
        before = names(owner_engine)
        add(session, "Market")

    assert ("Church" in before, {"Church", "Market"} <= names(owner_engine)) == (False, True)


def test_what_the_database_refuses_is_a_rule_and_nothing_stays(session: Session, owner_engine: Engine) -> None:
    add(session, "Poster")

    def add_both() -> None:
        with transaction(session, LeadSource):
            add(session, "Leaflet")
            add(session, "Poster")

    with pytest.raises(RuleError):
        add_both()

    assert "Leaflet" not in names(owner_engine)
    assert UNDER_WAY not in session.info


def test_inside_another_action_nothing_is_run_again(session: Session) -> None:
    tries = []

    @retried
    def broken_off(*, session: Session) -> None:
        tries.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$"))

    with pytest.raises(DBAPIError), transaction(session):
        broken_off(session=session)

    assert len(tries) == 1
