"""Web addresses of entries, looked at on a real server of this machine: politely, and within our guards."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.curation.service import gather, open_desk
from api.db import make_session_factory
from api.models import WebCheck
from ingest.fetching import Manners
from ingest.weblinks import Looked, look_at_links
from tests.conftest import Directory
from tests.factories import NOW, add
from tests.people import make_actor
from web import chores

QUICK = Manners(delay_s=0.0, tries=1, request_s=5.0, all_s=10.0)


class Pages:
    """A site of which each page answers with the status its path says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0
        self.is_mended = False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/moved":
            return web.Response(status=301, headers={"Location": "/200"})
        if request.path == "/inside":
            return web.Response(status=302, headers={"Location": "http://10.0.0.1/secret"})
        status = 200 if self.is_mended else int(request.path.strip("/"))
        return web.Response(status=status, body=b"x" * 100_000)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    @property
    def manners(self) -> Manners:
        return Manners(
            delay_s=0.0,
            tries=1,
            request_s=5.0,
            all_s=10.0,
            allowed=frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"}),
        )


@contextmanager
def serving(pages: Pages) -> Iterator[Pages]:
    ready, done = Event(), Event()

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", pages.answer)
        server = TestServer(app)
        await server.start_server()
        pages.port = int(server.port or 0)
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.01)
        await server.close()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield pages
    finally:
        done.set()
        thread.join(10)


@pytest.fixture
def site() -> Iterator[Pages]:
    with serving(Pages()) as pages:
        yield pages


@pytest.fixture
def factory(scratch: Directory) -> Iterator[sessionmaker[Session]]:
    with scratch.engine() as engine:
        yield make_session_factory(engine)


def add_link(factory: sessionmaker[Session], url: str, *, public: bool = True, **more: object) -> None:
    with factory.begin() as session:
        contact = {"kind": "web", "value": url, "public": public}
        add(session, name=f"Club {url}", contacts=[contact], **more)


def found(factory: sessionmaker[Session]) -> dict[str, WebCheck]:
    with factory() as session:
        return {one.url: one for one in session.scalars(select(WebCheck))}


def look(factory: sessionmaker[Session], site: Pages, *, days: float = 0) -> Looked:
    return look_at_links(factory, now=NOW + timedelta(days=days), manners=site.manners)


def waiting(factory: sessionmaker[Session], now: datetime) -> list[str]:
    with factory.begin() as session:
        gather(session, now=now)
        return [item.about for item in open_desk(session, make_actor(session, "admin"), now=now).items]


def test_three_failures_weeks_apart_and_it_waits_on_the_desk(
    factory: sessionmaker[Session], site: Pages
) -> None:
    url = site.url("404")
    add_link(factory, url)
    for week in range(3):
        assert waiting(factory, NOW) == []
        assert look(factory, site, days=7 * week) == Looked(1, 1)
        assert look(factory, site, days=7 * week + 6.9) == Looked(0, 0)
    check = found(factory)[url]
    assert (check.failures, check.failing_since, check.looked_at) == (3, NOW, NOW + timedelta(days=14))
    assert waiting(factory, NOW) == [f"{url}: There is no such page any more."]
    assert site.asked == ["/404"] * 3


def test_what_answers_is_no_problem(factory: sessionmaker[Session], site: Pages) -> None:
    for path in ("200", "204", "moved", "403", "429"):
        add_link(factory, site.url(path))
        assert look(factory, site) == Looked(1, 0), path
    assert {check.failures for check in found(factory).values()} == {0}


def test_one_that_answers_again_is_forgiven(factory: sessionmaker[Session], site: Pages) -> None:
    url = site.url("503")
    add_link(factory, url)
    look(factory, site)
    assert "503" in str(found(factory)[url].problem)
    site.is_mended = True
    look(factory, site, days=8)
    check = found(factory)[url]
    assert (check.failures, check.failing_since, check.problem) == (0, None, None)


def test_no_private_network_is_called(factory: sessionmaker[Session], site: Pages) -> None:
    for url in ("http://10.0.0.1/", "http://169.254.169.254/latest", site.url("inside")):
        add_link(factory, url)
        look(factory, site)
        assert "private network" in str(found(factory)[url].problem)


def test_only_what_the_public_sees_is_looked_at_and_one_of_each_machine(
    factory: sessionmaker[Session], site: Pages
) -> None:
    add_link(factory, site.url("200"))
    add_link(factory, site.url("404"))
    add_link(factory, site.url("410", host="localhost"))
    add_link(factory, "http://secret.example/", public=False)
    add_link(factory, "http://draft.example/", stage="draft")
    add_link(factory, "http://closed.example/", state="closed")
    assert look(factory, site).asked == 2
    assert look(factory, site).asked == 1
    assert sorted(site.asked) == ["/200", "/404", "/410"]


def test_when_nothing_answers_it_is_our_own_line(factory: sessionmaker[Session], site: Pages) -> None:
    hosts = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
    for host in hosts:
        add_link(factory, f"http://{host}:9/")
    manners = Manners(
        delay_s=0.0, tries=1, request_s=2.0, all_s=5.0, allowed=frozenset(f"{host}:9" for host in hosts)
    )
    assert look_at_links(factory, now=NOW, manners=manners) == Looked(3, 0)
    assert found(factory) == {}


def test_the_worker_calls_others_only_where_it_was_told_to(
    factory: sessionmaker[Session], scratch: Directory
) -> None:
    add_link(factory, "http://10.0.0.1/")
    for may in (scratch.settings().check_links, True):
        chores.look_at_links(factory, scratch.settings(check_links=may))
        assert bool(found(factory)) is may
    assert scratch.settings().check_links is False
