"""Both engines side by side: the example entries asked in-process of either."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, TypeVar

import pytest
from fastapi.testclient import TestClient

from api.db import ReadConnection, face_conninfo, reading
from api.search.engine import Ground, HowMany, WordEngine, WordMatch, WordQuery
from api.search.meili import MeiliEngine
from api.search.schemas import SearchParams, SearchReply
from api.search.service import find_entries
from api.search.understanding import understand
from api.search.words import Term
from tests.conftest import Directory
from tests.factories import NOW
from tests.meilisearch import ANSWER_WITHIN_S, ENGINES, Meilisearch, examples_server, opened_engine

Answer = TypeVar("Answer")


class Asking:
    """One engine over one directory, with one connection kept for all that is asked; `server` is None for
    PostgreSQL."""

    def __init__(self, directory: Directory, server: Meilisearch | None, runner: asyncio.Runner) -> None:
        self.name = "meilisearch" if server else "postgres"
        self.directory = directory
        self._server = server
        self._runner = runner
        self._stack = AsyncExitStack()

    async def open(self) -> None:
        conninfo = face_conninfo(self.directory.face_url, own_login=True)
        self.read: ReadConnection = await self._stack.enter_async_context(reading(conninfo))
        self.engine: WordEngine = await self._stack.enter_async_context(opened_engine(self._server))

    async def close(self) -> None:
        await self._stack.aclose()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._runner.run(work)

    def find(self, q: str, **params: Any) -> SearchReply:
        """The reply to a search at the tests' noon, made sure to be this engine's."""
        given = SearchParams(q=q, **params)
        reply = self.run(find_entries(self.read, given, now=NOW, engine=self.engine))
        assert not reply.terms or reply.engine == self.name
        return reply

    def slugs(self, q: str, **params: Any) -> list[str]:
        return [item["slug"] for item in self.find(q, **params).items]

    def matches(self, q: str, how_many: HowMany = "all") -> set[str]:
        """Slugs of what the engine itself finds, before anything gives way."""

        async def ask() -> set[str]:
            terms = (await understand(self.read, SearchParams(q=q, as_typed=AS_TYPED), now=NOW)).terms
            return set(await matched(self.read, self.engine, terms, how_many))

        return self.run(ask())


@contextmanager
def opened_asking(directory: Directory, server: Meilisearch | None) -> Iterator[Asking]:
    with asyncio.Runner() as runner:
        asking = Asking(directory, server, runner)
        runner.run(asking.open())
        try:
            yield asking
        finally:
            runner.run(asking.close())


AS_TYPED = ("place", "time", "kind", "language")


async def matched(
    read: ReadConnection,
    engine: WordEngine,
    terms: list[Term],
    how_many: HowMany,
    ground: Ground | None = None,
) -> dict[str, float]:
    """Slug → how well the words fit, of what an engine finds."""
    words: WordMatch = await engine.match_words(read, WordQuery(terms, how_many, ground))
    statement = f"SELECT e.slug, {words.text} FROM {words.source} WHERE {words.where} AND e.state <> 'closed'"
    cursor = await read.execute(statement.encode(), words.values)
    return {row[0]: row[1] for row in await cursor.fetchall()}


@pytest.fixture(scope="session")
def meili_examples(request: pytest.FixtureRequest, example_database: Directory) -> Meilisearch:
    """Meilisearch with the example entries."""
    return examples_server(request.config, example_database)


@pytest.fixture(scope="session", params=ENGINES)
def asking(request: pytest.FixtureRequest, example_database: Directory) -> Iterator[Asking]:
    """Each engine in turn, over the example entries."""
    is_meili = request.param == "meilisearch"
    server = examples_server(request.config, example_database) if is_meili else None
    with opened_asking(example_database, server) as opened:
        yield opened


@pytest.fixture(scope="session")
def meili_client(meili_examples: Meilisearch, example_database: Directory) -> Iterator[TestClient]:
    """The application on the example data, with Meilisearch to find words, however busy the machine is."""
    with example_database.client(**meili_examples.settings) as opened:
        patient = MeiliEngine(meili_examples.url, meili_examples.key, answer_within_s=ANSWER_WITHIN_S)
        opened.app.state.directory.words = patient  # type: ignore[attr-defined]
        yield opened
