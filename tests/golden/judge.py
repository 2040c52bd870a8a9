"""Judging the golden queries: each is asked for real, and its first three results are weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from starlette.datastructures import QueryParams

from api.db import ReadConnection
from api.search.engine import WordEngine
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from tests.factories import NOW
from tests.yaml_files import read_yaml

FILE: Final = Path(__file__).with_name("queries.yaml")
PARAMETERS: Final = ("near", "day", "at", "kind", "need", "language", "cost", "delivery")
FIRST: Final = 3


@dataclass(frozen=True)
class Verdict:
    """What the first three of one query were, and in words why that is wrong; no `faults`: right."""

    query: dict[str, Any]
    engine: str
    found: list[str]
    understood: list[str]
    faults: list[str]

    def __str__(self) -> str:
        asked = {name: self.query[name] for name in PARAMETERS if name in self.query}
        shown = f"“{self.query['q']}”" + (f" {asked}" if asked else "")
        return f"{shown} → {', '.join(self.found) or 'nothing'} [{', '.join(self.understood)}]: " + "; ".join(
            self.faults
        )


@cache
def golden_queries() -> tuple[dict[str, Any], ...]:
    return tuple(read_yaml(FILE))


def params_of(query: dict[str, Any]) -> SearchParams:
    """As a visitor's address would have it."""
    pairs = [("q", str(query["q"])), ("per_page", str(FIRST))]
    for name in PARAMETERS:
        given = query.get(name, [])
        pairs += [(name, str(one)) for one in (given if isinstance(given, list) else [given])]
    return SearchParams.from_query(QueryParams(pairs))


def judge(query: dict[str, Any], reply: SearchReply) -> Verdict:
    first = reply.items[:FIRST]
    slugs = [item["slug"] for item in first]
    faults = []
    if query.get("any") and not set(query["any"]) & set(slugs):
        faults.append(f"none of {', '.join(query['any'][:4])}")
    if lacking := sorted(set(query.get("all", ())) - set(slugs)):
        faults.append(f"lacks {', '.join(lacking)}")
    if wrong := sorted(set(query.get("never", ())) & set(slugs)):
        faults.append(f"has {', '.join(wrong)}")
    kinds = query.get("kinds")
    if kinds and (not first or {item["kind"] for item in first} - set(kinds)):
        faults.append(f"not all {' or '.join(kinds)}")
    understood = [f"{one['what']}={one['value']}" for one in reply.understood]
    return Verdict(query, reply.engine, slugs, understood, faults)


async def judge_all(
    read: ReadConnection, engine: WordEngine, queries: Sequence[dict[str, Any]] | None = None
) -> list[Verdict]:
    """Every query asked of one engine at the tests' noon; without `queries`, the whole golden file."""
    verdicts = []
    for query in golden_queries() if queries is None else queries:
        reply = await find_entries(read, params_of(query), now=NOW, engine=engine)
        verdicts.append(judge(query, reply))
    return verdicts


LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
LEAST_LETTERS: Final = 5
SHOWN: Final = 5


def mistype(word: str, random: Random) -> str:
    """One slip: a letter more, a letter less, another letter, or two that changed places."""
    while True:
        at = random.randrange(len(word))
        letter = random.choice(LETTERS)
        slip = random.choice(("more", "less", "other", "swapped"))
        if slip == "more":
            wrong = word[:at] + letter + word[at:]
        elif slip == "less":
            wrong = word[:at] + word[at + 1 :]
        elif slip == "other":
            wrong = word[:at] + letter + word[at + 1 :]
        else:
            wrong = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
        if wrong != word:
            return wrong


def mistyped_names(
    entries: Sequence[tuple[str, str]], count: int, *, seed: int = 2000
) -> list[tuple[str, str]]:
    """(slug, name with one slip in one of its longer words) of entries given as (slug, name)."""
    random = Random(seed)
    found = []
    while len(found) < count:
        slug, name = random.choice(entries)
        words = name.split()
        long = [at for at, word in enumerate(words) if word.isalpha() and len(word) >= LEAST_LETTERS]
        if long:
            at = random.choice(long)
            words[at] = mistype(words[at].lower(), random)
            found.append((slug, " ".join(words)))
    return found


async def entry_names(read: ReadConnection) -> list[tuple[str, str]]:
    """(slug, name) of every entry that can be found."""
    cursor = await read.execute("SELECT slug, name FROM face.entries WHERE state <> 'closed' ORDER BY slug")
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def lost_to_a_slip(
    read: ReadConnection, engine: WordEngine, mistyped: Sequence[tuple[str, str]]
) -> list[str]:
    """Those of the mistyped names whose entry is not among the first five found for them."""
    lost = []
    for slug, typed in mistyped:
        params = SearchParams(q=typed, per_page=SHOWN)
        reply = await find_entries(read, params, now=NOW, engine=engine)
        if slug not in [item["slug"] for item in reply.items]:
            lost.append(f"“{typed}” ({slug})")
    return lost


def share_right(verdicts: Sequence[Verdict]) -> float:
    return sum(not verdict.faults for verdict in verdicts) / len(verdicts)
