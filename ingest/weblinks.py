"""Whether the web addresses of entries answer: a few an hour, each once a week at most, politely."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session, sessionmaker
from yarl import URL

from api.db import writing
from api.models import WebCheck
from ingest import queries_weblinks
from ingest.fetching import FetchFailed, Manners, visit

EACH: Final = timedelta(days=7)
MOST: Final = 20
# More are asked for than looked at: of one machine only one address is, so that nobody is asked in a row.
_TO_CHOOSE_FROM: Final = 200
_MANNERS: Final = Manners(requests=6, tries=1, request_s=15.0, all_s=45.0, redirects=5)
# The page is there, and only does not want to be read by a machine, or not now.
_THERE: Final = frozenset({401, 402, 403, 405, 406, 407, 429})


@dataclass(frozen=True)
class Looked:
    asked: int = 0
    failed: int = 0


@dataclass(frozen=True)
class _Found:
    """`problem` is in words, None when the address answers; `away` when nothing answered at all."""

    url: str
    problem: str | None = None
    away: bool = False


def look_at_links(
    session_factory: sessionmaker[Session],
    *,
    now: datetime,
    manners: Manners | None = None,
    most: int = MOST,
) -> Looked:
    """Look at the addresses whose turn it is and write down what was found. When none of several machines
    answers, it is our own line that is down, and nothing is written."""
    with writing(session_factory) as session:
        queries_weblinks.forget_unused(session)
        due = queries_weblinks.due_links(session, before=now - EACH, most=_TO_CHOOSE_FROM)
    chosen = _one_of_each_host(due)[:most]
    found = asyncio.run(_look(chosen, manners or _MANNERS))
    if len(found) > 2 and all(one.away for one in found):
        return Looked(len(found), 0)
    with writing(session_factory) as session:
        for one in found:
            _note(session, one, now)
    return Looked(len(found), sum(one.problem is not None for one in found))


def _one_of_each_host(urls: Sequence[str]) -> list[str]:
    by_host: dict[str, str] = {}
    for url in urls:
        by_host.setdefault(_host_of(url), url)
    return list(by_host.values())


def _host_of(url: str) -> str:
    try:
        host, port = URL(url).host, URL(url).port
    except ValueError:
        return url
    return f"{host}:{port}" if host else url


async def _look(urls: list[str], manners: Manners) -> list[_Found]:
    return [await _look_at(url, manners) for url in urls]


async def _look_at(url: str, manners: Manners) -> _Found:
    try:
        async with visit(manners) as fetcher:
            status = await fetcher.look(url)
    except FetchFailed as problem:
        return _Found(url, problem.detail, away=problem.temporary)
    if status < 400 or status in _THERE:
        return _Found(url)
    if status in (404, 410):
        return _Found(url, "There is no such page any more.")
    return _Found(url, f"It answers with an error ({status}).")


def _note(session: Session, found: _Found, now: datetime) -> None:
    """A failure counts once a day at most."""
    check = queries_weblinks.find_check(session, found.url)
    if check is None:
        check = WebCheck(url=found.url, looked_at=now, failures=0)
        session.add(check)
    elif check.failures and found.problem and check.looked_at.date() == now.date():
        return
    check.looked_at, check.problem = now, found.problem
    check.failures = check.failures + 1 if found.problem else 0
    check.failing_since = (check.failing_since or now) if found.problem else None
