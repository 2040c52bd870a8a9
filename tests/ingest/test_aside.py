"""Work of the database aside: who asks it for something else waits, and what goes wrong is told."""

import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session, sessionmaker

from ingest.aside import Aside

Factory = sessionmaker[Session]


def test_whoever_asks_the_session_meanwhile_waits_until_the_work_is_done(factory: Factory) -> None:
    done: list[str] = []

    def work(session: Session) -> None:
        session.execute(text("SELECT pg_sleep(0.2)"))
        done.append("the work")

    with factory.begin() as session, Aside(session) as aside:
        aside.begin(lambda: work(session))
        assert done == []
        assert session.scalar(text("SELECT 7")) == 7
        assert done == ["the work"]
        aside.end()


def test_what_goes_wrong_is_told_to_whoever_ends_it(factory: Factory) -> None:
    patience_s = sys.getswitchinterval()

    def work(session: Session) -> None:
        session.execute(text("SELECT 1 / 0"))

    with factory() as session, Aside(session) as aside:
        aside.begin(lambda: work(session))
        with pytest.raises(DataError):
            aside.end()
        aside.end()
    assert sys.getswitchinterval() == patience_s
