"""Meilisearch: the only home of its client. Finding words over one kept connection, and keeping the index."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final, TypeVar

import aiohttp
import meilisearch
import orjson
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError, MeilisearchTimeoutError
from meilisearch.models.task import TaskInfo

from api.db import ReadConnection, plain_array
from api.search.engine import EngineAway, Ground, WordMatch, WordQuery
from api.search.latest import Latest
from api.search.postgres import LEAST_SHARE
from api.search.queries import expect_entries, read_tsqueries
from api.search.words import Lexicon, Term

Done = TypeVar("Done")
INDEX: Final = "entries"
# More than this and the words say too little: PostgreSQL then gives the exact totals.
MOST_HITS: Final = 1000
# Words that fewer entries have in all are asked for in any case: hardly a place has one in fifty round it.
MANY_ENTRIES: Final = 50 * MOST_HITS
# What too many had a minute ago too many have: the next page and the next filter need not ask in vain.
TOO_MANY_FOR_S: Final = 60.0
ANSWER_WITHIN_S: Final = 0.25
SLOW_SHARE: Final = 0.3
SHORTEST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 10.0
TASK_TIMEOUT_MS: Final = 600_000
PAGE: Final = 1000
LONGEST_SYNONYM: Final = 3
# What Meilisearch calls it: no key where one is wanted; one it does not know, or that may not do this.
REFUSALS: Final = ("missing_authorization_header", "invalid_api_key")
AwayErrors = (MeilisearchCommunicationError, MeilisearchTimeoutError)

SETTINGS: Final[dict[str, Any]] = {
    "searchableAttributes": ["name", "purpose", "about", "where"],
    "filterableAttributes": ["id", "near"],
    "sortableAttributes": [],
    "displayedAttributes": ["id", "stamp"],
    "rankingRules": ["words", "typo", "attribute", "proximity", "exactness"],
    "typoTolerance": {
        "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 7},
        # A digit wrong is another postcode, another house, another age.
        "disableOnNumbers": True,
    },
    "pagination": {"maxTotalHits": MOST_HITS},
    "proximityPrecision": "byAttribute",
}


class MeiliEngine:
    """`match_words` answers within `answer_within_s` or raises EngineAway; after a failure nobody waits
    for it again until a growing pause is over, and after a slow answer until a short one is, so that no
    search hangs on a dead engine."""

    name = "meilisearch"

    def __init__(self, url: str, key: str | None, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._answer_within_s = answer_within_s
        self._url = f"{url.rstrip('/')}/multi-search"
        self._index = f"{url.rstrip('/')}/indexes/{INDEX}"
        # A compressed answer on a kept connection stalls 44 ms.
        self._headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._http: aiohttp.ClientSession | None = None
        self._pause_s = 0.0
        self._away_until = 0.0
        self._tsqueries: Latest[tuple[Term, ...], list[str]] = Latest()
        # Until when too many have these words near this place.
        self._too_many: Latest[tuple[str, ...], float] = Latest()

    @property
    def is_away(self) -> bool:
        return time.monotonic() < self._away_until

    async def is_up(self) -> bool:
        """Whether it has an index to answer from now; asked by /readyz, so that a pause of searches does not
        hide a recovery."""
        try:
            async with self._session().get(self._index) as reply:
                return reply.status == 200
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def match_words(self, read: ReadConnection, query: WordQuery) -> WordMatch:
        asked = _asked(query)
        if self.is_away or await self._says_too_little(read, query, asked):
            raise EngineAway
        scores, tsqueries = await self._ask_both(read, query, asked)
        return WordMatch(
            source=(
                "unnest(%(hit_ids)s::uuid[], %(hit_scores)s::float8[]) AS hit (id, score) "
                "JOIN face.entries e ON e.id = hit.id"
            ),
            # Meilisearch has read the words; how like its name they are is what it does not say.
            text="(1.6 * hit.score + 0.8 * similarity(%(typed)s, e.name_key))",
            hits=[f"e.words @@ %(t{number})s::tsquery" for number in range(len(tsqueries))],
            values={
                **{f"t{number}": tsquery for number, tsquery in enumerate(tsqueries)},
                "typed": query.as_one,
                # Arrays as text: the driver would look at each of hundreds for its type.
                "hit_ids": plain_array(scores),
                "hit_scores": plain_array(scores.values()),
            },
            is_near=query.ground is not None,
        )

    async def _ask_both(
        self, read: ReadConnection, query: WordQuery, asked: tuple[str, ...]
    ) -> tuple[dict[str, float], list[str]]:
        """The scores, and the tsqueries of all terms: PostgreSQL says later which of them an entry has. These
        come of the terms alone, so once read they hold for good."""
        terms = tuple(query.terms)
        tsqueries = self._tsqueries.recall(terms)
        if tsqueries is not None:
            return await self._ask(query, asked), tsqueries
        # PostgreSQL reads the words meanwhile.
        reading = partial(read_tsqueries, read, terms)
        scores, read_now = await asyncio.gather(self._ask(query, asked), _once_sent(reading))
        return scores, self._tsqueries.keep(terms, read_now)

    async def _says_too_little(self, read: ReadConnection, query: WordQuery, asked: tuple[str, ...]) -> bool:
        """Whether so many entries near the place have the words, or must have, that PostgreSQL answers in any
        case, and waiting for `MOST_HITS` would be in vain. It depends on nothing but what is held: every page
        of a search has the same engine."""
        if (self._too_many.recall(asked) or 0.0) > time.monotonic():
            return True
        if query.ground is None or max((term.entries for term in query.required), default=0) < MANY_ENTRIES:
            return False
        every = query.how_many == "all"
        return await expect_entries(read, query.required, every=every, ground=query.ground) >= MOST_HITS

    async def _ask(self, query: WordQuery, asked: tuple[str, ...]) -> dict[str, float]:
        """Score of every entry found, by id. For `most` and `any` each word is asked for by itself, in one
        call: the engine's own way of dropping words keeps only those with the rarest."""
        near, *phrases = asked
        answers = await self._search([_search(phrase, near) for phrase in phrases])
        if any(len(hits) >= MOST_HITS for hits in answers):
            self._too_many.keep(asked, time.monotonic() + TOO_MANY_FOR_S)
            raise EngineAway
        return answers[0] if query.how_many == "all" else _shares(query, answers)

    async def _search(self, searches: list[dict[str, Any]]) -> list[dict[str, float]]:
        """For each search, the score of every entry found."""
        began = time.monotonic()
        if self._pause_s:
            # Whether it is back is for one search to find out; the others need not wait with it.
            self._away_until = began + self._answer_within_s
        try:
            body = orjson.dumps({"queries": searches})
            async with self._session().post(self._url, data=body) as reply:
                if reply.status != 200:
                    raise self._note_failure()
                answers = _read_answers(await reply.read(), len(searches))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
            # Also a reply that is none of Meilisearch's: a proxy's page, another program on its port.
            raise self._note_failure() from error
        now = time.monotonic()
        is_slow = now - began > self._answer_within_s * SLOW_SHARE
        # One search may ask several times: in a row, answers that are only just in time take too long.
        self._pause_s, self._away_until = 0.0, now + SHORTEST_PAUSE_S if is_slow else 0.0
        return answers

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=self._answer_within_s)
            self._http = aiohttp.ClientSession(
                headers=self._headers, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._http

    def _note_failure(self) -> EngineAway:
        self._pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, self._pause_s * 2))
        self._away_until = time.monotonic() + self._pause_s
        return EngineAway()


async def _once_sent(work: Callable[[], Awaitable[Done]]) -> Done:
    """Let the request leave first: the client writes it from a task of its own, which has its turn next."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return await work()


def one_word(phrase: str) -> str:
    """A long phrase as the one word it is known by in the index's synonyms: Meilisearch knows no synonyms of
    more than three words."""
    return phrase.replace(" ", "") if phrase.count(" ") >= LONGEST_SYNONYM else phrase


def _asked(query: WordQuery) -> tuple[str, ...]:
    """The filter, empty for everywhere, and what is asked for each in a search of its own."""
    near = near_filter(query.ground) if query.ground is not None else ""
    words = [one_word(term.typed) for term in query.required]
    return near, *([" ".join(words)] if query.how_many == "all" else words)


def _search(phrase: str, near: str) -> dict[str, Any]:
    return {
        "indexUid": INDEX,
        "q": phrase,
        "limit": MOST_HITS,
        "attributesToRetrieve": ["id"],
        "showRankingScore": True,
        "matchingStrategy": "all",
        **({"filter": near} if near else {}),
    }


def _read_answers(body: bytes, count: int) -> list[dict[str, float]]:
    """Raises ValueError, LookupError or TypeError for anything else than `count` answers."""
    results = orjson.loads(body)["results"]
    if len(results) != count:
        raise ValueError("as many answers as searches")
    return [{hit["id"]: hit["_rankingScore"] for hit in result["hits"]} for result in results]


def _shares(query: WordQuery, answers: list[dict[str, float]]) -> dict[str, float]:
    """What share of the words each entry has, the rare ones counting most; for `most`, those with enough."""
    whole = sum(term.weight for term in query.required)
    shares: dict[str, float] = {}
    for term, answer in zip(query.required, answers, strict=True):
        for entry_id in answer:
            shares[entry_id] = shares.get(entry_id, 0.0) + term.weight / whole
    least = LEAST_SHARE if query.how_many == "most" else 0.0
    return {entry_id: share for entry_id, share in shares.items() if share >= least}


def near_filter(ground: Ground) -> str:
    """What may serve a place. Wider than the truth, which PostGIS then tells."""
    keys = ", ".join(f'"{key}"' for key in ground.keys if '"' not in key)
    return f"near IN [{keys}]"


def index_settings(lexicon: Lexicon) -> dict[str, Any]:
    """The whole of the index's settings, with what people say among them."""
    synonyms = {
        one_word(phrase): [*others, *([phrase] if one_word(phrase) != phrase else [])]
        for phrase, others in lexicon.also.items()
    }
    # A stop word inside a phrase ("dial a ride") would break the phrase, and queries come without them.
    in_phrases = {part for phrase in chain(lexicon.also, *synonyms.values()) for part in phrase.split()}
    return SETTINGS | {"synonyms": synonyms, "stopWords": sorted(lexicon.stop_words - in_phrases)}


class KeyRefused(Exception):
    """Meilisearch answers, but not to us. Its text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "Meilisearch refuses us: the key in HEREABOUTS_MEILI_KEY is missing or wrong. Set it to the key "
            "that Meilisearch was started with (its MEILI_MASTER_KEY)."
        )


class MeiliIndex:
    """Keeping the index, for the worker and the command line. Every method raises EngineAway when Meilisearch
    does not answer, KeyRefused when it does not answer us, and returns when what it asked for is done."""

    def __init__(self, url: str, key: str | None) -> None:
        self._client = meilisearch.Client(url, key, timeout=30)

    def is_up(self) -> bool:
        return self._client.is_healthy()

    def exists(self) -> bool:
        try:
            self._ask(lambda: self._client.get_index(INDEX))
        except MeilisearchApiError as error:
            if error.code == "index_not_found":
                return False
            raise
        return True

    def write_settings(self, settings: dict[str, Any], *, index: str = INDEX) -> None:
        self._done(lambda: self._client.index(index).update_settings(settings))

    def add(self, documents: Sequence[dict[str, Any]], *, index: str = INDEX) -> None:
        if documents:
            body = orjson.dumps(list(documents)).decode()
            self._done(lambda: self._client.index(index).add_documents_json(body.encode(), "id"))

    def remove(self, ids: Sequence[str]) -> None:
        if ids:
            named = ", ".join(f'"{entry_id}"' for entry_id in ids)
            self._done(lambda: self._client.index(INDEX).delete_documents(filter=f"id IN [{named}]"))

    def make(self, index: str, settings: dict[str, Any]) -> None:
        self._done(lambda: self._client.create_index(index, {"primaryKey": "id"}))
        self.write_settings(settings, index=index)

    def swap_in(self, index: str) -> None:
        """Put a finished index in the place of the live one, with no empty moment, and drop the old. Where
        there was none it takes the name: before that PostgreSQL answers, never an empty index."""
        if self.exists():
            self._done(lambda: self._client.swap_indexes([{"indexes": [INDEX, index]}]))
            self._done(lambda: self._client.delete_index(index))
        else:
            self._done(lambda: self._client.swap_indexes([{"indexes": [index, INDEX], "rename": True}]))

    def drop_left_over(self, *, before: str) -> None:
        """Drop what rebuilds that were cut short have left behind: unfinished indexes named before this."""
        for one in self._ask(lambda: self._client.get_raw_indexes({"limit": PAGE}))["results"]:
            uid = one["uid"]
            if uid.startswith(f"{INDEX}_") and uid < before:
                self._done(partial(self._client.delete_index, uid))

    def stamps(self) -> Iterator[tuple[str, str]]:
        """(id, stamp) of every document; none when there is no index, which may be lost at any moment."""
        offset = 0
        while True:
            page = {"fields": ["id", "stamp"], "limit": PAGE, "offset": offset}
            try:
                found = self._ask(partial(self._client.index(INDEX).get_documents, page))
            except MeilisearchApiError as error:
                if error.code == "index_not_found":
                    return
                raise
            for document in found.results:
                yield document.id, document.stamp
            offset += PAGE
            if offset >= found.total:
                return

    def _ask(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except AwayErrors as error:
            raise EngineAway from error
        except MeilisearchApiError as error:
            if error.code in REFUSALS:
                raise KeyRefused from error
            raise

    def _done(self, ask: Callable[[], TaskInfo]) -> None:
        """Ask, wait for the task's end, and refuse to call a failed one done."""
        ended = self._ask(
            lambda: self._client.wait_for_task(
                ask().task_uid, timeout_in_ms=TASK_TIMEOUT_MS, interval_in_ms=20
            )
        )
        if ended.status != "succeeded":
            raise RuntimeError(f"Meilisearch refused a task: {ended.error}")


def in_batches(documents: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for document in documents:
        batch.append(document)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
