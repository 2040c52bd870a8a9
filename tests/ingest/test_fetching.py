"""Fetching from a real server on this machine: pages, breaks, limits, manners, and whom we refuse to call."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ingest.fetching import FetchFailed, Manners, check_url, fetch_file, is_public, visit
from ingest.paging import fetch_feed
from ingest.readers.door import open_tables

QUICK = Manners(delay_s=0.0, request_s=5.0, all_s=20.0)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler):
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    server = TestServer(app)
    await server.start_server()
    try:
        yield (
            str(server.make_url("")).rstrip("/"),
            replace(QUICK, allowed=frozenset({f"127.0.0.1:{server.port}"})),
        )
    finally:
        await server.close()


class Feed:
    """An Open Referral feed of five services, two a page, that can be told to misbehave."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fail_on: dict[str, web.Response] = {}
        self.etag = '"one"'
        self.knows_full = True
        self.whole = True

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(str(request.rel_url))
        if request.path == "/":
            return web.json_response({"version": "HSDS-UK-3.0", "openapi_url": "x"})
        name = request.path.removeprefix("/services").strip("/")
        if name:
            return web.json_response({"id": name, "name": name, "phones": [{"number": "1"}]})
        page = int(request.query["page"])
        if str(page) in self.fail_on:
            return self.fail_on.pop(str(page))
        if "full" in request.query and not self.knows_full:
            return web.json_response({"error": "full?"}, status=400)
        if request.headers.get("If-None-Match") == self.etag:
            return web.Response(status=304)
        ids = [f"s{n}" for n in range(1, 6)][(page - 1) * 2 : page * 2]
        extra: dict[str, Any] = {"schedules": []} if self.whole else {}
        contents = [{"id": one, "name": one, **extra} for one in ids]
        body = {"total_items": 5, "total_pages": 3, "page_number": page, "contents": contents}
        return web.json_response(body, headers={"ETag": self.etag})


def names(path: Path) -> list[str]:
    return [json.loads(line)["name"] for line in path.read_text().splitlines()]


def test_a_feed_is_fetched_page_by_page(tmp_path: Path) -> None:
    feed, told = Feed(), []

    async def go() -> None:
        async with serving(feed.answer) as (url, manners):
            got = await fetch_feed(
                f"{url}/",
                tmp_path,
                modified_after=date(2026, 1, 2),
                manners=manners,
                progress=lambda done, total: told.append((done, total)),
            )
            assert (got.changed, got.items, names(got.path)) == (True, 5, ["s1", "s2", "s3", "s4", "s5"])
            again = await fetch_feed(f"{url}/", tmp_path, modified_after=date(2026, 1, 2), manners=manners)
            assert (again.changed, again.items, again.requests) == (False, 5, 1)

    asyncio.run(go())
    assert feed.asked[1] == "/services?page=1&per_page=50&full=true&modified_after=2026-01-02"
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len(open_tables(tmp_path / "services.ndjson")[0].rows) == 5


def test_a_break_costs_one_page(tmp_path: Path) -> None:
    feed = Feed()

    async def go() -> None:
        async with serving(feed.answer) as (url, manners):
            feed.fail_on["3"] = web.Response(status=429, headers={"Retry-After": "900"})
            with pytest.raises(FetchFailed, match="15 minutes") as failed:
                await fetch_feed(f"{url}/services", tmp_path, manners=manners)
            assert failed.value.temporary
            # What stands after the last whole page is the beginning of one that was cut off.
            with (tmp_path / "services.ndjson").open("a") as opened:
                opened.write('{"id": "s5", "na')
            feed.asked.clear()
            got = await fetch_feed(f"{url}/services", tmp_path, manners=manners)
            assert (names(got.path), got.requests) == (["s1", "s2", "s3", "s4", "s5"], 1)
            other = await fetch_feed(
                f"{url}/services", tmp_path, modified_after=date(2026, 1, 2), manners=manners
            )
            assert (other.items, other.requests) == (5, 3)

    asyncio.run(go())
    assert feed.asked[0].startswith("/services?page=3")


def test_busy_servers_are_asked_again_and_details_one_by_one(tmp_path: Path) -> None:
    feed = Feed()
    feed.knows_full = feed.whole = False
    feed.fail_on["2"] = web.Response(status=503, headers={"Retry-After": "0"})

    async def go() -> None:
        async with serving(feed.answer) as (url, manners):
            got = await fetch_feed(f"{url}/services", tmp_path, manners=manners)
            assert got.items == 5

    asyncio.run(go())
    assert "full=true" not in feed.asked[1]
    assert feed.asked.count("/services/s1") == 1
    assert sum("page=2" in asked for asked in feed.asked) == 2
    assert all("phones" in line for line in (tmp_path / "services.ndjson").read_text().splitlines())


def test_a_feed_that_gives_the_same_page_for_ever(tmp_path: Path) -> None:
    async def same(request: web.Request) -> web.Response:
        return web.json_response({"last_page": False, "contents": [{"id": "a", "name": "a", "phones": []}]})

    async def go() -> None:
        async with serving(same) as (url, manners):
            got = await fetch_feed(f"{url}/services", tmp_path, manners=manners)
            assert (got.items, got.requests) == (1, 2)
            assert "same as the one before" in got.warnings[0]

    asyncio.run(go())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: web.Response(status=404), "404"),
        (lambda: web.Response(text="<html>"), "no JSON"),
        (lambda: web.json_response({"a": 1}), "no list of services"),
        (lambda: web.Response(status=302, headers={"Location": "/services"}), "without end"),
        (lambda: web.Response(status=302, headers={"Location": "file:///etc/passwd"}), "not a web address"),
        (lambda: web.Response(status=302, headers={"Location": "http://localhost/"}), "private network"),
        (
            lambda: web.Response(status=302, headers={"Location": "http://[::ffff:127.0.0.1]/"}),
            "private network",
        ),
        (lambda: web.Response(status=302, headers={"Location": "http://0x7f.1/"}), "private network"),
        (lambda: web.Response(status=302, headers={"Location": "http://2130706433/"}), "not a web address"),
        (lambda: web.Response(body=b"x" * 3_000_000), "more than 2 MB"),
        (
            lambda: web.Response(body=gzip.compress(b" " * 9_000_000), headers={"Content-Encoding": "gzip"}),
            "more than 2 MB",
        ),
        (lambda: web.Response(status=500), "busy or broken"),
    ],
)
def test_what_a_feed_may_not_do(tmp_path: Path, answer: Callable[[], web.Response], words: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return answer()

    async def go() -> None:
        async with serving(handler) as (url, manners):
            with pytest.raises(FetchFailed, match=words):
                await fetch_feed(f"{url}/services", tmp_path, manners=replace(manners, reply_bytes=2_000_000))

    asyncio.run(go())


def test_limits_of_requests_and_time(tmp_path: Path) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async def go() -> None:
        async with serving(Feed().answer) as (url, manners):
            with pytest.raises(FetchFailed, match="after 2 requests"):
                await fetch_feed(f"{url}/services", tmp_path / "a", manners=replace(manners, requests=2))
            rest = await fetch_feed(f"{url}/services", tmp_path / "a", manners=manners)
            assert (rest.items, rest.requests) == (5, 1)
        async with serving(slow) as (url, manners):
            with pytest.raises(FetchFailed, match="took too long"):
                await fetch_feed(f"{url}/services", tmp_path / "b", manners=replace(manners, all_s=0.2))
            one_try = replace(manners, request_s=0.2, tries=1)
            with pytest.raises(FetchFailed, match="did not answer"):
                await fetch_feed(f"{url}/services", tmp_path / "b", manners=one_try)

    asyncio.run(go())


def test_a_file_is_fetched_once_and_says_who_asks(tmp_path: Path) -> None:
    agents = []

    async def handler(request: web.Request) -> web.Response:
        agents.append(request.headers["User-Agent"])
        if request.path == "/old.csv":
            return web.Response(status=301, headers={"Location": "/list.csv"})
        if request.headers.get("If-Modified-Since"):
            return web.Response(status=304)
        return web.Response(
            text="Name,Town\nHall,Ely\n", headers={"Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"}
        )

    async def go() -> None:
        async with serving(handler) as (url, manners):
            path = tmp_path / "kept" / "list.csv"
            assert (await fetch_file(f"{url}/old.csv", path, manners=manners)).changed
            assert not (await fetch_file(f"{url}/old.csv", path, manners=manners)).changed
            assert open_tables(path)[0].rows[0].text("town") == "Ely"

    asyncio.run(go())
    assert all("Hereabouts" in agent for agent in agents)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "http://10.0.0.8/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://0.0.0.0/",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "http://name:word@example.org/",
        "http:///x",
        "not an address",
        "http://[bad/",
    ],
)
def test_addresses_we_do_not_call(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed):
        asyncio.run(fetch_file(url, tmp_path / "x", manners=QUICK))
    assert not (tmp_path / "x").exists()


def test_a_name_cannot_lead_to_a_private_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that is looked at is the one that is called: one private among the public refuses all."""

    async def resolve(self: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        given = {"hostname": host, "port": port, "family": family, "proto": 0, "flags": 0}
        return [{**given, "host": "93.184.216.34"}, {**given, "host": "192.168.1.1"}]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", resolve)

    async def go() -> None:
        async with visit(QUICK) as fetcher:
            await fetcher.get("http://rebind.example/")

    with pytest.raises(FetchFailed, match="private network"):
        asyncio.run(go())


def test_public_addresses() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not any(
        is_public(one) for one in ("100.64.0.1", "224.0.0.1", "fe80::1%eth0", "2002:7f00:1::", "x")
    )
    assert check_url("http://10.0.0.8:80/", allowed=frozenset({"10.0.0.8"})).host == "10.0.0.8"
