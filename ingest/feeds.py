"""Feeds: sources fetched again and again, each at its own pace; what fails waits longer, then rests."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session, sessionmaker

from api.db import writing
from api.errors import BadInput, FieldProblem, HereaboutsError, NotFound
from api.models import Feed, Source
from ingest import queries_feeds
from ingest.fetching import Fetched, fetch_file
from ingest.mapping import KnownSource
from ingest.paging import fetch_feed
from ingest.queries_feeds import Gone
from ingest.report import IngestReport
from ingest.run import ingest_file
from ingest.saved import find_mapping
from ingest.sources import KNOWN_SOURCES, get_source

FIRST_WAIT: Final = timedelta(minutes=10)
MOST_FAILURES: Final = 6
# While one worker has a feed in hand no other takes it; after this it is taken for dead.
_IN_HAND: Final = timedelta(hours=2)


Fetch = Callable[[KnownSource, str, Path], Fetched]
"""Fetches a source's address into a folder. Raises HereaboutsError, in words a person can use, when it
cannot."""


def fetch_source(known: KnownSource, url: str, folder: Path) -> Fetched:
    """Page by page where the source has pages, else one file."""
    work = fetch_feed(url, folder) if known.paged else fetch_file(url, folder / "feed")
    return asyncio.run(work)


@dataclass(frozen=True)
class FeedState:
    """How one feed is. `paused` says why, None when it runs."""

    code: str
    name: str
    url: str
    read_as: str
    every_minutes: int
    next_at: datetime
    succeeded_at: datetime | None
    failures: int
    error: str | None
    paused: str | None
    licence: str | None


@dataclass(frozen=True)
class FeedRun:
    """How one turn of a feed went: a report when there was something new, else what went wrong."""

    code: str
    report: IngestReport | None = None
    error: str | None = None


def add_feed(session: Session, source: Source, *, url: str, read_as: str, every_minutes: int) -> None:
    """Keep a feed from now on. `source` says whose it is, under which licence, and what becomes of an entry
    that vanishes from it; `read_as` is a known source or a kept mapping. Raises BadInput."""
    reader_of(session, read_as)
    if source.code in KNOWN_SOURCES and source.code != read_as:
        raise _bad("name", f"“{source.code}” is the name of a source we know. Choose another.")
    if not url.startswith(("https://", "http://")):
        raise _bad("url", "The address of a feed begins with https://.")
    if not 5 <= every_minutes <= 525_600:
        raise _bad("every", "A feed is fetched every 5 minutes at most, and once a year at least.")
    session.merge(source)
    session.flush()
    now = datetime.now(UTC)
    session.merge(
        Feed(
            source_code=source.code,
            url=url,
            read_as=read_as,
            every_minutes=every_minutes,
            next_at=now,
            failures=0,
            error=None,
            paused=None,
        )
    )
    session.flush()


def reader_of(session: Session, name: str) -> KnownSource:
    """The known source or the kept mapping of this name. Raises BadInput."""
    if name in KNOWN_SOURCES:
        return KNOWN_SOURCES[name]
    mapping = find_mapping(session, name)
    return mapping.to_source(name) if mapping else get_source(name)


def list_feeds(session: Session) -> list[FeedState]:
    return [
        FeedState(
            feed.source_code,
            source.name,
            feed.url,
            feed.read_as,
            feed.every_minutes,
            feed.next_at,
            feed.succeeded_at,
            feed.failures,
            feed.error,
            feed.paused,
            source.licence,
        )
        for feed, source in queries_feeds.all_feeds(session)
    ]


def list_gone(session: Session, source_code: str) -> Sequence[Gone]:
    """Entries that vanished from a source, the latest first."""
    return queries_feeds.gone_rows(session, source_code)


def pause_feed(session: Session, code: str, *, why: str) -> None:
    _get_feed(session, code).paused = why


def resume_feed(session: Session, code: str) -> None:
    """From now on again; its failures are forgotten."""
    feed = _get_feed(session, code)
    feed.paused, feed.failures, feed.error = None, 0, None
    feed.next_at = datetime.now(UTC)


def run_due_feeds(
    session_factory: sessionmaker[Session], folder: Path, *, fetch: Fetch = fetch_source
) -> list[FeedRun]:
    """Every feed whose time has come, one after the other; `folder` keeps what was fetched."""
    runs = []
    while (run := run_feed(session_factory, folder, fetch=fetch)) is not None:
        runs.append(run)
    return runs


def run_feed(
    session_factory: sessionmaker[Session],
    folder: Path,
    *,
    only: str | None = None,
    fetch: Fetch = fetch_source,
) -> FeedRun | None:
    """The feed that is due longest, or `only` this one, due or not. None when there is none."""
    now = datetime.now(UTC)
    with writing(session_factory) as session:
        feed = queries_feeds.take_due(session, now, only=only)
        if feed is None:
            return None
        feed.tried_at, feed.next_at = now, now + _IN_HAND
        code, url, known = feed.source_code, feed.url, _known(session, feed)
    run = _fetch_and_bring_in(session_factory, fetch, folder / code, url, known)
    with writing(session_factory) as session:
        kept = queries_feeds.find_feed(session, code)
        if kept is not None:
            _note(kept, run.error, datetime.now(UTC))
    return run


def _known(session: Session, feed: Feed) -> KnownSource:
    """The reader's columns with the feed's own name, licence and owner."""
    source = queries_feeds.find_source(session, feed.source_code)
    reader = reader_of(session, feed.read_as)
    if source is None:
        return replace(reader, code=feed.source_code)
    return replace(
        reader,
        code=source.code,
        name=source.name,
        url=source.url,
        licence=source.licence,
        licence_url=source.licence_url,
        attribution=source.attribution,
    )


def _fetch_and_bring_in(
    session_factory: sessionmaker[Session], fetch: Fetch, folder: Path, url: str, known: KnownSource
) -> FeedRun:
    try:
        fetched = fetch(known, url, folder)
        if not fetched.changed:
            return FeedRun(known.code)
        report = ingest_file(session_factory, fetched.path, source=known, apply=True)
    except HereaboutsError as problem:
        return FeedRun(known.code, error=problem.detail)
    except OSError as problem:
        return FeedRun(known.code, error=f"The feed could not be kept: {problem.strerror}.")
    return FeedRun(known.code, report, report.refused)


def _note(feed: Feed, error: str | None, now: datetime) -> None:
    """When next: at its own pace, or after a wait that doubles with each failure; then it rests."""
    pace = timedelta(minutes=feed.every_minutes)
    feed.error = error
    if error is None:
        feed.failures, feed.succeeded_at, feed.next_at = 0, now, now + pace
        return
    feed.failures += 1
    feed.next_at = now + min(max(pace, FIRST_WAIT), FIRST_WAIT * 2 ** (feed.failures - 1))
    if feed.failures >= MOST_FAILURES:
        feed.paused = f"It failed {feed.failures} times in a row. The last time: {error}"


def _get_feed(session: Session, code: str) -> Feed:
    feed = queries_feeds.find_feed(session, code)
    if feed is None:
        raise NotFound(f"There is no feed called “{code}”. The list of feeds shows those there are.")
    return feed


def _bad(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])
