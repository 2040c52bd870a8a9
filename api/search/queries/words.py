"""What our own entries and our curators know of the words that somebody typed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import orjson
from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from api.db import ReadConnection
from api.search.postgres import term_query
from api.search.words import SHORTEST_MENDED, Term

# Synonym rows of (words, one_way_from), and stop words.
Sayings: TypeAlias = tuple[list[tuple[list[str], str | None]], list[str]]


@dataclass(frozen=True)
class KnownWord:
    """What our own entries know of a typed word: how many use it, whether any word of theirs `begins` with
    it, and those spelt much like it with how many use each."""

    entries: int
    begins: bool
    alike: list[tuple[str, int]]


# As JSON: of an array PostgreSQL would plan anew each time, for the number of words in it.
_LOOK_UP_WORDS = """
SELECT t.typed, coalesce(k.entries, 0)::int AS entries,
       -- Bounds in the C collation are what an index answers; a LIKE on a column's text is not.
       k.entries IS NULL AND EXISTS (
         SELECT FROM face.words b
         WHERE b.word COLLATE "C" > t.typed AND b.word COLLATE "C" < t.typed || chr(1114111)) AS begins,
       CASE WHEN k.entries IS NULL AND length(t.typed) >= %(shortest)s THEN (
         SELECT array_agg(json_build_array(a.word, a.entries)) FROM (
           SELECT word, entries FROM face.words
           WHERE word %% t.typed AND abs(length(word) - length(t.typed)) <= 2
           ORDER BY similarity(word, t.typed) DESC LIMIT 30) a) END AS alike
FROM json_array_elements_text(%(typed)s::json) AS t (typed)
CROSS JOIN LATERAL (
  SELECT sum(entries) AS entries FROM face.words
  WHERE lexeme = coalesce((ts_lexize('english_stem', t.typed))[1], t.typed)) k
"""
_LEXICON = """
SELECT words, one_way_from FROM face.synonyms
WHERE words && %(phrases)s::text[] OR one_way_from = ANY (%(phrases)s)
UNION ALL SELECT ARRAY[word], NULL FROM face.stop_words WHERE word = ANY (%(phrases)s)
"""


# The sum rises with every change of any of them.
EDITION = "SELECT sum(edition)::bigint FROM face.editions"
_TERM_NAMES = "SELECT scheme, code, label, words FROM face.terms WHERE scheme IN ('need', 'audience')"
# One statement, as JSON: the driver takes longer to ask twice than PostgreSQL to answer.
_ASK = f"""
SELECT (SELECT json_agg(json_build_array(t.scheme, t.code, t.label, t.words)) FROM ({_TERM_NAMES}) t),
       (SELECT json_agg(json_build_array(l.words, l.one_way_from)) FROM ({_LEXICON}) l),
       (SELECT json_agg(json_build_array(k.typed, k.entries, k.begins, k.alike)) FROM ({_LOOK_UP_WORDS}) k),
       ({EDITION})
"""


async def look_up_words(read: ReadConnection, typed: list[str]) -> dict[str, KnownWord]:
    """What our own entries know of each single word."""
    if not typed:
        return {}
    values = {"typed": orjson.dumps(typed).decode(), "shortest": 1}
    return _known(await (await read.execute(_LOOK_UP_WORDS, values)).fetchall())


async def read_lexicon(read: ReadConnection, phrases: list[str]) -> Sayings:
    """(synonym rows, stop words) that any of these words and phrases touches."""
    return _sayings(await (await read.execute(_LEXICON, {"phrases": phrases})).fetchall())


class TermName(NamedTuple):
    """A need or an audience: its code, its label, and the words people say for it."""

    scheme: str
    code: str
    label: str
    words: tuple[str, ...]


async def read_term_names(read: ReadConnection) -> list[TermName]:
    """Every need and audience."""
    return _term_names(await (await read.execute(_TERM_NAMES)).fetchall())


@dataclass(frozen=True)
class WordsKnown:
    """What `read_lexicon` and `look_up_words` say of the words of a search, every need and audience, and the
    `edition` of words and places that this is."""

    names: list[TermName]
    sayings: Sayings
    known: dict[str, KnownWord]
    edition: int


@dataclass(frozen=True)
class WordsAsked:
    """The same while it is still asked for."""

    cursor: AsyncCursor[TupleRow]

    async def read(self) -> WordsKnown:
        row = await self.cursor.fetchone()
        assert row is not None  # a SELECT of columns alone always answers with one row
        names, sayings, known, edition = row
        return WordsKnown(_term_names(names or []), _sayings(sayings or []), _known(known or []), edition)


async def ask_words(read: ReadConnection, phrases: list[str], typed: list[str]) -> WordsAsked:
    """Ask what is known of these, for a pipeline that asks more. No word too short to be put right is
    compared with others: half of all words are like "to"."""
    values = {"phrases": phrases, "typed": orjson.dumps(typed).decode(), "shortest": SHORTEST_MENDED}
    return WordsAsked(await read.execute(_ASK.encode(), values))


@dataclass(frozen=True)
class EditionAsked:
    """The edition of words and places while it is still asked for."""

    cursor: AsyncCursor[TupleRow]

    async def read(self) -> int:
        row = await self.cursor.fetchone()
        assert row is not None  # an aggregate always answers with one row
        return int(row[0])


async def ask_edition(read: ReadConnection) -> EditionAsked:
    """Ask for the number that rises whenever anything does that words and places are read from."""
    return EditionAsked(await read.execute(EDITION))


def _known(rows: Iterable[Sequence[Any]]) -> dict[str, KnownWord]:
    return {
        typed: KnownWord(entries, begins, [(word, count) for word, count in alike or []])
        for typed, entries, begins, alike in rows
    }


def _sayings(rows: Iterable[Sequence[Any]]) -> Sayings:
    groups, stop_words = [], []
    for words, one_way_from in rows:
        # A group has at least two words or a `one_way_from`; a lone word is a stop word.
        if len(words) == 1 and one_way_from is None:
            stop_words += words
        else:
            groups.append((words, one_way_from))
    return groups, stop_words


def _term_names(rows: Iterable[Sequence[Any]]) -> list[TermName]:
    return [TermName(scheme, code, label, tuple(words)) for scheme, code, label, words in rows]


async def read_tsqueries(read: ReadConnection, terms: Sequence[Term]) -> list[str]:
    """The tsquery of each term in all its ways of being said, as text."""
    values: dict[str, Any] = {}
    each = ", ".join(f"{term_query(term, f't{n}', values)}::text" for n, term in enumerate(terms))
    row = await (await read.execute(f"SELECT {each}".encode(), values)).fetchone()
    return list(row or ())
