"""The map beside its rivals, in one run on the same data: views, full features of boxes, and vector tiles."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
import uvloop

from api.db import ReadConnection, face_conninfo, reading
from api.map import queries
from api.map.schemas import BRITAIN, Tile
from geo.tiles import Block, Box, block_box, touched
from tests.bench.asking import Caller, calling
from tests.bench.rivals import Say, own_rival, tipg
from tests.bench.search import serving
from tests.bench.timing import Timing, processor_seconds
from tests.conftest import Directory

SEED: Final = 20261121
QUESTIONS: Final = 10
ROUNDS: Final = 3
AT_ONCE: Final = 16
# Each way has this many turns of so many seconds, one way after the other.
TURNS: Final = 3
SECONDS: Final = 0.7
# Every connection to the database has met every statement by then.
WARM_UP: Final = 0.4
FEATURES: Final = 500
VIEW_ZOOMS: Final = (6, 8, 10, 12, 14, 16)
TILE_ZOOMS: Final = tuple(range(6, 15))
# A county and half of one, in degrees.
BOX_WIDE: Final = (0.9, 0.5)
# A browser asks for whole tiles round its screen: these many of 256 pixels.
SCREEN_TILES: Final = (7, 5)
TIPG_TABLE: Final = "/collections/face.entries"

Bare = Callable[[ReadConnection], Awaitable[tuple[int, bytes | None]]]


@dataclass(frozen=True)
class Question:
    """One thing to ask: our address, the rivals' where they have one, and our SQL without our application."""

    ours: str
    bare: Bare
    rivals: dict[str, str] = field(default_factory=dict)

    def path(self, way: str) -> str | None:
        return self.ours if way in ("ours", "bare HTTP") else self.rivals.get(way)


@dataclass
class Way:
    """How one way did: single stream, many at once (replies a second by the clock, and milliseconds of the
    processor a reply, server and database together), and the largest reply compressed as we send it."""

    timing: Timing
    per_second: float | None = None
    processor_ms: float | None = None
    gzip_bytes: int | None = None

    def as_json(self) -> dict[str, Any]:
        rest = {"per_second": self.per_second, "processor_ms": self.processor_ms}
        return self.timing.as_json() | rest | {"gzip_bytes": self.gzip_bytes}


@dataclass
class MapFigures:
    """What was asked → way → how it did."""

    ways: dict[str, dict[str, Way]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {what: {way: one.as_json() for way, one in ways.items()} for what, ways in self.ways.items()}


def run(directory: Directory, *, home: Path, say: Say) -> MapFigures:
    return uvloop.run(_run(directory, home, say))


async def _run(directory: Directory, home: Path, say: Say) -> MapFigures:
    figures = MapFigures()
    with (
        serving(directory, None, home=home) as ours,
        own_rival("bare_way", directory) as bare,
        own_rival("orm_way", directory) as orm,
        tipg(directory, home, say) as rival,
    ):
        bases = {"ours": ours, "bare HTTP": bare, "ORM": orm} | ({"tipg": rival} if rival else {})
        async with AsyncExitStack() as stack:
            conninfo = face_conninfo(directory.face_url, own_login=True)
            read = await stack.enter_async_context(reading(conninfo))
            read.prepare_threshold = 2
            for what, questions in make_questions(directory).items():
                figures.ways[what] = await _measure(bases, read, questions)
    return figures


def make_questions(directory: Directory) -> dict[str, list[Question]]:
    """Round entries drawn by chance, so that most are asked for where most is."""
    with psycopg.connect(directory.url) as connection:
        spots = connection.execute(
            "SELECT lon, lat FROM face.entries WHERE lon IS NOT NULL AND state <> 'closed' "
            "ORDER BY id LIMIT 500"
        ).fetchall()
    random = Random(SEED)
    asked = {
        f"view z{zoom}": [_view(random.choice(spots), zoom) for _ in range(QUESTIONS)] for zoom in VIEW_ZOOMS
    }
    asked[f"box of {FEATURES}"] = [
        _box(random.choice(spots), random.choice(BOX_WIDE)) for _ in range(QUESTIONS)
    ]
    asked |= {
        f"tile z{zoom}": [_tile(random.choice(spots), zoom) for _ in range(QUESTIONS)] for zoom in TILE_ZOOMS
    }
    return asked


def _bbox(box: Box) -> str:
    return ",".join(f"{side:.5f}" for side in box)


def _view(spot: tuple[float, float], zoom: int) -> Question:
    middle = touched((*spot, *spot), zoom)
    wide, high = SCREEN_TILES
    last = (1 << zoom) - 1
    west, north = max(0, middle.west - wide // 2), max(0, middle.north - high // 2)
    east, south = min(last, middle.west + wide // 2), min(last, middle.north + high // 2)
    box = tuple(round(side, 5) for side in block_box(Block(zoom, west, north, east, south)))

    async def bare(read: ReadConnection) -> tuple[int, bytes | None]:
        return await queries.find_view(
            read, box=(box[0], box[1], box[2], box[3]), zoom=zoom, around=BRITAIN, kinds=(), search=None
        )

    return Question(f"/api/v1/map?zoom={zoom}&bbox={','.join(map(repr, box))}", bare)


def _box(spot: tuple[float, float], wide: float) -> Question:
    lon, lat = spot
    box = (lon - wide / 2, lat - wide / 4, lon + wide / 2, lat + wide / 4)

    async def bare(read: ReadConnection) -> tuple[int, bytes | None]:
        return await queries.find_features(read, box=box, limit=FEATURES, kinds=(), search=None)

    asked = f"bbox={_bbox(box)}&limit={FEATURES}"
    return Question(
        f"/api/v1/map.geojson?{asked}",
        bare,
        {
            "ORM": f"/features?{asked}",
            "tipg": f"{TIPG_TABLE}/items?{asked}&f=geojson&properties=id,slug,kind,name,precision",
        },
    )


def _tile(spot: tuple[float, float], zoom: int) -> Question:
    middle = touched((*spot, *spot), zoom)
    x, y = middle.east, middle.south
    tile = Tile(zoom, x, y)

    async def bare(read: ReadConnection) -> tuple[int, bytes | None]:
        return await queries.draw_tile(read, tile, kinds=(), search=None)

    return Question(
        f"/tiles/{zoom}/{x}/{y}.mvt",
        bare,
        {"tipg": f"{TIPG_TABLE}/tiles/WebMercatorQuad/{zoom}/{x}/{y}?properties=id,slug,kind,name"},
    )


async def _measure(bases: dict[str, str], read: ReadConnection, questions: list[Question]) -> dict[str, Way]:
    paths = {way: [path for one in questions if (path := one.path(way)) is not None] for way in bases}
    paths = {way: asked for way, asked in paths.items() if asked}
    bodies = [(await question.bare(read))[1] or b"" for question in questions]
    taken = await _one_at_a_time(bases, paths, read, questions)
    ways = {way: Way(Timing.of(seconds)) for way, seconds in taken.items()}
    postmaster = await _postmaster(read)
    done: dict[str, list[tuple[int, float, float]]] = {way: [] for way in paths}
    for turn in range(-1, TURNS):
        for way, asked in paths.items():
            turned = await _at_once(bases[way], asked, postmaster, seconds=WARM_UP if turn < 0 else SECONDS)
            if turn >= 0:
                done[way].append(turned)
    for way, turns in done.items():
        replies, seconds, processor = (sum(turn[part] for turn in turns) for part in range(3))
        ways[way].per_second = round(replies / seconds, 1)
        ways[way].processor_ms = round(processor / replies * 1000, 3)
    ways["ours"].gzip_bytes = max(len(gzip.compress(body, 1)) for body in bodies)
    return ways


async def _one_at_a_time(
    bases: dict[str, str], paths: dict[str, list[str]], read: ReadConnection, questions: list[Question]
) -> dict[str, list[float]]:
    """Seconds of each reply. Every way is asked each question in turn, so that what else the machine does
    weighs on all alike; the first round is to warm up."""
    taken: dict[str, list[float]] = {way: [] for way in ("bare", *paths)}
    for turn in range(-1, ROUNDS):
        for number, question in enumerate(questions):
            began = time.perf_counter()
            await question.bare(read)
            spent = {"bare": time.perf_counter() - began}
            for way, asked in paths.items():
                async with calling(bases[way], 1) as (caller,):
                    began = time.perf_counter()
                    await caller.get(asked[number])
                    spent[way] = time.perf_counter() - began
            if turn >= 0:
                for way, seconds in spent.items():
                    taken[way].append(seconds)
    return taken


async def _postmaster(read: ReadConnection) -> int:
    """The process that all of the database's are children of."""
    cursor = await read.execute("SELECT pg_backend_pid()")
    row = await cursor.fetchone()
    assert row is not None  # a function always answers with one row
    status = Path(f"/proc/{row[0]}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])


async def _at_once(
    base: str, paths: list[str], postmaster: int, *, seconds: float
) -> tuple[int, float, float]:
    """(replies, seconds, seconds of the processor) with so many asked for at once; what is on its way at the
    end is waited for."""
    async with calling(base, AT_ONCE) as callers:
        used, began = processor_seconds(postmaster), time.perf_counter()
        until = began + seconds
        done = 0

        async def ask(caller: Caller, number: int) -> None:
            nonlocal done
            while time.perf_counter() < until:
                await caller.get(paths[number % len(paths)])
                done += 1
                number += 1

        await asyncio.gather(*(ask(caller, number) for number, caller in enumerate(callers)))
        return done, time.perf_counter() - began, processor_seconds(postmaster) - used
