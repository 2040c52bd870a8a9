"""Search with words, a place and a facet: through the service and over HTTP, beside each engine left bare."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
import uvloop

from api.db import ReadConnection, face_conninfo, make_read_pool
from api.search import service
from api.search.engine import WordEngine
from api.search.meili import MeiliEngine
from api.search.postgres import PostgresEngine
from api.search.queries import match as match_sql
from api.search.schemas import GROUPS, SearchParams
from tests.bench.asked import search_queries, searches
from tests.bench.timing import Timing, time_each
from tests.conftest import Directory
from tests.factories import NOW

CALLS: Final = 240
WARM_UP: Final = 60
LIMIT: Final = 20
# The aims of PERFORMANCE.md.
TIMES_BARE: Final = 1.5
MS_OVER: Final = 3.0
MOST_MS_AT_A_MILLION: Final = 60.0


@dataclass
class EngineFigures:
    """One engine's timings, and how its searches went: who answered, and what gave way."""

    engine: str
    bare: Timing
    bare_20: Timing | None
    service: Timing
    http: Timing
    answered_by: dict[str, int] = field(default_factory=dict)
    relaxed: dict[str, int] = field(default_factory=dict)
    results: float = 0.0

    def allowed_ms(self) -> float:
        return TIMES_BARE * self.bare.median + MS_OVER

    def as_json(self) -> dict[str, Any]:
        shown = {"bare": self.bare, "bare_20": self.bare_20, "service": self.service, "http": self.http}
        return {name: timing.as_json() for name, timing in shown.items() if timing} | {
            "engine": self.engine,
            "allowed_ms": round(self.allowed_ms(), 3),
            "answered_by": self.answered_by,
            "relaxed": self.relaxed,
            "results_median": self.results,
        }


async def measure(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> list[EngineFigures]:
    """Both engines, or PostgreSQL alone where there is no Meilisearch."""
    figures = [await _measure(directory, None, home=home)]
    if server is not None:
        figures.append(await _measure(directory, server, home=home))
    return figures


async def _measure(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> EngineFigures:
    asked = searches(CALLS)
    engine: WordEngine = Recorder(*server) if server else PostgresEngine()
    pool = make_read_pool(face_conninfo(directory.face_url, own_login=True), size=2)
    await pool.open(wait=True)
    try:
        replies = []

        async def serve(params: SearchParams) -> None:
            async with pool.connection() as read:
                replies.append(await service.find_entries(read, params, now=NOW, engine=engine))

        through_service = await time_each(serve, asked, warm_up=WARM_UP)
        async with pool.connection() as read:
            if isinstance(engine, Recorder):
                bare, bare_20 = await _bare_meilisearch(read, engine, asked)
            else:
                bare, bare_20 = await _bare_sql(read, asked), None
    finally:
        await pool.close()
        if isinstance(engine, MeiliEngine):
            await engine.close()
    over_http = await _over_http(directory, server, home=home)
    replies = replies[-len(asked) :]
    totals = sorted(reply.total for reply in replies)
    return EngineFigures(
        engine.name,
        Timing.of(bare),
        Timing.of(bare_20) if bare_20 else None,
        Timing.of(through_service),
        Timing.of(over_http),
        dict(Counter(reply.engine for reply in replies)),
        dict(Counter(reply.relaxed or "nothing" for reply in replies)),
        totals[len(totals) // 2],
    )


class Recorder(MeiliEngine):
    """The engine, keeping what it asked for last: the bare call asks for the same."""

    last: list[dict[str, Any]]

    async def _search(self, searches: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.last = searches
        return await super()._search(searches)


async def _bare_meilisearch(
    read: ReadConnection, engine: Recorder, asked: list[SearchParams]
) -> tuple[list[float], list[float]]:
    """The strictest step's own calls again, read and not parsed; and the same for twenty results."""
    bodies: list[bytes] = []
    bodies_20: list[bytes] = []
    for params in asked:
        search = await service.understand(read, params, now=NOW)
        await service._match(read, search, engine, service.STRICTEST)
        bodies.append(orjson.dumps({"queries": engine.last}))
        bodies_20.append(orjson.dumps({"queries": [one | {"limit": LIMIT} for one in engine.last]}))
    async with aiohttp.ClientSession(headers=engine._headers) as http:

        async def post(body: bytes) -> None:
            async with http.post(engine._url, data=body) as reply:
                await reply.read()

        taken = await time_each(post, bodies, warm_up=WARM_UP)
        return taken, await time_each(post, bodies_20, warm_up=WARM_UP)


async def _bare_sql(read: ReadConnection, asked: list[SearchParams]) -> list[float]:
    """The strictest step's condition and order, for twenty ids and nothing else."""
    statements = []
    for params in asked:
        search = await service.understand(read, params, now=NOW)
        match, _ = await service._match(read, search, PostgresEngine(), service.STRICTEST)
        statements.append(bare_statement(search.params, match))

    async def execute(statement: tuple[bytes, dict[str, Any]]) -> None:
        cursor = await read.execute(*statement)
        await cursor.fetchall()

    return await time_each(execute, statements, warm_up=WARM_UP)


def bare_statement(params: SearchParams, match: match_sql.Match) -> tuple[bytes, dict[str, Any]]:
    """Ids of the first twenty, in the order of `best`."""
    chosen = [match_sql._chosen(params, group, match.values) for group in GROUPS if getattr(params, group)]
    where = " AND ".join([*match.where, *chosen])
    statement = f"""
SELECT id FROM (
  SELECT e.id, e.name_key, e.everywhere, e.has_coverage, e.coverage_km2, e.checked_on, {match.text} AS text,
         {match.serves} AS serves, {match.distance} AS distance_m
  FROM {match.source} WHERE {where}) found
WHERE coalesce(serves, true)
ORDER BY {" + ".join(match_sql.PARTS.values())} DESC, name_key, id LIMIT {LIMIT}"""
    return statement.encode(), match.values


async def _over_http(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> list[float]:
    with serving(directory, server, home=home) as base:
        async with _client() as http:

            async def get(params: dict[str, Any]) -> None:
                async with http.get(f"{base}/api/v1/entries", params=params) as reply:
                    body = await reply.read()
                    if reply.status != 200:
                        raise RuntimeError(f"{reply.status}: {body[:300]!r}")

            return await time_each(get, search_queries(CALLS), warm_up=WARM_UP)


@asynccontextmanager
async def _client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Accept-Encoding": "identity"}) as http:
        yield http


@contextmanager
def serving(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> Iterator[str]:
    """The whole application in one worker of uvicorn; yields its address."""
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HEREABOUTS_", "PG"))
    } | {
        "HEREABOUTS_HOME": str(home),
        "HEREABOUTS_DATABASE_URL": directory.url,
        "HEREABOUTS_READ_DATABASE_URL": directory.face_url,
    }
    if server is not None:
        environment |= {"HEREABOUTS_MEILI_URL": server[0], "HEREABOUTS_MEILI_KEY": server[1]}
    argv = [sys.executable, "-m", "uvicorn", "web.main:create_app", "--factory", "--port", str(port)]
    process = subprocess.Popen(
        [*argv, "--host", "127.0.0.1", "--log-level", "error", "--no-access-log"], env=environment
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The application does not start.")


def run(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> list[EngineFigures]:
    return uvloop.run(measure(directory, server, home=home))
