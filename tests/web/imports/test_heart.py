"""A long import goes on when for a while nobody can be told how far it is, and ends when that lasts."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from api.db import make_engine, make_session_factory
from api.models import Upload
from ingest import heart, queries, upload_work
from ingest.heart import Heart
from tests.ingest.conftest import LIBRARIES
from tests.waiting import soon
from tests.web.imports.conftest import SOURCE, Desk


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written into the log about missed beats."""
    lines: list[str] = []

    class Log:
        def warning(self, words: str, **_details: object) -> None:
            lines.append(words)

    monkeypatch.setattr(heart, "log", Log())
    return lines


@pytest.fixture
def impatient(desk: Desk) -> Iterator[Engine]:
    """As the server's own engine, which waits for a connection, though not as long."""
    engine = make_engine(desk.directory.url, patience_s=0.1)
    yield engine
    engine.dispose()


@pytest.fixture
def waiting(desk: Desk) -> Upload:
    desk.hand_in(LIBRARIES)
    with desk.directory.write() as session:
        session.execute(update(Upload).values(state="waiting", rows_done=0, beat_at=datetime.now(UTC)))
        return session.scalars(select(Upload)).one()


@contextmanager
def exhausted(engine: Engine) -> Iterator[None]:
    """Every connection of the pool that can be had is in other hands."""
    with ExitStack() as taken:
        with suppress(TimeoutError):
            while True:
                taken.enter_context(engine.connect())
        yield


def stored(desk: Desk) -> Upload:
    with desk.directory.write() as session:
        return session.scalars(select(Upload)).one()


def test_a_beat_that_is_missed_is_made_up_for(
    desk: Desk, impatient: Engine, waiting: Upload, missed: list[str]
) -> None:
    beating = Heart(make_session_factory(impatient), waiting.id)
    with exhausted(impatient):
        assert beating.beat(rows_done=1)
    assert missed == ["an import missed a beat"]
    assert stored(desk).rows_done == 0
    assert beating.beat(rows_done=2)
    assert stored(desk).rows_done == 2


def test_a_silence_that_lasts_ends_the_work(
    impatient: Engine, waiting: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating = Heart(make_session_factory(impatient), waiting.id)
    monkeypatch.setattr(heart, "SILENT_FOR", timedelta(0))
    with exhausted(impatient), pytest.raises(TimeoutError):
        beating.beat(rows_done=1)
    with exhausted(impatient), pytest.raises(TimeoutError):
        beating.write(lambda session: session.execute(text("SELECT 1")))


def test_an_import_comes_to_its_end_though_the_pool_was_empty_meanwhile(
    desk: Desk, impatient: Engine, waiting: Upload, missed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_work, "_TELL_EVERY_S", 0)
    factory: sessionmaker[Session] = make_session_factory(impatient)
    thread = Thread(target=upload_work.work, args=(factory, desk.home / "imports", waiting.id))
    with ExitStack() as taken:
        with desk.directory.write() as holder:
            # The import has begun, and waits for its source.
            queries.lock_source(holder, SOURCE)
            thread.start()
            assert soon(lambda: bool(holder.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))))
            taken.enter_context(exhausted(impatient))
        assert soon(lambda: bool(missed))
    thread.join(20)
    assert not thread.is_alive()
    upload = stored(desk)
    assert (upload.state, upload.problem, len(upload.notes)) == ("tried", None, 0)
