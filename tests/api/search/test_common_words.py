"""Words that very many entries near a place have: PostgreSQL answers, Meilisearch is not waited for."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from api.db import face_conninfo, reading
from api.search import meili
from api.search.meili import MeiliEngine
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from api.search.understanding import understand
from tests.conftest import Directory
from tests.factories import NOW
from tests.meilisearch import ANSWER_WITHIN_S, Meilisearch, free_port

COMMON = SearchParams(q="group", near="Ely", radius_km=20)


def was_asked(directory: Directory, params: SearchParams) -> bool:
    """Whether a search asks Meilisearch, which is not there: it is answered in any case."""

    async def find() -> bool:
        engine = MeiliEngine(f"http://127.0.0.1:{free_port()}", None)
        async with reading(face_conninfo(directory.face_url, own_login=True)) as read:
            reply = await find_entries(read, params, now=NOW, engine=engine)
        await engine.close()
        assert (reply.engine, reply.total > 0) == ("postgres", True)
        return engine.is_away

    return asyncio.run(find())


def test_it_is_asked_for_common_words_where_few_entries_are(example_database: Directory) -> None:
    assert was_asked(example_database, COMMON)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch, example_database: Directory) -> None:
    """As it is among a million entries: the examples have a few hundred."""
    with psycopg.connect(example_database.url, autocommit=True) as connection:
        # In good time the server does this by itself.
        connection.execute("ANALYZE face.entries")
    monkeypatch.setattr(meili, "MOST_HITS", 2)
    monkeypatch.setattr(meili, "MANY_ENTRIES", 20)


@pytest.mark.usefixtures("few_are_many")
def test_it_is_not_asked_in_vain_for_what_too_many_have(example_database: Directory) -> None:
    assert not was_asked(example_database, COMMON)


def test_what_too_many_had_is_not_asked_for_again_at_once(
    example_database: Directory, meili_examples: Meilisearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    async def find(engine: MeiliEngine, **params: Any) -> SearchReply:
        async with reading(face_conninfo(example_database.face_url, own_login=True)) as read:
            return await find_entries(read, COMMON.model_copy(update=params), now=NOW, engine=engine)

    async def count() -> None:
        engine = MeiliEngine(meili_examples.url, meili_examples.key, answer_within_s=ANSWER_WITHIN_S)
        search = engine._search

        async def counted(searches: list[dict[str, Any]]) -> list[dict[str, float]]:
            nonlocal calls
            calls += 1
            return await search(searches)

        monkeypatch.setattr(engine, "_search", counted)
        monkeypatch.setattr(meili, "MOST_HITS", 2)
        replies = [await find(engine, **params) for params in ({}, {"kind": ("group",)}, {"per_page": 5})]
        assert {reply.engine for reply in replies} == {"postgres"}
        assert calls == 1
        # Later there may be fewer.
        monkeypatch.setattr(meili, "MOST_HITS", 1000)
        monkeypatch.setattr(meili, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 61))
        assert (await find(engine)).engine == "meilisearch"
        await engine.close()

    asyncio.run(count())


@pytest.mark.usefixtures("few_are_many")
def test_it_is_asked_for_rare_words_however_many_entries_there_are(example_database: Directory) -> None:
    assert was_asked(example_database, SearchParams(q="toaster", near="Ely", radius_km=20))


@pytest.mark.parametrize(
    ("q", "commonest"), [("group", "group"), ("walking group", "group"), ("toaster", "toaster")]
)
def test_a_phrase_is_taken_to_be_as_common_as_its_commonest_word(
    example_database: Directory, q: str, commonest: str
) -> None:
    async def entries(words: str) -> int:
        async with reading(face_conninfo(example_database.face_url, own_login=True)) as read:
            terms = (await understand(read, SearchParams(q=words, as_typed=("kind",)), now=NOW)).terms
        return max(term.entries for term in terms)

    assert asyncio.run(entries(q)) == asyncio.run(entries(commonest)) > 0
