"""Feeds: each at its own pace, what fails waits longer and then rests, what vanishes is closed and listed."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from api.errors import BadInput, NotFound, Unavailable
from api.models import Entry, Feed, Source
from ingest.feeds import (
    MOST_FAILURES,
    FeedState,
    Fetch,
    add_feed,
    list_feeds,
    list_gone,
    pause_feed,
    resume_feed,
    run_due_feeds,
    run_feed,
)
from ingest.fetching import Fetched
from ingest.mapping import KnownSource
from tests.ingest.conftest import SOURCE

Factory = sessionmaker[Session]
Rewrite = Callable[[Callable[[list[list[str]]], None]], Path]
URL = "https://feeds.example.org/libraries.csv"


def gives(path: Path, *, changed: bool = True) -> Fetch:
    def fetch(known: KnownSource, url: str, folder: Path) -> Fetched:
        assert url == URL
        folder.mkdir(parents=True, exist_ok=True)
        return Fetched(Path(shutil.copy(path, folder / "feed.csv")), changed)

    return fetch


def fails(_known: KnownSource, _url: str, _folder: Path) -> Fetched:
    raise Unavailable("The feed does not answer.")


@pytest.fixture
def feed(factory: Factory) -> Factory:
    with factory.begin() as session:
        source = Source(
            code="next-county",
            name="Libraries of the next county",
            licence="OGL v3",
            attribution="The next county",
            when_gone="close",
        )
        add_feed(session, source, url=URL, read_as=SOURCE, every_minutes=60)
    return factory


def state(factory: Factory) -> FeedState:
    with factory() as session:
        return list_feeds(session)[0]


def make_due(factory: Factory) -> None:
    with factory.begin() as session:
        session.execute(update(Feed).values(next_at=datetime.now(UTC) - timedelta(minutes=1)))


def test_a_feed_comes_in_when_it_is_due_and_not_before(
    feed: Factory, libraries: Path, tmp_path: Path
) -> None:
    runs = run_due_feeds(feed, tmp_path, fetch=gives(libraries))
    assert [run.report.count("new") for run in runs if run.report] == [5]
    assert run_due_feeds(feed, tmp_path, fetch=gives(libraries)) == []
    now = state(feed)
    assert now.succeeded_at is not None
    assert timedelta(minutes=58) < now.next_at - datetime.now(UTC) < timedelta(minutes=61)
    with feed() as session:
        assert {entry.source_code for entry in session.scalars(select(Entry))} == {"next-county"}
        source = session.get_one(Source, "next-county")
        assert (source.licence, source.attribution) == ("OGL v3", "The next county")


def test_what_vanishes_is_closed_listed_and_opened_when_it_is_back(
    feed: Factory, libraries: Path, rewritten: Rewrite, tmp_path: Path
) -> None:
    run_due_feeds(feed, tmp_path, fetch=gives(libraries))

    def change(rows: list[list[str]]) -> None:
        del rows[1]

    make_due(feed)
    run_due_feeds(feed, tmp_path, fetch=gives(rewritten(change)))
    with feed() as session:
        gone = list_gone(session, "next-county")
        assert [(one.name, one.state) for one in gone] == [("Marsh Ely Library", "closed")]
        entry = session.scalars(select(Entry).where(Entry.name == "Marsh Ely Library")).one()
        assert "no longer in the list" in (entry.state_note or "")
    make_due(feed)
    back = run_due_feeds(feed, tmp_path, fetch=gives(libraries))[0].report
    assert back is not None
    assert (back.count("changed"), back.count("unchanged")) == (1, 4)
    with feed() as session:
        assert list_gone(session, "next-county") == []
        entry = session.scalars(select(Entry).where(Entry.name == "Marsh Ely Library")).one()
        assert (entry.state, entry.state_note) == ("running", None)


def test_a_failing_feed_waits_longer_each_time_and_then_rests(feed: Factory, tmp_path: Path) -> None:
    waits = []
    for _time in range(MOST_FAILURES):
        make_due(feed)
        assert [run.error for run in run_due_feeds(feed, tmp_path, fetch=fails)] == [
            "The feed does not answer."
        ]
        waits.append(round((state(feed).next_at - datetime.now(UTC)) / timedelta(minutes=1)))
    assert waits == [10, 20, 40, 60, 60, 60]
    assert "6 times in a row" in (state(feed).paused or "")
    make_due(feed)
    assert run_due_feeds(feed, tmp_path, fetch=fails) == []


def test_a_rested_feed_goes_on_when_somebody_says_so(feed: Factory, libraries: Path, tmp_path: Path) -> None:
    with feed.begin() as session:
        pause_feed(session, "next-county", why="They are moving house.")
    assert run_due_feeds(feed, tmp_path, fetch=gives(libraries)) == []
    with feed.begin() as session:
        resume_feed(session, "next-county")
    run = run_feed(feed, tmp_path, fetch=gives(libraries, changed=False))
    assert run is not None
    assert (run.report, run.error, state(feed).failures) == (None, None, 0)
    with feed.begin() as session, pytest.raises(NotFound):
        pause_feed(session, "nobody", why="")


def test_half_a_feed_closes_nothing(
    feed: Factory, libraries: Path, rewritten: Rewrite, tmp_path: Path
) -> None:
    run_due_feeds(feed, tmp_path, fetch=gives(libraries))

    def change(rows: list[list[str]]) -> None:
        del rows[2:]

    make_due(feed)
    run = run_due_feeds(feed, tmp_path, fetch=gives(rewritten(change)))[0]
    assert "Is it the whole file?" in (run.error or "")
    with feed() as session:
        assert list_gone(session, "next-county") == []
    assert state(feed).failures == 1


@pytest.mark.parametrize(
    ("url", "read_as", "every"), [("ftp://a", SOURCE, 60), (URL, "nobody", 60), (URL, SOURCE, 1)]
)
def test_a_feed_that_cannot_be_is_refused(factory: Factory, url: str, read_as: str, every: int) -> None:
    with factory.begin() as session, pytest.raises(BadInput):
        add_feed(session, Source(code="x", name="X"), url=url, read_as=read_as, every_minutes=every)
