"""Search with words, a place and a facet: through the service and over HTTP, beside each engine left bare."""

import gc
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import aiohttp
import orjson
import uvloop

from api.db import ReadConnection, face_conninfo, make_read_pool
from api.search import service
from api.search.engine import WordEngine, WordQuery
from api.search.meili import MeiliEngine
from api.search.memory import Memory
from api.search.postgres import PostgresEngine
from api.search.queries import match as match_sql
from api.search.schemas import GROUPS, SearchParams, SearchReply
from api.search.understanding import understand
from tests.bench.asked import search_queries, searches
from tests.bench.timing import Timing, time_each, time_in_turn
from tests.conftest import Directory
from tests.factories import NOW

CALLS: Final = 240
LIMIT: Final = 20
# What is asked of Meilisearch is noted from an engine that never gives up.
PATIENCE_S: Final = 30.0
# What asks the question of that number.
Way: TypeAlias = Callable[[int], Awaitable[object]]
# The aims of PERFORMANCE.md.
TIMES_BARE: Final = 1.5
MS_OVER: Final = 3.0
MOST_MS_AT_A_MILLION: Final = 60.0


@dataclass
class EngineFigures:
    """One engine's timings, and how its searches went: who answered, and what gave way. `anew` is the service
    when it remembers nothing, `service` as it runs."""

    engine: str
    bare: Timing
    bare_20: Timing | None
    anew: Timing
    service: Timing
    http: Timing
    answered_by: dict[str, int] = field(default_factory=dict)
    relaxed: dict[str, int] = field(default_factory=dict)
    results: float = 0.0

    def allowed_ms(self) -> float:
        return TIMES_BARE * self.bare.median + MS_OVER

    def as_json(self) -> dict[str, Any]:
        shown = {
            "bare": self.bare,
            "bare_20": self.bare_20,
            "anew": self.anew,
            "service": self.service,
            "http": self.http,
        }
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
    engine: WordEngine = MeiliEngine(*server) if server else PostgresEngine()
    pool = make_read_pool(face_conninfo(directory.face_url, own_login=True), size=2)
    await pool.open(wait=True)
    # As the server does once it has started.
    gc.freeze()
    try:
        replies, memory = [], Memory()

        async def find(number: int, memory: Memory | None) -> SearchReply:
            async with pool.connection() as read:
                return await service.find_entries(read, asked[number], now=NOW, engine=engine, memory=memory)

        async def serve(number: int) -> None:
            replies.append(await find(number, memory))

        async with pool.connection() as read:
            bare = _bare_meilisearch(read, server, asked) if server else _bare_sql(read, asked)
            async with bare as ways:
                through_service, *left_bare = await time_in_turn([serve, *ways], count=len(asked))
                # By itself: two ways that read the same entries would warm each other.
                anew, *_ = await time_in_turn([partial(find, memory=None), *ways], count=len(asked))
    finally:
        await pool.close()
        if isinstance(engine, MeiliEngine):
            await engine.close()
    over_http = await _over_http(directory, server, home=home)
    replies = replies[-len(asked) :]
    totals = sorted(reply.total for reply in replies)
    return EngineFigures(
        engine.name,
        Timing.of(left_bare[0]),
        Timing.of(left_bare[1]) if server else None,
        Timing.of(anew),
        Timing.of(through_service),
        Timing.of(over_http),
        dict(Counter(reply.engine for reply in replies)),
        dict(Counter(reply.relaxed or "nothing" for reply in replies)),
        totals[len(totals) // 2],
    )


class Recorder(MeiliEngine):
    """The engine, keeping what it asked for last: the bare call asks for the same."""

    last: list[dict[str, Any]]

    async def _says_too_little(self, read: ReadConnection, query: WordQuery, asked: tuple[str, ...]) -> bool:
        """The bare engine is asked whatever the words are."""
        return False

    async def _search(self, searches: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.last = searches
        return await super()._search(searches)


@asynccontextmanager
async def _bare_meilisearch(
    read: ReadConnection, server: tuple[str, str], asked: list[SearchParams]
) -> AsyncIterator[list[Way]]:
    """The strictest step's own calls again, read and not parsed; and the same for twenty results."""
    engine = Recorder(*server, answer_within_s=PATIENCE_S)
    bodies: list[tuple[bytes, bytes]] = []
    for params in asked:
        search = await understand(read, params, now=NOW)
        await service._match(read, search, engine, service.STRICTEST)
        all_hits = orjson.dumps({"queries": engine.last})
        bodies.append((all_hits, orjson.dumps({"queries": [one | {"limit": LIMIT} for one in engine.last]})))
    await engine.close()
    async with aiohttp.ClientSession(headers=engine._headers) as http:

        async def post(number: int, *, which: int) -> None:
            async with http.post(engine._url, data=bodies[number][which]) as reply:
                await reply.read()

        yield [partial(post, which=0), partial(post, which=1)]


@asynccontextmanager
async def _bare_sql(read: ReadConnection, asked: list[SearchParams]) -> AsyncIterator[list[Way]]:
    """The strictest step's condition and order, for twenty ids and nothing else."""
    statements = []
    for params in asked:
        search = await understand(read, params, now=NOW)
        match, _ = await service._match(read, search, PostgresEngine(), service.STRICTEST)
        statements.append(bare_statement(search.params, match))

    async def execute(number: int) -> None:
        cursor = await read.execute(*statements[number])
        await cursor.fetchall()

    yield [execute]


def bare_statement(params: SearchParams, match: match_sql.Match) -> tuple[bytes, dict[str, Any]]:
    """Ids of the first twenty, in the order of `best`."""
    chosen = [
        match_sql.condition_of(params, group, match.values) for group in GROUPS if getattr(params, group)
    ]
    where = " AND ".join([*match.where, *chosen])
    statement = f"""
SELECT id FROM (
  SELECT e.id, e.name_key, e.everywhere, e.has_coverage, e.coverage_km2, e.due_on, {match.text} AS text,
         {match.serves} AS serves, {match.distance} AS distance_m
  FROM {match.source} WHERE {where}) found
WHERE coalesce(serves, true)
ORDER BY {" + ".join(match_sql.PARTS.values())} DESC, name_key, id LIMIT {LIMIT}"""
    return statement.encode(), match.values | {"today": NOW.date()}


async def _over_http(directory: Directory, server: tuple[str, str] | None, *, home: Path) -> list[float]:
    with serving(directory, server, home=home) as base:
        async with _client() as http:

            async def get(params: dict[str, Any]) -> None:
                async with http.get(f"{base}/api/v1/entries", params=params) as reply:
                    body = await reply.read()
                    if reply.status != 200:
                        raise RuntimeError(f"{reply.status}: {body[:300]!r}")

            return await time_each(get, search_queries(CALLS), warm_up=CALLS)


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
