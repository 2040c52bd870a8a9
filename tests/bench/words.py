"""How often the words are understood: the golden queries, and names with one slip of the finger."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import psycopg
import uvloop

from api.db import ReadConnection, face_conninfo, reading
from api.search.engine import WordEngine
from api.search.meili import MeiliEngine
from api.search.postgres import PostgresEngine
from api.search.schemas import SearchParams
from api.search.service import find_entries
from tests.conftest import Directory
from tests.factories import NOW
from tests.golden.judge import judge_all, share_right

SEED: Final = 7
MUTATIONS: Final = 2000
# In this many first results must the entry be.
FIRST: Final = 5
# Words shorter than this have no slip made in them.
LEAST_LETTERS: Final = 5
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class WordFigures:
    """Shares of 1, with what went wrong in words."""

    engine: str
    golden: float
    golden_wrong: list[str]
    typos: float
    typos_wrong: list[str]

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"golden": round(self.golden, 4), "typos": round(self.typos, 4)}


def run(
    directory: Directory, server: tuple[str, str] | None, *, mutations: int = MUTATIONS
) -> list[WordFigures]:
    return uvloop.run(_run(directory, server, mutations))


async def _run(directory: Directory, server: tuple[str, str] | None, mutations: int) -> list[WordFigures]:
    slips = make_slips(directory, mutations)
    figures = []
    async with reading(face_conninfo(directory.face_url, own_login=True)) as read:
        figures.append(await _judge(read, PostgresEngine(), slips))
        if server is not None:
            meilisearch = MeiliEngine(*server)
            figures.append(await _judge(read, meilisearch, slips))
            await meilisearch.close()
    return figures


async def _judge(read: ReadConnection, engine: WordEngine, slips: list[tuple[str, str]]) -> WordFigures:
    verdicts = await judge_all(read, engine)
    wrong = []
    for name, slip in slips:
        # As a visitor would have it who meant a name: nothing else is read out of the words.
        params = SearchParams(q=slip, per_page=FIRST)
        reply = await find_entries(read, params, now=NOW, engine=engine)
        if name not in {item["name"] for item in reply.items}:
            wrong.append(f"{name} ← {slip}")
    return WordFigures(
        engine.name,
        share_right(verdicts),
        [str(verdict) for verdict in verdicts if verdict.faults],
        1 - len(wrong) / len(slips),
        wrong,
    )


def make_slips(directory: Directory, count: int) -> list[tuple[str, str]]:
    """(name, the same with one letter wrong) of entries drawn by chance; the same ones in every run."""
    with psycopg.connect(directory.url) as connection:
        rows = connection.execute(
            "SELECT name FROM face.entries WHERE state <> 'closed' ORDER BY id"
        ).fetchall()
    random = Random(SEED)
    slips: list[tuple[str, str]] = []
    while len(slips) < count:
        (name,) = random.choice(rows)
        words = [found for found in _WORD.finditer(name) if len(found.group()) >= LEAST_LETTERS]
        if words:
            word = random.choice(words)
            slips.append((name, name[: word.start()] + slip(word.group(), random) + name[word.end() :]))
    return slips


def slip(word: str, random: Random) -> str:
    """The word with one letter left out, added, wrong, or changed over with the next."""
    ways: list[Callable[[int], str]] = [
        lambda at: word[:at] + word[at + 1 :],
        lambda at: word[:at] + random.choice(LETTERS) + word[at:],
        lambda at: word[:at] + random.choice(LETTERS) + word[at + 1 :],
        lambda at: word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    while True:
        made = random.choice(ways)(random.randrange(len(word) - 1))
        if made.lower() != word.lower():
            return made
