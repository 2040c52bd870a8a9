"""What our own entries and our curators know of the words that somebody typed."""

from dataclasses import dataclass

from api.db import ReadConnection


@dataclass(frozen=True)
class KnownWord:
    """What our own entries know of a typed word: how many use it, whether any word of theirs `begins` with
    it, and those spelt much like it with how many use each."""

    entries: int
    begins: bool
    alike: list[tuple[str, int]]


_LOOK_UP_WORDS = """
SELECT t.typed, coalesce(k.entries, 0)::int,
       -- Bounds in the C collation are what an index answers; a LIKE on a column's text is not.
       k.entries IS NULL AND EXISTS (
         SELECT FROM face.words b
         WHERE b.word COLLATE "C" > t.typed AND b.word COLLATE "C" < t.typed || chr(1114111)),
       CASE WHEN k.entries IS NULL THEN (
         SELECT array_agg(json_build_array(a.word, a.entries)) FROM (
           SELECT word, entries FROM face.words
           WHERE word %% t.typed AND abs(length(word) - length(t.typed)) <= 2
           ORDER BY similarity(word, t.typed) DESC LIMIT 30) a) END
FROM unnest(%(typed)s::text[]) AS t (typed)
CROSS JOIN LATERAL (
  SELECT sum(entries) AS entries FROM face.words
  WHERE lexeme = coalesce((ts_lexize('english_stem', t.typed))[1], t.typed)) k
"""
_LEXICON = """
SELECT words, one_way_from FROM face.synonyms
WHERE words && %(phrases)s::text[] OR one_way_from = ANY (%(phrases)s)
UNION ALL SELECT ARRAY[word], NULL FROM face.stop_words WHERE word = ANY (%(phrases)s)
"""


async def look_up_words(read: ReadConnection, typed: list[str]) -> dict[str, KnownWord]:
    """What our own entries know of each single word."""
    if not typed:
        return {}
    cursor = await read.execute(_LOOK_UP_WORDS, {"typed": typed})
    return {
        row[0]: KnownWord(row[1], row[2], [(word, entries) for word, entries in row[3] or []])
        for row in await cursor.fetchall()
    }


async def read_lexicon(
    read: ReadConnection, phrases: list[str]
) -> tuple[list[tuple[list[str], str | None]], list[str]]:
    """(synonym rows, stop words) that any of these words and phrases touches."""
    cursor = await read.execute(_LEXICON, {"phrases": phrases})
    groups, stop_words = [], []
    for words, one_way_from in await cursor.fetchall():
        # A group has at least two words or a `one_way_from`; a lone word is a stop word.
        if len(words) == 1 and one_way_from is None:
            stop_words += words
        else:
            groups.append((words, one_way_from))
    return groups, stop_words


async def term_words(read: ReadConnection) -> list[tuple[str, str, list[str]]]:
    """(code, label, words) of every need: to say which need a word was understood as."""
    cursor = await read.execute("SELECT code, label, words FROM face.terms WHERE scheme = 'need'")
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]
